import type { Config } from './config.ts';
import { type Credentials, readCredentials } from './credentials.ts';
import { readStoredToken, type StoredToken } from './stored-token.ts';
import type { Surroundings } from './surroundings.ts';

/** What a tick decides on. Either half may have failed by itself. */
export type Readings = readonly [PromiseSettledResult<Credentials>, PromiseSettledResult<StoredToken>];

export async function takeReadings(
  config: Config,
  { secrets, ssm }: Pick<Surroundings, 'secrets' | 'ssm'>,
  abortSignal: AbortSignal,
): Promise<Readings> {
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
 * Takes the first tick's readings while Lambda starts the process. Until the first event it gives a whole core, after it
 * a share of one that goes with the memory (a seventh at 256 MB), and the first calls are work: TLS to both services,
 * and the SDK's code running for the first time. This is the largest gain of all, see "The cold tick" in the README.
 * @returns what hands them out: once, while they are young, and only if both succeeded. Otherwise the tick takes its
 * own, and what it then finds is the one truth about a failure.
 */
export async function takeReadingsAhead(
  config: Config,
  surroundings: Pick<Surroundings, 'secrets' | 'ssm' | 'now' | 'timeout'>,
): Promise<() => Readings | undefined> {
  const { now, timeout } = surroundings;
  const takenAt = now();
  const readings = await takeReadings(config, surroundings, timeout(AHEAD_TIMEOUT_MS));
  let unused = readings.every(({ status }) => status === 'fulfilled') ? readings : undefined;
  return () => {
    const handedOut = now() - takenAt < AHEAD_VALID_MS ? unused : undefined;
    unused = undefined;
    return handedOut;
  };
}
