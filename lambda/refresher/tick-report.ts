import type { Attempt } from '../attempt-record.ts';
import { isUnreadable } from '../record.ts';
import type { RefreshError } from '../refresh-error.ts';
import type { TokenRecord } from '../token-status.ts';
import type { Config } from './config.ts';
import type { Credentials } from './parse-credentials.ts';
import { isTokenInDoubt, type LoginBasis, stands } from './rules/attempt.ts';
import type { Decision } from './rules/decision.ts';
import { isReported, recordOfStored, type StoredState } from './rules/stored-state.ts';
import { ageWarnings, reportWarnings } from './warnings.ts';

/** What a tick did, for the answer, the log line and the metrics. Nothing in it is secret. */
export type TickReport = SucceededTick | FailedTick;

/** There is a token, and nothing to complain of. */
export interface SucceededTick extends TickFacts {
  readonly outcome: 'refreshed' | 'unchanged' | 'fresh';
  readonly token: TokenRecord;
}

/** There is something to complain of. `token`, if there is one, is what still stands in the store. */
export interface FailedTick extends TickFacts {
  readonly outcome: 'failed';
  readonly error: RefreshError;
  readonly token: TokenRecord | undefined;
}

interface TickFacts extends LoginReport {
  /** What the tick decided; undefined where it could not. */
  readonly decision: Decision['kind'] | undefined;
  /** Why a token was asked for; undefined when none was. */
  readonly trigger: string | undefined;
  /** How long the token still lives, 0 for none or one that may be dead; undefined when the status could not be read. */
  readonly secondsRemaining: number | undefined;
  /** Whether a refusal of these credentials is on record after the tick. */
  readonly isRefused: boolean;
  /** Whether the tick found that a reader reports the stored token as rejected. */
  readonly isReported: boolean;
  readonly warnings: readonly string[];
  /** The credentials' version; undefined when they could not be read. */
  readonly secretVersionId: string | undefined;
  /** How long that version has stood; undefined where the configuration sets no limit to it. */
  readonly credentialsAgeSeconds: number | undefined;
}

/** What asking the service is reported of. */
export interface LoginReport {
  /** For each request, milliseconds from sending it to its whole answer, or to giving up. */
  readonly endpointLatenciesMs: readonly number[];
  /** What the last answer said instead of giving a token, up to 200 characters, its secrets taken out; for the log line only. */
  readonly said: string | undefined;
  /** Where the service refused in words that the profile does not list: what to add to the profile. */
  readonly profileEntry: string | undefined;
}

/** What a tick knows by its end. */
export interface KnownTick {
  readonly config?: Pick<Config, 'credentialsMaxAgeSeconds'>;
  /** Undefined where it could not be read. */
  readonly stored?: StoredState;
  /** Undefined where they could not be read. */
  readonly credentials?: Credentials;
  readonly basis?: LoginBasis;
  readonly decision?: Decision['kind'];
  readonly trigger?: string;
  /** The last attempt as it is after the tick; undefined where there is none, or it has ended with a token. */
  readonly attempt?: Attempt | undefined;
  readonly login?: LoginReport;
  readonly warnings?: readonly string[];
}

/** The report of a tick after which there is a token. @param now milliseconds since the epoch */
export function succeeded(
  known: KnownTick,
  { outcome, token }: Pick<SucceededTick, 'outcome' | 'token'>,
  now: number,
): SucceededTick {
  return { outcome, token, ...factsOf(known, token, now) };
}

/** The report of a tick that failed. @param now milliseconds since the epoch */
export function failed(known: KnownTick, error: RefreshError, now: number): FailedTick {
  const token = known.stored && recordOfStored(known.stored);
  const facts = factsOf(known, token, now);
  const isKnown = known.stored !== undefined && !isUnreadable(known.stored.status.content);
  const secondsRemaining = isKnown ? facts.secondsRemaining : undefined;
  return { outcome: 'failed', error, token, ...facts, secondsRemaining };
}

/** What is reported of every tick. */
function factsOf(known: KnownTick, token: TokenRecord | undefined, now: number): TickFacts {
  const { config, decision, trigger, stored, attempt, credentials, basis, login, warnings = [] } = known;
  const maxAgeSeconds = config?.credentialsMaxAgeSeconds;
  // Nobody asks for the age, and nobody pays for its metric, where there is no limit to it.
  const createdAt = maxAgeSeconds === undefined ? undefined : credentials?.createdAt;
  const ageSeconds = createdAt === undefined ? undefined : wholeSeconds(now - createdAt);
  const wasReported = stored !== undefined && isReported(stored);
  const isAlive = token !== undefined && !isTokenInDoubt(attempt, wasReported, now);
  return {
    decision,
    trigger,
    secondsRemaining: isAlive ? wholeSeconds(Date.parse(token.expiresAt) - now) : 0,
    // Where the credentials could not be read, a recorded refusal counts whatever it is about.
    isRefused: attempt !== undefined && attempt.refusals > 0 && (basis === undefined || stands(attempt, basis)),
    isReported: wasReported,
    warnings: [
      ...(stored === undefined ? [] : reportWarnings(stored, now)),
      ...ageWarnings(ageSeconds, maxAgeSeconds),
      ...warnings,
    ],
    secretVersionId: credentials?.versionId,
    credentialsAgeSeconds: ageSeconds,
    endpointLatenciesMs: login?.endpointLatenciesMs ?? [],
    said: login?.said,
    profileEntry: login?.profileEntry,
  };
}

function wholeSeconds(ms: number): number {
  return Math.max(0, Math.floor(ms / 1000));
}
