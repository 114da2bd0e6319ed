import {
  type Alarm,
  type AlarmState,
  type EmptySeries,
  watchAlarm,
} from '../../../local/world/aws/cloudwatch-alarm.ts';
import type { TimedFault } from '../model/faults.ts';
import type { Month, WatchedAlarm } from '../model/month.ts';
import { MINUTE_MS } from '../model/scenario.ts';
import { gaps, recordedSpans, type Span, totalMs, validSpans } from './token-life.ts';

export type AlarmRecord = ReturnType<typeof watch>[number];

export function watch(month: Month, alarms: readonly WatchedAlarm[], emptySeries?: EmptySeries) {
  return alarms.map(({ pages, alarm }) => ({ pages, changes: alarmHistory(alarm, month, emptySeries) }));
}

/** Every change of state from the alarm's creation on, and when. */
export function alarmHistory(
  alarm: Alarm,
  { start, end, metrics }: Pick<Month, 'start' | 'end' | 'metrics'>,
  emptySeries: EmptySeries = 'filled',
) {
  const series = metrics.get(alarm.seriesKey) ?? [];
  const changes: { readonly at: number; readonly state: AlarmState }[] = [{ at: start, state: 'INSUFFICIENT_DATA' }];
  const { firstMinute, evaluate } = watchAlarm(alarm, start, emptySeries);
  for (let at = firstMinute; at <= end; at += MINUTE_MS) {
    const state = evaluate(series, at);
    if (state !== changes.at(-1)?.state) changes.push({ at, state });
  }
  return changes;
}

/** A service that ends the old token when it mints the new one leaves this much to nobody: it is no outage. */
const HAND_OVER_MS = 10_000;

export type Assessment = ReturnType<typeof assess>;

/** A month as its operator and its readers saw it. */
export function assess(month: Month, alarms: readonly AlarmRecord[]) {
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
    /** When somebody was woken. */
    pages,
    /** Of the time since the first token. */
    validShare: share(valid),
    /** In which the status, too, said that the token lived. */
    recordedShare: share(recordedSpans(month)),
    longestGapMs: Math.max(0, ...outages.map(({ from, until }) => until - from)),
    falsePages: pages.filter((at) => !isExcused(month, at)),
    onsets: month.onsets.map((at, index) =>
      assessOnset(month, { from: at, until: month.onsets[index + 1] ?? month.end }, outages, pages, tickets),
    ),
  };
}

export type OnsetOutcome = ReturnType<typeof assessOnset>;

/** What one onset led to, from its first moment to the next onset; what never came is undefined. */
function assessOnset(
  month: Month,
  onset: Span,
  outages: readonly Span[],
  pages: readonly number[],
  tickets: readonly number[],
) {
  const isWithin = (time: number) => time >= onset.from && time < onset.until;
  const after = (times: readonly number[]) => times.filter(isWithin).map((time) => time - onset.from)[0];
  const faults = month.faults.filter(({ from }) => isWithin(from));
  const over = Math.max(onset.from, ...faults.map(({ until }) => until));
  const logins = month.logins.filter(({ at }) => at >= onset.from && at < over);
  const healthyAt = healthyFrom(month, over);
  const own = outages.filter(({ from }) => isWithin(from));
  return {
    withoutTokenMs: totalMs(own),
    msToGap: after(own.map(({ from }) => from)),
    msToPage: after(pages),
    msToTicket: after(tickets),
    /** From the end of what was wrong to the end of the first good tick. */
    msToHealth: healthyAt === undefined ? undefined : healthyAt - over,
    pages: pages.filter(isWithin).length,
    /** While it lasted. */
    requests: logins.length,
    refusedLogins: logins.filter(({ outcome }) => outcome === 'refused').length,
  };
}

/** When the first good tick ended that began then or later. */
function healthyFrom({ invocations }: Month, time: number): number | undefined {
  return invocations.find(({ startedAt, outcome }) => startedAt >= time && outcome === 'succeeded')?.endedAt;
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
  // A token with a shorter life is the matter for as long as it is the one in use.
  const replaced = month.tokens.find(({ issuedAt }) => issuedAt >= until)?.issuedAt ?? month.end;
  const over = healthyFrom(month, until) ?? month.end;
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
