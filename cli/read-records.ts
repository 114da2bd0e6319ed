import type { Parameter } from '@aws-sdk/client-ssm';
import { type AttemptRecord, attemptParameterName, countingRecord, decodeAttempt } from '../lambda/attempt-record.ts';
import { type UnreadableRecord, unreadable } from '../lambda/record.ts';
import { decodeStatus, statusParameterName, type TokenStatus } from '../lambda/token-status.ts';
import { DeniedError, type ParameterReader } from './read-parameters.ts';

/** What stands in a parameter: undefined where there is none, `denied` where it may not be read. */
export type Found<Content extends object> = Content | UnreadableRecord | 'denied' | undefined;

/** What SSM holds of one token. */
export interface TokenRecords {
  /** The name of the token parameter. */
  readonly token: string;
  readonly status: Found<TokenStatus>;
  /** The last attempt that has not lost, whether or not it ended with a token. */
  readonly attempt: Found<AttemptRecord>;
}

/**
 * The records of each token, in the order of the names. Attempts are read after the statuses, so that none is older than
 * the status that names it.
 * @throws UsageError where SSM cannot be asked, or denies every status
 */
export async function readRecords(
  parameters: ParameterReader,
  tokens: readonly string[],
): Promise<readonly TokenRecords[]> {
  const statuses = await parameters.read(tokens.map(statusParameterName));
  const denied = [...statuses.values()].filter((found) => found instanceof DeniedError);
  const [reason] = denied;
  if (reason !== undefined && denied.length === tokens.length) throw reason;
  const attempts = await parameters.read(tokens.map(attemptParameterName));
  const records: TokenRecords[] = [];
  for (const token of tokens) {
    const name = attemptParameterName(token);
    records.push({
      token,
      status: recordIn(statuses.get(statusParameterName(token)), decodeStatus),
      attempt: await countingAttempt(parameters, name, attempts.get(name)),
    });
  }
  return records;
}

async function countingAttempt(
  parameters: ParameterReader,
  name: string,
  newest: Parameter | DeniedError | undefined,
): Promise<Found<AttemptRecord>> {
  const record = recordIn(newest, decodeAttempt);
  if (record === undefined || record === 'denied' || newest instanceof DeniedError) return record;
  return await countingRecord(record, newest?.Version ?? 1, async (version) => {
    const selector = `${name}:${version}`;
    const earlier = recordIn((await parameters.read([selector])).get(selector), decodeAttempt);
    return earlier === 'denied' ? undefined : earlier;
  });
}

function recordIn<Content extends object>(
  found: Parameter | DeniedError | undefined,
  decode: (text: string) => Content | UnreadableRecord,
): Found<Content> {
  if (found instanceof DeniedError) return 'denied';
  if (found?.Value === undefined) return undefined;
  // Encrypted, by an organisation's rule for example: its value is a ciphertext.
  return found.Type === 'SecureString' ? unreadable('is a SecureString, and must be a String') : decode(found.Value);
}
