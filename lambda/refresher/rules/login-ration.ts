import type { Attempt, AttemptRecord } from '../../attempt-record.ts';
import { type Instant, instant } from '../../record.ts';

const DAY_MS = 24 * 3_600_000;

/**
 * The instants of the logins of the last 24 hours. One in the future was written by a clock that jumped; further ahead than
 * a day it counts no more.
 * @param now milliseconds since the epoch
 */
export function recentLogins({ logins = [] }: AttemptRecord, now: number): readonly Instant[] {
  return logins.filter((at) => Math.abs(now - Date.parse(at)) < DAY_MS);
}

/**
 * The record of an attempt and of the logins with it. A service that does not count them has none.
 * @param before the newest record that has not lost
 */
export function recordWith(attempt: Attempt, before: AttemptRecord, loginsPerDay: number | undefined): AttemptRecord {
  if (loginsPerDay === undefined) return { attempt };
  return { attempt, logins: [...recentLogins(before, Date.parse(attempt.at)), attempt.at] };
}

/** The record with the attempt's outcome. What the service cannot have judged, it cannot have counted. */
export function recordAfter(attempt: Attempt, { logins }: AttemptRecord, wasJudged: boolean): AttemptRecord {
  return logins === undefined ? { attempt } : { attempt, logins: wasJudged ? logins : logins.slice(0, -1) };
}

/**
 * When the service may be asked again, where its ration of logins is used up. One of them is kept for a person.
 * @param force whether a person asks
 * @returns an instant, ISO 8601 in UTC; undefined where it may be asked now
 */
export function rationedUntil(
  logins: readonly string[],
  loginsPerDay: number | undefined,
  force: boolean,
): string | undefined {
  if (loginsPerDay === undefined) return undefined;
  const allowed = loginsPerDay - (force ? 0 : 1);
  if (logins.length < allowed) return undefined;
  // The login that must have left the day for there to be room for one more.
  const leaving = logins.toSorted().at(logins.length - allowed);
  return leaving && instant(Date.parse(leaving) + DAY_MS);
}
