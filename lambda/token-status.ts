import { isObject, parseJsonObject } from './parse-json.ts';

/**
 * The status parameter: what the refresher knows about the token beside it, and the last attempt to get another. JSON, no
 * secret in it, readable without decryption. Written by the refresher alone; read by it and by token readers.
 */
export interface TokenStatus {
  /** The token that was stored last. */
  readonly token?: TokenRecord;
  /** The last attempt to get a token, if none has been stored since. */
  readonly attempt?: Attempt;
  /** When the service was asked in the last 24 hours, ISO 8601 in UTC; only where it rations its logins. */
  readonly logins?: readonly string[];
}

/** What stands in the status parameter: a status, or something that this version cannot read. */
export interface DecodedStatus {
  /** Undefined where it cannot be read. */
  readonly content?: TokenStatus;
  /** Why it cannot be read, for the end of a sentence that names the parameter: "is not the JSON …". */
  readonly fault?: string;
  /** True where nothing is wrong but its format, which a later version of this package wrote. */
  readonly isNewer?: boolean;
}

/** The format that is written; a higher one is not read. */
const STATUS_FORMAT = 1;

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
  /** How many tokens in a row, up to the one before this, readers reported as rejected. Left out for none. */
  readonly reports?: number;
}

/**
 * One attempt to get a token, written down before the service is asked, as if nothing would ever come back; its outcome
 * corrects that. It is the lock between runs, the trace of a run that died, the back-off, and the memory of a refusal.
 */
export interface Attempt {
  /** When it was announced, ISO 8601 in UTC; intervals count from here. */
  readonly at: string;
  /** Why a token was wanted. */
  readonly trigger: string;
  /** The credentials that were sent; empty where they could not be read. */
  readonly secretVersionId: string;
  /** The configuration under which they were sent. */
  readonly configuration: string;
  /** Attempts in a row that may have reached the service and gave no token, refusals aside. */
  readonly failures: number;
  /** Attempts in a row in which the service refused the credentials. */
  readonly refusals: number;
  /** The service is not asked again with these credentials before; an instant, ISO 8601 in UTC. */
  readonly askAgainAt: string | 'never';
  /** Left out while the attempt is under way, and for ever if its run died. */
  readonly outcome?: AttemptOutcome;
}

/** How an attempt ended that gave no token. */
export interface AttemptOutcome {
  /** A code of `RefreshError`. */
  readonly code: string;
  /** ISO 8601 in UTC. */
  readonly at: string;
  /** A refusal's code or sentence, as the table of refusals knows it. */
  readonly reason?: string;
}

/** The text of the status parameter. */
export function encodeStatus(status: TokenStatus): string {
  return JSON.stringify({ format: STATUS_FORMAT, ...status });
}

/**
 * The status, or what is wrong with a text that is not wholly one: half a record is worse than none. Fields that nobody
 * knows are ignored; without `format` it counts as 1.
 */
export function decodeStatus(text: string): DecodedStatus {
  const json = parseJsonObject(text);
  if (json === undefined) return { fault: 'is not the JSON that the refresher writes' };
  const { format = STATUS_FORMAT, token, attempt, logins } = json;
  if (!isPositiveInteger(format)) return { fault: 'has a format that is no number' };
  if (format > STATUS_FORMAT) {
    const fault = `has format ${format}, and this version of soap-token-refresher knows ${STATUS_FORMAT} at most`;
    return { fault, isNewer: true };
  }
  if (token !== undefined && !isTokenRecord(token)) return { fault: 'holds a damaged record of the token' };
  if (attempt !== undefined && !isAttempt(attempt)) return { fault: 'holds a damaged record of the last attempt' };
  if (logins !== undefined && !isListOfInstants(logins)) return { fault: 'holds a damaged record of the logins' };
  return { content: { ...(token && { token }), ...(attempt && { attempt }), ...(logins && { logins }) } };
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
    typeof value.configuration === 'string' &&
    (value.reports === undefined || isPositiveInteger(value.reports))
  );
}

function isAttempt(value: unknown): value is Attempt {
  return (
    isObject(value) &&
    isInstant(value.at) &&
    typeof value.trigger === 'string' &&
    typeof value.secretVersionId === 'string' &&
    typeof value.configuration === 'string' &&
    isCount(value.failures) &&
    isCount(value.refusals) &&
    (value.askAgainAt === 'never' || isInstant(value.askAgainAt)) &&
    (value.outcome === undefined || isOutcome(value.outcome))
  );
}

function isOutcome(value: unknown): value is AttemptOutcome {
  return (
    isObject(value) &&
    typeof value.code === 'string' &&
    isInstant(value.at) &&
    (value.reason === undefined || typeof value.reason === 'string')
  );
}

function isListOfInstants(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(isInstant);
}

function isPositiveInteger(value: unknown): value is number {
  return isCount(value) && value > 0;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
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

/** The parameter into which readers write the SSM version of a token that the service rejects; below the token's own. */
export function rejectedParameterName(tokenParameterName: string): string {
  return `${tokenParameterName}/rejected`;
}
