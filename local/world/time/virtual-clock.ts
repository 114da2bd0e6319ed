interface Appointment {
  readonly at: number;
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
  /** The earliest last, where it is taken from; of equal ones, the one that was made first. */
  readonly #appointments: Appointment[] = [];

  /** @param start milliseconds since the epoch */
  constructor(start: number) {
    this.#now = start;
  }

  /** Milliseconds since the epoch. */
  readonly now = (): number => this.#now;

  at(time: number, act: () => void): void {
    const at = Math.max(time, this.#now);
    const later = this.#appointments;
    // Halved until one place is left: a month of ticks is entered at once.
    let [place, end] = [0, later.length];
    while (place < end) {
      const middle = (place + end) >> 1;
      if ((later[middle]?.at ?? at) > at) place = middle + 1;
      else end = middle;
    }
    later.splice(place, 0, { at, act });
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
    for (let next = this.#appointments.at(-1); next !== undefined && next.at <= end; next = this.#appointments.at(-1)) {
      this.#appointments.pop();
      this.#now = next.at;
      next.act();
      await settle();
    }
    this.#now = end;
  }
}

/** All promises that can settle have settled by the time the event loop comes round. */
async function settle(): Promise<void> {
  await new Promise(setImmediate);
}
