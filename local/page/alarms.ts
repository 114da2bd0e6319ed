import type { Config } from '../../lambda/refresher/config.ts';
import { METRIC_NAMESPACE, METRICS, TOKEN_DIMENSION } from '../../lambda/refresher/metric-names.ts';
import { PERIODS_TO_PAGE, pageBelowSeconds } from '../../lambda/timing.ts';

/** One alarm of the construct, as a template holds it. Written out here, for CDK takes seconds to load; a test compares. */
export interface AlarmDefinition {
  readonly name: string;
  /** Someone is woken, as opposed to finding a ticket in the morning. */
  readonly pages: boolean;
  /** When it fires, for the person who looks at it. */
  readonly rule: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

/** Lambda's own count of failed runs of the function on this machine. */
export const ERRORS_METRIC = {
  namespace: 'AWS/Lambda',
  metricName: 'Errors',
  dimensions: { FunctionName: 'local' },
} as const;

/** Nothing is put into the secret for a while after a first deployment. */
const WARM_UP = {
  WarmUpConfiguration: { WarmUpPeriodDurationInMinutes: 120, OnlyStartEvaluatingAfterWarmUpPeriodEnds: true },
};

/** The four alarms of a token with these settings. */
export function alarmDefinitions(config: Config): readonly AlarmDefinition[] {
  const { checkEverySeconds: checkEvery, tokenParameterName } = config;
  const checks = `${checkEvery / 60} min`;
  const dimensions = [{ Name: TOKEN_DIMENSION, Value: tokenParameterName }];
  const filled = (id: string, MetricName: string, Period: number) => ({
    Metrics: [
      { Id: 'filled', Expression: `FILL(${id}, 0)` },
      {
        Id: id,
        MetricStat: {
          Metric: { Namespace: METRIC_NAMESPACE, MetricName, Dimensions: dimensions },
          Stat: 'Maximum',
          Period,
        },
        ReturnData: false,
      },
    ],
  });
  const atLeast = (Threshold: number) => ({ ComparisonOperator: 'GreaterThanOrEqualToThreshold', Threshold });
  const threshold = pageBelowSeconds(config);
  return [
    {
      name: 'TokenExpiring',
      pages: true,
      rule: `the token lives for less than ${threshold / 60} min, in ${PERIODS_TO_PAGE} checks in a row`,
      properties: {
        ...filled('secondsRemaining', METRICS.secondsRemaining, checkEvery),
        ComparisonOperator: 'LessThanThreshold',
        Threshold: threshold,
        EvaluationPeriods: PERIODS_TO_PAGE,
        DatapointsToAlarm: PERIODS_TO_PAGE,
        TreatMissingData: 'breaching',
        ...WARM_UP,
      },
    },
    {
      name: 'CredentialsRefused',
      pages: true,
      rule: 'the service refused the credentials',
      properties: {
        ...filled('credentialsRefused', METRICS.credentialsRefused, 2 * checkEvery),
        ...atLeast(1),
        EvaluationPeriods: 1,
        TreatMissingData: 'notBreaching',
      },
    },
    {
      name: 'RefreshFailing',
      pages: false,
      rule: `two ticks failed within ${(3 * checkEvery) / 60} min`,
      properties: {
        Namespace: ERRORS_METRIC.namespace,
        MetricName: ERRORS_METRIC.metricName,
        Dimensions: [{ Name: 'FunctionName', Value: ERRORS_METRIC.dimensions.FunctionName }],
        Statistic: 'Sum',
        Period: 3 * checkEvery,
        ...atLeast(2),
        EvaluationPeriods: 1,
        TreatMissingData: 'notBreaching',
        ...WARM_UP,
      },
    },
    {
      name: 'TokenRejected',
      pages: false,
      rule: `readers report a rejected token in 4 checks (of ${checks}) in a row`,
      properties: {
        Namespace: METRIC_NAMESPACE,
        MetricName: METRICS.tokenRejected,
        Dimensions: dimensions,
        Statistic: 'Maximum',
        Period: checkEvery,
        ...atLeast(1),
        EvaluationPeriods: 4,
        DatapointsToAlarm: 4,
        TreatMissingData: 'notBreaching',
      },
    },
  ];
}
