import type { RefreshError } from '../../refresh-error.ts';
import { LONGEST_RUN_SECONDS, usefulLife } from '../../timing.ts';
import type { Attempt, TokenRecord } from '../../token-status.ts';

/** Which credentials are sent, and under which configuration. An attempt stands for these. */
export interface Origin {
  readonly secretVersionId: string;
  readonly configuration: string;
}

/** What the next attempt is made from. */
export interface Announcement {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly trigger: string;
  readonly origin: Origin;
  readonly force: boolean;
  /** The attempt recorded so far; its counts go on if it stands. */
  readonly before: Attempt | undefined;
  /** The record of the stored token. */
  readonly token: TokenRecord | undefined;
  readonly checkEverySeconds: number;
  readonly refreshEverySeconds: number;
  /** The configured one, which counts without a token. */
  readonly tokenLifetimeSeconds: number;
}

const HOUR_MS = 3_600_000;
/** This many outages in a row are asked about at every check; after that, the back-off counts. */
const PATIENT_FAILURES = 4;

/** Whether an attempt is about these very credentials, sent in this way. */
export function stands(attempt: Attempt, { secretVersionId, configuration }: Origin): boolean {
  return attempt.secretVersionId === secretVersionId && attempt.configuration === configuration;
}

/** Whether the run that announced it may still be at work. Either way in time, for two machines' clocks differ. */
export function isInProgress(attempt: Attempt | undefined, now: number): boolean {
  if (attempt === undefined || attempt.outcome !== undefined) return false;
  return Math.abs(now - Date.parse(attempt.at)) < LONGEST_RUN_SECONDS * 1000;
}

/** Whether the service was, or may have been, asked. */
export function hasAsked(attempt: Attempt | undefined): boolean {
  return attempt !== undefined && attempt.failures + attempt.refusals > 0;
}

/** Whether the run ended without telling how. */
export function hasDied(attempt: Attempt | undefined, now: number): boolean {
  return attempt !== undefined && attempt.outcome === undefined && !isInProgress(attempt, now);
}

/**
 * Whether the stored token may be dead, for all that the refresher knows: a new one may have been handed out since, which
 * can end the old one, and it was not stored.
 */
export function isTokenInDoubt(attempt: Attempt | undefined, now: number): boolean {
  return hasDied(attempt, now) || attempt?.outcome?.code === 'STORE_FAILED';
}

/** Whether the service may be asked again. A record from the future was written by a clock that jumped. */
export function mayAskAgain({ at, askAgainAt }: Attempt, now: number): boolean {
  return Date.parse(at) > now || (askAgainAt !== 'never' && now >= Date.parse(askAgainAt));
}

/** The attempt as it is written down before the service is asked: as if nothing would ever come back. */
export function announce(announcement: Announcement): Attempt {
  const { now, trigger, origin, force, before } = announcement;
  const goesOn = before !== undefined && !force && stands(before, origin);
  const failures = (goesOn ? before.failures : 0) + 1;
  const refusals = goesOn ? before.refusals : 0;
  return {
    at: new Date(now).toISOString(),
    trigger,
    ...origin,
    failures,
    refusals,
    askAgainAt: after(now, backOffMs(failures, announcement), announcement),
  };
}

/**
 * The attempt with its outcome, where it left no token.
 * @param announced by `announce`, from the same announcement
 * @param hasWorked whether the stored token was got with this version of the credentials
 * @param now milliseconds since the epoch
 */
export function conclude(
  announced: Attempt,
  error: RefreshError,
  hasWorked: boolean,
  announcement: Announcement,
  now: number,
): Attempt {
  const outcome = {
    code: error.code,
    at: new Date(now).toISOString(),
    ...(error.reason !== undefined && { reason: error.reason }),
  };
  return { ...announced, ...counted(announced, error, hasWorked, announcement), outcome };
}

function counted(
  announced: Attempt,
  { code, isSafeToRepeat }: RefreshError,
  hasWorked: boolean,
  announcement: Announcement,
): Partial<Attempt> {
  const later = (ms: number) => after(announcement.now, ms, announcement);
  const checkEveryMs = announcement.checkEverySeconds * 1000;
  const failuresBefore = announced.failures - 1;
  if (code === 'STORE_FAILED') return { refusals: 0 };
  if (code === 'CREDENTIALS_REFUSED') {
    const counts = { failures: failuresBefore, refusals: announced.refusals + 1 };
    return { ...counts, askAgainAt: hasWorked && announced.refusals === 0 ? later(HOUR_MS) : 'never' };
  }
  if (isSafeToRepeat) return { failures: failuresBefore, askAgainAt: later(checkEveryMs) };
  if (code !== 'ENDPOINT_UNAVAILABLE') return {};
  if (announced.failures <= PATIENT_FAILURES) return { askAgainAt: later(checkEveryMs) };
  // Readers of short tokens wait for the next one.
  return { askAgainAt: later(backOffMs(announced.failures, announcement, replacedEveryMs(announcement) / 2)) };
}

/**
 * The pause after this many failures: `checkEvery`, doubled each time, at most an hour or `limitMs`, and at most half of
 * what is left of a living token, so that a few attempts are made before it ends.
 */
function backOffMs(failures: number, { now, token, checkEverySeconds }: Announcement, limitMs = HOUR_MS): number {
  const checkEveryMs = checkEverySeconds * 1000;
  const leftMs = token === undefined ? 0 : Date.parse(token.expiresAt) - now;
  const halfLeftMs = leftMs > 0 ? leftMs / 2 : HOUR_MS;
  return Math.max(checkEveryMs, Math.min(checkEveryMs * 2 ** (failures - 1), HOUR_MS, limitMs, halfLeftMs));
}

/** How old a token grows before it is replaced. */
function replacedEveryMs({ token, refreshEverySeconds, tokenLifetimeSeconds }: Announcement): number {
  const lifetimeMs = token ? Date.parse(token.expiresAt) - Date.parse(token.issuedAt) : tokenLifetimeSeconds * 1000;
  return usefulLife(lifetimeMs, refreshEverySeconds * 1000);
}

/** Half a turn earlier, or the tick that was meant would come a moment too early. */
function after(at: number, ms: number, { checkEverySeconds }: Announcement): string {
  return new Date(at + ms - (checkEverySeconds * 1000) / 2).toISOString();
}

/** What a tick writes down that failed before it could ask, on the first day: all that a person or a reader can see then. */
export function failedBeforeAsking(error: RefreshError, configuration: string, now: number): Attempt {
  const at = new Date(now).toISOString();
  return {
    at,
    trigger: 'there is no token',
    secretVersionId: '',
    configuration,
    failures: 0,
    refusals: 0,
    askAgainAt: at,
    outcome: { code: error.code, at },
  };
}
