import type { Config } from './config.ts';
import { type Credentials, readCredentials } from './credentials.ts';
import type { Dependencies } from './dependencies.ts';
import { readStoredToken, type StoredToken } from './parameter-store.ts';

/** What a tick decides on. Either half may have failed by itself. */
export type TickInputs = readonly [PromiseSettledResult<Credentials>, PromiseSettledResult<StoredToken>];

export async function readTickInputs(
  config: Config,
  { secrets, ssm }: Pick<Dependencies, 'secrets' | 'ssm'>,
  abortSignal: AbortSignal,
): Promise<TickInputs> {
  return await Promise.allSettled([
    readCredentials(secrets, config.credentialsSecretId, abortSignal),
    readStoredToken(ssm, config.tokenParameterName, abortSignal),
  ]);
}

/** The init phase is no place to wait: Lambda ends it after 10 s and starts over. */
const AHEAD_TIMEOUT_MS = 1_000;
/** Lambda may start a process long before it has an event, and the secret may change meanwhile. */
const AHEAD_VALID_MS = 5_000;

/**
 * Takes the first tick's inputs while Lambda starts the process. Until the first event it gives a whole core, after it
 * a share of one that goes with the memory (a seventh at 256 MB), and the first calls are work: TLS to both services,
 * and the SDK's code running for the first time. This is the largest gain of all, see "The cold tick" in the README.
 * @returns what hands them out: once, while they are young, and only if both succeeded. Otherwise the tick takes its
 * own, and what it then finds is the one truth about a failure.
 */
export async function prefetchTickInputs(
  config: Config,
  dependencies: Pick<Dependencies, 'secrets' | 'ssm' | 'now' | 'timeout'>,
): Promise<() => TickInputs | undefined> {
  const { now, timeout } = dependencies;
  const takenAt = now();
  const inputs = await readTickInputs(config, dependencies, timeout(AHEAD_TIMEOUT_MS));
  let unused = inputs.every(({ status }) => status === 'fulfilled') ? inputs : undefined;
  return () => {
    const handedOut = now() - takenAt < AHEAD_VALID_MS ? unused : undefined;
    unused = undefined;
    return handedOut;
  };
}
