import { SSMClient } from '@aws-sdk/client-ssm';
import { USER_AGENT } from '../user-agent.ts';
import { type ParameterClient, readStoredToken, type StoredToken } from './stored-token.ts';
import { TokenReadError } from './token-read-error.ts';

export type { ParameterClient } from './stored-token.ts';
export { TokenReadError, type TokenReadErrorCode } from './token-read-error.ts';

/** Which token to read, and how. Only the name is required. */
export interface TokenReaderOptions {
  /** Name of the token parameter. May be given as the environment has it: a missing one is refused with a clear word. */
  readonly parameterName: string | undefined;
  /** How long a token that is handed out lives at least, by what the refresher recorded of it. Default 60. */
  readonly minRemainingSeconds?: number;
  /** How long a token is handed out without asking SSM again. Default 300. */
  readonly maxAgeSeconds?: number;
  /** Default: a client for the function's own region and role. For a token of another account, one with a role there. */
  readonly client?: ParameterClient;
  /** Default: the system's clock. Tests give another one. */
  readonly clock?: Clock;
}

/** All that the reader knows of time. */
export interface Clock {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Resolves after `ms` milliseconds. */
  readonly sleep: (ms: number) => Promise<void>;
  /** A signal that aborts after `ms` milliseconds. */
  readonly timeout: (ms: number) => AbortSignal;
}

/** Hands out the token; one for all calls of a function's process. */
export interface TokenReader {
  /**
   * A token that lives for at least `minRemainingSeconds`.
   * @throws TokenReadError
   */
  get(): Promise<string>;
  /**
   * Sends the request with a token. When the service rejects the token, reads it once more, past the cache, and repeats
   * the request once if there is another one by now. What the request throws rises as it is and is not judged: a client
   * that throws on a rejected token should return that error as its answer.
   * @returns the answer to the last request sent, a rejection too.
   * @throws TokenReadError
   */
  call<Answer>(
    request: (token: string) => Promise<Answer>,
    isRejected: (answer: Answer) => boolean | Promise<boolean>,
  ): Promise<Answer>;
}

interface CachedToken extends StoredToken {
  /** Milliseconds since the epoch; from then on SSM is asked again. */
  readonly freshUntil: number;
}

/** SSM answers in a fraction of this; it covers the SDK's own retries too. */
const READ_TIMEOUT_MS = 5_000;
/** A token whose own expiry is not recorded yet is not cached for longer. */
const UNRECORDED_MAX_AGE_MS = 5_000;
/** After a failure that the cached token bridged, SSM is left alone for so long: one that hangs must not slow every call. */
const BRIDGE_MS = 30_000;
/** The least time from one read to the next that a rejected token causes. */
const REJECTION_SPACING_MS = 1_000;
/** Token and record are written some ten milliseconds apart, so a record that is missing may be there at once. */
const RECORD_PAUSES_MS = [200, 800];

const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  timeout: (ms) => AbortSignal.timeout(ms),
};

/**
 * Reads the token that the refresher keeps in SSM Parameter Store. Make one reader, outside the handler.
 *
 * When is a cached token too old? After `maxAgeSeconds`, or once it lives for less than `minRemainingSeconds`, whichever
 * comes first; after five seconds where its own expiry is not recorded yet.
 * What do concurrent callers share? One read, however many they are. Only a rejected token waits for a read that began
 * after the rejection, which all those rejected share, and these follow the read before by a second at least.
 * What happens after a failure? It is never remembered: who waited for it gets it, the next caller asks SSM again. But
 * as long as the cached token can still be handed out, it is, instead of the failure, and SSM is asked again in half a
 * minute.
 */
export function createTokenReader(options: TokenReaderOptions): TokenReader {
  const { client = ownClient(), clock = systemClock } = options;
  const parameterName = checkedName(options.parameterName);
  const minRemainingMs = checkedSeconds('minRemainingSeconds', options.minRemainingSeconds ?? 60) * 1000;
  const maxAgeMs = checkedSeconds('maxAgeSeconds', options.maxAgeSeconds ?? 300) * 1000;

  let cached: CachedToken | undefined;
  let reading: Promise<CachedToken> | undefined;
  let readingSpaced: Promise<CachedToken> | undefined;
  let lastReadAt = Number.NEGATIVE_INFINITY;

  function cache(token: StoredToken, freshForMs: number, from: number): CachedToken {
    const freshUntil = Math.min(from + freshForMs, token.expiresAt - minRemainingMs);
    cached = { ...token, freshUntil };
    return cached;
  }

  async function readOnce(): Promise<StoredToken> {
    lastReadAt = clock.now();
    return await readStoredToken(client, parameterName, minRemainingMs, clock.now, clock.timeout(READ_TIMEOUT_MS));
  }

  async function readUntilRecorded(): Promise<StoredToken> {
    for (const pauseMs of RECORD_PAUSES_MS) {
      try {
        return await readOnce();
      } catch (error) {
        if (!(error instanceof TokenReadError) || error.code !== 'EXPIRY_UNKNOWN') throw error;
      }
      await clock.sleep(pauseMs);
    }
    return await readOnce();
  }

  async function readOrBridge(): Promise<CachedToken> {
    try {
      const token = await readUntilRecorded();
      return cache(token, token.isRecorded ? maxAgeMs : Math.min(maxAgeMs, UNRECORDED_MAX_AGE_MS), lastReadAt);
    } catch (error) {
      const now = clock.now();
      // That the stored token has expired is an answer, and not a failure.
      const isExpired = error instanceof TokenReadError && error.code === 'TOKEN_EXPIRED';
      if (isExpired || cached === undefined || cached.expiresAt - now < minRemainingMs) throw error;
      return cache(cached, BRIDGE_MS, now);
    }
  }

  function read(): Promise<CachedToken> {
    reading ??= readOrBridge().finally(() => {
      reading = undefined;
    });
    return reading;
  }

  async function readSpaced(): Promise<CachedToken> {
    await clock.sleep(Math.max(0, lastReadAt + REJECTION_SPACING_MS - clock.now()));
    readingSpaced = undefined;
    return await read();
  }

  async function readPastCache(): Promise<CachedToken> {
    // A read that is under way may have begun before the token was rejected: it does not count.
    if (reading !== undefined) await reading.catch(() => undefined);
    readingSpaced ??= readSpaced();
    return await readingSpaced;
  }

  async function get(): Promise<string> {
    const { value } = cached !== undefined && clock.now() < cached.freshUntil ? cached : await read();
    return value;
  }

  return {
    get,
    async call(request, isRejected) {
      const token = await get();
      const answer = await request(token);
      if (!(await isRejected(answer))) return answer;
      const { value } = await readPastCache();
      return value === token ? answer : await request(value);
    },
  };
}

/** Lambda freezes processes, and a connection that died meanwhile may answer nothing: it is given up while there is time. */
function ownClient(): SSMClient {
  return new SSMClient({
    customUserAgent: USER_AGENT,
    requestHandler: { connectionTimeout: 1_000, requestTimeout: 2_000, throwOnRequestTimeout: true },
  });
}

function checkedName(parameterName: string | undefined): string {
  if (parameterName?.startsWith('/')) return parameterName;
  throw new TypeError(
    'createTokenReader: parameterName must be the name of the token parameter, which starts with "/". ' +
      'Is the environment variable set from which it is taken?',
  );
}

function checkedSeconds(name: string, seconds: number): number {
  if (Number.isFinite(seconds) && seconds >= 0) return seconds;
  throw new RangeError(`createTokenReader: ${name} must be a number of seconds, 0 or more, but is ${seconds}`);
}
