import { spanText } from '../../lambda/timing.ts';

/** `14:05`, in UTC. */
export function clockTime(at: number): string {
  return new Date(at).toISOString().slice(11, 16);
}

/** `14:05:07`, in UTC. */
export function clockSeconds(at: number): string {
  return new Date(at).toISOString().slice(11, 19);
}

/** `2 h 5 min`, `2 min 30 s`, `40 s`. */
export function span(ms: number): string {
  return spanText(ms / 1000);
}
