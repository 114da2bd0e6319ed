import { expect, it } from 'vitest';
import type { LambdaInvocation } from '../../../local/world/refresher-tick.ts';
import { VirtualClock } from '../../../local/world/time/virtual-clock.ts';
import { deployFunction, type InvocationRecord } from './lambda-service.ts';

/** Ten seconds apart, as many as are to die at some step, or to live. */
async function records(
  run: (invocation: LambdaInvocation, clock: VirtualClock) => Promise<void>,
  { retryAttempts = 0, dying = [undefined] }: { retryAttempts?: number; dying?: readonly (number | undefined)[] } = {},
) {
  const clock = new VirtualClock(0);
  const ended: InvocationRecord[] = [];
  const steps = dying.values();
  const invoke = deployFunction(
    clock,
    { timeoutMs: 60_000, retryAttempts },
    { run: (one) => run(one, clock), diesAtStep: () => steps.next().value, onEnd: (record) => ended.push(record) },
  );
  for (const index of dying.keys()) clock.at(index * 10_000, () => invoke({}));
  await clock.runUntil(3_600_000);
  return ended;
}

it.each([
  ['one and three minutes later', 2, [0, 60_000, 180_000]],
  ['not where it is set so', 0, [0]],
])('retries a failed event: %s', async (_, retryAttempts, expected) => {
  const ended = await records(() => Promise.reject(new Error('no')), { retryAttempts });
  expect(ended.map(({ startedAt }) => startedAt)).toEqual(expected);
});

it('ends an invocation at its time-out, and nothing that it still wanted to do happens', async () => {
  const done: string[] = [];
  const ended = await records(async ({ step }, clock) => {
    await clock.sleep(90_000);
    await step();
    done.push('write');
  });
  expect(ended).toEqual([{ event: {}, startedAt: 0, endedAt: 60_000, outcome: 'timed out' }]);
  expect(done).toEqual([]);
});

it('lets a process die between two steps', async () => {
  const done: string[] = [];
  const write = async ({ step }: LambdaInvocation) => {
    for (const what of ['token', 'status']) {
      await step();
      done.push(what);
    }
  };
  const ended = await records(write, { dying: [2, undefined] });
  expect(ended.map(({ outcome }) => outcome)).toEqual(['killed', 'succeeded']);
  expect(done).toEqual(['token', 'token', 'status']);
});
