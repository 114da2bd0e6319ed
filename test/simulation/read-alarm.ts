import { z } from 'zod';
import { type Alarm, COMPARISONS, seriesKey } from '../../local/world/aws/cloudwatch-alarm.ts';
import { MINUTE_MS } from './model/scenario.ts';

/** High-resolution periods are not modelled. */
const PERIOD = z.number().multipleOf(60);
const STATISTIC = z.enum(['Minimum', 'Maximum', 'Sum']);
const METRIC = z.object({
  Namespace: z.string(),
  MetricName: z.string(),
  Dimensions: z.array(z.object({ Name: z.string(), Value: z.unknown() })),
});
const WATCHED_METRIC = METRIC.extend({ Statistic: STATISTIC, Period: PERIOD });
const FILL = /^FILL\(([a-z]\w*), (-?\d+)\)$/;
/** An expression that fills a metric, and that metric. */
const FILLED_METRIC = z.tuple([
  z.object({ Expression: z.string().regex(FILL), ReturnData: z.literal(true).optional() }),
  z.object({
    Id: z.string(),
    MetricStat: z.object({ Metric: METRIC, Stat: STATISTIC, Period: PERIOD }),
    ReturnData: z.literal(false),
  }),
]);
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

/** The alarm's own metric, or the one that it fills. */
function readMetric(properties: Readonly<Record<string, unknown>>) {
  if (properties.Metrics === undefined) return { ...WATCHED_METRIC.parse(properties), fill: undefined };
  const [{ Expression }, { Id, MetricStat }] = FILLED_METRIC.parse(properties.Metrics);
  const { Metric, Stat: Statistic, Period } = MetricStat;
  const [, metricId, value] = FILL.exec(Expression) ?? [];
  if (metricId !== Id) throw new TypeError(`${Expression} fills another metric than ${Id}`);
  return { ...Metric, Statistic, Period, fill: Number(value) };
}
