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
/** Fires on two. */
const TWO_EVENTS = { ...EVENTS, Threshold: 2 };
const HIGHEST = { ...TWO_EVENTS, Statistic: 'Maximum' };
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

/** One that is seen that many minutes later. */
function point(minute: number, value: number, delay = 0): MetricPoint {
  return { time: minute * MINUTE_MS, visibleAt: (minute + delay) * MINUTE_MS, value };
}

/** The changes of state in 200 minutes. */
function changes(properties: Properties, series: MetricPoint[], metric = METRIC) {
  const metrics = new Map([[seriesKey(metric), series]]);
  const history = alarmHistory(readAlarm(properties), { start: 0, end: 200 * MINUTE_MS, metrics });
  return history.map(({ at, state }) => `${at / MINUTE_MS} ${state}`).slice(1);
}

describe('an alarm over time', () => {
  const everyFive = Array.from({ length: 13 }, (_, tick) => point(tick * 5, 100));

  it.each<[string, Properties, points: MetricPoint[], changes: string[]]>([
    // A five-minute period holds the point of minute 7 from the end of that minute to the end of minute 11.
    // "Missing points are not needed while real ones are found": two further periods are searched.
    ['slides its window with every minute', EVENTS, [point(7, 1)], ['0 OK', '8 ALARM', '23 OK']],
    ['counts a point that arrives late from then on', EVENTS, [point(7, 1, 3)], ['0 OK', '10 ALARM', '23 OK']],
    ['adds up what falls into one period', TWO_EVENTS, [point(7, 1), point(7, 1)], ['0 OK', '8 ALARM', '23 OK']],
    ['does not add up two periods', TWO_EVENTS, [point(7, 1), point(13, 1)], ['0 OK']],
    ['takes the lowest', SILENCE, [point(7, 50), point(7, 200)], ['0 ALARM']],
    ['takes the highest', HIGHEST, [point(7, 2), point(7, 1)], ['0 OK', '8 ALARM', '23 OK']],
    ['with FILL fires after three periods', FILLED, everyFive, ['0 ALARM', '1 OK', '76 ALARM']],
    ['without it two periods later', SILENCE, everyFive, ['0 ALARM', '1 OK', '86 ALARM']],
    ['stays quiet through a warm-up', { ...FILLED, WarmUpConfiguration: WARM_UP }, [point(2, 5)], ['30 ALARM']],
  ])('%s', (_, properties, points, expected) => {
    expect(changes(properties, points)).toEqual(expected);
  });

  it.each(['filled', 'missing'] as const)('fires on a metric that never had a point, %s', (emptySeries) => {
    const tenMinutes = { start: 0, end: 10 * MINUTE_MS, metrics: new Map() };
    expect(alarmHistory(readAlarm(FILLED), tenMinutes, emptySeries).slice(1)).toEqual([{ at: 0, state: 'ALARM' }]);
  });

  it('watches nothing when a dimension more was published', () => {
    const dimensions = { Token: '/t', service: 'x' };
    expect(changes(EVENTS, [point(7, 1)], { ...METRIC, dimensions })).toEqual(['0 OK']);
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
