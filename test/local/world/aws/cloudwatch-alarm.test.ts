import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AlarmState,
  type MetricPoint,
  seriesKey,
  stateOf,
  type TreatMissingData,
} from '../../../../local/world/aws/cloudwatch-alarm.ts';
import { alarmHistory } from '../../../simulation/judge/assessment.ts';
import { readAlarm } from '../../../simulation/read-alarm.ts';

const MINUTE_MS = 60_000;
const METRIC = { namespace: 'N', metricName: 'M', dimensions: { Token: '/t' } };

const KEEPS = undefined;
type State = AlarmState | undefined;

/** "Configuring how CloudWatch alarms treat missing data": the first table has 3 out of 3, the second 2 out of 3. */
it.each<[outOf3: number, row: string, ignore: State, breaching: State, notBreaching: State]>([
  [3, '0 - X - X', 'OK', 'OK', 'OK'],
  [3, '0 - - - -', 'OK', 'OK', 'OK'],
  [3, '- - - - -', KEEPS, 'ALARM', 'OK'],
  [3, '0 X X - X', 'ALARM', 'ALARM', 'ALARM'],
  [3, '- - X - -', KEEPS, 'ALARM', 'OK'],
  [2, '0 - X - X', 'ALARM', 'ALARM', 'ALARM'],
  [2, '0 0 X 0 X', 'ALARM', 'ALARM', 'ALARM'],
  [2, '0 - X - -', 'OK', 'ALARM', 'OK'],
  [2, '- - - - 0', 'OK', 'ALARM', 'OK'],
  [2, '- - - X -', KEEPS, 'ALARM', 'OK'],
])('is as the CloudWatch User Guide says: %i of 3 over "%s"', (datapointsToAlarm, row, ...expected) => {
  // The guide writes 0 for a data point within the threshold, X for a breaching one, - for a missing one.
  const points = row.split(' ').map((mark) => ({ '0': 0, X: 1 })[mark]);
  const states = (['ignore', 'breaching', 'notBreaching'] satisfies TreatMissingData[]).map((treatMissingData) =>
    stateOf({ evaluationPeriods: 3, datapointsToAlarm, isBreaching: (value) => value === 1, treatMissingData }, points),
  );
  expect(states).toEqual(expected);
});

type Properties = Readonly<Record<string, unknown>>;

const SERIES = { Namespace: 'N', MetricName: 'M', Dimensions: [{ Name: 'Token', Value: '/t' }] };
const ONCE = { EvaluationPeriods: 1, Threshold: 1, ComparisonOperator: 'GreaterThanOrEqualToThreshold' };
const LOW = { EvaluationPeriods: 3, Threshold: 100, ComparisonOperator: 'LessThanThreshold' };
/** Fires on one event in five minutes. */
const EVENTS = { ...SERIES, ...ONCE, Statistic: 'Sum', Period: 300, TreatMissingData: 'notBreaching' };
/** Fires after three periods below 100 or without data. */
const SILENCE = { ...SERIES, ...LOW, Statistic: 'Minimum', Period: 300, TreatMissingData: 'breaching' };
const STAT = { Metric: SERIES, Period: 300, Stat: 'Minimum' };
const FILL = [
  { Id: 'filled', Expression: 'FILL(m, 0)' },
  { Id: 'm', MetricStat: STAT, ReturnData: false },
];
/** The same by FILL. */
const FILLED = { ...LOW, Metrics: FILL, TreatMissingData: 'breaching' };
const WARM_UP = { WarmUpPeriodDurationInMinutes: 30, OnlyStartEvaluatingAfterWarmUpPeriodEnds: true };

function point(minute: number, value: number, delay: number): MetricPoint {
  return { time: minute * MINUTE_MS, visibleAt: (minute + delay) * MINUTE_MS, value };
}

/** The changes of state in 200 minutes with the same value in each of those minutes, seen that many minutes later. */
function changes(properties: Properties, minutes: readonly number[], value: number, delay = 0, metric = METRIC) {
  const series = minutes.map((minute) => point(minute, value, delay));
  const metrics = new Map([[seriesKey(metric), series]]);
  const history = alarmHistory(readAlarm(properties), { start: 0, end: 200 * MINUTE_MS, metrics });
  return history.map(({ at, state }) => `${at / MINUTE_MS} ${state}`).slice(1);
}

describe('an alarm over time', () => {
  const everyFive = Array.from({ length: 13 }, (_, tick) => tick * 5);

  it.each<[string, Properties, minutes: number[], value: number, changes: string[], delay?: number]>([
    // A five-minute period holds the point of minute 7 from the end of that minute to the end of minute 11.
    // "Missing points are not needed while real ones are found": two further periods are searched.
    ['slides its window with every minute', EVENTS, [7], 1, ['0 OK', '8 ALARM', '23 OK']],
    ['counts a point that arrives late from then on', EVENTS, [7], 1, ['0 OK', '10 ALARM', '23 OK'], 3],
    ['adds up what falls into one period', { ...EVENTS, Threshold: 2 }, [7, 7], 1, ['0 OK', '8 ALARM', '23 OK']],
    ['does not add up two periods', { ...EVENTS, Threshold: 2 }, [7, 13], 1, ['0 OK']],
    ['with FILL fires after three periods', FILLED, everyFive, 100, ['0 ALARM', '1 OK', '76 ALARM']],
    ['without it two periods later', SILENCE, everyFive, 100, ['0 ALARM', '1 OK', '86 ALARM']],
    ['stays quiet through a warm-up', { ...FILLED, WarmUpConfiguration: WARM_UP }, [2], 5, ['30 ALARM']],
  ])('%s', (_, properties, minutes, value, expected, delay = 0) => {
    expect(changes(properties, minutes, value, delay)).toEqual(expected);
  });

  it.each(['filled', 'missing'] as const)('fires on a metric that never had a point, %s', (emptySeries) => {
    const tenMinutes = { start: 0, end: 10 * MINUTE_MS, metrics: new Map() };
    expect(alarmHistory(readAlarm(FILLED), tenMinutes, emptySeries).slice(1)).toEqual([{ at: 0, state: 'ALARM' }]);
  });

  it('watches nothing when a dimension more was published', () => {
    const dimensions = { Token: '/t', service: 'x' };
    expect(changes(EVENTS, [7], 1, 0, { ...METRIC, dimensions })).toEqual(['0 OK']);
  });
});

it.each([
  [{ Statistic: 'p99' }, 'Statistic'],
  [{ TreatMissingData: 'missing' }, 'TreatMissingData'],
  [{ ComparisonOperator: 'NotEqual' }, 'ComparisonOperator'],
  [{ Metrics: [{ Id: 'e', Expression: 'RATE(m)' }, FILL[1]] }, 'Expression'],
  [{ WarmUpConfiguration: { WarmUpPeriodDurationInMinutes: 30 } }, 'OnlyStartEvaluatingAfterWarmUpPeriodEnds'],
])('refuses what it does not know: %j', (over, message) => {
  expect(() => readAlarm({ ...EVENTS, ...over })).toThrow(message);
});

it('gives what putting the points of each period together anew gives', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat({ max: 300 }), fc.nat({ max: 3 }), fc.nat({ max: 200 }))), (points) => {
      const series = points
        .map(([minute, delay, value]) => point(minute, value, delay))
        .sort((a, b) => a.time - b.time);
      const alarm = readAlarm(FILLED);
      const metrics = new Map([[seriesKey(METRIC), series]]);
      const history = alarmHistory(alarm, { start: 0, end: 400 * MINUTE_MS, metrics });
      for (let minute = 1; minute <= 400; minute++) {
        const at = minute * MINUTE_MS;
        const periods = [5, 4, 3, 2, 1].map((age) => {
          const from = at - age * 300_000;
          const seen = series.filter(({ time, visibleAt }) => time >= from && time < from + 300_000 && visibleAt <= at);
          return Math.min(...seen.map(({ value }) => value), seen.length === 0 ? 0 : Number.POSITIVE_INFINITY);
        });
        expect(history.findLast((change) => change.at <= at)?.state).toBe(stateOf(alarm, periods));
      }
    }),
    { numRuns: 30 },
  );
});
