import { createHash } from 'node:crypto';
import { instant } from '../../record.ts';
import { RefreshError } from '../../refresh-error.ts';
import { timingOf } from '../../timing.ts';
import type { TokenRecord } from '../../token-status.ts';
import type { Announcement } from './attempt.ts';
import { dueTime } from './decision.ts';
import { lastToken, reportsInRow } from './stored-state.ts';
import type { TokenExpiry } from './token-expiry.ts';

/** A new token, not stored yet. */
export interface IssuedToken extends TokenExpiry {
  readonly accessToken: string;
  /** See `fingerprintOf`. */
  readonly fingerprint: string;
  /** Milliseconds since the epoch; taken before the request was sent. */
  readonly issuedAt: number;
}

/**
 * A token may live this much longer than recorded: its lifetime is counted from before the request, which may have taken
 * that long. Handed out again in that moment, the token proves nothing about its expiry.
 */
const TRAVEL_MS = 15_000;

/**
 * The record of a token that was just issued.
 * Some services hand out the same token until shortly before it expires, and may promise its full lifetime again each
 * time. The earlier of the two expiries counts, unless the recorded one has passed and proved too early.
 * @param announcement of the attempt that got it
 * @throws RefreshError `REPLY_MALFORMED` for a token that has expired on its way here
 */
export function recordIssued(
  issued: IssuedToken,
  announcement: Announcement,
  now: number,
): Omit<TokenRecord, 'version'> {
  const { basis, policy, stored } = announcement;
  const recorded = lastToken(stored);
  const issuedAt = instant(issued.issuedAt);
  const promised = { expiresAt: instant(issued.expiresAt), lifetimeAssumed: issued.lifetimeAssumed };
  const same = recorded !== undefined && isSame(recorded.fingerprint, issued.fingerprint) ? recorded : promised;
  const isEarlier = same.expiresAt < promised.expiresAt && Date.parse(same.expiresAt) + TRAVEL_MS > now;
  const { expiresAt, lifetimeAssumed } = isEarlier ? same : promised;
  if (Date.parse(expiresAt) <= now) {
    throw new RefreshError('REPLY_MALFORMED', 'The SOAP service gave a token that had expired before it arrived');
  }
  return {
    issuedAt,
    expiresAt,
    dueAt: instant(dueTime({ issuedAt, expiresAt }, policy)),
    pageBelowSeconds: timingOf(policy).pageBelowSeconds,
    lifetimeAssumed,
    fingerprint: issued.fingerprint,
    ...basis,
    attemptAt: instant(announcement.now),
    reports: reportsInRow(stored),
  };
}

/** Whether the very same token stands in the store already, kept in the same way. @param stored its record, see `recordOfStored` */
export function isStored(record: Omit<TokenRecord, 'version'>, stored: TokenRecord | undefined): stored is TokenRecord {
  return stored?.configuration === record.configuration && isSame(stored.fingerprint, record.fingerprint);
}

/**
 * A hash by which a person can recognise a token; empty for one that could be found by trying: of less than 10
 * characters, or less than 20 digits.
 */
export function fingerprintOf(accessToken: string): string {
  const isGuessable = accessToken.length < 10 || /^\d{1,19}$/.test(accessToken);
  return isGuessable ? '' : `sha256:${createHash('sha256').update(accessToken).digest('hex')}`;
}

/** Whether two fingerprints are of one token, as far as anybody can say. */
export function isSame(one: string, other: string): boolean {
  return one !== '' && one === other;
}
