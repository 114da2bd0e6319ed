import type { Config } from '../../lambda/refresher/config.ts';
import { type TickLogLine, tickLogLine } from '../../lambda/refresher/tick-log.ts';
import { timingOf } from '../../lambda/timing.ts';
import { seriesKey } from '../world/aws/cloudwatch-alarm.ts';
import { tickMetricKey } from '../world/refresher-tick.ts';
import type { VirtualWorld } from '../world/virtual-world.ts';
import { ERRORS_METRIC, playAlarms } from './alarms.ts';
import { BUTTONS, lastingFaults } from './buttons.ts';
import { attemptOf, livesSince } from './life-records.ts';
import { playFunction } from './played-function.ts';
import { playReaders } from './readers.ts';
import { type Act, type Button, PACES, type Pace, type SentLogin, type Snapshot, type TickView } from './snapshot.ts';
import { verdictOf } from './verdict.ts';

/** One token's life in a virtual world, as it goes on. */
export type TokenLife = ReturnType<typeof playTokenLife>;

/** A tick that ran in a process of its own. */
export interface NotedTick {
  readonly tick: TickLogLine;
  readonly startedAt: number;
  readonly metrics: readonly (readonly [name: string, value: number])[];
}

/** How a token's life is played. */
export interface TokenLifeSettings {
  readonly world: VirtualWorld;
  readonly config: Config;
  /** True: the handler runs here, in virtual time. False: its runs are noted, and a real service may be asked. */
  readonly isVirtual: boolean;
  /** Gets each tick once it has ended, in order, as it was logged and as the page shows it. */
  readonly onTick: (tick: TickLogLine, view: TickView) => void;
}

/** How much of the past is shown, in lifetimes of a token. */
const SHOWN_LIFETIMES = 1.4;
const SHOWN_TICKS = 100;
const SHOWN_CHANGES = 50;

/** Starts the schedule, the readers and the alarms; they go on for as long as the world's clock does. */
export function playTokenLife({ world, config, isVirtual, onTick }: TokenLifeSettings) {
  const { clock, vendor, publish } = world;
  const { tokenParameterName, checkEverySeconds, tokenLifetimeSeconds: lifetimeSeconds } = config;
  const ticks: TickView[] = [];
  const noted: SentLogin[] = [];
  const acts: Act[] = [];
  let nextNotedAt: number | undefined;
  let tickCount = 0;
  const paces: readonly Pace[] = PACES.filter((pace) => pace === 1 || (isVirtual && pace <= 2 * checkEverySeconds));
  const played = isVirtual
    ? playFunction(world, config, (report, at) => show(tickLogLine(tokenParameterName, report), at))
    : undefined;
  const alarms = playAlarms(world, config);
  const readers = playReaders(world, { tokenParameterName, lifetimeSeconds, callsService: isVirtual });

  function show(tick: TickLogLine, at: number): void {
    tickCount += 1;
    const view = { id: tickCount, at, kind: kindOf(tick), summary: summaryOf(tick), code: tick.code, line: tick };
    ticks.push(view);
    if (ticks.length > SHOWN_TICKS) ticks.shift();
    onTick(tick, view);
  }

  function logins(): readonly SentLogin[] {
    if (!isVirtual) return noted;
    return vendor.logins.map(({ at, outcome }) => ({ at, outcome: outcome === 'failed' ? 'no token' : outcome }));
  }

  return {
    /** The last ones, in order of time. */
    ticks: ticks as readonly TickView[],
    /** How fast time may pass: nobody can follow more than two ticks a second, and beside a real service time is real. */
    paces,
    /** @returns false where the handler runs elsewhere: nothing can be broken there */
    press(button: Button): boolean {
      if (played === undefined) return false;
      const { label, press } = BUTTONS[button];
      acts.push({ at: clock.now(), label });
      press(world, played.refreshNow);
      return true;
    },
    /** Takes in a tick that ran in a process of its own. */
    note({ tick, startedAt, metrics }: NotedTick): void {
      nextNotedAt = startedAt + checkEverySeconds * 1000;
      if (tick.endpointLatenciesMs !== undefined) noted.push({ at: startedAt, outcome: loginOutcome(tick) });
      for (const [name, value] of metrics) publish(tickMetricKey(tokenParameterName, name), value);
      publish(seriesKey(ERRORS_METRIC), tick.outcome === 'failed' ? 1 : 0, startedAt);
      show(tick, startedAt);
    },
    /** @param pace how fast the world's time passes at the moment */
    snapshot(pace: number): Snapshot {
      const now = clock.now();
      const since = now - SHOWN_LIFETIMES * lifetimeSeconds * 1000;
      const all = logins();
      const facts = {
        now,
        pace,
        paces,
        isVirtual,
        settings: { lifetimeSeconds, checkEverySeconds, pageBelowSeconds: timingOf(config).pageBelowSeconds },
        lives: livesSince(since, world, config),
        attempt: attemptOf(world, config),
        nextTickAt: played === undefined ? nextNotedAt : played.nextTickAt(),
        lastTick: ticks.at(-1),
        faults: lastingFaults(world),
        logins: { total: all.length, recent: lastFrom(all, since) },
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

function loginOutcome({ outcome, code }: TickLogLine): SentLogin['outcome'] {
  if (outcome !== 'failed' || code === 'STORE_FAILED') return 'granted';
  return code === 'CREDENTIALS_REFUSED' ? 'refused' : 'no token';
}

function lastFrom<Item extends { readonly at: number }>(items: readonly Item[], since: number): readonly Item[] {
  return items.slice(items.findLastIndex(({ at }) => at < since) + 1);
}
