import { randomUUID } from 'node:crypto';
import type { AttemptRecord } from '../attempt-record.ts';
import { instant, isUnreadable } from '../record.ts';
import type { RefreshError } from '../refresh-error.ts';
import type { Dependencies, TokenStore } from './dependencies.ts';
import { refreshErrorOf } from './redact-error.ts';
import { hasAsked } from './rules/attempt.ts';
import { countingRecordOf, lastAttempt, type StoredState } from './rules/stored-state.ts';

/** Of the run, for writing. */
const RECORDING_MS = 5_000;

/**
 * Writes down a failure before asking, where there has been no token, no login and no such failure yet: it is all that a
 * person or a reader can see then. Another run that has announced meanwhile is not disturbed: what came second counts for
 * nothing.
 * @returns warnings
 */
export async function recordFirstFailure(
  stored: StoredState,
  configuration: string,
  error: RefreshError,
  { store, now }: Pick<Dependencies, 'store' | 'now'>,
  deadline: number,
): Promise<readonly string[]> {
  const before = lastAttempt(stored);
  const isFirstDay = stored.token === undefined && !isUnreadable(stored.attempts.content) && !hasAsked(before);
  if (!isFirstDay || before?.outcome?.code === error.code) return [];
  const at = instant(now());
  const record: AttemptRecord = {
    ...countingRecordOf(stored),
    attempt: {
      at,
      run: randomUUID(),
      on: stored.on,
      trigger: 'there is no token',
      asked: false,
      configuration,
      failures: 0,
      refusals: 0,
      askAgainAt: at,
      outcome: { code: error.code, at },
    },
  };
  return await recordOutcome(store, record, Math.min(deadline, now() + RECORDING_MS));
}

/** Writes an outcome down, if it can be. @returns warnings */
export async function recordOutcome(
  store: Pick<TokenStore, 'writeOutcome'>,
  record: AttemptRecord,
  deadline: number,
): Promise<readonly string[]> {
  try {
    await store.writeOutcome(record, deadline);
    return [];
  } catch (error) {
    return [`This failure could not be recorded: ${refreshErrorOf(error).message}`];
  }
}
