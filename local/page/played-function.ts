import type { Config } from '../../lambda/refresher/config.ts';
import type { TickReport } from '../../lambda/refresher/tick-report.ts';
import { LONGEST_RUN_SECONDS } from '../../lambda/timing.ts';
import { rejectedParameterName } from '../../lambda/token-status.ts';
import { seriesKey } from '../world/aws/cloudwatch-alarm.ts';
import { refresherTick } from '../world/refresher-tick.ts';
import { Random } from '../world/time/random.ts';
import type { VirtualWorld } from '../world/virtual-world.ts';
import { ERRORS_METRIC } from './alarms.ts';

const TIMEOUT_MS = LONGEST_RUN_SECONDS * 1000;
/** EventBridge starts a tick within seconds of a reader's report. */
const RULE_MS = 2_000;

/**
 * Runs the handler in the world's own time, for as long as its clock runs: on its schedule, by the rule on readers' reports,
 * and where a person gives the command RefreshNow.
 * @param onReport gets what each tick did, and when its run began
 */
export function playFunction(
  world: VirtualWorld,
  config: Config,
  onReport: (report: TickReport, startedAt: number) => void,
) {
  const { clock, aws, publish } = world;
  const random = new Random(clock.now());
  let nextTickAt = clock.now();

  const run = refresherTick(config, () => random.next(), onReport)(world);

  async function invoke(event: object): Promise<void> {
    const startedAt = clock.now();
    const remainingMs = () => startedAt + TIMEOUT_MS - clock.now();
    const running = run({ event, startedAt, remainingMs, step: async () => {} });
    publish(seriesKey(ERRORS_METRIC), await running.then(() => 0).catch(() => 1), startedAt);
  }

  function tickOnSchedule(): void {
    nextTickAt += config.checkEverySeconds * 1000;
    clock.at(nextTickAt, tickOnSchedule);
    invoke({});
  }

  aws.services.parameters.subscribe((name) => {
    if (name === rejectedParameterName(config.tokenParameterName)) clock.at(clock.now() + RULE_MS, () => invoke({}));
  });
  clock.at(nextTickAt, tickOnSchedule);
  return { nextTickAt: () => nextTickAt, refreshNow: () => void invoke({ force: true }) };
}
