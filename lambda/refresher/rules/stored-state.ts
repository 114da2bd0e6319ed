import { type Attempt, type AttemptRecord, openAttempt } from '../../attempt-record.ts';
import { isUnreadable, type UnreadableRecord } from '../../record.ts';
import { LONGEST_RUN_SECONDS } from '../../timing.ts';
import type { TokenRecord, TokenStatus } from '../../token-status.ts';

/** What is stored when a tick begins. */
export interface StoredState {
  /** The token parameter; undefined when there is none. */
  readonly token: TokenParameter | undefined;
  readonly status: StoredRecord<TokenStatus>;
  /** The newest record that has not lost. */
  readonly attempts: StoredRecord<AttemptRecord>;
  /** The newest SSM version of the attempt parameter, whatever stands in it; 0 where there is none. */
  readonly on: number;
  /** What readers reported; undefined where nothing was. */
  readonly report: RejectionReport | undefined;
}

/** The token parameter, never decrypted. */
export interface TokenParameter extends StoredParameter {
  readonly version: number;
  /** SSM's type of parameter. */
  readonly type: string;
}

/** One of the two records: what it says, or what is wrong with it. One that does not exist reads as an empty record. */
export interface StoredRecord<Content> extends StoredParameter {
  readonly content: Content | UnreadableRecord;
}

interface StoredParameter {
  readonly parameterName: string;
  /** Milliseconds since the epoch; 0 where there is none. */
  readonly changedAt: number;
}

/** A parameter that does not hold what it should. */
export interface UnreadableParameter extends StoredParameter {
  /** For the end of a sentence that names the parameter. */
  readonly fault: string;
}

/** The version that a reader last reported as rejected, or what is wrong with the parameter in which it should stand. */
export type RejectionReport = { readonly version: number } | Omit<UnreadableParameter, 'changedAt'>;

/** The record of the last token; undefined where there is none that can be read. */
export function lastToken({ status }: StoredState): TokenRecord | undefined {
  return isUnreadable(status.content) ? undefined : status.content.token;
}

/**
 * The record of the token that is stored; undefined where somebody has changed the parameter outside the refresher since.
 * That is seen by its version; or, where it was deleted and its versions began anew, by the time: the status is written
 * after the token.
 */
export function recordOfStored(stored: StoredState): TokenRecord | undefined {
  const token = lastToken(stored);
  if (token?.version !== stored.token?.version) return undefined;
  const changedAt = stored.token?.changedAt ?? 0;
  return changedAt > stored.status.changedAt + LONGEST_RUN_SECONDS * 1000 ? undefined : token;
}

/** The newest record that has not lost; empty where it cannot be read. */
export function countingRecordOf({ attempts }: StoredState): AttemptRecord {
  return isUnreadable(attempts.content) ? {} : attempts.content;
}

/** The last attempt that counts; undefined where there is none, or it has ended with the recorded token. */
export function lastAttempt(stored: StoredState): Attempt | undefined {
  return openAttempt(countingRecordOf(stored), lastToken(stored));
}

/** The one of the two parameters that cannot be read, if there is one; of both the one that was changed last. */
export function unreadableParameter({ status, attempts }: StoredState): UnreadableParameter | undefined {
  const [last] = [status, attempts]
    .flatMap(({ content, ...parameter }) => (isUnreadable(content) ? [{ ...parameter, fault: content.fault }] : []))
    .sort((one, other) => other.changedAt - one.changedAt);
  return last;
}

/** Whether a reader reported the stored version as rejected. */
export function isReported({ token, report }: StoredState): boolean {
  return token !== undefined && report !== undefined && 'version' in report && report.version === token.version;
}

/** How many tokens in a row readers have reported, the stored one included; undefined where that is not reported. */
export function reportsInRow(stored: StoredState): number | undefined {
  const token = recordOfStored(stored);
  return token !== undefined && isReported(stored) ? (token.reports ?? 0) + 1 : undefined;
}
