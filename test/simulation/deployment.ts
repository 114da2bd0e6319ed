import { App, Duration, Stack } from 'aws-cdk-lib';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { z } from 'zod';
import { TokenRefresher } from '../../infra/token-refresher.ts';
import { type Config, ConfigError, readConfig } from '../../lambda/refresher/config.ts';
import { durationSeconds } from '../../lambda/timing.ts';
import { seriesKey } from '../../local/world/aws/cloudwatch-alarm.ts';
import type { Refresher } from './model/month.ts';
import type { Settings } from './model/scenario.ts';
import { readAlarm } from './read-alarm.ts';

const PAGE_TOPIC_ARN = 'arn:aws:sns:eu-central-1:111122223333:page';
const TICKET_TOPIC_ARN = 'arn:aws:sns:eu-central-1:111122223333:ticket';

/** For a reference CloudFormation would put a name or an ARN; here its target's logical id stands for that. */
const VARIABLE = z.union([
  z.string(),
  z.object({ Ref: z.string() }).transform(({ Ref }) => Ref),
  z.object({ 'Fn::GetAtt': z.tuple([z.string()], z.string()) }).transform((reference) => reference['Fn::GetAtt'][0]),
]);

const TEMPLATE = z.object({ Resources: z.record(z.string(), z.object({ Type: z.string(), Properties: z.unknown() })) });
const FUNCTION = z.object({
  Environment: z.object({ Variables: z.record(z.string(), VARIABLE) }),
  Timeout: z.number(),
  // Reserved concurrency, and the queue before it, are not modelled.
  ReservedConcurrentExecutions: z.never().optional(),
});
const INVOKE_CONFIG = z.object({ MaximumRetryAttempts: z.number() });
const SCHEDULE = z.object({ ScheduleExpression: z.templateLiteral(['rate(', z.string(), ')']) });
const ALARM = z.looseObject({
  AlarmName: z.string(),
  AlarmActions: z.array(z.unknown()).default([]),
  ActionsEnabled: z.literal(true).optional(),
});

/** What a synthesised template says of the function, its schedule and its alarms, and nothing that is not in it. */
export interface Deployment extends Pick<Refresher, 'lambda' | 'everyMs' | 'errorsMetricKey' | 'alarms'> {
  readonly config: Config;
}

const deployments = new Map<string, Deployment>();

/** A stack with the one construct in it, with these settings. */
export function deploymentOf(settings: Settings): Deployment {
  const key = JSON.stringify(settings);
  const deployment = deployments.get(key) ?? readDeployment(synthesise(settings));
  deployments.set(key, deployment);
  return deployment;
}

/** @throws TypeError or ZodError for a template that does not hold what this one must */
function readDeployment(template: unknown): Deployment {
  const resources = Object.entries(TEMPLATE.parse(template).Resources);
  const ofType = <Schema extends z.ZodType>(type: string, schema: Schema) =>
    resources
      .filter(([, resource]) => resource.Type === type)
      .map(([logicalId, { Properties }]) => ({ logicalId, properties: schema.parse(Properties) }));
  const theOnly = <Schema extends z.ZodType>(type: string, schema: Schema) => {
    const [resource, another] = ofType(type, schema);
    if (resource === undefined || another !== undefined) throw new TypeError(`not exactly one ${type}`);
    return resource;
  };

  const { logicalId, properties } = theOnly('AWS::Lambda::Function', FUNCTION);
  const invokeConfig = theOnly('AWS::Lambda::EventInvokeConfig', INVOKE_CONFIG).properties;
  const { ScheduleExpression } = theOnly('AWS::Scheduler::Schedule', SCHEDULE).properties;
  const config = readConfig(properties.Environment.Variables);
  if (config instanceof ConfigError) throw config;
  return {
    config,
    lambda: { timeoutMs: properties.Timeout * 1000, retryAttempts: invokeConfig.MaximumRetryAttempts },
    everyMs: durationSeconds(ScheduleExpression.slice('rate('.length, -1)) * 1000,
    errorsMetricKey: seriesKey({
      namespace: 'AWS/Lambda',
      metricName: 'Errors',
      dimensions: { FunctionName: { Ref: logicalId } },
    }),
    alarms: ofType('AWS::CloudWatch::Alarm', ALARM).map(({ properties: alarm }) => ({
      name: alarm.AlarmName.split('/')[0] ?? '',
      pages: alarm.AlarmActions.includes(PAGE_TOPIC_ARN),
      alarm: readAlarm(alarm),
    })),
  };
}

function synthesise({ tokenLifetimeMinutes, refreshEveryMinutes, checkEveryMinutes, renewalWindowMinutes }: Settings) {
  const minutes = (count: number | undefined) => (count === undefined ? undefined : Duration.minutes(count));
  const app = new App();
  const stack = new Stack(app, 'Simulated', { env: { account: '111122223333', region: 'eu-central-1' } });
  new TokenRefresher(stack, 'Refresher', {
    endpoint: 'https://soap.example.com/token',
    tokenParameterName: '/simulated/access-token',
    tokenLifetime: minutes(tokenLifetimeMinutes),
    refreshEvery: minutes(refreshEveryMinutes),
    checkEvery: minutes(checkEveryMinutes),
    renewalWindow: minutes(renewalWindowMinutes),
    alarmActions: {
      page: new SnsAction(Topic.fromTopicArn(stack, 'Page', PAGE_TOPIC_ARN)),
      ticket: new SnsAction(Topic.fromTopicArn(stack, 'Ticket', TICKET_TOPIC_ARN)),
    },
  });
  return app.synth().getStackByName(stack.stackName).template;
}
