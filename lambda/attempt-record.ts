import { isObject } from './parse-json.ts';
import {
  decodeRecord,
  encodeRecord,
  type Instant,
  isCount,
  isInstant,
  isOptional,
  isText,
  isUnreadable,
  type UnreadableRecord,
} from './record.ts';
import { LONGEST_RUN_SECONDS } from './timing.ts';
import type { TokenRecord } from './token-status.ts';

/** The attempt parameter, `<name>/attempt`: the last attempt to get a token. JSON, no secret in it. */
export interface AttemptRecord {
  readonly attempt?: Attempt;
  /** When the service was asked in the last 24 hours; only where it rations its logins. */
  readonly logins?: readonly Instant[];
}

/** The record by which a run says that it asks. */
export interface AnnouncedRecord extends AttemptRecord {
  readonly attempt: Attempt;
}

/**
 * One attempt to get a token, written down before the service is asked, as if nothing would ever come back; its outcome
 * corrects that. It is the lock between runs, the trace of a run that died, the back-off, and the memory of a refusal.
 */
export interface Attempt {
  /** When it was announced; intervals count from here. */
  readonly at: Instant;
  /** A random id: by it a run finds its own announcement, where the answer to that write was lost. */
  readonly run: string;
  /** The SSM version of the attempt parameter that the run had read, 0 where there was none. */
  readonly on: number;
  /** Why a token was wanted. */
  readonly trigger: string;
  /** False where the run failed before it could ask: it then counts nothing. Left out for an attempt that asks. */
  readonly asked?: false;
  /** The credentials that were sent; left out where they could not be read. */
  readonly secretVersionId?: string;
  /** The configuration under which they were sent. */
  readonly configuration: string;
  /** Attempts in a row that may have reached the service and gave no token, refusals aside. */
  readonly failures: number;
  /** Attempts in a row in which the service refused the credentials. */
  readonly refusals: number;
  /** The service is not asked again with these credentials before. */
  readonly askAgainAt: Instant | 'never';
  /** Left out while the attempt is under way, for ever if its run died, and where the status names it. */
  readonly outcome?: AttemptOutcome;
}

/** How an attempt ended that gave no token. */
export interface AttemptOutcome {
  /** A code of `RefreshError`. */
  readonly code: string;
  readonly at: Instant;
  /** The code or sentence of the profile by which the service said so. */
  readonly reason?: string;
}

/** The text of the attempt parameter. */
export function encodeAttempt(record: AttemptRecord): string {
  return encodeRecord(record);
}

/** What the text of the attempt parameter says. Fields that nobody knows are ignored. */
export function decodeAttempt(text: string): AttemptRecord | UnreadableRecord {
  return decodeRecord(text, ({ attempt, logins }) => {
    if (attempt !== undefined && !isAttempt(attempt)) return 'holds a damaged record of the last attempt';
    if (logins !== undefined && !(Array.isArray(logins) && logins.every(isInstant)))
      return 'holds a damaged record of the logins';
    return { ...(attempt && { attempt }), ...(logins && { logins }) };
  });
}

/**
 * Whether an announcement came second: another run had written in between. It counts for nothing, and so does a failure
 * before asking that came second; an outcome of a run that asked always counts.
 * @param version the SSM version of the parameter in which it stands
 */
export function hasLost({ attempt }: AttemptRecord, version: number): boolean {
  if (attempt === undefined) return false;
  return (attempt.outcome === undefined || attempt.asked === false) && attempt.on + 1 !== version;
}

/**
 * The newest record that has not lost. An outcome whose first answer was lost may have been written again after another run
 * had announced and come first: then that run's record counts.
 * @param readVersion gives an earlier version; undefined where that cannot be had, which ends the looking back
 */
export async function countingRecord(
  newest: AttemptRecord | UnreadableRecord,
  version: number,
  readVersion: (version: number) => Promise<AttemptRecord | UnreadableRecord | undefined>,
): Promise<AttemptRecord | UnreadableRecord> {
  let found = newest;
  for (let at = version; !isUnreadable(found); at -= 1) {
    if (!hasLost(found, at) && !(await isLate(found, at, readVersion))) return found;
    if (at <= 1) return {};
    const earlier = await readVersion(at - 1);
    if (earlier === undefined) return unended(found);
    found = earlier;
  }
  return found;
}

/** Of a record that came second to one that cannot be had: for all that is known, that other attempt is under way. */
function unended(record: AttemptRecord): AttemptRecord {
  return { ...record, attempt: record.attempt && { ...record.attempt, asked: undefined, outcome: undefined } };
}

/** Whether between an outcome and its own announcement, the version after `on`, another run has announced and come first. */
async function isLate(
  { attempt }: AttemptRecord,
  version: number,
  readVersion: (version: number) => Promise<AttemptRecord | UnreadableRecord | undefined>,
): Promise<boolean> {
  if (attempt?.outcome === undefined || attempt.asked === false) return false;
  for (let at = version - 1; at > attempt.on + 1; at -= 1) {
    const between = await readVersion(at);
    if (between === undefined || isUnreadable(between)) return false;
    const isAnnounced = between.attempt !== undefined && between.attempt.outcome === undefined;
    if (isAnnounced && between.attempt.run !== attempt.run && !hasLost(between, at)) return true;
  }
  return false;
}

/**
 * The attempt, unless it has ended with the token of that record. A record that names no attempt is of a version that knew
 * one parameter only: what was tried before it got that token is over.
 */
export function openAttempt({ attempt }: AttemptRecord, token: TokenRecord | undefined): Attempt | undefined {
  if (attempt === undefined || token === undefined) return attempt;
  const { attemptAt, issuedAt } = token;
  const hasEnded = attemptAt === undefined ? attempt.at < issuedAt : attempt.at === attemptAt;
  return hasEnded ? undefined : attempt;
}

/** Whether the run that announced it may still be at work. Either way in time, for two machines' clocks differ. */
export function isInProgress(attempt: Attempt | undefined, now: number): boolean {
  if (attempt === undefined || attempt.outcome !== undefined) return false;
  return Math.abs(now - Date.parse(attempt.at)) < LONGEST_RUN_SECONDS * 1000;
}

function isAttempt(value: unknown): value is Attempt {
  return (
    isObject(value) &&
    isInstant(value.at) &&
    isText(value.run) &&
    isCount(value.on) &&
    isText(value.trigger) &&
    isOptional(value.asked, (asked) => asked === false) &&
    isOptional(value.secretVersionId, isText) &&
    isText(value.configuration) &&
    isCount(value.failures) &&
    isCount(value.refusals) &&
    (value.askAgainAt === 'never' || isInstant(value.askAgainAt)) &&
    isOptional(value.outcome, isOutcome)
  );
}

function isOutcome(value: unknown): value is AttemptOutcome {
  return isObject(value) && isText(value.code) && isInstant(value.at) && isOptional(value.reason, isText);
}

/** The parameter of the last attempt; it stands below the token's own parameter. */
export function attemptParameterName(tokenParameterName: string): string {
  return `${tokenParameterName}/attempt`;
}
