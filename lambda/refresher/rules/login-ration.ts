import type { AttemptRecord } from '../../attempt-record.ts';
import { type Instant, instant } from '../../record.ts';

const DAY_MS = 24 * 3_600_000;

/**
 * The instants of the logins of the last 24 hours. One in the future was written by a clock that jumped; further ahead than
 * a day it counts no more.
 */
export function recentLogins({ logins = [] }: AttemptRecord, now: number): readonly Instant[] {
  return logins.filter((at) => Math.abs(now - Date.parse(at)) < DAY_MS);
}

/** When the service may be asked again, one login being kept for a person who forces; undefined where it may be asked now. */
export function rationedUntil(
  logins: readonly Instant[],
  loginsPerDay: number | undefined,
  force: boolean,
): Instant | undefined {
  if (loginsPerDay === undefined) return undefined;
  const allowed = loginsPerDay - (force ? 0 : 1);
  if (logins.length < allowed) return undefined;
  // The login that must have left the day for there to be room for one more.
  const leaving = logins.toSorted().at(logins.length - allowed);
  return leaving && instant(Date.parse(leaving) + DAY_MS);
}
