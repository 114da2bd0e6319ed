import type { Time } from './dependencies.ts';

/** How often and for how long something is tried. */
export interface RetryPolicy {
  /** Milliseconds since the epoch; no try begins later. */
  readonly deadline: number;
  /** The pause after this many tries, in milliseconds, before jitter (half to one and a half times). */
  readonly pauseMs: (tries: number) => number;
  /** Whether the error may heal by itself. */
  readonly mayHeal: (error: unknown) => boolean;
  /** @default no limit but the deadline */
  readonly maxTries?: number;
}

/** Tries until it succeeds, fails for good, or the next try would begin past the deadline. @throws the last error */
export async function retryUntil<T>(
  { deadline, pauseMs, mayHeal, maxTries = Number.POSITIVE_INFINITY }: RetryPolicy,
  { now, sleep, random }: Pick<Time, 'now' | 'sleep' | 'random'>,
  attempt: () => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      const jitteredMs = pauseMs(tries) * (0.5 + random());
      if (!mayHeal(error) || tries >= maxTries || now() + jitteredMs >= deadline) throw error;
      await sleep(jitteredMs);
    }
  }
}
