import type { Config } from '../../lambda/refresher/config.ts';
import { METRIC_NAMESPACE, TOKEN_DIMENSION } from '../../lambda/refresher/metric-names.ts';
import { dueTime } from '../../lambda/refresher/rules/decision.ts';
import { tickLogLine } from '../../lambda/refresher/tick-log.ts';
import type { TickReport } from '../../lambda/refresher/tick-report.ts';
import { LONGEST_RUN_SECONDS, pageBelowSeconds } from '../../lambda/timing.ts';
import {
  decodeStatus,
  rejectedParameterName,
  statusParameterName,
  type TokenRecord,
} from '../../lambda/token-status.ts';
import { type Invocation, logLineIn, readLogLine } from '../invoke.ts';
import { type MetricPoint, seriesKey } from '../world/aws/cloudwatch-alarm.ts';
import { type LambdaInvocation, LambdaService } from '../world/aws/lambda-service.ts';
import { refresherTick } from '../world/refresher-tick.ts';
import type { ServiceToken } from '../world/soap/soap-service.ts';
import { createAlarmPanel } from './alarm-panel.ts';
import { ERRORS_METRIC } from './alarms.ts';
import { BUTTONS, isPasswordRight } from './buttons.ts';
import type { LocalWorld } from './local-world.ts';
import { playReaders } from './readers.ts';
import {
  type Act,
  type AttemptView,
  type Button,
  type Life,
  PACES,
  type Pace,
  type PlayedFaults,
  type SentLogin,
  type Snapshot,
  type TickView,
} from './snapshot.ts';
import { emittedMetrics, tickView } from './tick-view.ts';
import { verdictOf } from './verdict.ts';

/** One token's life in a local world, as it goes on. */
export interface TokenLife {
  /** The last ones, in order of time. */
  readonly ticks: readonly TickView[];
  /** How fast time may pass: nobody can follow more than two ticks a second, and beside a real service time is real. */
  readonly paces: readonly Pace[];
  /** @param pace how fast the world's time passes at the moment */
  snapshot(pace: number): Snapshot;
  press(button: Button): void;
  /** Takes in a tick that ran elsewhere, in a process of its own. */
  note(tick: Invocation, startedAt: number): void;
  /** Told of each tick once it has ended: what its run told, and when it began. */
  onTick: (tick: Invocation, at: Date) => void;
  /** The same, as the page tells it. */
  onView: (view: TickView) => void;
}

/** How a token's life is played. */
export interface TokenLifeSettings {
  readonly config: Config;
  /** True: the handler runs here, in virtual time. False: its runs are noted, and a real service may be asked. */
  readonly isVirtual: boolean;
}

/** Lambda's time-out of the deployed function. */
const TIMEOUT_MS = LONGEST_RUN_SECONDS * 1000;
/** Lambda as the construct sets it up. */
const LAMBDA = { timeoutMs: TIMEOUT_MS, retryAttempts: 0, maxEventAgeMs: TIMEOUT_MS, reservedConcurrency: undefined };
/** EventBridge starts a tick within seconds of a reader's report. */
const RULE_MS = 2_000;
/** How much of the past is told, in lifetimes of a token. */
const TOLD_LIFETIMES = 1.4;
const TOLD_TICKS = 100;
const TOLD_CHANGES = 50;

/** Starts the schedule, the readers and the alarms; they go on for as long as the world's clock does. */
export function playTokenLife(world: LocalWorld, { config, isVirtual }: TokenLifeSettings): TokenLife {
  const { clock, aws, vendor } = world;
  const { tokenParameterName } = config;
  const { parameters } = aws.services;
  const statusName = statusParameterName(tokenParameterName);
  const records: RecordedLife[] = [];
  const ticks: TickView[] = [];
  const noted: SentLogin[] = [];
  const acts: Act[] = [];
  let attempt: AttemptView | undefined;
  let nextTickAt: number | undefined;
  let tickCount = 0;

  parameters.onChange = (name) => {
    if (name === statusName) noteStatus();
    if (name === rejectedParameterName(tokenParameterName) && isVirtual) {
      clock.at(clock.now() + RULE_MS, () => lambda.invoke({}));
    }
  };

  function noteStatus(): void {
    const { token, attempt: tried } = decodeStatus(parameters.parameter(statusName)?.value ?? '').content ?? {};
    attempt = tried && {
      code: tried.outcome?.code,
      askAgainAt: tried.askAgainAt === 'never' ? 'never' : Date.parse(tried.askAgainAt),
    };
    const last = records.at(-1);
    if (token === undefined) return;
    if (last?.token.version === token.version && last.token.issuedAt === token.issuedAt) {
      last.token = token;
      return;
    }
    const stored = parameters.parameter(tokenParameterName)?.value;
    const issued = vendor.service.issuedTokens.findLast((one) => one.token === stored);
    records.push({ token, storedAt: clock.now(), issued });
  }

  const metrics = new Map<string, MetricPoint[]>();
  function publish(metricKey: string, value: number, time = clock.now()): void {
    const series = metrics.get(metricKey) ?? [];
    metrics.set(metricKey, series);
    // Metrics out of logs and Lambda's own ones are usually there within a minute.
    series.push({ time, visibleAt: clock.now() + world.random.between(5_000, 60_000), value });
  }

  function noteTick(tick: Invocation, at: number, line: TickView['line']): void {
    tickCount += 1;
    const view = tickView(tickCount, at, tick, line);
    ticks.push(view);
    if (ticks.length > TOLD_TICKS) ticks.shift();
    life.onView(view);
    life.onTick(tick, new Date(at));
  }

  const lambda = new LambdaService(clock, LAMBDA, {
    run: runTick,
    diesAtStep: () => undefined,
    onEnd: ({ outcome, startedAt }) => publish(seriesKey(ERRORS_METRIC), outcome === 'succeeded' ? 0 : 1, startedAt),
  });

  async function runTick(invocation: LambdaInvocation): Promise<void> {
    const handler = refresherTick(config, () => world.random.next(), tell);
    await handler({ clock, vendor, aws, publish, lambdaNow: clock.now })(invocation);

    function tell(report: TickReport): void {
      const line = JSON.parse(JSON.stringify(tickLogLine(tokenParameterName, report)));
      const level = report.outcome === 'failed' ? 'ERROR' : report.warnings.length > 0 ? 'WARN' : 'INFO';
      const timestamp = new Date(clock.now()).toISOString();
      const output = JSON.stringify({ timestamp, level, message: line });
      noteTick(readLogLine(line, output, undefined), invocation.startedAt, line);
    }
  }

  function tickOnSchedule(): void {
    nextTickAt = clock.now() + config.checkEverySeconds * 1000;
    clock.at(nextTickAt, tickOnSchedule);
    lambda.invoke({});
  }

  function conditions(): PlayedFaults {
    const { disturbance } = vendor;
    return {
      service: disturbance === undefined ? 'well' : disturbance === 'no-connection' ? 'down' : 'nonsense',
      password: isPasswordRight(world) ? 'right' : 'refused',
      store: aws.faults.has('writes-throttled') ? 'no writes' : 'well',
    };
  }

  function logins(): readonly SentLogin[] {
    if (!isVirtual) return noted;
    return vendor.logins.map(({ at, outcome }) => ({ at, outcome: outcome === 'disturbed' ? 'no token' : outcome }));
  }

  const alarms = createAlarmPanel(clock, config, metrics);
  const lifetimeSeconds = config.tokenLifetimeSeconds;
  const paces = PACES.filter((pace) => (isVirtual ? pace <= 2 * config.checkEverySeconds || pace === 1 : pace === 1));
  const readers = playReaders(world, { tokenParameterName, lifetimeSeconds, callsService: isVirtual });

  const life: TokenLife = {
    ticks,
    paces,
    onTick: () => {},
    onView: () => {},
    press(button) {
      const { label, press } = BUTTONS[button];
      acts.push({ at: clock.now(), label });
      press(world, () => lambda.invoke({ force: true }));
    },
    note(tick, startedAt) {
      nextTickAt = startedAt + config.checkEverySeconds * 1000;
      if (tick.endpointLatencyMs !== undefined) noted.push({ at: startedAt, outcome: loginOutcome(tick) });
      const dimensions = { [TOKEN_DIMENSION]: tokenParameterName };
      for (const [metricName, value] of emittedMetrics(tick.output)) {
        publish(seriesKey({ namespace: METRIC_NAMESPACE, metricName, dimensions }), value);
      }
      publish(seriesKey(ERRORS_METRIC), tick.outcome === 'failed' ? 1 : 0, startedAt);
      noteTick(tick, startedAt, logLineIn(tick.output) ?? {});
    },
    snapshot(pace) {
      const now = clock.now();
      const since = now - TOLD_LIFETIMES * lifetimeSeconds * 1000;
      const all = logins();
      const facts: Omit<Snapshot, 'verdict'> = {
        now,
        pace,
        paces,
        isVirtual,
        settings: {
          lifetimeSeconds,
          refreshEverySeconds: config.refreshEverySeconds,
          checkEverySeconds: config.checkEverySeconds,
          pageBelowSeconds: pageBelowSeconds(config),
        },
        lives: livesSince(records, since, config),
        attempt,
        nextTickAt,
        lastTick: ticks.at(-1),
        conditions: conditions(),
        logins: { total: all.length, recent: lastFrom(all, since) },
        alarms: alarms.views(),
        alarmsOff: alarms.off,
        alarmChanges: alarms.changes.slice(-TOLD_CHANGES),
        readers: readers.map(({ view }) => view()),
        acts: lastFrom(acts, since),
      };
      return { ...facts, verdict: verdictOf(facts) };
    },
  };
  if (isVirtual) clock.at(clock.now(), tickOnSchedule);
  return life;
}

/** A token as it was recorded, and what the service itself knows of it. */
interface RecordedLife {
  token: TokenRecord;
  readonly storedAt: number;
  readonly issued: ServiceToken | undefined;
}

/** Those that were stored at some time since then. */
function livesSince(records: readonly RecordedLife[], since: number, config: Config): readonly Life[] {
  return records.flatMap(({ token, storedAt, issued }, index) => {
    const replacedAt = records[index + 1]?.storedAt;
    if (replacedAt !== undefined && replacedAt < since) return [];
    const expiresAt = Date.parse(token.expiresAt);
    const deadAt = issued?.revoked && issued.expiresAt.getTime() < expiresAt ? issued.expiresAt.getTime() : undefined;
    return [{ version: token.version, storedAt, dueAt: dueTime(token, config), expiresAt, deadAt, replacedAt }];
  });
}

function loginOutcome({ outcome, code }: Invocation): SentLogin['outcome'] {
  if (outcome !== 'failed' || code === 'STORE_FAILED') return 'granted';
  return code === 'CREDENTIALS_REFUSED' ? 'refused' : 'no token';
}

function lastFrom<Item extends { readonly at: number }>(items: readonly Item[], since: number): readonly Item[] {
  return items.slice(items.findLastIndex(({ at }) => at < since) + 1);
}
