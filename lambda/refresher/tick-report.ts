import type { TokenRecord } from '../token-status.ts';
import { emitMetrics } from './metrics.ts';
import type { RefreshError } from './refresh-error.ts';
import { logTick } from './tick-log.ts';

/** What a tick did, for the answer, the log line and the metrics. Nothing in it is secret. */
export type TickReport = (
  | { readonly outcome: 'refreshed' | 'unchanged' | 'fresh'; readonly token: TokenRecord }
  /** `token`, if there is one, is what still stands in the store. */
  | { readonly outcome: 'failed'; readonly error: RefreshError; readonly token?: TokenRecord }
) & {
  /** How long that token still lives, 0 for none; left out when the status could not be read. */
  readonly secondsRemaining?: number;
  readonly warnings: readonly string[];
  /** The credentials' version; left out when they could not be read. */
  readonly secretVersionId?: string;
  /** Why a token was asked for; left out when none was. */
  readonly trigger?: string;
  /** Whether a reader had reported the stored token as rejected; left out when that is not known. */
  readonly tokenRejected?: boolean;
  /** Of the last request, answered or not; left out when none was sent. */
  readonly endpointLatencyMs?: number;
  /** What the service said instead of giving a token, up to 200 characters, its secrets taken out. */
  readonly said?: string;
};

/** Writes each tick's log line and metrics. @param tokenParameterName undefined where the environment names none */
export function tickReporter(tokenParameterName: string | undefined): (report: TickReport) => void {
  return (report) => {
    logTick(tokenParameterName, report);
    // A name that is missing is no dimension; such a tick is counted by Lambda's own metrics.
    if (tokenParameterName !== undefined) emitMetrics(tokenParameterName, report);
  };
}

/** Whole seconds that a token still lives; 0 for none. */
export function secondsLeft(token: TokenRecord | undefined, now: number): number {
  return token === undefined ? 0 : Math.max(0, Math.floor((Date.parse(token.expiresAt) - now) / 1000));
}
