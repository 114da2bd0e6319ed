import { setTimeout as sleep } from 'node:timers/promises';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SSMClient } from '@aws-sdk/client-ssm';
import { configInvalid, readConfig } from './config.ts';
import type { Dependencies } from './dependencies.ts';
import { readForce } from './event.ts';
import { emitMetrics } from './metrics.ts';
import { refreshToken, type TickReport } from './refresh-token.ts';
import { prefetchTickInputs, type TickInputs } from './tick-inputs.ts';
import { logTick } from './tick-log.ts';
import { postEnvelope } from './token-endpoint.ts';

/** What a tick answers to whoever invoked the function. */
export interface TickResult {
  readonly outcome: 'refreshed' | 'fresh' | 'unchanged';
  readonly expiresAt: string;
  readonly secondsRemaining: number;
  readonly tokenVersion: number;
}

type Time = Pick<Dependencies, 'now' | 'sleep' | 'timeout' | 'random'>;

interface LambdaContext {
  getRemainingTimeInMillis(): number;
}

/** Left for the log line and the metrics, before Lambda ends the run. */
const REPORTING_MS = 5_000;

const REAL_TIME: Time = {
  now: Date.now,
  sleep: (ms: number) => sleep(ms),
  timeout: (ms: number) => AbortSignal.timeout(ms),
  random: Math.random,
};

/** The function for one environment: what is read and made once, when Lambda starts a process. */
export function createHandler(env: Readonly<Record<string, string | undefined>>, time: Time = REAL_TIME) {
  const { config, faults } = readConfig(env);
  // Without these, a service that accepts and stays silent would hold one call for the whole run.
  const requestHandler = { connectionTimeout: 2_000, requestTimeout: 5_000, throwOnRequestTimeout: true };
  const dependencies: Dependencies = {
    secrets: new SecretsManagerClient({ requestHandler }),
    ssm: new SSMClient({ requestHandler }),
    post: (envelope, timeoutMs) => postEnvelope(config.endpoint, config.soapAction, envelope, timeoutMs),
    ...time,
  };

  let takePrefetched = (): TickInputs | undefined => undefined;
  /** Does for the first tick what can be done before its event; never fails. */
  async function prefetch(): Promise<void> {
    if (faults.length === 0) takePrefetched = await prefetchTickInputs(config, dependencies);
  }

  /**
   * One tick of the schedule; the event `{ "force": true }` asks for a new token at once.
   * @throws RefreshError after the failure was recorded, logged and counted.
   */
  async function handler(event: unknown, context: LambdaContext): Promise<TickResult> {
    const deadline = time.now() + context.getRemainingTimeInMillis() - REPORTING_MS;
    const { force, fault } = readForce(event);
    const allFaults = fault === undefined ? faults : [...faults, fault];
    const report: TickReport =
      allFaults.length > 0
        ? { outcome: 'failed', error: configInvalid(allFaults), warnings: [] }
        : await refreshToken(config, force, dependencies, deadline, takePrefetched());
    logTick(config.tokenParameterName, report);
    // A name that is missing is no dimension; such a tick is counted by Lambda's own metrics.
    if (config.tokenParameterName !== '') emitMetrics(config.tokenParameterName, report);
    return answer(report);
  }

  return { handler, prefetch };
}

const deployed = createHandler(process.env);
await deployed.prefetch();
export const { handler } = deployed;

function answer(report: TickReport): TickResult {
  if (report.outcome === 'failed') throw report.error;
  const { outcome, token, secondsRemaining = 0 } = report;
  return { outcome, expiresAt: token.expiresAt, secondsRemaining, tokenVersion: token.version };
}
