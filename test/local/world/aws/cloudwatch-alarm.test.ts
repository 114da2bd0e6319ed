import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AlarmState,
  seriesKey,
  stateOf,
  type TreatMissingData,
} from '../../../../local/world/aws/cloudwatch-alarm.ts';
import { alarmHistory } from '../../../simulation/alarm-history.ts';
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

/** Fires on one event in five minutes. */
const events = (over: Properties = {}): Properties => ({
  ...{ ...SERIES, Statistic: 'Sum', Period: 300 },
  ...{ EvaluationPeriods: 1, Threshold: 1, ComparisonOperator: 'GreaterThanOrEqualToThreshold' },
  ...{ TreatMissingData: 'notBreaching', ...over },
});

const LOW = { EvaluationPeriods: 3, Threshold: 100, ComparisonOperator: 'LessThanThreshold' };

/** Fires below 100 and without data, once in three periods. */
const silence = (over: Properties = {}): Properties => ({
  ...{ ...LOW, ...SERIES, Statistic: 'Minimum', Period: 300, TreatMissingData: 'breaching', ...over },
});

/** The same by FILL. */
const filled = (over: Properties = {}): Properties => ({
  Metrics: [
    { Id: 'filled', Expression: 'FILL(m, 0)' },
    { Id: 'm', MetricStat: { Metric: SERIES, Period: 300, Stat: 'Minimum' }, ReturnData: false },
  ],
  ...{ ...LOW, TreatMissingData: 'breaching', ...over },
});

/** The changes of state in 200 minutes with the same value in each of those minutes. */
function changes(properties: Properties, minutes: readonly number[], value: number, delay = 0, metric = METRIC) {
  const series = minutes.map((minute) => ({
    time: minute * MINUTE_MS,
    visibleAt: (minute + delay) * MINUTE_MS,
    value,
  }));
  const watch = { createdAt: 0, until: 200 * MINUTE_MS, emptySeries: 'filled' } as const;
  const history = alarmHistory(readAlarm(properties), new Map([[seriesKey(metric), series]]), watch);
  return history.map(({ at, state }) => `${at / MINUTE_MS} ${state}`).slice(1);
}

describe('an alarm over time', () => {
  const everyFiveMinutes = Array.from({ length: 13 }, (_, tick) => tick * 5);
  const WARM_UP = { WarmUpPeriodDurationInMinutes: 30, OnlyStartEvaluatingAfterWarmUpPeriodEnds: true };

  it.each<[string, Properties, number[], value: number, string[]]>([
    // A five-minute period holds the point of minute 7 from the end of that minute to the end of minute 11.
    // "Missing points are not needed while real ones are found": two further periods are searched.
    ['slides its window with every minute', events(), [7], 1, ['0 OK', '8 ALARM', '23 OK']],
    ['adds up what falls into one period', events({ Threshold: 2 }), [7, 7], 1, ['0 OK', '8 ALARM', '23 OK']],
    ['does not add up two periods', events({ Threshold: 2 }), [7, 13], 1, ['0 OK']],
    ['with FILL fires after three periods', filled(), everyFiveMinutes, 500, ['0 ALARM', '1 OK', '76 ALARM']],
    ['without it two periods later', silence(), everyFiveMinutes, 500, ['0 ALARM', '1 OK', '86 ALARM']],
    ['stays quiet through a warm-up', filled({ WarmUpConfiguration: WARM_UP }), [2], 5, ['30 ALARM']],
  ])('%s', (_, properties, minutes, value, expected) => {
    expect(changes(properties, minutes, value)).toEqual(expected);
  });

  it('counts the point that arrived late from then on', () => {
    expect(changes(events(), [7], 1, 3)).toContain('10 ALARM');
  });

  it.each(['filled', 'missing'] as const)('fires on a metric that never had a point, %s', (emptySeries) => {
    const watch = { createdAt: 0, until: 10 * MINUTE_MS, emptySeries };
    expect(alarmHistory(readAlarm(filled()), new Map(), watch).slice(1)).toEqual([{ at: 0, state: 'ALARM' }]);
  });

  it('watches nothing when a dimension more was published', () => {
    const dimensions = { Token: '/t', service: 'x' };
    expect(changes(events(), [7], 1, 0, { ...METRIC, dimensions })).toEqual(['0 OK']);
  });
});

it.each([
  [{ Statistic: 'p99' }, 'Statistic'],
  [{ TreatMissingData: 'missing' }, 'TreatMissingData'],
  [{ ComparisonOperator: 'NotEqual' }, 'ComparisonOperator'],
  [{ Metrics: [{ Id: 'e', Expression: 'RATE(m)' }] }, 'Expression'],
  [{ WarmUpConfiguration: { WarmUpPeriodDurationInMinutes: 30 } }, 'OnlyStartEvaluatingAfterWarmUpPeriodEnds'],
])('refuses what it does not know: %j', (over, message) => {
  expect(() => readAlarm(events(over))).toThrow(message);
});

it('gives what putting the points of each period together anew gives', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat({ max: 300 }), fc.nat({ max: 3 }), fc.nat({ max: 200 }))), (points) => {
      const series = points
        .map(([minute, delay, value]) => ({
          time: minute * MINUTE_MS,
          visibleAt: (minute + delay) * MINUTE_MS,
          value,
        }))
        .sort((a, b) => a.time - b.time);
      const alarm = readAlarm(filled());
      const metricData = new Map([[seriesKey(METRIC), series]]);
      const history = alarmHistory(alarm, metricData, { createdAt: 0, until: 400 * MINUTE_MS, emptySeries: 'filled' });
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
