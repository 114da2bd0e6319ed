import type { Attempt, TokenStatus } from '../../token-status.ts';

const DAY_MS = 24 * 3_600_000;

/**
 * The instants of the logins of the last 24 hours, as the status tells them. One in the future was written by a clock that
 * jumped; further ahead than a day it counts no more.
 * @param now milliseconds since the epoch
 */
export function recentLogins({ logins = [] }: TokenStatus, now: number): readonly string[] {
  return logins.filter((at) => Math.abs(now - Date.parse(at)) < DAY_MS);
}

/**
 * What the status says of the logins once this one is announced.
 * @param attempt the one that is announced
 * @returns undefined where the service does not count them
 */
export function loginsWith(
  { at }: Attempt,
  status: TokenStatus,
  loginsPerDay: number | undefined,
): readonly string[] | undefined {
  return loginsPerDay === undefined ? undefined : [...recentLogins(status, Date.parse(at)), at];
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
  // So many must have left the day for there to be room for one.
  const leaving = logins.toSorted().at(logins.length - allowed);
  return leaving && new Date(Date.parse(leaving) + DAY_MS).toISOString();
}
