/** TokenExpiring fires when this many periods of `checkEvery` in a row are below the threshold. */
export const PERIODS_TO_PAGE = 3;

/** A tick's metrics are on their way through the log for up to a minute, and an alarm looks once a minute. */
const ALARM_LAG_SECONDS = 120;

/** What the threshold follows from; all in seconds. */
export interface PageTiming {
  readonly lifetimeSeconds: number;
  /** Left out: a new token can be had at any time. */
  readonly renewalWindowSeconds?: number;
  /** How old a token of that lifetime grows before it is due. */
  readonly replacedAfterSeconds: number;
  readonly checkEverySeconds: number;
}

/**
 * TokenExpiring pages below this: a third of the lifetime, or of the renewal window. More, where checks are so far apart
 * that the token would end before three of them; but not more than a token has left when it is due, for until then
 * nothing is wrong.
 */
export function pageBelowSeconds(timing: PageTiming): number {
  const { lifetimeSeconds, renewalWindowSeconds, replacedAfterSeconds, checkEverySeconds } = timing;
  const third = Math.floor((renewalWindowSeconds ?? lifetimeSeconds) / 3);
  return Math.min(lifetimeSeconds - replacedAfterSeconds, Math.max(third, secondsToPage(checkEverySeconds)));
}

/** From the moment the token falls below the threshold until TokenExpiring has seen enough periods to fire. */
export function secondsToPage(checkEverySeconds: number): number {
  return PERIODS_TO_PAGE * checkEverySeconds + ALARM_LAG_SECONDS;
}
