import type { Clock } from '../../lambda/reader/token-reader.ts';

export interface VirtualClock extends Clock {
  /** Lets that much time pass: every sleeper wakes in its turn, and what it starts is carried out before the next. */
  advance(ms: number): Promise<void>;
}

/** Time that stands still until it is told to pass, for code that waits for nothing but this clock. */
export function createVirtualClock(start: Date): VirtualClock {
  let time = start.getTime();
  let sleepers: { readonly at: number; readonly wake: () => void }[] = [];

  // Promises that can be settled are settled before Node gets round to this.
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  const at = (ms: number, wake: () => void) => {
    sleepers = [...sleepers, { at: time + ms, wake }].sort((a, b) => a.at - b.at);
  };

  return {
    now: () => time,
    sleep: (ms) => new Promise((resolve) => at(ms, resolve)),
    timeout: (ms) => {
      const controller = new AbortController();
      at(ms, () => controller.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError')));
      return controller.signal;
    },
    async advance(ms) {
      const end = time + ms;
      await settle();
      for (let next = sleepers[0]; next !== undefined && next.at <= end; next = sleepers[0]) {
        sleepers = sleepers.slice(1);
        time = Math.max(time, next.at);
        next.wake();
        await settle();
      }
      time = end;
    },
  };
}
