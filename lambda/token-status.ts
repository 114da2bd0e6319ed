import { isObject, parseJsonObject } from './parse-json.ts';

/**
 * The status parameter: what the refresher knows about the token beside it. JSON, no secret in it, readable
 * without decryption. Written by the refresher alone; read by it and by token readers.
 */
export interface TokenStatus {
  readonly token?: TokenRecord;
  readonly refusal?: Refusal;
  readonly failure?: Failure;
}

/** The token that was stored. Instants are ISO 8601 in UTC. */
export interface TokenRecord {
  /** The SSM version that PutParameter returned: tells a reader whether token and status belong together. */
  readonly version: number;
  /** Taken before the request was sent, so that the expiry errs on the early side. */
  readonly issuedAt: string;
  readonly expiresAt: string;
  /** True when the reply's lifetime was unusable and the configured one was taken. */
  readonly lifetimeAssumed: boolean;
  readonly fingerprint: string;
  readonly secretVersionId: string;
  readonly configuration: string;
}

/** The service said no to this credential version under this configuration. */
export interface Refusal {
  readonly reason: string;
  readonly secretVersionId: string;
  readonly configuration: string;
  /** When the service refused first. */
  readonly at: string;
  /** How often the schedule has made the refresher ask; 2 is final. */
  readonly count: number;
}

/** The last tick failed. */
export interface Failure {
  readonly code: string;
  /** When the last tick failed. */
  readonly at: string;
  /** Failed ticks in a row. */
  readonly consecutive: number;
}

export function encodeStatus(status: TokenStatus): string {
  return JSON.stringify(status);
}

/** The status, or undefined for text that is not wholly one: half a record is worse than none. */
export function decodeStatus(text: string): TokenStatus | undefined {
  const json = parseJsonObject(text);
  if (json === undefined) return undefined;
  const { token, refusal, failure } = json;
  if (token !== undefined && !isTokenRecord(token)) return undefined;
  if (refusal !== undefined && !isRefusal(refusal)) return undefined;
  if (failure !== undefined && !isFailure(failure)) return undefined;
  return { ...(token && { token }), ...(refusal && { refusal }), ...(failure && { failure }) };
}

function isTokenRecord(value: unknown): value is TokenRecord {
  return (
    isObject(value) &&
    isPositiveInteger(value.version) &&
    isInstant(value.issuedAt) &&
    isInstant(value.expiresAt) &&
    value.issuedAt < value.expiresAt &&
    typeof value.lifetimeAssumed === 'boolean' &&
    typeof value.fingerprint === 'string' &&
    typeof value.secretVersionId === 'string' &&
    typeof value.configuration === 'string'
  );
}

function isRefusal(value: unknown): value is Refusal {
  return (
    isObject(value) &&
    typeof value.reason === 'string' &&
    typeof value.secretVersionId === 'string' &&
    typeof value.configuration === 'string' &&
    isInstant(value.at) &&
    isPositiveInteger(value.count)
  );
}

function isFailure(value: unknown): value is Failure {
  return (
    isObject(value) && typeof value.code === 'string' && isInstant(value.at) && isPositiveInteger(value.consecutive)
  );
}

function isPositiveInteger(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0;
}

/** Exactly what Date.toISOString writes in years 0 to 9999, so that instants compare as text. */
function isInstant(value: unknown): value is string {
  return typeof value === 'string' && value.length === 24 && isoOrUndefined(value) === value;
}

function isoOrUndefined(text: string): string | undefined {
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}

/** The parameter that says how long the token lives; it stands below the token's own parameter. */
export function statusParameterName(tokenParameterName: string): string {
  return `${tokenParameterName}/status`;
}

/** The parameter in which a reader reports the version of a token that the service rejected. */
export function rejectedParameterName(tokenParameterName: string): string {
  return `${tokenParameterName}/rejected`;
}
