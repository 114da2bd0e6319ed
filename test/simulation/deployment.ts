import { isObject } from '../../lambda/parse-json.ts';
import { type Config, ConfigError, readConfig } from '../../lambda/refresher/config.ts';
import { seriesKey } from '../../local/world/aws/cloudwatch-alarm.ts';
import type { WatchedAlarm } from './judge/assessment.ts';
import type { LambdaSettings } from './model/lambda-service.ts';
import { readAlarm } from './read-alarm.ts';

export const PAGE_TOPIC_ARN = 'arn:aws:sns:eu-central-1:111122223333:page';
export const TICKET_TOPIC_ARN = 'arn:aws:sns:eu-central-1:111122223333:ticket';

/** All that the simulation takes from a synthesised template, and nothing that is not in it. */
export interface Deployment {
  readonly config: Config;
  readonly lambda: LambdaSettings;
  readonly everyMs: number;
  /** Key of the series in which Lambda counts this function's errors. */
  readonly errorsMetricKey: string;
  readonly alarms: readonly WatchedAlarm[];
}

/** @throws TypeError for a template that does not hold what this one must. */
export function readDeployment(template: unknown): Deployment {
  const resources = Object.entries(record(record(template).Resources)).map(([logicalId, resource]) => ({
    logicalId,
    type: record(resource).Type,
    properties: record(record(resource).Properties),
  }));
  const ofType = (type: string) => resources.filter((resource) => resource.type === type);
  const theOnly = (type: string) => {
    const [resource, another] = ofType(type);
    if (resource === undefined || another !== undefined) throw new TypeError(`not exactly one ${type}`);
    return resource;
  };

  const lambdaFunction = theOnly('AWS::Lambda::Function');
  const { Environment, Timeout, ReservedConcurrentExecutions } = lambdaFunction.properties;
  const invokeConfig = theOnly('AWS::Lambda::EventInvokeConfig').properties;
  const config = readConfig(asText(record(record(Environment).Variables)));
  if (config instanceof ConfigError) throw config;
  return {
    config,
    lambda: {
      timeoutMs: number(Timeout) * 1000,
      reservedConcurrency:
        ReservedConcurrentExecutions === undefined ? undefined : number(ReservedConcurrentExecutions),
      retryAttempts: number(invokeConfig.MaximumRetryAttempts),
      maxEventAgeMs: number(invokeConfig.MaximumEventAgeInSeconds) * 1000,
    },
    everyMs: rateMs(theOnly('AWS::Scheduler::Schedule').properties.ScheduleExpression),
    errorsMetricKey: seriesKey({
      namespace: 'AWS/Lambda',
      metricName: 'Errors',
      dimensions: { FunctionName: { Ref: lambdaFunction.logicalId } },
    }),
    alarms: ofType('AWS::CloudWatch::Alarm').map(({ properties }) => {
      const { AlarmName, AlarmActions, ActionsEnabled } = properties;
      if (ActionsEnabled === false) throw new TypeError(`nobody hears ${AlarmName}`);
      return {
        name: String(AlarmName).split('/')[0] ?? '',
        pages: Array.isArray(AlarmActions) && AlarmActions.includes(PAGE_TOPIC_ARN),
        alarm: readAlarm(properties),
      };
    }),
  };
}

/** For a reference CloudFormation would put a name or an ARN; here its target's logical id stands for that. */
function asText(variables: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [name, typeof value === 'string' ? value : targetOf(value)]),
  );
}

function targetOf(reference: unknown): string {
  const { Ref, 'Fn::GetAtt': attribute } = record(reference);
  return String(Ref ?? (Array.isArray(attribute) ? attribute[0] : ''));
}

function rateMs(expression: unknown): number {
  const match = /^rate\((?<count>\d+) (?<unit>minute|hour|day)s?\)$/.exec(String(expression));
  const unitMs = { minute: 60_000, hour: 3_600_000, day: 86_400_000 }[String(match?.groups?.unit)];
  if (unitMs === undefined) throw new TypeError(`unknown schedule ${expression}`);
  return Number(match?.groups?.count) * unitMs;
}

function number(value: unknown): number {
  if (typeof value !== 'number') throw new TypeError(`${value} is not a number`);
  return value;
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  if (!isObject(value)) throw new TypeError(`${value} is not an object`);
  return value;
}
