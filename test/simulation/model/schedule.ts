import type { Random } from '../../../local/world/time/random.ts';

/** One event in 500 is lost, one in 200 doubled, one in 200 minutes late: a schedule's bad days, every day. */
const LOST = 1 / 500;
const DOUBLED = 1 / 200;
const LATE = 1 / 200;
const PRECISION_MS = 60_000;
const MAX_LATE_MS = 600_000;

/**
 * When the schedule's events arrive: the first at once, as a rate expression does. EventBridge Scheduler promises at least
 * once, within a minute of the time set; what goes beyond that is not promised away anywhere, so it happens here too.
 */
export function eventTimes(start: number, end: number, everyMs: number, random: Random): number[] {
  const times: number[] = [];
  for (let nominal = start; nominal < end; nominal += everyMs) {
    if (nominal > start && random.chance(LOST)) continue;
    const lateMs = random.chance(LATE) ? random.between(PRECISION_MS, MAX_LATE_MS) : 0;
    const at = nominal + lateMs + random.between(0, PRECISION_MS);
    times.push(at);
    if (random.chance(DOUBLED)) times.push(at + random.between(0, PRECISION_MS));
  }
  return times;
}
