import { spanText } from '../../lambda/timing.ts';

const DAY_MS = 86_400_000;

/** `14:05`, in UTC. */
export function clockTime(at: number): string {
  return new Date(at).toISOString().slice(11, 16);
}

/** The same; with the day before it, `3 Dec 14:05`, where that is a day or more away from now. */
export function dayTime(at: number, now: number): string {
  return Math.abs(at - now) < DAY_MS ? clockTime(at) : `${dayText(at)} ${clockTime(at)}`;
}

/** `3 Dec`, in UTC. */
export function dayText(at: number): string {
  return new Date(at).toUTCString().slice(5, 11).replace(/^0/, '');
}

/** `14:05:07`, in UTC. */
export function clockSeconds(at: number): string {
  return new Date(at).toISOString().slice(11, 19);
}

/** `2 h 5 min`, `2 min 30 s`, `40 s`. */
export function span(ms: number): string {
  return spanText(ms / 1000);
}
