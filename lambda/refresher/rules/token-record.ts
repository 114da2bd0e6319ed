import { RefreshError } from '../../refresh-error.ts';
import type { TokenRecord } from '../../token-status.ts';
import type { Origin } from './attempt.ts';
import type { TokenExpiry } from './token-expiry.ts';

/** A new token, not stored yet. */
export interface IssuedToken extends TokenExpiry {
  readonly accessToken: string;
  /** A hash by which a person can tell two tokens apart. */
  readonly fingerprint: string;
  /** Milliseconds since the epoch; taken before the request was sent. */
  readonly issuedAt: number;
}

/** What is recorded of a token besides the version that storing it gives. */
export type UnstoredRecord = Omit<TokenRecord, 'version' | 'reports'>;

/**
 * A token may live this much longer than recorded: its lifetime is counted from before the request, which took up to so
 * long. Handed out again in that moment, the token proves nothing about its expiry.
 */
const TRAVEL_MS = 15_000;

/**
 * The record of a token that was just issued.
 *
 * Some services hand out the same token until shortly before it expires, and may promise its full lifetime again each
 * time. The earlier of the two expiries stands, unless the recorded one has passed and proved too early.
 * @param now milliseconds since the epoch
 * @throws RefreshError `REPLY_MALFORMED` for a token that has expired on its way here.
 */
export function recordIssued(
  issued: IssuedToken,
  origin: Origin,
  recorded: TokenRecord | undefined,
  now: number,
): UnstoredRecord {
  const promised = {
    expiresAt: new Date(issued.expiresAt).toISOString(),
    lifetimeAssumed: issued.lifetimeAssumed,
  };
  const standing = recorded !== undefined && recorded.fingerprint === issued.fingerprint ? recorded : promised;
  const stands = standing.expiresAt < promised.expiresAt && Date.parse(standing.expiresAt) + TRAVEL_MS > now;
  const { expiresAt, lifetimeAssumed } = stands ? standing : promised;
  if (Date.parse(expiresAt) <= now) {
    const message = 'The SOAP service gave a token that had expired before it arrived';
    throw new RefreshError('REPLY_MALFORMED', message);
  }
  return {
    issuedAt: new Date(issued.issuedAt).toISOString(),
    expiresAt,
    lifetimeAssumed,
    fingerprint: issued.fingerprint,
    ...origin,
  };
}

/** Whether the very same token stands in the store already, kept in the same way. */
export function isStored(
  record: UnstoredRecord,
  recorded: TokenRecord | undefined,
  storedVersion: number | undefined,
): recorded is TokenRecord {
  return (
    recorded !== undefined &&
    recorded.version === storedVersion &&
    recorded.fingerprint === record.fingerprint &&
    recorded.configuration === record.configuration
  );
}
