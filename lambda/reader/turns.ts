/** All that the reader knows of time. */
export interface Clock {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Resolves after `ms` milliseconds. */
  readonly sleep: (ms: number) => Promise<void>;
  /** A signal that aborts after `ms` milliseconds. */
  readonly timeout: (ms: number) => AbortSignal;
}

/** The least time from one read to the next of the same kind, whatever causes them, and so the least age of a cached token. */
export const SPACING_MS = 1_000;

/** Waits until a second has passed since the last read began: a second at the most, also if the clock was set back. */
export async function turnAfter(begunAt: number, clock: Clock): Promise<void> {
  await clock.sleep(Math.min(SPACING_MS, Math.max(0, begunAt + SPACING_MS - clock.now())));
}
