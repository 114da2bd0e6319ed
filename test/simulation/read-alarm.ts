import { z } from 'zod';
import { type Alarm, COMPARISONS, seriesKey } from '../../local/world/aws/cloudwatch-alarm.ts';
import { MINUTE_MS } from './model/scenario.ts';

/** High-resolution periods are not modelled. */
const PERIOD = z.number().multipleOf(60);
const STATISTIC = z.enum(['Minimum', 'Maximum', 'Sum']);
const METRIC = z.object({
  Namespace: z.string(),
  MetricName: z.string(),
  Dimensions: z.array(z.object({ Name: z.string(), Value: z.unknown() })).default([]),
});
const WATCHED_METRIC = METRIC.extend({ Statistic: STATISTIC, Period: PERIOD });
const FILL = /^\s*FILL\(\s*(?<metricId>[a-z]\w*)\s*,\s*(?<value>-?\d+(?:\.\d+)?)\s*\)\s*$/;
const QUERIES = z.array(
  z.object({
    Id: z.string(),
    Expression: z.string().regex(FILL).optional(),
    MetricStat: z.object({ Metric: METRIC, Stat: STATISTIC, Period: PERIOD }).optional(),
    ReturnData: z.boolean().default(true),
  }),
);
const RULE = z.object({
  ComparisonOperator: z.enum(['GreaterThanOrEqualToThreshold', 'LessThanThreshold']),
  Threshold: z.number(),
  EvaluationPeriods: z.number(),
  DatapointsToAlarm: z.number().optional(),
  TreatMissingData: z.enum(['ignore', 'breaching', 'notBreaching']),
  WarmUpConfiguration: z
    .object({ WarmUpPeriodDurationInMinutes: z.number(), OnlyStartEvaluatingAfterWarmUpPeriodEnds: z.literal(true) })
    .optional(),
});

/**
 * An alarm out of what a synthesised template holds, the properties of AWS::CloudWatch::Alarm.
 * @throws ZodError for anything the evaluator does not know: a guess would make the simulation worthless
 */
export function readAlarm(properties: Readonly<Record<string, unknown>>): Alarm {
  const rule = RULE.parse(properties);
  const { MetricName, Dimensions, Namespace, Statistic, Period, fill } = readMetric(properties);
  const dimensions = Object.fromEntries(Dimensions.map(({ Name, Value }) => [Name, Value]));
  return {
    seriesKey: seriesKey({ namespace: Namespace, metricName: MetricName, dimensions }),
    statistic: Statistic,
    periodMs: Period * 1000,
    fill,
    evaluationPeriods: rule.EvaluationPeriods,
    datapointsToAlarm: rule.DatapointsToAlarm ?? rule.EvaluationPeriods,
    isBreaching: (value) => COMPARISONS[rule.ComparisonOperator](value, rule.Threshold),
    treatMissingData: rule.TreatMissingData,
    warmUpMs: (rule.WarmUpConfiguration?.WarmUpPeriodDurationInMinutes ?? 0) * MINUTE_MS,
  };
}

/** The alarm's own metric, or the one of its only query that returns data, which may fill another one. */
function readMetric(properties: Readonly<Record<string, unknown>>) {
  if (properties.Metrics === undefined) return { ...WATCHED_METRIC.parse(properties), fill: undefined };
  const queries = QUERIES.parse(properties.Metrics);
  const [query, another] = queries.filter(({ ReturnData }) => ReturnData);
  const { metricId, value } = FILL.exec(query?.Expression ?? '')?.groups ?? {};
  const { MetricStat } = queries.find(({ Id }) => Id === (metricId ?? query?.Id)) ?? {};
  if (MetricStat === undefined || another !== undefined) throw new TypeError('not exactly one metric is watched');
  const { Metric, Stat: Statistic, Period } = MetricStat;
  return { ...Metric, Statistic, Period, fill: value === undefined ? undefined : Number(value) };
}
