import type { Dependencies } from './dependencies.ts';
import type { Credentials } from './parse-credentials.ts';
import type { StoredState } from './rules/stored-state.ts';

/** What a tick decides on. Either half may have failed by itself. */
export type TickInputs = readonly [PromiseSettledResult<Credentials>, PromiseSettledResult<StoredState>];

/** Reads both at the same time. It never throws: each half holds its own failure. */
export async function readTickInputs(
  { credentials, store }: Pick<Dependencies, 'credentials' | 'store'>,
  signal: AbortSignal,
): Promise<TickInputs> {
  return await Promise.allSettled([credentials.read(signal), store.read(signal)]);
}

/** The init phase is no place to wait: Lambda ends it after 10 s and starts over. */
const PREFETCH_TIMEOUT_MS = 1_000;
/** Lambda may start a process long before it has an event, and the secret may change meanwhile. */
const PREFETCH_VALID_MS = 5_000;

/**
 * Reads the first tick's inputs while Lambda starts the process. Until the first event it gives a whole core, and the first
 * calls are work: TLS to both services, and the SDK's code running for the first time. See docs/performance.md, "The cold tick".
 * @returns what hands them out: once, while they are young, and only if both succeeded. Otherwise the tick reads its
 * own, and what it then finds is the one truth about a failure.
 */
export async function prefetchTickInputs(
  dependencies: Pick<Dependencies, 'credentials' | 'store' | 'now' | 'timeout'>,
): Promise<() => TickInputs | undefined> {
  const { now, timeout } = dependencies;
  const readAt = now();
  const inputs = await readTickInputs(dependencies, timeout(PREFETCH_TIMEOUT_MS));
  let unused = inputs.every(({ status }) => status === 'fulfilled') ? inputs : undefined;
  return () => {
    const handedOut = now() - readAt < PREFETCH_VALID_MS ? unused : undefined;
    unused = undefined;
    return handedOut;
  };
}
