import {
  type Alarm,
  type AlarmState,
  type EmptySeries,
  type MetricData,
  watchAlarm,
} from '../../local/world/aws/cloudwatch-alarm.ts';
import { MINUTE_MS } from './model/scenario.ts';

interface Watch {
  readonly createdAt: number;
  readonly until: number;
  readonly emptySeries: EmptySeries;
}

/** Every change of state from creation on, and when. */
export function alarmHistory(alarm: Alarm, data: MetricData, { createdAt, until, emptySeries }: Watch) {
  const series = data.get(alarm.seriesKey) ?? [];
  const changes: { readonly at: number; readonly state: AlarmState }[] = [
    { at: createdAt, state: 'INSUFFICIENT_DATA' },
  ];
  const { firstMinute, evaluate } = watchAlarm(alarm, createdAt, emptySeries);
  for (let at = firstMinute; at <= until; at += MINUTE_MS) {
    const state = evaluate(series, at);
    if (state !== changes.at(-1)?.state) changes.push({ at, state });
  }
  return changes;
}
