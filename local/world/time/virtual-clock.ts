interface Appointment {
  readonly at: number;
  readonly order: number;
  readonly act: () => void;
}

/** One for all: to make one costs more than a whole tick. */
const TIMEOUT = new DOMException('The operation was aborted due to timeout', 'TimeoutError');

/**
 * Time that passes only when nobody has anything left to do, for code that waits for nothing but this clock. Everything
 * that waits (a sleep, a time-out, a reply on its way, the next scheduled event) is an appointment; between two of them
 * all promises settle.
 */
export class VirtualClock {
  #now: number;
  #made = 0;
  /** A binary heap: the earliest appointment first, equal ones in the order in which they were made. */
  readonly #appointments: Appointment[] = [];

  /** @param start milliseconds since the epoch */
  constructor(start: number) {
    this.#now = start;
  }

  /** Milliseconds since the epoch. */
  readonly now = (): number => this.#now;

  at(time: number, act: () => void): void {
    this.#push({ at: Math.max(time, this.#now), order: this.#made++, act });
  }

  /** With a signal: rejects with its reason once it is aborted, at once if it already is. */
  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason));
      this.at(this.#now + ms, resolve);
    });
  }

  /** What `AbortSignal.timeout` is to the real clock. */
  timeout(ms: number): AbortSignal {
    const controller = new AbortController();
    this.at(this.#now + ms, () => controller.abort(TIMEOUT));
    return controller.signal;
  }

  /** Lets `ms` milliseconds pass. */
  async advance(ms: number): Promise<void> {
    await this.runUntil(this.#now + ms);
  }

  /** Lets time pass up to that instant; what is due then is done. */
  async runUntil(end: number): Promise<void> {
    await settle();
    for (let next = this.#appointments[0]; next !== undefined && next.at <= end; next = this.#appointments[0]) {
      this.#pop();
      this.#now = next.at;
      next.act();
      await settle();
    }
    this.#now = end;
  }

  #push(appointment: Appointment): void {
    const heap = this.#appointments;
    let index = heap.push(appointment) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.#swapIfEarlier(index, parent)) break;
      index = parent;
    }
  }

  #pop(): void {
    const heap = this.#appointments;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    heap[0] = last;
    for (let index = 0; ; ) {
      const left = 2 * index + 1;
      const child = this.#isEarlier(left + 1, left) ? left + 1 : left;
      if (!this.#swapIfEarlier(child, index)) break;
      index = child;
    }
  }

  #swapIfEarlier(index: number, other: number): boolean {
    if (!this.#isEarlier(index, other)) return false;
    const heap = this.#appointments;
    const [a, b] = [heap[index], heap[other]];
    if (a === undefined || b === undefined) return false;
    heap[index] = b;
    heap[other] = a;
    return true;
  }

  #isEarlier(index: number, other: number): boolean {
    const a = this.#appointments[index];
    const b = this.#appointments[other];
    if (a === undefined) return false;
    return b === undefined || a.at < b.at || (a.at === b.at && a.order < b.order);
  }
}

/** All promises that can settle have settled by the time the event loop comes round. */
async function settle(): Promise<void> {
  await new Promise(setImmediate);
}
