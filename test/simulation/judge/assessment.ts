import { alarmHistory, type StateChange } from '../alarm-history.ts';
import type { TimedFault } from '../model/faults.ts';
import type { Month, WatchedAlarm } from '../model/month.ts';
import { MINUTE_MS } from '../model/scenario.ts';
import { gaps, recordedSpans, type Span, totalMs, validSpans } from './token-life.ts';

export interface AlarmRecord {
  readonly name: string;
  readonly pages: boolean;
  readonly changes: readonly StateChange[];
}

/** What one onset led to, from its first moment to the next onset. */
export interface OnsetOutcome {
  readonly withoutTokenMs: number;
  /** Undefined: it never came. */
  readonly msToGap: number | undefined;
  readonly msToPage: number | undefined;
  readonly msToTicket: number | undefined;
  /** From the end of what was wrong to the end of the first good tick. */
  readonly msToHealth: number | undefined;
  readonly pages: number;
  /** While it lasted. */
  readonly requests: number;
  readonly refusedLogins: number;
}

/** A month as its operator and its readers saw it. */
export interface Assessment {
  readonly valid: readonly Span[];
  readonly gaps: readonly Span[];
  readonly alarms: readonly AlarmRecord[];
  /** When somebody was woken. */
  readonly pages: readonly number[];
  /** Of the time since the first token. */
  readonly validShare: number;
  /** In which the status, too, said that the token lived. */
  readonly recordedShare: number;
  readonly longestGapMs: number;
  readonly falsePages: readonly number[];
  readonly onsets: readonly OnsetOutcome[];
}

export function watch(month: Month, alarms: readonly WatchedAlarm[]): AlarmRecord[] {
  const { start: createdAt, end: until, metrics } = month;
  return alarms.map(({ name, pages, alarm }) => ({
    name,
    pages,
    changes: alarmHistory(alarm, metrics, { createdAt, until, emptySeries: 'filled' }),
  }));
}

/** A service that ends the old token when it mints the new one leaves this much to nobody: it is no outage. */
const HAND_OVER_MS = 10_000;

export function assess(month: Month, alarms: readonly AlarmRecord[]): Assessment {
  const valid = validSpans(month);
  const sinceFirstToken = month.end - (valid[0]?.from ?? month.end);
  const share = (spans: readonly Span[]) => (sinceFirstToken === 0 ? 0 : totalMs(spans) / sinceFirstToken);
  const outages = gaps(month, valid).filter(({ from, until }) => until - from > HAND_OVER_MS);
  const pages = firings(alarms.filter((alarm) => alarm.pages));
  const tickets = firings(alarms.filter((alarm) => !alarm.pages));
  return {
    valid,
    gaps: outages,
    alarms,
    pages,
    validShare: share(valid),
    recordedShare: share(recordedSpans(month)),
    longestGapMs: Math.max(0, ...outages.map(({ from, until }) => until - from)),
    falsePages: pages.filter((at) => !isExcused(month, at)),
    onsets: month.onsets.map((at, index) =>
      assessOnset(month, { from: at, until: month.onsets[index + 1] ?? month.end }, outages, pages, tickets),
    ),
  };
}

function assessOnset(
  month: Month,
  onset: Span,
  outages: readonly Span[],
  pages: readonly number[],
  tickets: readonly number[],
): OnsetOutcome {
  const isWithin = (time: number) => time >= onset.from && time < onset.until;
  const after = (times: readonly number[]) => times.filter(isWithin).map((time) => time - onset.from)[0];
  const faults = month.faults.filter(({ from }) => isWithin(from));
  const over = Math.max(onset.from, ...faults.map(({ until }) => until));
  const logins = month.logins.filter(({ at }) => at >= onset.from && at < over);
  const healed = month.invocations.find(({ startedAt, outcome }) => startedAt >= over && outcome === 'succeeded');
  const own = outages.filter(({ from }) => isWithin(from));
  return {
    withoutTokenMs: totalMs(own),
    msToGap: after(own.map(({ from }) => from)),
    msToPage: after(pages),
    msToTicket: after(tickets),
    msToHealth: healed && healed.endedAt - over,
    pages: pages.filter(isWithin).length,
    requests: logins.length,
    refusedLogins: logins.filter(({ outcome }) => outcome === 'refused').length,
  };
}

/** When alarms went into ALARM, in order of time. */
function firings(alarms: readonly AlarmRecord[]): number[] {
  return alarms
    .flatMap(({ changes }) => changes.filter(({ state }) => state === 'ALARM').map(({ at }) => at))
    .sort((a, b) => a - b);
}

export function isFiring({ changes }: AlarmRecord, at: number): boolean {
  return changes.findLast((change) => change.at <= at)?.state === 'ALARM';
}

/** Metrics are on their way for a minute, and an alarm looks once a minute. */
const ALARM_LAG_MS = 2 * MINUTE_MS;

/** Whether something is wrong at that time, or was and the first good tick since has not been seen yet. */
function isExcused(month: Month, at: number): boolean {
  return (
    month.faults.some((fault) => fault.from <= at && at <= aftermathEnd(month, fault)) ||
    droughts(month).some(({ from, until }) => from <= at && at <= until)
  );
}

function aftermathEnd(month: Month, { until, kind }: TimedFault): number {
  const healed = month.invocations.find(({ startedAt, outcome }) => startedAt >= until && outcome === 'succeeded');
  // A token with a shorter life is the matter for as long as it is the one in use.
  const replaced = month.tokens.find(({ issuedAt }) => issuedAt >= until)?.issuedAt ?? month.end;
  const over = healed?.endedAt ?? month.end;
  return (kind === 'lifetime-cut' ? Math.max(over, replaced) : over) + ALARM_LAG_MS;
}

/** Two events in a row lost or late: nothing else is wrong, but nobody looks after the token. */
function droughts({ invocations, everyMs }: Month): Span[] {
  return invocations.flatMap(({ startedAt }, index) => {
    const previous = invocations[index - 1];
    return previous !== undefined && startedAt - previous.startedAt > 2.5 * everyMs
      ? [{ from: previous.startedAt, until: startedAt + ALARM_LAG_MS }]
      : [];
  });
}
