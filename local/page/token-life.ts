import type { Config } from '../../lambda/refresher/config.ts';
import { type TickLogLine, tickLogLine } from '../../lambda/refresher/tick-log.ts';
import { timingOf } from '../../lambda/timing.ts';
import type { RecordedLogin } from '../world/soap/vendor.ts';
import type { VirtualWorld } from '../world/virtual-world.ts';
import { playAlarms } from './alarms.ts';
import { BUTTONS, lastingFaults } from './buttons.ts';
import { attemptOf, livesSince } from './life-records.ts';
import { playFunction } from './played-function.ts';
import { playReaders } from './readers.ts';
import { type Act, type Button, PACES, type SentLogin, type Snapshot, type TickView } from './snapshot.ts';
import { verdictOf } from './verdict.ts';

/** One token's life in a virtual world, as it goes on. */
export type TokenLife = ReturnType<typeof playTokenLife>;

/** How a token's life is played. */
export interface TokenLifeSettings {
  readonly world: VirtualWorld;
  readonly config: Config;
  /** Gets each tick once it has ended, in order, as it was logged and as the page shows it. */
  readonly onTick: (tick: TickLogLine, view: TickView) => void;
}

/** How much of the past is shown, in lifetimes of a token. */
const SHOWN_LIFETIMES = 1.4;
const SHOWN_TICKS = 100;
const SHOWN_CHANGES = 50;

/** Starts the schedule, the readers and the alarms; they go on for as long as the world's clock does. */
export function playTokenLife({ world, config, onTick }: TokenLifeSettings) {
  const { clock, vendor } = world;
  const { tokenParameterName, checkEverySeconds, tokenLifetimeSeconds: lifetimeSeconds } = config;
  const ticks: TickView[] = [];
  const acts: Act[] = [];
  let tickCount = 0;
  const paces = PACES.filter((pace) => pace <= Math.max(1, 2 * checkEverySeconds));
  const played = playFunction(world, config, (report, at) => show(tickLogLine(tokenParameterName, report), at));
  const alarms = playAlarms(world, config);
  const readers = playReaders(world, { tokenParameterName, lifetimeSeconds });

  function show(tick: TickLogLine, at: number): void {
    tickCount += 1;
    const view = { id: tickCount, at, kind: kindOf(tick), summary: summaryOf(tick), code: tick.code, line: tick };
    ticks.push(view);
    if (ticks.length > SHOWN_TICKS) ticks.shift();
    onTick(tick, view);
  }

  return {
    /** The last ones, in order of time. */
    ticks: ticks as readonly TickView[],
    /** How fast time may pass: nobody can follow more than two ticks a second. */
    paces,
    press(button: Button): void {
      const { label, press } = BUTTONS[button];
      acts.push({ at: clock.now(), label });
      press(world, played.refreshNow);
    },
    /** @param pace how fast the world's time passes at the moment */
    snapshot(pace: number): Snapshot {
      const now = clock.now();
      const since = now - SHOWN_LIFETIMES * lifetimeSeconds * 1000;
      const facts = {
        now,
        pace,
        paces,
        settings: { lifetimeSeconds, checkEverySeconds, pageBelowSeconds: timingOf(config).pageBelowSeconds },
        lives: livesSince(since, world, config),
        attempt: attemptOf(world, config),
        nextTickAt: played.nextTickAt(),
        lastTick: ticks.at(-1),
        faults: lastingFaults(world),
        logins: { total: vendor.logins.length, recent: lastFrom(vendor.logins, since).map(shownLogin) },
        alarms: [...alarms.views],
        alarmsOff: alarms.off,
        alarmChanges: alarms.changes.slice(-SHOWN_CHANGES),
        readers: readers(),
        acts: lastFrom(acts, since),
      };
      return { ...facts, verdict: verdictOf(facts) };
    },
  };
}

function kindOf({ outcome, decision }: TickLogLine): TickView['kind'] {
  if (outcome === 'fresh') return 'left alone';
  return outcome === 'failed' && (decision === 'hold' || decision === 'in progress') ? 'held' : outcome;
}

function summaryOf({ outcome, trigger, tokenVersion, message = '' }: TickLogLine): string {
  const summaries: Readonly<Record<TickLogLine['outcome'], string>> = {
    refreshed: `Stored version ${tokenVersion}: ${trigger}.`,
    unchanged: `The service handed out version ${tokenVersion} again.`,
    fresh: `Version ${tokenVersion} is not due.`,
    failed: `${message}.`,
  };
  return summaries[outcome];
}

function shownLogin({ at, outcome }: RecordedLogin): SentLogin {
  return { at, outcome: outcome === 'failed' ? 'no token' : outcome };
}

function lastFrom<Item extends { readonly at: number }>(items: readonly Item[], since: number): readonly Item[] {
  return items.slice(items.findLastIndex(({ at }) => at < since) + 1);
}
