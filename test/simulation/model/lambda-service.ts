import type { LambdaInvocation } from '../../../local/world/refresher-tick.ts';
import type { VirtualClock } from '../../../local/world/time/virtual-clock.ts';

export interface LambdaSettings {
  readonly timeoutMs: number;
  /** Of an asynchronous invocation that failed; Lambda's default is 2. */
  readonly retryAttempts: number;
  /** After this time an event that could not be run is dropped; Lambda's default is six hours. */
  readonly maxEventAgeMs: number;
  /** Reserved concurrency; undefined: as many as come. */
  readonly reservedConcurrency: number | undefined;
}

export interface InvocationRecord {
  readonly event: unknown;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly outcome: 'succeeded' | 'failed' | 'killed' | 'timed out';
  /** What a failed invocation threw. */
  readonly error?: unknown;
}

export interface DeployedFunction {
  readonly run: (invocation: LambdaInvocation) => Promise<void>;
  /** After how many steps of this invocation its process dies; undefined: it lives. */
  readonly diesAtStep: (invocation: number) => number | undefined;
  readonly onEnd: (record: InvocationRecord) => void;
}

interface QueuedEvent {
  readonly event: unknown;
  readonly queuedAt: number;
  readonly attempt: number;
  readonly backoffMs: number;
}

const RETRY_AFTER_MS = [60_000, 120_000];
const FIRST_BACKOFF_MS = 1000;
const MAX_BACKOFF_MS = 300_000;

/** Lambda's asynchronous side: its queue, its retries, its reserved concurrency, its time-out. */
export class LambdaService {
  readonly #clock: VirtualClock;
  readonly #settings: LambdaSettings;
  readonly #function: DeployedFunction;
  #running = 0;
  #invocations = 0;

  constructor(clock: VirtualClock, settings: LambdaSettings, lambdaFunction: DeployedFunction) {
    this.#clock = clock;
    this.#settings = settings;
    this.#function = lambdaFunction;
  }

  invoke(event: unknown): void {
    this.#run({ event, queuedAt: this.#clock.now(), attempt: 0, backoffMs: FIRST_BACKOFF_MS });
  }

  #run(queued: QueuedEvent): void {
    const now = this.#clock.now();
    if (now - queued.queuedAt > this.#settings.maxEventAgeMs) return;
    if (this.#running >= (this.#settings.reservedConcurrency ?? Number.POSITIVE_INFINITY)) {
      // A throttled event goes back to the queue; that is not one of its retries.
      const backoffMs = Math.min(2 * queued.backoffMs, MAX_BACKOFF_MS);
      this.#clock.at(now + queued.backoffMs, () => this.#run({ ...queued, backoffMs }));
      return;
    }
    this.#start(queued);
  }

  #start(queued: QueuedEvent): void {
    const { event, attempt } = queued;
    const clock = this.#clock;
    const startedAt = clock.now();
    const deadline = startedAt + this.#settings.timeoutMs;
    const diesAtStep = this.#function.diesAtStep(this.#invocations++);
    let steps = 0;
    let isOver = false;
    this.#running++;
    const end = (outcome: InvocationRecord['outcome'], error?: unknown) => {
      if (isOver) return;
      isOver = true;
      this.#running--;
      this.#function.onEnd({ event, startedAt, endedAt: clock.now(), outcome, ...(error !== undefined && { error }) });
      const retryAfterMs = RETRY_AFTER_MS[attempt];
      if (outcome === 'succeeded' || attempt >= this.#settings.retryAttempts || retryAfterMs === undefined) return;
      clock.at(clock.now() + retryAfterMs, () => this.#run({ ...queued, attempt: attempt + 1 }));
    };
    const step = async () => {
      if (++steps === diesAtStep) end('killed');
      if (isOver) await new Promise<never>(() => {});
    };
    clock.at(deadline, () => end('timed out'));
    const invocation = { event, startedAt, remainingMs: () => deadline - clock.now(), step };
    this.#function.run(invocation).then(
      () => end('succeeded'),
      (error: unknown) => end('failed', error),
    );
  }
}
