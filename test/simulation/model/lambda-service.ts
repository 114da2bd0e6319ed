import type { LambdaInvocation } from '../../../local/world/refresher-tick.ts';
import type { VirtualClock } from '../../../local/world/time/virtual-clock.ts';

export interface LambdaSettings {
  readonly timeoutMs: number;
  /** Of an asynchronous invocation that failed; Lambda's default is 2. */
  readonly retryAttempts: number;
}

export interface InvocationRecord {
  readonly event: unknown;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly outcome: 'succeeded' | 'failed' | 'killed' | 'timed out';
  /** What a failed invocation threw. */
  readonly error?: unknown;
}

interface DeployedFunction {
  readonly run: (invocation: LambdaInvocation) => Promise<void>;
  /** After how many steps of an invocation that begins now its process dies; undefined: it lives. */
  readonly diesAtStep: () => number | undefined;
  readonly onEnd: (record: InvocationRecord) => void;
}

const RETRY_AFTER_MS = [60_000, 120_000];

/** Starts an invocation, as an event does that nobody waits for. */
export type InvokeFunction = (event: unknown) => void;

/** Lambda's asynchronous side: its retries and its time-out. As many run at once as come, for no concurrency is reserved. */
export function deployFunction(
  clock: VirtualClock,
  { timeoutMs, retryAttempts }: LambdaSettings,
  { run, diesAtStep, onEnd }: DeployedFunction,
): InvokeFunction {
  function invoke(event: unknown, attempt: number): void {
    const startedAt = clock.now();
    const deadline = startedAt + timeoutMs;
    const lastStep = diesAtStep();
    let steps = 0;
    let isOver = false;
    const end = (outcome: InvocationRecord['outcome'], error?: unknown) => {
      if (isOver) return;
      isOver = true;
      onEnd({ event, startedAt, endedAt: clock.now(), outcome, ...(error !== undefined && { error }) });
      const retryAfterMs = RETRY_AFTER_MS[attempt];
      if (outcome === 'succeeded' || attempt >= retryAttempts || retryAfterMs === undefined) return;
      clock.at(clock.now() + retryAfterMs, () => invoke(event, attempt + 1));
    };
    const step = async () => {
      if (++steps === lastStep) end('killed');
      if (isOver) await new Promise<never>(() => {});
    };
    clock.at(deadline, () => end('timed out'));
    run({ event, startedAt, remainingMs: () => deadline - clock.now(), step }).then(
      () => end('succeeded'),
      (error: unknown) => end('failed', error),
    );
  }
  return (event) => invoke(event, 0);
}
