import { expect, it } from 'vitest';
import { type RetryPolicy, retryUntil } from '../../lambda/refresher/retry-until.ts';
import { VirtualClock } from '../../local/world/time/virtual-clock.ts';

/** A clock on which only sleeping takes time. */
function world() {
  const time = new VirtualClock(0);
  const clock = { now: time.now, sleep: (ms: number) => time.advance(ms), random: () => 0.5 };
  const tries: number[] = [];
  const failing = async (): Promise<never> => {
    tries.push(clock.now());
    throw new Error('no');
  };
  return { clock, tries, failing };
}

const policy = { deadline: 1000, pauseMs: (tries: number) => 300 * tries, mayHeal: () => true };

it('trying again gives what the first good try gives', async () => {
  const { clock, tries, failing } = world();
  const result = await retryUntil(policy, clock, async () => (tries.length < 2 ? await failing() : 'good'));
  expect([result, tries]).toEqual(['good', [0, 300]]);
});

it.each<[string, Partial<RetryPolicy>, number, readonly number[]]>([
  ['begins no try past the deadline, and does not sleep past it', {}, 0.5, [0, 300, 900]],
  ['begins none at the deadline', { deadline: 300 }, 0.5, [0]],
  ['ends at once with what does not heal', { mayHeal: () => false }, 0.5, [0]],
  ['ends after maxTries', { maxTries: 2 }, 0.5, [0, 300]],
  ['pauses for half as long at least', { maxTries: 2 }, 0, [0, 150]],
  ['pauses for one and a half times as long at most', { maxTries: 2 }, 1, [0, 450]],
])('trying again %s', async (_, change, random, expected) => {
  const { clock, tries, failing } = world();
  const trying = retryUntil({ ...policy, ...change }, { ...clock, random: () => random }, failing);
  await expect(trying).rejects.toThrow('no');
  expect([tries, clock.now()]).toEqual([expected, expected.at(-1)]);
});
