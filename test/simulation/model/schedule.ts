import type { Random } from '../../../local/world/time/random.ts';

/**
 * EventBridge Scheduler: at least once, within a minute of the time set. What goes beyond that (minutes late, lost)
 * is not promised away anywhere, so it happens here too.
 */
export interface ScheduleNoise {
  readonly lost: number;
  readonly doubled: number;
  readonly minutesLate: number;
}

/** A schedule as it behaves on its bad days, every day: one event in 500 lost, one in 200 doubled, one in 200 late. */
export const EVERYDAY_NOISE: ScheduleNoise = { lost: 1 / 500, doubled: 1 / 200, minutesLate: 1 / 200 };

const PRECISION_MS = 60_000;
const MAX_LATE_MS = 600_000;

/** When the schedule's events arrive: the first at once, as a rate expression does. */
export function eventTimes(
  start: number,
  end: number,
  everyMs: number,
  noise: ScheduleNoise,
  random: Random,
): number[] {
  const times: number[] = [];
  for (let nominal = start; nominal < end; nominal += everyMs) {
    if (nominal > start && random.chance(noise.lost)) continue;
    const lateMs = random.chance(noise.minutesLate) ? random.between(PRECISION_MS, MAX_LATE_MS) : 0;
    const at = nominal + lateMs + random.between(0, PRECISION_MS);
    times.push(at);
    if (random.chance(noise.doubled)) times.push(at + random.between(0, PRECISION_MS));
  }
  return times;
}
