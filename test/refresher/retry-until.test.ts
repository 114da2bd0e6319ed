import { describe, expect, it } from 'vitest';
import { retryUntil } from '../../lambda/refresher/retry-until.ts';

/** A clock on which only sleeping takes time. */
function world() {
  let time = 0;
  const tries: number[] = [];
  const clock = {
    now: () => time,
    sleep: async (ms: number) => {
      time += ms;
    },
    random: () => 0.5,
  };
  const failing = async (): Promise<never> => {
    tries.push(time);
    throw new Error('no');
  };
  return { clock, tries, failing };
}

const policy = { deadline: 1000, pauseMs: () => 300, mayHeal: () => true };

describe('trying again', () => {
  it('gives what the first good try gives', async () => {
    const { clock, tries, failing } = world();
    const result = await retryUntil(policy, clock, async () => (tries.length < 2 ? await failing() : 'good'));
    expect([result, tries]).toEqual(['good', [0, 300]]);
  });

  it('begins no try at or past the deadline, and does not sleep past it either', async () => {
    const { clock, tries, failing } = world();
    await expect(retryUntil(policy, clock, failing)).rejects.toThrow('no');
    expect([tries, clock.now()]).toEqual([[0, 300, 600, 900], 900]);
    const exact = world();
    await expect(retryUntil({ ...policy, deadline: 300 }, exact.clock, exact.failing)).rejects.toThrow('no');
    expect(exact.tries).toEqual([0]);
  });

  it('ends at once with what does not heal, and after maxTries', async () => {
    const hopeless = world();
    await expect(retryUntil({ ...policy, mayHeal: () => false }, hopeless.clock, hopeless.failing)).rejects.toThrow(
      'no',
    );
    expect(hopeless.tries).toEqual([0]);
    const few = world();
    await expect(retryUntil({ ...policy, maxTries: 2 }, few.clock, few.failing)).rejects.toThrow('no');
    expect(few.tries).toEqual([0, 300]);
  });

  it('jitters each pause from half to one and a half times', async () => {
    for (const [random, pauseMs] of [
      [0, 150],
      [1, 450],
    ] as const) {
      const { clock, tries, failing } = world();
      const jittered = { ...clock, random: () => random };
      await expect(retryUntil({ ...policy, maxTries: 2 }, jittered, failing)).rejects.toThrow('no');
      expect(tries).toEqual([0, pauseMs]);
    }
  });
});
