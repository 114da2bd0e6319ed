import { type RefreshError, refreshErrorOrThrow } from '../refresh-error.ts';
import type { Dependencies } from './dependencies.ts';
import { failedBeforeAsking, hasAsked } from './rules/attempt.ts';
import type { StoredState } from './rules/stored-state.ts';

/** Of the run, for reading once more and writing. */
const TELLING_MS = 5_000;

/**
 * Writes down a failure before asking, where there has been no token and no login yet: it is all that a person or a reader
 * can see then. Later, the log tells of such a failure.
 * @returns warnings
 */
export async function tellFirstFailure(
  stored: StoredState,
  configuration: string,
  error: RefreshError,
  { store, now, timeout }: Pick<Dependencies, 'store' | 'now' | 'timeout'>,
  deadline: number,
): Promise<readonly string[]> {
  if (!isUntold(stored, error)) return [];
  try {
    // The secret may have been long in coming: another run, which does ask, may have written its announcement meanwhile.
    const latest = await store.read(timeout(TELLING_MS));
    if (isUntold(latest, error)) {
      const attempt = failedBeforeAsking(error, configuration, now());
      await store.writeStatus({ ...latest.status?.content, attempt }, Math.min(deadline, now() + TELLING_MS));
    }
    return [];
  } catch (storeError) {
    return [`This failure could not be recorded: ${refreshErrorOrThrow(storeError).message}`];
  }
}

/** Whether there has been no token, no login and no such failure yet. */
function isUntold({ status, token }: StoredState, { code }: RefreshError): boolean {
  const attempt = status?.content?.attempt;
  const isFirstDay = token === undefined && status?.fault === undefined && !hasAsked(attempt);
  return isFirstDay && attempt?.outcome?.code !== code;
}
