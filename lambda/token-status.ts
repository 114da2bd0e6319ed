import { isObject } from './parse-json.ts';
import {
  decodeRecord,
  encodeRecord,
  type Instant,
  isCount,
  isInstant,
  isOptional,
  isPositiveInteger,
  isText,
  type UnreadableRecord,
} from './record.ts';

/**
 * The status parameter, `<name>/status`: what is known of the stored token. JSON, no secret in it, readable without
 * decryption. Written by nobody but the run that got that token, new or handed out again.
 */
export interface TokenStatus {
  readonly token?: TokenRecord;
}

/** The token that was stored last. */
export interface TokenRecord {
  /** The SSM version that PutParameter returned: shows a reader whether token and status belong together. */
  readonly version: number;
  /** Taken before the request was sent, so that the expiry errs on the early side. */
  readonly issuedAt: Instant;
  readonly expiresAt: Instant;
  /** From when on it is replaced, by the settings under which it was got. */
  readonly dueAt?: Instant;
  /** TokenExpiring pages below this many seconds of life, by the settings under which it was got. */
  readonly pageBelowSeconds?: number;
  /** True when the reply's lifetime was unusable and the configured one was taken. */
  readonly lifetimeAssumed: boolean;
  /** Identifies the token for a person; empty where it would help a guesser. */
  readonly fingerprint: string;
  readonly secretVersionId: string;
  readonly configuration: string;
  /** The `at` of the attempt that got it, which has ended with that. */
  readonly attemptAt?: Instant;
  /** How many tokens in a row, up to the one before this, readers reported as rejected. Left out for none. */
  readonly reports?: number;
}

/** The text of the status parameter. */
export function encodeStatus(status: TokenStatus): string {
  return encodeRecord(status);
}

/** What the text of the status parameter says. Fields that nobody knows are ignored. */
export function decodeStatus(text: string): TokenStatus | UnreadableRecord {
  return decodeRecord(text, ({ token }) => {
    if (token === undefined) return {};
    return isTokenRecord(token) ? { token } : 'holds a damaged record of the token';
  });
}

function isTokenRecord(value: unknown): value is TokenRecord {
  return (
    isObject(value) &&
    isPositiveInteger(value.version) &&
    isInstant(value.issuedAt) &&
    isInstant(value.expiresAt) &&
    value.issuedAt < value.expiresAt &&
    isOptional(value.dueAt, isInstant) &&
    isOptional(value.pageBelowSeconds, isCount) &&
    typeof value.lifetimeAssumed === 'boolean' &&
    isText(value.fingerprint) &&
    isText(value.secretVersionId) &&
    isText(value.configuration) &&
    isOptional(value.attemptAt, isInstant) &&
    isOptional(value.reports, isPositiveInteger)
  );
}

/** The parameter that says how long the token lives; it stands below the token's own parameter. */
export function statusParameterName(tokenParameterName: string): string {
  return `${tokenParameterName}/status`;
}

/** The parameter into which readers write the SSM version of a token that the service rejects; below the token's own. */
export function rejectedParameterName(tokenParameterName: string): string {
  return `${tokenParameterName}/rejected`;
}
