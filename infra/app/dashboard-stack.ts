import { Aws, Duration } from 'aws-cdk-lib';
import {
  Alarm,
  AlarmStatusWidget,
  AlarmWidget,
  Color,
  Dashboard,
  GraphWidget,
  type GraphWidgetProps,
  type IWidget,
  LogQueryWidget,
  MathExpression,
  type MetricOptions,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import type { METRICS } from '../../lambda/refresher/metric-names.ts';
import { alarmName, alarmRules } from '../alarm-rules.ts';
import { refresherMetric } from '../refresher-metrics.ts';
import { timingOfProps } from '../timing-props.ts';
import { logGroupName } from '../token-refresher.ts';
import { type AppSettings, RESERVED_NAME, type TokenSettings, withPrefix } from './settings.ts';
import { sharedStack } from './stack-tags.ts';

/** A dashboard holds 500 widgets, and a token takes four, beside those for all. */
const TOKENS_PER_DASHBOARD = 100;

/** Two apps of one account and region would write to one dashboard; their prefixes keep them apart. */
function dashboardName(prefix: string, index: number): string {
  return numbered(withPrefix(prefix, 'TokenRefresher'), index);
}

function numbered(name: string, index: number): string {
  return index === 0 ? name : `${name}-${index + 1}`;
}

/** What one alarm widget and one log query can hold. */
const ALARMS_PER_WIDGET = 100;
const TOKENS_PER_LOG_QUERY = 50;

/** Where a person finds the dashboard that shows this token. */
export function dashboardUrl({ prefix, tokens }: AppSettings, token: TokenSettings): string {
  const name = dashboardName(prefix, Math.floor(tokens.indexOf(token) / TOKENS_PER_DASHBOARD));
  return `https://${Aws.REGION}.console.aws.amazon.com/cloudwatch/home?region=${Aws.REGION}#dashboards/dashboard/${name}`;
}

/**
 * Shows all tokens of the app: one dashboard for at most a hundred, the next ones on one with a number. Each knows them by
 * their names alone, so that no stack needs another one to be deployed or removed first.
 */
export function addDashboards(scope: Construct, app: AppSettings): void {
  const description = 'Shows all access tokens that are kept fresh';
  for (const [index, tokens] of chunks(app.tokens, TOKENS_PER_DASHBOARD).entries()) {
    const stack = sharedStack(scope, app, numbered(RESERVED_NAME, index), description);
    const parameterNames = tokens.map(({ tokenParameterName }) => tokenParameterName);
    new Dashboard(stack, 'Dashboard', {
      dashboardName: dashboardName(app.prefix, index),
      defaultInterval: Duration.days(1),
      widgets: [
        ...chunks(tokens.flatMap(namesOfAlarms), ALARMS_PER_WIDGET).map((names) => [alarmStates(stack, names)]),
        ...tokens.map((token) => tokenRow(stack, token)),
        ...chunks(parameterNames, TOKENS_PER_LOG_QUERY).map((names) => [failures(names)]),
      ],
    });
  }
}

function namesOfAlarms(token: TokenSettings): readonly string[] {
  const rules = alarmRules(timingOfProps(token), token.credentialsMaxAge?.toSeconds());
  return rules.map(({ kind }) => alarmName(kind, token.tokenParameterName));
}

function alarmStates(scope: Construct, names: readonly string[]): IWidget {
  return new AlarmStatusWidget({
    title: 'Does anyone have to act?',
    alarms: names.map((name) => Alarm.fromAlarmName(scope, name, name)),
    width: 24,
    // Six alarms stand side by side.
    height: 1 + 2 * Math.ceil(names.length / 6),
  });
}

/** How long the token lives, whether runs fail, whether credentials and token are accepted, how slow the endpoint is. */
function tokenRow(scope: Construct, token: TokenSettings): IWidget[] {
  const { tokenParameterName: parameterName } = token;
  const timing = timingOfProps(token);
  const period = Duration.seconds(timing.checkEverySeconds);
  const metric = (name: keyof typeof METRICS, options: MetricOptions = {}) =>
    refresherMetric(name, parameterName, { period, ...options });
  const minutesLeft = new MathExpression({
    expression: 'secondsRemaining / 60',
    usingMetrics: { secondsRemaining: metric('secondsRemaining') },
    label: 'minutes left',
    period,
  });
  const graph = (question: string, props: GraphWidgetProps) =>
    new GraphWidget({ title: `${parameterName}: ${question}`, width: 6, ...props });
  return [
    graph('how long it still lives', {
      left: [minutesLeft],
      leftAnnotations: [{ value: timing.pageBelowSeconds / 60, label: 'TokenExpiring pages', color: Color.RED }],
      leftYAxis: { min: 0, label: 'minutes', showUnits: false },
    }),
    // The errors that Lambda counts. Its metrics go by the function's name, which CloudFormation makes up; the alarm that
    // watches them has a name that is known here.
    new AlarmWidget({
      title: `${parameterName}: do runs fail?`,
      alarm: Alarm.fromAlarmName(scope, `Failed runs of ${parameterName}`, alarmName('RefreshFailing', parameterName)),
      leftYAxis: { min: 0 },
      width: 6,
    }),
    graph('are credentials and token accepted?', {
      left: [
        // Every tick writes this metric, so its samples are the runs that came to their end.
        metric('credentialsRefused', { statistic: 'SampleCount', label: 'ticks', color: Color.GREY }),
        metric('credentialsRefused', { label: 'credentials refused', color: Color.RED }),
        metric('tokenRejected', { label: 'token rejected', color: Color.PURPLE }),
      ],
      leftYAxis: { min: 0, showUnits: false },
    }),
    graph('how slow is the endpoint?', {
      left: [metric('endpointLatency', { label: 'slowest answer' })],
      leftYAxis: { min: 0, label: 'milliseconds', showUnits: false },
    }),
  ];
}

function failures(parameterNames: readonly string[]): IWidget {
  return new LogQueryWidget({
    title: 'What failed?',
    logGroupNames: parameterNames.map(logGroupName),
    queryLines: [
      'fields @timestamp, message.tokenParameter as token, message.code as code, message.message as why',
      "filter message.outcome = 'failed'",
      'sort @timestamp desc',
      'limit 50',
    ],
    width: 24,
  });
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
