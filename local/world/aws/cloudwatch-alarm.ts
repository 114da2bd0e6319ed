/**
 * CloudWatch's alarm evaluation as pure code, after the CloudWatch User Guide:
 * - "Alarm evaluation" (alarm-evaluation.html): period, evaluation periods, datapoints to alarm, one evaluation a minute
 *   over a window that slides with it;
 * - "Configuring how CloudWatch alarms treat missing data" (alarms-and-missing-data.html): the longer evaluation range and
 *   the treatments; its two example tables are this file's tests;
 * - "Alarm warm-up periods" (alarm-warm-up.html), those that pass before the first evaluation, whatever data there is;
 * - "Using math expressions with CloudWatch metrics" (using-metric-math.html): FILL.
 */
export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';
/** The fourth, `missing`, is left out: no alarm here uses it. */
export type TreatMissingData = 'ignore' | 'breaching' | 'notBreaching';

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
  /** Passes before the first evaluation. */
  readonly warmUpMs: number;
}

const MINUTE_MS = 60_000;

/**
 * How many periods further back CloudWatch looks for real data points. The guide says only that it depends on the
 * period, and uses two in each of its examples.
 */
const EXTRA_PERIODS = 2;

/** From where on the values of a period are put together, and how each one changes the result. */
export const STATISTICS = {
  Minimum: { empty: Number.POSITIVE_INFINITY, add: Math.min },
  Maximum: { empty: Number.NEGATIVE_INFINITY, add: Math.max },
  Sum: { empty: 0, add: (sum: number, value: number) => sum + value },
};
/** How a period's values become one. */
export type Statistic = keyof typeof STATISTICS;

/** Whether a value breaches a threshold. */
export const COMPARISONS = {
  GreaterThanOrEqualToThreshold: (value: number, threshold: number) => value >= threshold,
  LessThanThreshold: (value: number, threshold: number) => value < threshold,
};

export function seriesKey({ namespace, metricName, dimensions }: MetricIdentity): string {
  const sorted = Object.entries(dimensions).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([namespace, metricName, sorted]);
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
  // "CloudWatch evaluates the alarm state based on the most recent real data points", as many as Evaluation Periods.
  const real = points.filter((point) => point !== undefined).slice(-evaluationPeriods);
  const breaching = real.filter(isBreaching).length;
  const breachingIfMissing = treatMissingData === 'breaching' ? evaluationPeriods - real.length : 0;
  if (breaching + breachingIfMissing >= datapointsToAlarm) return 'ALARM';
  // Where missing ones count for nothing, a real one that is within the threshold settles it.
  return treatMissingData === 'ignore' && breaching === real.length ? undefined : 'OK';
}

/** The guide does not say whether FILL fills a series without a single point in the range, so both are tried. */
export type EmptySeries = 'filled' | 'missing';

/** Begins to watch: one evaluation a minute, each over a window that ends with that minute. */
export function watchAlarm(alarm: Alarm, createdAt: number, emptySeries: EmptySeries) {
  const range = evaluationRange(alarm);
  const { empty, add } = STATISTICS[alarm.statistic];
  const points: (number | undefined)[] = new Array(range);
  let state: AlarmState = 'INSUFFICIENT_DATA';
  let first = 0;
  return {
    /** The first evaluation; each later one is a minute after the one before. */
    firstMinute: Math.ceil(createdAt / MINUTE_MS) * MINUTE_MS,
    /**
     * The state once the data up to that minute has been looked at. Minutes come in order; one in which nothing changes
     * may be left out.
     * @param series of the alarm's metric, in order of time; it may have grown since the last minute
     */
    evaluate(series: readonly MetricPoint[], at: number): AlarmState {
      if (at < createdAt + alarm.warmUpMs) return state;
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
      const fill = isEmpty && emptySeries === 'missing' ? undefined : alarm.fill;
      for (let period = 0; period < range; period++) points[period] ??= fill;
      state = stateOf(alarm, points) ?? state;
      return state;
    },
  };
}

/** How many periods an evaluation looks back. */
function evaluationRange({ evaluationPeriods }: Alarm): number {
  return evaluationPeriods + EXTRA_PERIODS;
}

function timeOf(point: MetricPoint | undefined): number {
  return point?.time ?? Number.POSITIVE_INFINITY;
}
