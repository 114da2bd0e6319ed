import { SSMClient } from '@aws-sdk/client-ssm';
import { USER_AGENT } from '../user-agent.ts';
import { isBeingReplaced, lastAttemptReader, mayBeReplaced } from './last-attempt.ts';
import { noTokenError } from './no-token-error.ts';
import type { ParameterClient } from './parameter-client.ts';
import { rejectionReporter } from './rejection-report.ts';
import { readStored, type StoredParameters, type StoredToken, type UsableToken } from './stored-token.ts';
import { TokenReadError } from './token-read-error.ts';
import { type Clock, SPACING_MS, turnAfter } from './turns.ts';

export type { ParameterClient } from './parameter-client.ts';
export { TokenReadError, type TokenReadErrorCode } from './token-read-error.ts';
export type { Clock } from './turns.ts';

/** Which token to read, and how. Only the name is required. */
export interface TokenReaderOptions {
  /** Name of the token parameter. May be given as the environment has it: a missing one is refused with a clear word. */
  readonly parameterName: string | undefined;
  /** How long a token that is handed out lives at least, by what the refresher recorded of it. Default 60. */
  readonly minRemainingSeconds?: number;
  /** How long a token is handed out without asking SSM again. Default 300; less than 1 counts as 1. */
  readonly maxAgeSeconds?: number;
  /**
   * Reports to the refresher when the service rejects a token that `call` sent and that is still stored a second later, so
   * that it fetches another one within seconds. Needs `grantReport`. Default false.
   */
  readonly reportRejections?: boolean;
  /** Called with the reason why a report could not be written, a missing `grantReport` as a rule. The call goes on. Default: nothing. */
  readonly onReportFailed?: (error: unknown) => void;
  /** Default: a client for the function's own region and role. For a token of another account, one with a role there. */
  readonly client?: ParameterClient;
  /** Default: the system's clock. Tests give another one. */
  readonly clock?: Clock;
  /** A number from 0 to 1: how much of a second a report waits, so that one of many readers writes it. Default `Math.random`. */
  readonly random?: () => number;
}

/** Hands out the token; one for all calls of a function's process. */
export interface TokenReader {
  /**
   * A token that lives for at least `minRemainingSeconds`. Waits for up to a second where SSM was asked just before.
   * @throws TokenReadError
   */
  get(): Promise<string>;
  /**
   * Sends the request with a token. When the service rejects the token, reads it again, past the cache, and repeats the
   * request if there is another one by now, or a second later. What the request throws rises as it is and is not judged:
   * a client that throws on a rejected token should return that error as its answer.
   * @returns the answer to the last request sent, a rejection too.
   * @throws TokenReadError
   */
  call<Answer>(
    request: (token: string) => Promise<Answer>,
    isRejected: (answer: Answer) => boolean | Promise<boolean>,
  ): Promise<Answer>;
}

interface CachedToken extends UsableToken {
  /** Milliseconds since the epoch: when the read began that brought it. */
  readonly readAt: number;
  /** Milliseconds since the epoch; from then on SSM is asked again. */
  readonly freshUntil: number;
  /** Aborted once its age is up, whatever has been done to the system's clock meanwhile. */
  readonly tooOld: AbortSignal;
  /** True where SSM failed and this is what was known before. */
  readonly isBridged: boolean;
}

/** SSM answers in a fraction of this; it covers the SDK's own retries too. */
const READ_TIMEOUT_MS = 5_000;
/** A read cannot take longer, unless the process was frozen half-way: Lambda does so between two invocations. */
const FROZEN_MS = READ_TIMEOUT_MS + 1_000;
/** A token whose own expiry is not recorded yet is not cached for longer. */
const UNRECORDED_MAX_AGE_MS = 5_000;
/** How long SSM is not asked again after a failure, while the cached token is served: an SSM that hangs must not slow every call. */
const BRIDGE_MS = 30_000;
/** What Node's timers can hold. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  timeout: (ms) => AbortSignal.timeout(ms),
};

/**
 * Reads the token that the refresher keeps in SSM Parameter Store. Make one reader, outside the handler.
 *
 * When is a cached token too old? After `maxAgeSeconds`, or once it lives for less than `minRemainingSeconds`, whichever
 * comes first; after five seconds where its own expiry is not recorded yet. A clock that jumps does not prolong this.
 * What do concurrent callers share? One read, however many they are, and a second passes from one read to the next. Only a
 * rejected token waits for a read that began after the rejection, which all those rejected share.
 * What happens after a failure? It is never remembered: whoever waited gets the error, and the next caller asks SSM again.
 * While the cached token can still be handed out, callers get that token instead of the error. SSM is then asked again
 * after half a minute, and until then a rejected token does not wait for an SSM that hung.
 *
 * @example
 * const tokens = createTokenReader({ parameterName: process.env.TOKEN_PARAMETER_NAME, reportRejections: true });
 * const answer = await tokens.call((token) => sendOrder(order, token), ({ status }) => status === 401);
 */
export function createTokenReader(options: TokenReaderOptions): TokenReader {
  const { client = ownClient(), clock = systemClock } = options;
  const parameterName = checkedName(options.parameterName);
  const minRemainingMs = checkedSeconds('minRemainingSeconds', options.minRemainingSeconds ?? 60) * 1000;
  const maxAgeMs = Math.max(SPACING_MS, checkedSeconds('maxAgeSeconds', options.maxAgeSeconds ?? 300) * 1000);
  const reportRejection = options.reportRejections
    ? rejectionReporter({ ...options, client, parameterName, clock, timeoutMs: READ_TIMEOUT_MS })
    : undefined;
  const lastAttempt = lastAttemptReader(client, parameterName, clock);

  let cached: CachedToken | undefined;
  /** The read under way. */
  let reading: Promise<CachedToken> | undefined;
  /** The read after that, which waits for its turn. */
  let upcoming: Promise<CachedToken> | undefined;
  let lastReadAt = Number.NEGATIVE_INFINITY;
  /** Runs since SSM kept a reader waiting without an answer; aborted half a minute later. */
  let hungLately: AbortSignal | undefined;
  /** The version that was still stored a second after it had been rejected. */
  let foundAgain: number | undefined;

  function cache(token: UsableToken, freshForMs: number, readAt: number, isBridged: boolean): CachedToken {
    const freshUntil = Math.min(readAt + freshForMs, token.expiresAt - minRemainingMs);
    const tooOld = clock.timeout(Math.min(freshForMs, LONGEST_TIMER_MS));
    cached = { ...token, readAt, freshUntil, tooOld, isBridged };
    return cached;
  }

  function isFresh({ readAt, freshUntil, tooOld }: CachedToken): boolean {
    const now = clock.now();
    return readAt <= now && now < freshUntil && !tooOld.aborted;
  }

  async function readOnce(): Promise<StoredParameters> {
    lastReadAt = clock.now();
    const [signal, soon] = [clock.timeout(READ_TIMEOUT_MS), clock.timeout(SPACING_MS)];
    hungLately = undefined;
    try {
      return await readStored(client, parameterName, signal);
    } catch (error) {
      // A client may give up before the signal does: where no connection comes about, the own one does.
      const isHang = soon.aborted && error instanceof TokenReadError && error.code === 'READ_FAILED';
      if (isHang) hungLately = clock.timeout(BRIDGE_MS);
      throw error;
    }
  }

  /** A read that was frozen with the process has nothing to say: its connection is dead, or its answer is old. */
  async function readAwake(): Promise<StoredParameters> {
    const outcome = readOnce();
    await outcome.catch(() => undefined);
    return clock.now() - lastReadAt > FROZEN_MS ? await readOnce() : await outcome;
  }

  /** Token and record are written some ten milliseconds apart, so a record that is missing may be there a second later. */
  async function readRecorded(): Promise<StoredParameters> {
    const stored = await readAwake();
    if (stored.token === undefined || stored.token.record !== undefined || isUsable(stored.token)) return stored;
    await turnAfter(lastReadAt, clock);
    return await readAwake();
  }

  function isUsable(token: StoredToken | undefined): token is UsableToken {
    return token?.expiresAt !== undefined && token.expiresAt - clock.now() >= minRemainingMs;
  }

  async function readOrBridge(): Promise<CachedToken> {
    let stored: StoredParameters;
    try {
      stored = await readRecorded();
    } catch (error) {
      const bridge = bridged();
      if (bridge === undefined) throw error;
      return bridge;
    }
    const { token } = stored;
    if (isUsable(token)) {
      const freshForMs = token.record === undefined ? Math.min(maxAgeMs, UNRECORDED_MAX_AGE_MS) : maxAgeMs;
      return cache(token, freshForMs, lastReadAt, false);
    }
    // That the stored token has expired is an answer, and not a failure.
    const bridge = token?.record === undefined ? bridged() : undefined;
    if (bridge === undefined) throw noTokenError(stored, await lastAttempt(), minRemainingMs, clock.now());
    return bridge;
  }

  /** What was known before, while it can still be handed out. */
  function bridged(): CachedToken | undefined {
    return isUsable(cached) ? cache(cached, BRIDGE_MS, clock.now(), true) : undefined;
  }

  async function readInTurn(): Promise<CachedToken> {
    await reading?.catch(() => undefined);
    await turnAfter(lastReadAt, clock);
    upcoming = undefined;
    reading = readOrBridge().finally(() => {
      reading = undefined;
    });
    return await reading;
  }

  /** A read that begins from now on: one that is under way may have begun before a token was rejected. */
  function nextRead(): Promise<CachedToken> {
    upcoming ??= readInTurn();
    return upcoming;
  }

  async function current(): Promise<CachedToken> {
    return cached !== undefined && isFresh(cached) ? cached : await (reading ?? nextRead());
  }

  /**
   * What to use instead of a rejected token; undefined if there is nothing else. Some services end the old token a moment
   * before the new one is stored, so SSM is asked twice, unless it is known by now that nothing is on its way.
   */
  async function replacementOf(rejected: CachedToken): Promise<CachedToken | undefined> {
    for (const isLastLook of [false, true]) {
      await reading?.catch(() => undefined);
      if (hungLately?.aborted === false) return undefined;
      const found = await nextRead().catch(() => undefined);
      if (found !== undefined && found.value !== rejected.value) return found;
      if (found === undefined || found.isBridged) continue;
      if (
        isLastLook ||
        (foundAgain === found.version && !isBeingReplaced(await lastAttempt(), found.record, clock.now()))
      ) {
        foundAgain = found.version;
        await reportRejection?.(found.version);
        return undefined;
      }
    }
    return undefined;
  }

  return {
    get: async () => (await current()).value,
    async call(request, isRejected) {
      let token = await current();
      let answer = await request(token.value);
      let isFirst = true;
      while (await isRejected(answer)) {
        // A token that was just read has hardly been replaced: only an attempt to get another one says that it may have been.
        const replacement =
          isFirst || mayBeReplaced(await lastAttempt(), token.record) ? await replacementOf(token) : undefined;
        if (replacement === undefined) return answer;
        isFirst = false;
        token = replacement;
        answer = await request(token.value);
      }
      return answer;
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
