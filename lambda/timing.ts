/** When a token is replaced, and when a person is paged: in seconds, and without CDK, which takes seconds to load. */

/** How long a token lives where the reply does not say so. */
export const TOKEN_LIFETIME_SECONDS = 4 * 3600;
/** How old a token may grow before it is replaced. */
export const REFRESH_EVERY_SECONDS = 2 * 3600;
/** How often a tick looks whether the token is due. */
export const CHECK_EVERY_SECONDS = 15 * 60;
/** The same where the service renews only at expiry: readers have no token for as long. */
const CHECK_EVERY_AT_EXPIRY_SECONDS = 60;

/** Lambda ends a run after this: an attempt without outcome that is younger belongs to a run that may still be at work. */
export const LONGEST_RUN_SECONDS = 60;

/** The durations that decide when a token is replaced. */
export interface RefreshTiming {
  /** How long a token lives where the reply does not say so. */
  readonly tokenLifetimeSeconds: number;
  /** How old a token may grow; half of its lifetime where that is shorter. Not used where there is a renewal window. */
  readonly refreshEverySeconds: number;
  /** How often the function looks whether the token is due. */
  readonly checkEverySeconds: number;
  /** How long before its expiry a token is replaced, for services that hand out a new one only then. 0: at its end. */
  readonly renewalWindowSeconds: number | undefined;
}

/** Those durations, and what follows from them. */
export interface Timing extends RefreshTiming {
  /** How old a token of the expected lifetime grows before it is due. */
  readonly replacedAfterSeconds: number;
  /** TokenExpiring pages below this. */
  readonly pageBelowSeconds: number;
}

/**
 * Fills in the defaults: a lifetime of 4 hours, refreshed every 2 hours, checked every 15 minutes, no renewal window. With a
 * window of 0, the service renews only at expiry: checked every minute, and `refreshEverySeconds` is the lifetime.
 */
export function timingOf(given: Partial<RefreshTiming>): Timing {
  const { tokenLifetimeSeconds = TOKEN_LIFETIME_SECONDS, renewalWindowSeconds } = given;
  const isAtExpiry = renewalWindowSeconds === 0;
  const {
    refreshEverySeconds = isAtExpiry ? tokenLifetimeSeconds : REFRESH_EVERY_SECONDS,
    checkEverySeconds = isAtExpiry ? CHECK_EVERY_AT_EXPIRY_SECONDS : CHECK_EVERY_SECONDS,
  } = given;
  const durations = { tokenLifetimeSeconds, refreshEverySeconds, checkEverySeconds, renewalWindowSeconds };
  const timing = { ...durations, replacedAfterSeconds: replacedAfterSeconds(durations) };
  return { ...timing, pageBelowSeconds: pageBelowSeconds(timing) };
}

/** How old a token grows before it is replaced where there is no renewal window: half of its life at most. In any one unit. */
export function usefulLife(lifetime: number, refreshEvery: number): number {
  return Math.min(refreshEvery, lifetime / 2);
}

function replacedAfterSeconds(timing: RefreshTiming): number {
  const { tokenLifetimeSeconds, refreshEverySeconds, renewalWindowSeconds } = timing;
  if (renewalWindowSeconds !== undefined) return tokenLifetimeSeconds - renewalWindowSeconds;
  return usefulLife(tokenLifetimeSeconds, refreshEverySeconds);
}

/** TokenExpiring fires when this many periods of `checkEvery` in a row are below the threshold. */
export const PERIODS_TO_PAGE = 3;

/** A tick's metrics are on their way through the log for up to a minute, and an alarm looks once a minute. */
const ALARM_LAG_SECONDS = 120;

/**
 * TokenExpiring pages below this: a third of the lifetime, or of the renewal window. More, where checks are so far apart
 * that the token would end before three of them; but not more than a token has left when it is due, for until then
 * nothing is wrong. With a renewal at expiry there is no token for a moment each time: only one that stays away pages.
 */
function pageBelowSeconds(timing: Omit<Timing, 'pageBelowSeconds'>): number {
  const { tokenLifetimeSeconds, renewalWindowSeconds, checkEverySeconds, replacedAfterSeconds } = timing;
  const third = Math.floor((renewalWindowSeconds ?? tokenLifetimeSeconds) / 3);
  const leftWhenDue = tokenLifetimeSeconds - replacedAfterSeconds;
  return Math.max(1, Math.floor(Math.min(leftWhenDue, Math.max(third, secondsToPage(checkEverySeconds)))));
}

/** From the moment the token falls below the threshold until TokenExpiring has seen enough periods to fire. */
function secondsToPage(checkEverySeconds: number): number {
  return PERIODS_TO_PAGE * checkEverySeconds + ALARM_LAG_SECONDS;
}

/**
 * Whether the token could expire before TokenExpiring fires: counted from when it is due, with a check to spare, for an
 * event may be lost.
 */
export function pageCouldComeTooLate(timing: Timing): boolean {
  const { tokenLifetimeSeconds, replacedAfterSeconds, checkEverySeconds, renewalWindowSeconds } = timing;
  if (renewalWindowSeconds === 0) return false;
  const leftWhenDue = tokenLifetimeSeconds - replacedAfterSeconds;
  return Math.max(4 * checkEverySeconds, secondsToPage(checkEverySeconds)) > leftWhenDue;
}

/** A duration as cdk.json and service profiles write it. */
export const DURATION_PATTERN = /^\d{1,8} (?:second|minute|hour|day)s?$/;

/** What to do about a text that is none. */
export const DURATION_RULE = 'use a whole number and a unit: "90 seconds", "15 minutes", "4 hours", "1 day"';

const UNITS = { day: 86_400, hour: 3600, minute: 60, second: 1 } as const;

/** Seconds of "90 seconds", "15 minutes", "4 hours", "1 day"; NaN for another text. */
export function durationSeconds(text: string): number {
  if (!DURATION_PATTERN.test(text)) return Number.NaN;
  const [amount, unit = ''] = text.split(' ');
  const [, size = Number.NaN] = Object.entries(UNITS).find(([name]) => unit.startsWith(name)) ?? [];
  return Number(amount) * size;
}

/** A duration as it is written there, in the largest unit of which it is a whole number. */
export function durationText(seconds: number): string {
  const [unit, size] = Object.entries(UNITS).find(([, one]) => seconds >= one && seconds % one === 0) ?? ['second', 1];
  return `${seconds / size} ${unit}${seconds === size ? '' : 's'}`;
}

/** About how long, for a person: "90 s", "2 min 30 s", "45 min", "2 h 5 min", "3 d 4 h". */
export function spanText(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [minutes, hours] = [Math.round(whole / 60), Math.round(whole / 3600)];
  if (whole < 120) return `${whole} s`;
  if (whole < 600) return inTwo(whole, 60, 'min', 's');
  if (minutes < 60) return `${minutes} min`;
  return minutes < 24 * 60 ? inTwo(minutes, 60, 'h', 'min') : inTwo(hours, 24, 'd', 'h');
}

function inTwo(amount: number, size: number, larger: string, smaller: string): string {
  const rest = amount % size;
  return `${Math.floor(amount / size)} ${larger}${rest === 0 ? '' : ` ${rest} ${smaller}`}`;
}
