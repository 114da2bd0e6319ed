import { expect, it } from 'vitest';
import type { LambdaInvocation } from '../../../local/world/refresher-tick.ts';
import { VirtualClock } from '../../../local/world/time/virtual-clock.ts';
import { type InvocationRecord, LambdaService } from './lambda-service.ts';

interface Deployed {
  readonly retryAttempts?: number;
  readonly invokeAt?: readonly number[];
  readonly diesAtStep?: () => number | undefined;
}

async function records(run: (invocation: LambdaInvocation, clock: VirtualClock) => Promise<void>, deployed: Deployed) {
  const { retryAttempts = 0, invokeAt = [0], diesAtStep = () => undefined } = deployed;
  const clock = new VirtualClock(0);
  const ended: InvocationRecord[] = [];
  const lambda = new LambdaService(
    clock,
    { timeoutMs: 60_000, retryAttempts },
    { run: (invocation) => run(invocation, clock), diesAtStep, onEnd: (record) => ended.push(record) },
  );
  for (const at of invokeAt) clock.at(at, () => lambda.invoke({}));
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
  }, {});
  expect(ended).toEqual([{ event: {}, startedAt: 0, endedAt: 60_000, outcome: 'timed out' }]);
  expect(done).toEqual([]);
});

it('lets a process die between two steps', async () => {
  const done: string[] = [];
  const dying = [2, undefined];
  const ended = await records(
    async ({ step }) => {
      for (const write of ['token', 'status']) {
        await step();
        done.push(write);
      }
    },
    { invokeAt: [0, 10_000], diesAtStep: () => dying.shift() },
  );
  expect(ended.map(({ outcome }) => outcome)).toEqual(['killed', 'succeeded']);
  expect(done).toEqual(['token', 'token', 'status']);
});
