import type { RefreshError } from '../refresh-error.ts';
import type { Attempt, TokenRecord } from '../token-status.ts';
import type { Config } from './config.ts';
import type { Credentials } from './parse-credentials.ts';
import { isTokenInDoubt, type Origin, stands } from './rules/attempt.ts';
import { isReported, recordOfStored } from './rules/decision.ts';
import type { StoredState } from './rules/stored-state.ts';

/** What a tick did, for the answer, the log line and the metrics. Nothing in it is secret. */
export type TickReport = (
  | { readonly outcome: 'refreshed' | 'unchanged' | 'fresh'; readonly token: TokenRecord }
  /** `token`, if there is one, is what still stands in the store. */
  | { readonly outcome: 'failed'; readonly error: RefreshError; readonly token?: TokenRecord }
) & {
  /** How long that token still lives, 0 for none or one that may be dead; left out when the status could not be read. */
  readonly secondsRemaining?: number;
  /** Whether a refusal of these credentials is on record after the tick. */
  readonly isRefused?: boolean;
  /** Whether the tick found that a reader reports the stored token as rejected. */
  readonly isReported?: boolean;
  readonly warnings: readonly string[];
  /** The credentials' version; left out when they could not be read. */
  readonly secretVersionId?: string;
  /** How long that version has stood; left out where the configuration sets no limit to it. */
  readonly credentialsAgeSeconds?: number;
  /** Why a token was asked for; left out when none was. */
  readonly trigger?: string;
  /** Of each request, answered or not. */
  readonly endpointLatenciesMs?: readonly number[];
  /** What the service said instead of giving a token, up to 200 characters, its secrets taken out. */
  readonly said?: string;
};

/** What of a tick's report follows from the store alone. */
type StoreReport = Pick<TickReport, 'token' | 'secondsRemaining' | 'isRefused' | 'isReported'>;

/**
 * What there is to tell of the store.
 * @param stored as the tick found it
 * @param attempt as it stands after the tick
 * @param origin undefined where the credentials could not be read; a recorded refusal then counts whatever it is about
 * @param now milliseconds since the epoch
 */
export function reportStored(
  stored: StoredState,
  attempt: Attempt | undefined,
  origin: Origin | undefined,
  now: number,
): StoreReport {
  const token = recordOfStored(stored);
  const isRefused = attempt !== undefined && attempt.refusals > 0 && (origin === undefined || stands(attempt, origin));
  return {
    token,
    ...(stored.status?.fault === undefined && {
      secondsRemaining: isTokenInDoubt(attempt, now) ? 0 : secondsLeft(token, now),
    }),
    isRefused,
    isReported: isReported(stored),
  };
}

/** Whole seconds that a token still lives; 0 for none. */
export function secondsLeft(token: TokenRecord | undefined, now: number): number {
  return token === undefined ? 0 : Math.max(0, Math.floor((Date.parse(token.expiresAt) - now) / 1000));
}

/** Nobody asks for the age, and nobody pays for its metric, where there is no limit to it. @param now milliseconds since the epoch */
export function credentialsAge(
  { createdAt }: Credentials,
  { credentialsMaxAgeSeconds }: Config,
  now: number,
): Pick<TickReport, 'credentialsAgeSeconds'> {
  if (credentialsMaxAgeSeconds === undefined || createdAt === undefined) return {};
  return { credentialsAgeSeconds: Math.max(0, Math.floor((now - createdAt) / 1000)) };
}
