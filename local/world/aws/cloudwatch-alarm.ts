/**
 * CloudWatch's alarm evaluation as pure code, after the CloudWatch User Guide:
 * - "Alarm evaluation" (alarm-evaluation.html): period, evaluation periods, datapoints to alarm, one evaluation a minute
 *   over a window that slides with it;
 * - "Configuring how CloudWatch alarms treat missing data" (alarms-and-missing-data.html): the longer evaluation range,
 *   the four treatments, premature transitions; its two example tables are this file's tests;
 * - "Alarm warm-up periods" (alarm-warm-up.html);
 * - "Using math expressions with CloudWatch metrics" (using-metric-math.html): FILL.
 *
 * An alarm is what a synthesised template holds: the properties of AWS::CloudWatch::Alarm, not a retyped copy.
 */
import { isObject } from '../../../lambda/parse-json.ts';

export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';
export type TreatMissingData = 'missing' | 'ignore' | 'breaching' | 'notBreaching';

/** One value as CloudWatch got it. `visibleAt` is later than `time`: metrics that travel through logs arrive late. */
export interface MetricPoint {
  readonly time: number;
  readonly visibleAt: number;
  readonly value: number;
}

/** Which metric: namespace, name and all dimensions must match, or the alarm watches nothing. */
export interface MetricIdentity {
  readonly namespace: string;
  readonly metricName: string;
  /** A value may be a template's `{ Ref }`; it is compared as JSON. */
  readonly dimensions: Readonly<Record<string, unknown>>;
}

/** Every series by its key, each in order of time. */
export type MetricData = ReadonlyMap<string, readonly MetricPoint[]>;

export interface Alarm {
  readonly seriesKey: string;
  readonly statistic: Statistic;
  /** FILL's value, when the alarm watches FILL(metric, value). */
  readonly fill: number | undefined;
  readonly periodMs: number;
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm: number;
  readonly isBreaching: (value: number) => boolean;
  readonly treatMissingData: TreatMissingData;
  readonly warmUpMs: number;
  /** True: the whole warm-up passes before the first evaluation; false: enough data ends it early. */
  readonly warmUpIsFixed: boolean;
}

export interface StateChange {
  readonly at: number;
  readonly state: AlarmState;
}

const MINUTE_MS = 60_000;

/**
 * How many periods further back CloudWatch looks for real data points. The guide says only that it depends on the
 * period, and uses two in each of its examples.
 */
const EXTRA_PERIODS = 2;

/** How a period's values become one data point: from where on, and how each value changes it. */
const STATISTICS = {
  Minimum: { empty: Number.POSITIVE_INFINITY, add: Math.min },
  Maximum: { empty: Number.NEGATIVE_INFINITY, add: Math.max },
  Sum: { empty: 0, add: (sum: number, value: number) => sum + value },
};
type Statistic = keyof typeof STATISTICS;

/** Whether a value breaches a threshold. */
export const COMPARISONS = {
  GreaterThanThreshold: (value: number, threshold: number) => value > threshold,
  GreaterThanOrEqualToThreshold: (value: number, threshold: number) => value >= threshold,
  LessThanThreshold: (value: number, threshold: number) => value < threshold,
  LessThanOrEqualToThreshold: (value: number, threshold: number) => value <= threshold,
};

export function seriesKey({ namespace, metricName, dimensions }: MetricIdentity): string {
  const sorted = Object.entries(dimensions).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([namespace, metricName, sorted]);
}

/** @throws TypeError for anything this evaluator does not know: a guess would make the simulation worthless. */
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
    warmUpMs: warmUp ? number(warmUp.WarmUpPeriodDurationInMinutes, 'WarmUpPeriodDurationInMinutes') * MINUTE_MS : 0,
    warmUpIsFixed: warmUp?.OnlyStartEvaluatingAfterWarmUpPeriodEnds === true,
  };
}

/**
 * The state that the latest data points give. `points` is the evaluation range, oldest first; undefined is missing.
 * @returns undefined when the alarm keeps the state it is in.
 */
export function stateOf(
  alarm: Pick<Alarm, 'evaluationPeriods' | 'datapointsToAlarm' | 'isBreaching' | 'treatMissingData'>,
  points: readonly (number | undefined)[],
): AlarmState | undefined {
  const { evaluationPeriods, datapointsToAlarm, isBreaching, treatMissingData } = alarm;
  let real = 0;
  let breaching = 0;
  let oldestReal = 0;
  // "CloudWatch evaluates the alarm state based on the most recent real data points", as many as Evaluation Periods.
  for (let age = 1; age <= points.length && real < evaluationPeriods; age++) {
    const point = points[points.length - age];
    if (point === undefined) continue;
    real++;
    oldestReal = age;
    if (isBreaching(point)) breaching++;
  }
  if (treatMissingData === 'breaching') breaching += evaluationPeriods - real;
  if (breaching >= datapointsToAlarm) return 'ALARM';
  if (real === evaluationPeriods || treatMissingData === 'breaching' || treatMissingData === 'notBreaching')
    return 'OK';
  // Too few real points, and missing ones count for nothing. One that is within the threshold settles it …
  if (real > breaching) return 'OK';
  if (treatMissingData === 'ignore') return undefined;
  // … and a breaching one does so once it is as old as Datapoints to Alarm ("premature transitions").
  return real > 0 && oldestReal >= datapointsToAlarm ? 'ALARM' : 'INSUFFICIENT_DATA';
}

/** The guide does not say whether FILL fills a series without a single point in the range, so both are tried. */
export type EmptySeries = 'filled' | 'missing';

export interface Watch {
  readonly createdAt: number;
  readonly until: number;
  readonly emptySeries: EmptySeries;
}

/** An alarm over time. */
export interface AlarmWatch {
  /** The first evaluation; each later one is a minute after the one before. */
  readonly firstMinute: number;
  /**
   * The state once the data up to that minute has been looked at. Minutes come in order; one in which nothing changes
   * may be left out.
   * @param series of the alarm's metric, in order of time; it may have grown since the last minute
   */
  readonly evaluate: (series: readonly MetricPoint[], at: number) => AlarmState;
  readonly isWarmingUp: () => boolean;
}

/** Begins to watch: one evaluation a minute, each over a window that ends with that minute. */
export function watchAlarm(alarm: Alarm, createdAt: number, emptySeries: EmptySeries): AlarmWatch {
  const range = evaluationRange(alarm);
  const { empty, add } = STATISTICS[alarm.statistic];
  const points: (number | undefined)[] = new Array(range);
  let state: AlarmState = 'INSUFFICIENT_DATA';
  let warmedUp = false;
  let first = 0;
  return {
    firstMinute: Math.ceil(createdAt / MINUTE_MS) * MINUTE_MS,
    isWarmingUp: () => !warmedUp,
    evaluate(series, at) {
      const start = at - range * alarm.periodMs;
      while (first < series.length && timeOf(series[first]) < start) first++;
      points.fill(undefined);
      let isEmpty = true;
      for (let index = first; timeOf(series[index]) < at; index++) {
        const point = series[index];
        if (point === undefined || point.visibleAt > at) continue;
        const period = Math.floor((point.time - start) / alarm.periodMs);
        points[period] = add(points[period] ?? empty, point.value);
        isEmpty = false;
      }
      warmedUp ||= at >= createdAt + alarm.warmUpMs || (!alarm.warmUpIsFixed && fillsWindow(alarm, points));
      if (!warmedUp) return state;
      const fill = isEmpty && emptySeries === 'missing' ? undefined : alarm.fill;
      for (let period = 0; period < range; period++) points[period] ??= fill;
      state = stateOf(alarm, points) ?? state;
      return state;
    },
  };
}

/** Every change of state from creation on. */
export function alarmHistory(alarm: Alarm, data: MetricData, watch: Watch): StateChange[] {
  const { createdAt, until, emptySeries } = watch;
  const series = data.get(alarm.seriesKey) ?? [];
  const changes: StateChange[] = [{ at: createdAt, state: 'INSUFFICIENT_DATA' }];
  const { firstMinute, evaluate } = watchAlarm(alarm, createdAt, emptySeries);
  const isEventful = eventfulMinutes(alarm, series, firstMinute, watch);
  let state: AlarmState = 'INSUFFICIENT_DATA';
  for (let at = firstMinute; at <= until; at += MINUTE_MS) {
    // With the same points in the same periods the state stays what it is.
    if (isEventful[(at - firstMinute) / MINUTE_MS] === 0) continue;
    const next = evaluate(series, at);
    if (next !== state) changes.push({ at, state: next });
    state = next;
  }
  return changes;
}

/** How many periods an evaluation looks back. */
function evaluationRange({ evaluationPeriods }: Alarm): number {
  return evaluationPeriods + EXTRA_PERIODS;
}

/** Marks the minutes in which a point comes into the evaluation range, moves on to another period, or leaves, and the end of the warm-up. */
function eventfulMinutes(
  alarm: Alarm,
  series: readonly MetricPoint[],
  firstMinute: number,
  { createdAt, until }: Watch,
): Uint8Array {
  const marks = new Uint8Array(Math.max(0, Math.floor((until - firstMinute) / MINUTE_MS)) + 1);
  const mark = (time: number) => {
    marks[Math.ceil((time - firstMinute) / MINUTE_MS)] = 1;
  };
  mark(firstMinute);
  mark(createdAt + alarm.warmUpMs);
  const range = evaluationRange(alarm);
  for (const { time, visibleAt } of series) {
    mark(visibleAt);
    // A window that ends at a point's own instant does not hold it yet.
    for (let periods = 0; periods <= range; periods++) mark(time + periods * alarm.periodMs + 1);
  }
  return marks;
}

function timeOf(point: MetricPoint | undefined): number {
  return point?.time ?? Number.POSITIVE_INFINITY;
}

function fillsWindow({ evaluationPeriods }: Alarm, points: readonly (number | undefined)[]): boolean {
  return points.slice(-evaluationPeriods).every((point) => point !== undefined);
}

function readTreatment(value: unknown): TreatMissingData {
  if (value === undefined) return 'missing';
  if (value === 'missing' || value === 'ignore' || value === 'breaching' || value === 'notBreaching') return value;
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
