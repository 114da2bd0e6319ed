import { isObject } from '../parse-json.ts';
import { type Config, ConfigError, type ConfigFault } from './config.ts';
import type { Dependencies } from './dependencies.ts';
import { refreshErrorOf } from './redact-error.ts';
import { refreshToken } from './refresh-token.ts';
import { prefetchTickInputs, type TickInputs } from './tick-inputs.ts';
import { failed, type TickReport } from './tick-report.ts';

/** What Lambda calls. @throws RefreshError after the failure was recorded, logged and counted. */
export type TickHandler = (event: unknown, context: { getRemainingTimeInMillis(): number }) => Promise<TickResult>;

/** What a tick answers to whoever invoked the function. */
export interface TickResult {
  readonly outcome: 'refreshed' | 'fresh' | 'unchanged';
  /** ISO 8601, UTC. */
  readonly expiresAt: string;
  readonly secondsRemaining: number;
  /** SSM version of the token parameter. */
  readonly tokenVersion: number;
}

/** Reserved at the end of a run for the log line and the metrics, before Lambda ends it. */
const REPORTING_MS = 5_000;

/** The function for one configuration: each call of the handler is one tick. */
export function createHandler(
  config: Config,
  dependencies: Dependencies,
): { readonly handler: TickHandler; readonly prefetch: () => Promise<void> } {
  let takePrefetched = (): TickInputs | undefined => undefined;
  return {
    /** Does for the first tick what can be done before its event; never fails. */
    prefetch: async () => {
      takePrefetched = await prefetchTickInputs(dependencies);
    },
    handler: reporting(dependencies, async (event, deadline) => {
      const { force, faults } = readEvent(event);
      if (faults.length > 0) throw new ConfigError(faults);
      return await refreshToken(config, force, dependencies, deadline, takePrefetched());
    }),
  };
}

/** The function for an environment that makes no sense: every tick says so, and asks nobody. */
export function createFailingHandler(error: ConfigError, report: Dependencies['report']): TickHandler {
  return reporting({ now: Date.now, report }, async (event) => {
    throw new ConfigError([...error.faults, ...readEvent(event).faults]);
  });
}

/** Whatever happens in a tick, there is a report. */
function reporting(
  { now, report }: Pick<Dependencies, 'now' | 'report'>,
  tick: (event: unknown, deadline: number) => Promise<TickReport>,
): TickHandler {
  return async (event, context) => {
    const deadline = now() + context.getRemainingTimeInMillis() - REPORTING_MS;
    const done = await tick(event, deadline).catch((error: unknown) => failed({}, refreshErrorOf(error), now()));
    report(done);
    if (done.outcome === 'failed') throw done.error;
    const { outcome, token, secondsRemaining = 0 } = done;
    return { outcome, expiresAt: token.expiresAt, secondsRemaining, tokenVersion: token.version };
  };
}

/**
 * Whether a person forces a refresh: `{ "force": true }`. The schedule sends `{}`. Nothing else is ever taken from an
 * event: whoever may invoke the function must not be able to send the credentials elsewhere.
 */
function readEvent(event: unknown): { readonly force: boolean; readonly faults: readonly ConfigFault[] } {
  const force = isObject(event) && 'force' in event ? event.force : false;
  if (typeof force === 'boolean') return { force, faults: [] };
  return { force: false, faults: [{ name: 'force', remedy: 'give true or false, in the event' }] };
}
