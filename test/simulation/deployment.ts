import { Duration } from 'aws-cdk-lib';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { z } from 'zod';
import { type Config, ConfigError, readConfig } from '../../lambda/refresher/config.ts';
import { durationSeconds } from '../../lambda/timing.ts';
import { seriesKey } from '../../local/world/aws/cloudwatch-alarm.ts';
import { deployed, environmentOf, only, readable } from '../infra/synthesis.ts';
import type { Refresher } from './model/month.ts';
import type { Settings } from './model/scenario.ts';
import { readAlarm } from './read-alarm.ts';

const PAGE_TOPIC_ARN = 'arn:aws:sns:eu-central-1:111122223333:page';
const TICKET_TOPIC_ARN = 'arn:aws:sns:eu-central-1:111122223333:ticket';

const FUNCTION = z.object({
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
  const deployment = deployments.get(key) ?? deploy(settings);
  deployments.set(key, deployment);
  return deployment;
}

/** @throws Error or ZodError for a template that does not hold what this one must */
function deploy(settings: Settings): Deployment {
  const duration = (seconds: number | undefined) => (seconds === undefined ? undefined : Duration.seconds(seconds));
  const { stack, refresher, template } = deployed((team) => ({
    tokenLifetime: duration(settings.tokenLifetimeSeconds),
    refreshEvery: duration(settings.refreshEverySeconds),
    checkEvery: duration(settings.checkEverySeconds),
    renewalWindow: duration(settings.renewalWindowSeconds),
    alarmActions: {
      page: new SnsAction(Topic.fromTopicArn(team, 'Page', PAGE_TOPIC_ARN)),
      ticket: new SnsAction(Topic.fromTopicArn(team, 'Ticket', TICKET_TOPIC_ARN)),
    },
  }));
  const config = readConfig(environmentOf({ template }));
  if (config instanceof ConfigError) throw config;
  const { Timeout } = FUNCTION.parse(only(template, 'AWS::Lambda::Function'));
  const { MaximumRetryAttempts } = INVOKE_CONFIG.parse(only(template, 'AWS::Lambda::EventInvokeConfig'));
  const { ScheduleExpression } = SCHEDULE.parse(only(template, 'AWS::Scheduler::Schedule'));
  const FunctionName = readable(stack.resolve(refresher.function.functionName));
  const alarms = Object.values(template.findResources('AWS::CloudWatch::Alarm'));
  return {
    config,
    lambda: { timeoutMs: Timeout * 1000, retryAttempts: MaximumRetryAttempts },
    everyMs: durationSeconds(ScheduleExpression.slice('rate('.length, -1)) * 1000,
    errorsMetricKey: seriesKey({ namespace: 'AWS/Lambda', metricName: 'Errors', dimensions: { FunctionName } }),
    alarms: alarms.map(({ Properties }) => {
      const alarm = ALARM.parse(readable(Properties));
      const name = alarm.AlarmName.split('/')[0] ?? '';
      return { name, pages: alarm.AlarmActions.includes(PAGE_TOPIC_ARN), alarm: readAlarm(alarm) };
    }),
  };
}
