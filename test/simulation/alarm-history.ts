import {
  type Alarm,
  type AlarmState,
  type EmptySeries,
  evaluationRange,
  type MetricData,
  type MetricPoint,
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
