import { expect, it } from 'vitest';
import { VirtualClock } from '../../../local/world/time/virtual-clock.ts';
import { type DeployedFunction, type InvocationRecord, LambdaService, type LambdaSettings } from './lambda-service.ts';

const ALONE: LambdaSettings = {
  timeoutMs: 60_000,
  retryAttempts: 0,
  maxEventAgeMs: 21_600_000,
  reservedConcurrency: 1,
};

async function records(
  settings: LambdaSettings,
  invokeAt: readonly number[],
  run: (clock: VirtualClock) => DeployedFunction['run'],
  diesAtStep: DeployedFunction['diesAtStep'] = () => undefined,
): Promise<InvocationRecord[]> {
  const clock = new VirtualClock(0);
  const ended: InvocationRecord[] = [];
  const lambda = new LambdaService(clock, settings, {
    run: run(clock),
    diesAtStep,
    onEnd: (record) => ended.push(record),
  });
  for (const at of invokeAt) clock.at(at, () => lambda.invoke({}));
  await clock.runUntil(3_600_000);
  return ended;
}

const fails = () => () => Promise.reject(new Error('no'));

it('retries a failed event one and three minutes later when the default is left in place', async () => {
  const ended = await records({ ...ALONE, retryAttempts: 2 }, [0], fails);
  expect(ended.map(({ startedAt, outcome }) => [startedAt, outcome])).toEqual([
    [0, 'failed'],
    [60_000, 'failed'],
    [180_000, 'failed'],
  ]);
});

it('does not retry when it is set not to', async () => {
  expect(await records(ALONE, [0], fails)).toHaveLength(1);
});

it('keeps a doubled event waiting until the first is done', async () => {
  const ended = await records(ALONE, [0, 10], (clock) => () => clock.sleep(5000));
  expect(ended.map(({ startedAt }) => startedAt)).toEqual([0, 7010]);
});

it('drops an event that could not be run before it was too old', async () => {
  const busy = (clock: VirtualClock) => () => clock.sleep(50_000);
  expect(await records({ ...ALONE, maxEventAgeMs: 10_000 }, [0, 10], busy)).toHaveLength(1);
});

it('runs both at once without reserved concurrency', async () => {
  const ended = await records(
    { ...ALONE, reservedConcurrency: undefined },
    [0, 10],
    (clock) => () => clock.sleep(5000),
  );
  expect(ended.map(({ startedAt }) => startedAt)).toEqual([0, 10]);
});

it('ends an invocation at its time-out, and nothing that it still wanted to do happens', async () => {
  const done: string[] = [];
  const ended = await records(ALONE, [0], (clock) => async ({ step }) => {
    await clock.sleep(90_000);
    await step();
    done.push('write');
  });
  expect(ended).toEqual([{ event: {}, startedAt: 0, endedAt: 60_000, outcome: 'timed out' }]);
  expect(done).toEqual([]);
});

it('lets a process die between two steps', async () => {
  const done: string[] = [];
  const work =
    () =>
    async ({ step }: { step: () => Promise<void> }) => {
      for (const write of ['token', 'status']) {
        await step();
        done.push(write);
      }
    };
  const ended = await records(ALONE, [0, 10_000], work, (invocation) => (invocation === 0 ? 2 : undefined));
  expect(ended.map(({ outcome }) => outcome)).toEqual(['killed', 'succeeded']);
  expect(done).toEqual(['token', 'token', 'status']);
});
