import { isObject } from '../../lambda/parse-json.ts';
import {
  type Alarm,
  COMPARISONS,
  STATISTICS,
  type Statistic,
  seriesKey,
  type TreatMissingData,
} from '../../local/world/aws/cloudwatch-alarm.ts';
import { MINUTE_MS } from './model/scenario.ts';

/**
 * An alarm out of what a synthesised template holds, the properties of AWS::CloudWatch::Alarm.
 * @throws TypeError for anything the evaluator does not know: a guess would make the simulation worthless
 */
export function readAlarm(properties: Readonly<Record<string, unknown>>): Alarm {
  const operator = text(properties.ComparisonOperator, 'ComparisonOperator');
  const [, comparison] = Object.entries(COMPARISONS).find(([name]) => name === operator) ?? [];
  if (comparison === undefined) throw new TypeError(`unknown comparison ${operator}`);
  const threshold = number(properties.Threshold, 'Threshold');
  const evaluationPeriods = number(properties.EvaluationPeriods, 'EvaluationPeriods');
  const warmUp = optionalRecord(properties.WarmUpConfiguration, 'WarmUpConfiguration');
  return {
    ...readMetric(properties),
    evaluationPeriods,
    datapointsToAlarm: number(properties.DatapointsToAlarm ?? evaluationPeriods, 'DatapointsToAlarm'),
    isBreaching: (value) => comparison(value, threshold),
    treatMissingData: readTreatment(properties.TreatMissingData),
    warmUpMs: warmUp === undefined ? 0 : readWarmUp(warmUp),
  };
}

function readWarmUp(warmUp: Readonly<Record<string, unknown>>): number {
  if (warmUp.OnlyStartEvaluatingAfterWarmUpPeriodEnds !== true) throw new TypeError('unknown warm-up that data ends');
  return number(warmUp.WarmUpPeriodDurationInMinutes, 'WarmUpPeriodDurationInMinutes') * MINUTE_MS;
}

function readTreatment(value: unknown): TreatMissingData {
  if (value === 'ignore' || value === 'breaching' || value === 'notBreaching') return value;
  throw new TypeError(`unknown TreatMissingData ${value}`);
}

function readMetric(properties: Readonly<Record<string, unknown>>) {
  const { Metrics: metrics } = properties;
  if (metrics === undefined) {
    return { ...readIdentity(properties), ...readStatistic(properties.Statistic, properties.Period), fill: undefined };
  }
  if (!Array.isArray(metrics)) throw new TypeError('Metrics must be a list');
  const queries = metrics.map((query) => record(query, 'Metrics'));
  const returned = queries.filter(({ ReturnData }) => ReturnData !== false);
  const [query] = returned;
  if (query === undefined || returned.length > 1) throw new TypeError('exactly one query must return data');
  const fill = query.Expression === undefined ? undefined : readFill(text(query.Expression, 'Expression'));
  const source = fill === undefined ? query : queries.find(({ Id }) => Id === fill.metricId);
  const stat = record(source?.MetricStat, 'MetricStat');
  return {
    ...readIdentity(record(stat.Metric, 'Metric')),
    ...readStatistic(stat.Stat, stat.Period),
    fill: fill?.value,
  };
}

function readFill(expression: string): { readonly metricId: string; readonly value: number } {
  const match = /^\s*FILL\(\s*(?<metricId>[a-z]\w*)\s*,\s*(?<value>-?\d+(?:\.\d+)?)\s*\)\s*$/.exec(expression);
  if (!match?.groups) throw new TypeError(`unknown expression ${expression}`);
  return { metricId: text(match.groups.metricId, 'FILL'), value: Number(match.groups.value) };
}

function readIdentity(metric: Readonly<Record<string, unknown>>) {
  const dimensions = metric.Dimensions ?? [];
  if (!Array.isArray(dimensions)) throw new TypeError('Dimensions must be a list');
  const named = dimensions.map((dimension) => record(dimension, 'Dimensions'));
  return {
    seriesKey: seriesKey({
      namespace: text(metric.Namespace, 'Namespace'),
      metricName: text(metric.MetricName, 'MetricName'),
      dimensions: Object.fromEntries(named.map(({ Name, Value }) => [text(Name, 'Name'), Value])),
    }),
  };
}

function readStatistic(statistic: unknown, period: unknown): { statistic: Statistic; periodMs: number } {
  const name = text(statistic, 'Statistic');
  if (!isStatistic(name)) throw new TypeError(`unknown statistic ${name}`);
  const seconds = number(period, 'Period');
  if (seconds % 60 !== 0) throw new TypeError('high-resolution periods are not modelled');
  return { statistic: name, periodMs: seconds * 1000 };
}

function isStatistic(name: string): name is Statistic {
  return Object.hasOwn(STATISTICS, name);
}

function text(value: unknown, name: string): string {
  if (typeof value !== 'string') throw new TypeError(`${name} must be text`);
  return value;
}

function number(value: unknown, name: string): number {
  if (typeof value !== 'number') throw new TypeError(`${name} must be a number`);
  return value;
}

function record(value: unknown, name: string): Readonly<Record<string, unknown>> {
  if (!isObject(value)) throw new TypeError(`${name} must be an object`);
  return value;
}

function optionalRecord(value: unknown, name: string): Readonly<Record<string, unknown>> | undefined {
  return value === undefined ? undefined : record(value, name);
}
