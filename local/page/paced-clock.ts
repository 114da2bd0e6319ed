import { setTimeout as sleep } from 'node:timers/promises';
import type { VirtualClock } from '../world/time/virtual-clock.ts';
import type { Pace } from './snapshot.ts';

/** Lets virtual time pass as somebody likes to watch it. */
export type PacedClock = ReturnType<typeof pacedClock>;

/** Five a second: a person sees no more of a curve that falls. */
const STEP_MS = 200;
/** A machine that slept does not make up for it at a pace that nobody could follow. */
const LONGEST_STEP_MS = 1_000;

/**
 * Time jumps from event to event; the pace decides only how long a person waits between them. So work takes as long in the
 * world as it says, however slow this machine is: a clock that merely ran faster would make 50 ms of work last 30 s.
 * @param onPace gets each other pace
 */
export function pacedClock(clock: VirtualClock, onPace: (pace: Pace) => unknown) {
  let pace: Pace = 1;
  return {
    pace: () => pace,
    setPace(asked: Pace): void {
      pace = asked;
      onPace(pace);
    },
    /** Resolves when the signal has fired. @param onStep called after each step */
    async run(signal: AbortSignal, onStep: () => void): Promise<void> {
      let before = performance.now();
      while (!signal.aborted) {
        await sleep(STEP_MS, undefined, { signal }).catch(() => {});
        const now = performance.now();
        // In real time the world keeps up with the machine's clock, whatever happens.
        const passed = pace === 1 ? now - before : Math.min(now - before, LONGEST_STEP_MS) * pace;
        before = now;
        if (pace > 0) await clock.runUntil(clock.now() + passed);
        onStep();
      }
    },
  };
}
