import { type Attempt, isInProgress } from '../../attempt-record.ts';
import { instant } from '../../record.ts';
import type { RefreshError } from '../../refresh-error.ts';
import { usefulLife } from '../../timing.ts';
import type { TokenRecord } from '../../token-status.ts';

/** Which credentials are sent, and under which configuration. An attempt stands for these. */
export interface LoginBasis {
  readonly secretVersionId: string;
  readonly configuration: string;
}

/** What the next attempt is made from. */
export interface Announcement {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** A random id. */
  readonly run: string;
  /** The newest SSM version of the attempt parameter that was read, 0 for none. */
  readonly on: number;
  readonly trigger: string;
  readonly basis: LoginBasis;
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

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** This many outages in a row are asked about at every check; after that, the back-off counts. */
const PATIENT_FAILURES = 4;

/** Whether an attempt is about these very credentials, sent in this way. */
export function stands(attempt: Attempt, { secretVersionId, configuration }: LoginBasis): boolean {
  return attempt.secretVersionId === secretVersionId && attempt.configuration === configuration;
}

/** Whether the service was, or may have been, asked. */
export function hasAsked(attempt: Attempt | undefined): boolean {
  return attempt !== undefined && attempt.asked !== false;
}

/** Whether the run ended without recording how. */
export function hasDied(attempt: Attempt | undefined, now: number): boolean {
  return attempt !== undefined && attempt.outcome === undefined && !isInProgress(attempt, now);
}

/**
 * Whether the stored token may be dead, for all that the refresher knows: a new one may have been handed out since, which
 * can end the old one, and it was not stored; or a reader reports it, and the last attempt got no other.
 */
export function isTokenInDoubt(attempt: Attempt | undefined, isReported: boolean, now: number): boolean {
  if (hasDied(attempt, now) || attempt?.outcome?.code === 'STORE_FAILED') return true;
  return isReported && hasAsked(attempt) && attempt?.outcome !== undefined;
}

/** Whether the service may be asked again. A record from the future was written by a clock that jumped. */
export function mayAskAgain({ at, askAgainAt }: Attempt, now: number): boolean {
  return Date.parse(at) > now + MINUTE_MS || (askAgainAt !== 'never' && now >= Date.parse(askAgainAt));
}

/**
 * From when on a forced run asks again after this attempt, in milliseconds since the epoch: a pipeline that repeats
 * RefreshNow must not lock the account. Undefined where it may ask at once.
 */
export function forceHeardFrom({ outcome, refusals }: Attempt, now: number): number | undefined {
  if (outcome === undefined) return undefined;
  const pauseMs = forcePauseMs(outcome.code, refusals);
  const endedAt = Date.parse(outcome.at);
  return Math.abs(now - endedAt) < pauseMs ? endedAt + pauseMs : undefined;
}

function forcePauseMs(code: string, refusals: number): number {
  switch (code) {
    case 'CREDENTIALS_REFUSED':
      return Math.min(60, 2 ** refusals) * MINUTE_MS;
    case 'REQUEST_REFUSED':
    case 'REPLY_MALFORMED':
      return MINUTE_MS;
    default:
      return 0;
  }
}

/** The attempt as it is written down before the service is asked: as if nothing would ever come back. */
export function announce(announcement: Announcement): Attempt {
  const { now, run, on, trigger, basis, force, before } = announcement;
  const standing = before !== undefined && stands(before, basis) ? before : undefined;
  const failures = (force ? 0 : (standing?.failures ?? 0)) + 1;
  return {
    at: instant(now),
    run,
    on,
    trigger,
    secretVersionId: basis.secretVersionId,
    configuration: basis.configuration,
    failures,
    refusals: standing?.refusals ?? 0,
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
  const { code, reason } = error;
  const outcome = { code, at: instant(now), ...(reason !== undefined && { reason }) };
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
function after(at: number, ms: number, { checkEverySeconds }: Announcement) {
  return instant(at + ms - (checkEverySeconds * 1000) / 2);
}

/** What a tick writes down that failed before it could ask, on the first day: all that a person or a reader can see then. */
export function failedBeforeAsking(
  error: RefreshError,
  { run, on, configuration, now }: Pick<Announcement, 'run' | 'on' | 'now'> & Pick<LoginBasis, 'configuration'>,
): Attempt {
  const at = instant(now);
  return {
    at,
    run,
    on,
    trigger: 'there is no token',
    asked: false,
    configuration,
    failures: 0,
    refusals: 0,
    askAgainAt: at,
    outcome: { code: error.code, at },
  };
}
