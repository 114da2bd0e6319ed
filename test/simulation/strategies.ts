import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { PutParameterCommand } from '@aws-sdk/client-ssm';
import { mastersIndia } from '../../lambda/services/masters-india.ts';
import { serviceOf } from '../../lambda/services/service.ts';
import { timingOf } from '../../lambda/timing.ts';
import { awsClient, type LambdaInvocation, post, refresherTick } from '../../local/world/refresher-tick.ts';
import { Random } from '../../local/world/time/random.ts';
import type { VirtualWorld } from '../../local/world/virtual-world.ts';
import { deploymentOf } from './deployment.ts';
import type { Refresher } from './model/month.ts';
import { MINUTE_MS, type Scenario } from './model/scenario.ts';
import { readAlarm } from './read-alarm.ts';

/** By the names that they have where a token lives four hours. */
export const STRATEGIES = [
  'this project',
  'every 4 h',
  'every 2 h, Lambda retries',
  'at 90 % of the lifetime',
] as const;
export type StrategyName = (typeof STRATEGIES)[number];

/** What each way makes of a scenario. */
export const REFRESHERS: Readonly<Record<StrategyName, (scenario: Scenario) => Refresher>> = {
  'this project': ({ seed, settings }) => {
    const { config, ...deployed } = deploymentOf(settings);
    const random = new Random(seed * 16 + 5);
    return {
      ...deployed,
      tokenParameterName: config.tokenParameterName,
      secretId: config.credentialsSecretId,
      start: refresherTick(config, () => random.next()),
    };
  },
  'every 4 h': ({ settings }) => baseline(timingOf(settings).tokenLifetimeSeconds, 0, afterShare(0)),
  'every 2 h, Lambda retries': ({ settings }) =>
    baseline(timingOf(settings).tokenLifetimeSeconds / 2, 2, afterShare(0)),
  // Looks as often as this project; what caches of SDKs do.
  'at 90 % of the lifetime': ({ settings }) => baseline(timingOf(settings).checkEverySeconds, 0, afterShare(0.9)),
};

const PARAMETER = '/baseline/access-token';
const SECRET_ID = 'baseline/credentials';
const ERRORS_ALARM = readAlarm({
  Namespace: 'AWS/Lambda',
  MetricName: 'Errors',
  Dimensions: [{ Name: 'FunctionName', Value: 'baseline' }],
  Statistic: 'Sum',
  Period: 300,
  EvaluationPeriods: 1,
  Threshold: 1,
  ComparisonOperator: 'GreaterThanOrEqualToThreshold',
  TreatMissingData: 'notBreaching',
});

/** What a team writes in an afternoon: log in, store, and an alarm on the function's errors. */
function baseline(everySeconds: number, retryAttempts: number, start: Refresher['start']): Refresher {
  return {
    tokenParameterName: PARAMETER,
    secretId: SECRET_ID,
    everyMs: everySeconds * 1000,
    lambda: { timeoutMs: MINUTE_MS, retryAttempts },
    errorsMetricKey: ERRORS_ALARM.seriesKey,
    alarms: [{ name: 'Errors', pages: true, alarm: ERRORS_ALARM }],
    start,
  };
}

/** Logs in once this share of the promised lifetime is over; 0: at every event. */
function afterShare(share: number): Refresher['start'] {
  return (world) => {
    let dueAt = 0;
    return async (invocation) => {
      if (world.clock.now() < dueAt) return;
      const expiresInSeconds = await logIn(world, invocation);
      dueAt = world.clock.now() + share * 1000 * expiresInSeconds;
    };
  };
}

/** @returns in how many seconds the token expires */
async function logIn(world: VirtualWorld, invocation: LambdaInvocation): Promise<number> {
  const client = awsClient(world, invocation.step);
  // No time-out: what is written in an afternoon has none.
  const options = { abortSignal: new AbortController().signal };
  const { SecretString = '{}' } = await client.send(new GetSecretValueCommand({ SecretId: SECRET_ID }), options);
  const service = serviceOf(mastersIndia);
  const envelope = service.request(JSON.parse(SecretString), { now: 0, uuid: '', endpoint: '' });
  const answer = service.judge(await post(world, invocation, envelope, 15_000));
  if ('code' in answer) throw new Error(answer.why);
  const input = { Name: PARAMETER, Value: answer.accessToken, Type: 'SecureString', Overwrite: true } as const;
  await client.send(new PutParameterCommand(input), options);
  return 'in' in answer.end ? answer.end.in : 0;
}
