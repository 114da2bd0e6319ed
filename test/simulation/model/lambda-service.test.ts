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
const takes = (ms: number) => (clock: VirtualClock) => () => clock.sleep(ms);

it.each<[string, Partial<LambdaSettings>, readonly number[], Parameters<typeof records>[2], readonly number[]]>([
  [
    'retries a failed event one and three minutes later by default',
    { retryAttempts: 2 },
    [0],
    fails,
    [0, 60_000, 180_000],
  ],
  ['does not retry when it is set not to', {}, [0], fails, [0]],
  ['keeps a doubled event waiting until the first is done', {}, [0, 10], takes(5000), [0, 7010]],
  ['drops an event that is too old before it can be run', { maxEventAgeMs: 10_000 }, [0, 10], takes(50_000), [0]],
  ['runs both at once without reserved concurrency', { reservedConcurrency: undefined }, [0, 10], takes(5000), [0, 10]],
])('%s', async (_, settings, invokeAt, run, expected) => {
  const ended = await records({ ...ALONE, ...settings }, invokeAt, run);
  expect(ended.map(({ startedAt }) => startedAt)).toEqual(expected);
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
