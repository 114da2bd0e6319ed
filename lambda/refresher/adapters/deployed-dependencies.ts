import { setTimeout as sleep } from 'node:timers/promises';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SSMClient } from '@aws-sdk/client-ssm';
import { USER_AGENT } from '../../user-agent.ts';
import type { Config } from '../config.ts';
import type { Dependencies, Time } from '../dependencies.ts';
import { createCredentialsSource } from './credentials.ts';
import { createTokenStore } from './parameter-store.ts';
import { tickReporter } from './tick-reporter.ts';
import { postEnvelope } from './token-endpoint.ts';

const REAL_TIME: Time = {
  now: Date.now,
  sleep: (ms: number) => sleep(ms),
  timeout: (ms: number) => AbortSignal.timeout(ms),
  random: Math.random,
};

/** The real services, over the network. */
export function deployedDependencies(config: Config, time: Time = REAL_TIME): Dependencies {
  // Without these, a service that accepts and stays silent would hold one call for the whole run.
  const requestHandler = { connectionTimeout: 2_000, requestTimeout: 5_000, throwOnRequestTimeout: true };
  const client = { requestHandler, customUserAgent: USER_AGENT };
  return {
    credentials: createCredentialsSource(
      new SecretsManagerClient(client),
      config.credentialsSecretId,
      config.service.fields,
    ),
    // A try that nobody counts would hide that an announcement was written twice.
    store: createTokenStore(new SSMClient({ ...client, maxAttempts: 1 }), config, time),
    post: (envelope, timeoutMs, tls) => postEnvelope(config.endpoint, envelope, timeoutMs, { ...config, tls }),
    report: tickReporter(config.tokenParameterName),
    ...time,
  };
}
