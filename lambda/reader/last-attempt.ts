import { GetParametersCommand } from '@aws-sdk/client-ssm';
import {
  type AttemptRecord,
  attemptParameterName,
  countingRecord,
  decodeAttempt,
  isInProgress,
  openAttempt,
} from '../attempt-record.ts';
import { isUnreadable, type UnreadableRecord, unreadable } from '../record.ts';
import type { TokenRecord } from '../token-status.ts';
import { isDenied, type ParameterClient } from './parameter-client.ts';
import { type Clock, turnAfter } from './turns.ts';

/**
 * The refresher's last attempt to get a token, or why that cannot be had: a role that was granted before there was such a
 * parameter may not read it.
 */
export type LastAttempt = AttemptRecord | UnreadableRecord;

/** Whoever waits for a token or an answer does not wait long for an explanation. */
const TIMEOUT_MS = 1_000;

/**
 * Looks at the last attempt that counts: only where something is wrong, and never together with the token, for one name
 * without permission fails a whole call. Each look begins from now on; callers share it, and a second passes from one to the
 * next. It never rejects: a reader that may not look goes on reading.
 */
export function lastAttemptReader(
  client: ParameterClient,
  parameterName: string,
  clock: Clock,
): () => Promise<LastAttempt> {
  const name = attemptParameterName(parameterName);
  let upcoming: Promise<LastAttempt> | undefined;
  let lastReadAt = Number.NEGATIVE_INFINITY;

  async function read(): Promise<LastAttempt> {
    const options = { abortSignal: clock.timeout(TIMEOUT_MS) };
    const get = async (selector: string) => {
      const { Parameters = [] } = await client.send(new GetParametersCommand({ Names: [selector] }), options);
      return Parameters[0];
    };
    try {
      const newest = await get(name);
      if (newest?.Value === undefined || newest.Version === undefined) return {};
      return await countingRecord(decodeAttempt(newest.Value), newest.Version, async (version) => {
        const earlier = await get(`${name}:${version}`).catch(() => undefined);
        return earlier?.Value === undefined ? undefined : decodeAttempt(earlier.Value);
      });
    } catch (error) {
      const why = error instanceof Error ? error.name : 'no answer';
      const remedy = isDenied(error) ? '. The grantRead of this version allows it' : '';
      return unreadable(`cannot be read (${why})${remedy}`);
    }
  }

  async function readInTurn(): Promise<LastAttempt> {
    await turnAfter(lastReadAt, clock);
    upcoming = undefined;
    lastReadAt = clock.now();
    return await read();
  }

  return () => {
    upcoming ??= readInTurn();
    return upcoming;
  };
}

/**
 * Whether another token may be stored at any moment; also where nobody can say.
 * @param token the record of the stored one, if it has one
 */
export function isBeingReplaced(found: LastAttempt, token: TokenRecord | undefined, now: number): boolean {
  return isUnreadable(found) || isInProgress(openAttempt(found, token), now);
}

/** Whether another token may have been stored since this one; also where nobody can say. */
export function mayBeReplaced(found: LastAttempt, token: TokenRecord | undefined): boolean {
  return isUnreadable(found) || openAttempt(found, token) !== undefined;
}
