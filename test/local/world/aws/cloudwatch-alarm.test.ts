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

/** The guide writes 0 for a data point within the threshold, X for a breaching one, - for a missing one. */
function points(row: string): (number | undefined)[] {
  return row.split(' ').map((mark) => ({ '0': 0, X: 1 })[mark]);
}

const KEEPS = undefined;
const TREATMENTS: readonly TreatMissingData[] = ['missing', 'ignore', 'breaching', 'notBreaching'];
type Expected = readonly (AlarmState | undefined)[];

/** "Configuring how CloudWatch alarms treat missing data", first table: 3 out of 3. */
const THREE_OF_THREE: readonly [row: string, ...Expected][] = [
  ['0 - X - X', 'OK', 'OK', 'OK', 'OK'],
  ['0 - - - -', 'OK', 'OK', 'OK', 'OK'],
  ['- - - - -', 'INSUFFICIENT_DATA', KEEPS, 'ALARM', 'OK'],
  ['0 X X - X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
  ['- - X - -', 'ALARM', KEEPS, 'ALARM', 'OK'],
];

/** The same page, second table: 2 out of 3. */
const TWO_OF_THREE: readonly [row: string, ...Expected][] = [
  ['0 - X - X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
  ['0 0 X 0 X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
  ['0 - X - -', 'OK', 'OK', 'ALARM', 'OK'],
  ['- - - - 0', 'OK', 'OK', 'ALARM', 'OK'],
  ['- - - X -', 'ALARM', KEEPS, 'ALARM', 'OK'],
];

describe('the tables of the CloudWatch User Guide', () => {
  it.each([
    ...THREE_OF_THREE.map(([row, ...expected]) => ({ row, datapointsToAlarm: 3, expected })),
    ...TWO_OF_THREE.map(([row, ...expected]) => ({ row, datapointsToAlarm: 2, expected })),
  ])('"$row" with $datapointsToAlarm of 3 gives $expected', ({ row, datapointsToAlarm, expected }) => {
    const states = TREATMENTS.map((treatMissingData) =>
      stateOf(
        { evaluationPeriods: 3, datapointsToAlarm, isBreaching: (value) => value === 1, treatMissingData },
        points(row),
      ),
    );
    expect(states).toEqual(expected);
  });

  it.each(['- - - - X', '- - - X -', '- - - X 0', '- - X - 0'])(
    '"%s" does not go into ALARM: the next point may be within the threshold',
    (row) => {
      const alarm = { evaluationPeriods: 3, datapointsToAlarm: 3, isBreaching: (value: number) => value === 1 };
      expect(stateOf({ ...alarm, treatMissingData: 'missing' }, points(row))).not.toBe('ALARM');
    },
  );
});

const METRIC = { namespace: 'N', metricName: 'M', dimensions: { Token: '/t' } };

function alarmProperties(overrides: Readonly<Record<string, unknown>> = {}) {
  return {
    Namespace: 'N',
    MetricName: 'M',
    Dimensions: [{ Name: 'Token', Value: '/t' }],
    Statistic: 'Sum',
    Period: 300,
    EvaluationPeriods: 1,
    Threshold: 1,
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    TreatMissingData: 'notBreaching',
    ...overrides,
  };
}

function filled(overrides: Readonly<Record<string, unknown>> = {}) {
  const { Namespace, MetricName, Dimensions, Statistic, Period, ...rest } = alarmProperties();
  return {
    ...rest,
    Metrics: [
      { Id: 'filled', Expression: 'FILL(m, 0)' },
      {
        Id: 'm',
        MetricStat: { Metric: { Namespace, MetricName, Dimensions }, Period, Stat: 'Minimum' },
        ReturnData: false,
      },
    ],
    Threshold: 100,
    ComparisonOperator: 'LessThanThreshold',
    EvaluationPeriods: 3,
    TreatMissingData: 'breaching',
    ...overrides,
  };
}

function data(minutesAndValues: readonly (readonly [minute: number, value: number])[], delayMinutes = 0) {
  const series = minutesAndValues.map(([minute, value]) => ({
    time: minute * MINUTE_MS,
    visibleAt: (minute + delayMinutes) * MINUTE_MS,
    value,
  }));
  return new Map([[seriesKey(METRIC), series]]);
}

function changes(
  properties: Readonly<Record<string, unknown>>,
  metricData: ReturnType<typeof data>,
  untilMinute: number,
  emptySeries: 'filled' | 'missing' = 'filled',
): string[] {
  const history = alarmHistory(readAlarm(properties), metricData, {
    createdAt: 0,
    until: untilMinute * MINUTE_MS,
    emptySeries,
  });
  return history.map(({ at, state }) => `${at / MINUTE_MS} ${state}`);
}

describe('an alarm over time', () => {
  it('slides its window with every minute', () => {
    // A five-minute period holds the point of minute 7 from the end of that minute to the end of minute 11.
    expect(changes(alarmProperties(), data([[7, 1]]), 60)).toEqual([
      '0 INSUFFICIENT_DATA',
      '0 OK',
      '8 ALARM',
      // "Missing points are not needed while real ones are found": two further periods are searched.
      '23 OK',
    ]);
  });

  it('counts the point that arrived late from then on', () => {
    expect(changes(alarmProperties(), data([[7, 1]], 3), 60)).toContain('10 ALARM');
  });

  it('adds up what falls into one period', () => {
    const twice = alarmProperties({ Threshold: 2 });
    expect(
      changes(
        twice,
        data([
          [7, 1],
          [13, 1],
        ]),
        60,
      ),
    ).not.toContain('14 ALARM');
    expect(
      changes(
        twice,
        data([
          [7, 1],
          [11, 1],
        ]),
        60,
      ),
    ).toContain('12 ALARM');
  });

  it('with plain "breaching" fires two periods later than with FILL', () => {
    const alive = Array.from({ length: 13 }, (_, tick): [number, number] => [tick * 5, 500]);
    const { Metrics: _, ...rest } = filled();
    const plain = { ...alarmProperties(), ...rest, Statistic: 'Minimum' };
    expect(changes(filled(), data(alive), 200)).toEqual(['0 INSUFFICIENT_DATA', '0 ALARM', '1 OK', '76 ALARM']);
    expect(changes(plain, data(alive), 200)).toEqual(['0 INSUFFICIENT_DATA', '0 ALARM', '1 OK', '86 ALARM']);
  });

  it('fires on a metric that never had a point, filled or not', () => {
    for (const emptySeries of ['filled', 'missing'] as const) {
      expect(changes(filled(), new Map(), 10, emptySeries)).toEqual(['0 INSUFFICIENT_DATA', '0 ALARM']);
    }
  });

  it('watches nothing when a dimension more was published', () => {
    const dimensions = { Token: '/t', service: 'x' };
    const series = [{ time: 7 * MINUTE_MS, visibleAt: 7 * MINUTE_MS, value: 1 }];
    const published = new Map([[seriesKey({ ...METRIC, dimensions }), series]]);
    expect(changes(alarmProperties(), published, 60)).toEqual(['0 INSUFFICIENT_DATA', '0 OK']);
  });

  it('stays quiet through a fixed warm-up, whatever arrives', () => {
    const warmUp = { WarmUpPeriodDurationInMinutes: 30, OnlyStartEvaluatingAfterWarmUpPeriodEnds: true };
    expect(changes(filled({ WarmUpConfiguration: warmUp }), data([[2, 5]]), 60)).toEqual([
      '0 INSUFFICIENT_DATA',
      '30 ALARM',
    ]);
  });

  it('ends a warm-up early when data fills the window', () => {
    const warmUp = { WarmUpPeriodDurationInMinutes: 60 };
    expect(
      changes(
        filled({ WarmUpConfiguration: warmUp }),
        data([
          [2, 5],
          [7, 5],
          [12, 5],
        ]),
        60,
      ),
    ).toContain('13 ALARM');
  });
});

it.each([
  [{ Statistic: 'p99' }, 'Statistic'],
  [{ TreatMissingData: 'maybe' }, 'TreatMissingData'],
  [{ ComparisonOperator: 'NotEqual' }, 'ComparisonOperator'],
  [{ Metrics: [{ Id: 'e', Expression: 'RATE(m)' }] }, 'Expression'],
])('refuses what it does not know: %j', (overrides, message) => {
  expect(() => readAlarm(alarmProperties(overrides))).toThrow(message);
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
