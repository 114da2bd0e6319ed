import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { PutParameterCommand } from '@aws-sdk/client-ssm';
import { mastersIndia } from '../../lambda/services/masters-india.ts';
import { serviceOf } from '../../lambda/services/service.ts';
import { seriesKey } from '../../local/world/aws/cloudwatch-alarm.ts';
import { awsClient, type LambdaInvocation, post, refresherTick } from '../../local/world/refresher-tick.ts';
import { Random } from '../../local/world/time/random.ts';
import type { VirtualWorld } from '../../local/world/virtual-world.ts';
import type { Deployment } from './deployment.ts';
import type { WatchedAlarm } from './judge/assessment.ts';
import type { LambdaSettings } from './model/lambda-service.ts';
import type { Refresher } from './model/month.ts';
import { HOUR_MS, MINUTE_MS, type Scenario } from './model/scenario.ts';
import { readAlarm } from './read-alarm.ts';

/** A refresher and the alarms that its team would have. */
export interface Strategy {
  readonly refresher: Refresher;
  readonly alarms: readonly WatchedAlarm[];
}

/** This project, as deployed. */
export function refresherStrategy(deployment: Deployment, { seed }: Scenario): Strategy {
  const { config, lambda, everyMs, errorsMetricKey, alarms } = deployment;
  const random = new Random(seed * 16 + 5);
  return {
    refresher: {
      tokenParameterName: config.tokenParameterName,
      secretId: config.credentialsSecretId,
      everyMs,
      lambda,
      errorsMetricKey,
      start: refresherTick(config, () => random.next()),
    },
    alarms,
  };
}

const PARAMETER = '/baseline/access-token';
const ERRORS = { namespace: 'AWS/Lambda', metricName: 'Errors', dimensions: { FunctionName: 'baseline' } };
const SECRET_ID = 'baseline/credentials';
const NO_RETRIES: LambdaSettings = {
  timeoutMs: MINUTE_MS,
  retryAttempts: 0,
  maxEventAgeMs: 6 * HOUR_MS,
  reservedConcurrency: undefined,
};

/** What a team writes in an afternoon: log in, store, and an alarm on the function's errors. */
function baseline(everyMs: number, lambda: LambdaSettings, start: Refresher['start']): Strategy {
  const errorsAlarm = readAlarm({
    Namespace: ERRORS.namespace,
    MetricName: ERRORS.metricName,
    Dimensions: [{ Name: 'FunctionName', Value: ERRORS.dimensions.FunctionName }],
    Statistic: 'Sum',
    Period: 300,
    EvaluationPeriods: 1,
    Threshold: 1,
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    TreatMissingData: 'notBreaching',
  });
  return {
    refresher: {
      tokenParameterName: PARAMETER,
      secretId: SECRET_ID,
      everyMs,
      lambda,
      errorsMetricKey: seriesKey(ERRORS),
      start,
    },
    alarms: [{ name: 'Errors', pages: true, alarm: errorsAlarm }],
  };
}

/** Refresh on every event, once per lifetime; Lambda does not retry. */
export function oncePerLifetime(lifetimeMs: number): Strategy {
  return baseline(lifetimeMs, NO_RETRIES, (world) => async (invocation) => {
    await logIn(world, invocation);
  });
}

/** Twice per lifetime, with Lambda's default of two retries. */
export function twicePerLifetimeWithRetries(lifetimeMs: number): Strategy {
  return baseline(lifetimeMs / 2, { ...NO_RETRIES, retryAttempts: 2 }, (world) => async (invocation) => {
    await logIn(world, invocation);
  });
}

/** Look as often as this project, log in once nine tenths of the promised lifetime are over: what caches of SDKs do. */
export function atNineTenths(checkEveryMs: number): Strategy {
  return baseline(checkEveryMs, NO_RETRIES, (world) => {
    let dueAt = 0;
    return async (invocation) => {
      if (world.clock.now() < dueAt) return;
      const { expiresInSeconds } = await logIn(world, invocation);
      dueAt = world.clock.now() + 900 * expiresInSeconds;
    };
  });
}

async function logIn(
  world: VirtualWorld,
  invocation: LambdaInvocation,
): Promise<{ readonly expiresInSeconds: number }> {
  const client = awsClient(world, invocation.step);
  // No time-out: what is written in an afternoon has none.
  const options = { abortSignal: new AbortController().signal };
  const { SecretString = '{}' } = await client.send(new GetSecretValueCommand({ SecretId: SECRET_ID }), options);
  const service = serviceOf(mastersIndia);
  const { body } = service.request(JSON.parse(SecretString), { now: 0, uuid: '', endpoint: '' });
  const answer = service.judge(await post(world, invocation, body, 15_000));
  if ('code' in answer) throw new Error(answer.why);
  await client.send(
    new PutParameterCommand({ Name: PARAMETER, Value: answer.accessToken, Type: 'SecureString', Overwrite: true }),
    options,
  );
  return { expiresInSeconds: 'in' in answer.end ? answer.end.in : 0 };
}
