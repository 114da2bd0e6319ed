import {
  type Alarm,
  type AlarmState,
  type EmptySeries,
  type MetricData,
  watchAlarm,
} from '../../local/world/aws/cloudwatch-alarm.ts';
import { MINUTE_MS } from './model/scenario.ts';

export interface StateChange {
  readonly at: number;
  readonly state: AlarmState;
}

export interface Watch {
  readonly createdAt: number;
  readonly until: number;
  readonly emptySeries: EmptySeries;
}

/** Every change of state from creation on. */
export function alarmHistory(alarm: Alarm, data: MetricData, { createdAt, until, emptySeries }: Watch): StateChange[] {
  const series = data.get(alarm.seriesKey) ?? [];
  const changes: StateChange[] = [{ at: createdAt, state: 'INSUFFICIENT_DATA' }];
  const { firstMinute, evaluate } = watchAlarm(alarm, createdAt, emptySeries);
  for (let at = firstMinute; at <= until; at += MINUTE_MS) {
    const state = evaluate(series, at);
    if (state !== changes.at(-1)?.state) changes.push({ at, state });
  }
  return changes;
}
