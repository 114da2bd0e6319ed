import { type AnnouncedRecord, type Attempt, isInProgress } from '../../attempt-record.ts';
import { instant } from '../../record.ts';
import type { RefreshError } from '../../refresh-error.ts';
import { type RefreshTiming, usefulLife } from '../../timing.ts';
import type { TokenRecord } from '../../token-status.ts';
import { recentLogins } from './login-ration.ts';
import { countingRecordOf, lastAttempt, lastToken, recordOfStored, type StoredState } from './stored-state.ts';

/** Which credentials are sent, and under which configuration. An attempt stands for these. */
export interface LoginBasis {
  readonly secretVersionId: string;
  readonly configuration: string;
}

/** When a token is replaced, and how often the service may be asked; see the variables of the same names. */
export interface RefreshPolicy extends RefreshTiming {
  /** How many logins the service allows in 24 hours; undefined where it does not count them. */
  readonly loginsPerDay: number | undefined;
}

/** What a tick finds when it begins. */
export interface Situation {
  /** A person asked for a new token. */
  readonly force: boolean;
  readonly stored: StoredState;
  /** What would be sent, and how. */
  readonly basis: LoginBasis;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** What the next attempt is made from, at the moment at which it is announced. */
export interface Announcement extends Situation {
  /** A random id. */
  readonly run: string;
  readonly trigger: string;
  readonly policy: RefreshPolicy;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** This many outages in a row are asked about at every check; after that, the back-off counts. */
const PATIENT_FAILURES = 4;

/** Whether an attempt is about these very credentials, sent in this way. */
export function stands(attempt: Attempt, { secretVersionId, configuration }: LoginBasis): boolean {
  return attempt.secretVersionId === secretVersionId && attempt.configuration === configuration;
}

/** The last attempt, if it was made with what would be sent now. */
export function standingAttempt({ stored, basis }: Situation): Attempt | undefined {
  const attempt = lastAttempt(stored);
  return attempt !== undefined && stands(attempt, basis) ? attempt : undefined;
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
  if (code === 'CREDENTIALS_REFUSED') return Math.min(60, 2 ** refusals) * MINUTE_MS;
  return code === 'REQUEST_REFUSED' || code === 'REPLY_MALFORMED' ? MINUTE_MS : 0;
}

/** The attempt as it is written down before the service is asked: as if nothing would ever come back. */
export function announce(announcement: Announcement): AnnouncedRecord {
  const { now, run, trigger, basis, force, stored, policy } = announcement;
  const standing = standingAttempt(announcement);
  const failures = (force ? 0 : (standing?.failures ?? 0)) + 1;
  const attempt: Attempt = {
    at: instant(now),
    run,
    on: stored.on,
    trigger,
    ...basis,
    failures,
    refusals: standing?.refusals ?? 0,
    askAgainAt: later(backOffMs(failures, announcement), announcement),
  };
  if (policy.loginsPerDay === undefined) return { attempt };
  return { attempt, logins: [...recentLogins(countingRecordOf(stored), now), instant(now)] };
}

/** The attempt with its outcome, where it left no token. @param announced by `announce`, from the same announcement */
export function conclude(
  { attempt, logins }: AnnouncedRecord,
  error: RefreshError,
  announcement: Announcement,
  now: number,
): AnnouncedRecord {
  const { code, reason, isSafeToRepeat } = error;
  const outcome = { code, at: instant(now), ...(reason !== undefined && { reason }) };
  return {
    attempt: { ...attempt, ...counted(attempt, error, announcement), outcome },
    // What the service cannot have judged, it cannot have counted.
    logins: isSafeToRepeat ? logins?.slice(0, -1) : logins,
  };
}

function counted(announced: Attempt, error: RefreshError, announcement: Announcement): Partial<Attempt> {
  const { code, isSafeToRepeat } = error;
  const { basis, stored, policy } = announcement;
  const afterCheck = later(policy.checkEverySeconds * 1000, announcement);
  const failuresBefore = announced.failures - 1;
  if (code === 'STORE_FAILED') return { refusals: 0 };
  if (code === 'CREDENTIALS_REFUSED') {
    const counts = { failures: failuresBefore, refusals: announced.refusals + 1 };
    const hasWorked = lastToken(stored)?.secretVersionId === basis.secretVersionId;
    return { ...counts, askAgainAt: hasWorked && announced.refusals === 0 ? later(HOUR_MS, announcement) : 'never' };
  }
  if (isSafeToRepeat) return { failures: failuresBefore, askAgainAt: afterCheck };
  if (code !== 'ENDPOINT_UNAVAILABLE') return {};
  if (announced.failures <= PATIENT_FAILURES) return { askAgainAt: afterCheck };
  // Readers of short tokens wait for the next one.
  const limitMs = usefulLifeMs(recordOfStored(stored), policy) / 2;
  return { askAgainAt: later(backOffMs(announced.failures, announcement, limitMs), announcement) };
}

/**
 * The pause after this many failures: `checkEvery`, doubled each time, at most an hour or `limitMs`, and at most half of
 * what is left of a living token, so that a few attempts are made before it ends.
 */
function backOffMs(failures: number, { now, stored, policy }: Announcement, limitMs = HOUR_MS): number {
  const checkEveryMs = policy.checkEverySeconds * 1000;
  const token = recordOfStored(stored);
  const leftMs = token === undefined ? 0 : Date.parse(token.expiresAt) - now;
  const halfLeftMs = leftMs > 0 ? leftMs / 2 : HOUR_MS;
  return Math.max(checkEveryMs, Math.min(checkEveryMs * 2 ** (failures - 1), HOUR_MS, limitMs, halfLeftMs));
}

/** How old a token grows before it is replaced. @param token undefined: one that lives as long as is configured */
export function usefulLifeMs(
  token: Pick<TokenRecord, 'issuedAt' | 'expiresAt'> | undefined,
  { refreshEverySeconds, tokenLifetimeSeconds }: RefreshTiming,
): number {
  const lifetimeMs = token ? Date.parse(token.expiresAt) - Date.parse(token.issuedAt) : tokenLifetimeSeconds * 1000;
  return usefulLife(lifetimeMs, refreshEverySeconds * 1000);
}

/** So much after the announcement, and half a turn earlier: or the tick that was meant would come a moment too early. */
function later(ms: number, { now, policy }: Announcement) {
  return instant(now + ms - (policy.checkEverySeconds * 1000) / 2);
}
