import { type Config, ConfigError, type ConfigFault } from './config.ts';
import type { Dependencies } from './dependencies.ts';
import { readForce } from './event.ts';
import { refreshErrorOf } from './redact-error.ts';
import { refreshToken } from './refresh-token.ts';
import { prefetchTickInputs, type TickInputs } from './tick-inputs.ts';
import { failed, type TickReport } from './tick-report.ts';

/** What Lambda calls. @throws RefreshError after the failure was recorded, logged and counted. */
export type TickHandler = (event: unknown, context: LambdaContext) => Promise<TickResult>;

/** What a tick answers to whoever invoked the function. */
export interface TickResult {
  readonly outcome: 'refreshed' | 'fresh' | 'unchanged';
  /** ISO 8601, UTC. */
  readonly expiresAt: string;
  readonly secondsRemaining: number;
  /** SSM version of the token parameter. */
  readonly tokenVersion: number;
}

/** What is used of Lambda's own context. */
export interface LambdaContext {
  getRemainingTimeInMillis(): number;
}

/** Reserved at the end of a run for the log line and the metrics, before Lambda ends it. */
const REPORTING_MS = 5_000;

/**
 * The function for one configuration. The handler runs one tick of the schedule; the event `{ "force": true }` asks for
 * a new token at once.
 */
export function createHandler(
  config: Config,
  dependencies: Dependencies,
): { readonly handler: TickHandler; readonly prefetch: () => Promise<void> } {
  let takePrefetched = (): TickInputs | undefined => undefined;

  /** Whatever happens in it, there is a report. */
  async function tick(force: boolean | ConfigFault, deadline: number): Promise<TickReport> {
    if (typeof force !== 'boolean') {
      return failed({}, new ConfigError([force], config.tokenParameterName), dependencies.now());
    }
    try {
      return await refreshToken(config, force, dependencies, deadline, takePrefetched());
    } catch (error) {
      return failed({}, refreshErrorOf(error), dependencies.now());
    }
  }

  return {
    /** Does for the first tick what can be done before its event; never fails. */
    prefetch: async () => {
      takePrefetched = await prefetchTickInputs(dependencies);
    },
    handler: async (event, context) => {
      const deadline = dependencies.now() + context.getRemainingTimeInMillis() - REPORTING_MS;
      const force = readForce(event);
      const report = await tick(force, deadline);
      dependencies.report(report);
      return answer(report);
    },
  };
}

/** The function for an environment that makes no sense: every tick says so, and asks nobody. */
export function createFailingHandler(error: ConfigError, report: Dependencies['report']): TickHandler {
  return async (event) => {
    const force = readForce(event);
    const faults = typeof force === 'boolean' ? error.faults : [...error.faults, force];
    const failure = failed({}, new ConfigError(faults, error.tokenParameterName), Date.now());
    report(failure);
    return answer(failure);
  };
}

function answer(report: TickReport): TickResult {
  if (report.outcome === 'failed') throw report.error;
  const { outcome, token, secondsRemaining = 0 } = report;
  return { outcome, expiresAt: token.expiresAt, secondsRemaining, tokenVersion: token.version };
}
