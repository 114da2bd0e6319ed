import { expect, it } from 'vitest';
import { Random } from '../../../../local/world/time/random.ts';
import { VirtualClock } from '../../../../local/world/time/virtual-clock.ts';

it('keeps appointments in order of time, equal ones in the order in which they were made', async () => {
  const clock = new VirtualClock(0);
  const random = new Random(1);
  const times = Array.from({ length: 500 }, () => random.integer(0, 50));
  const kept: { readonly time: number; readonly made: number }[] = [];
  for (const [made, time] of times.entries()) clock.at(time, () => kept.push({ time, made }));
  await clock.runUntil(100);
  const expected = times.map((time, made) => ({ time, made })).sort((a, b) => a.time - b.time || a.made - b.made);
  expect(kept).toEqual(expected);
});

it('lets a sleeper go on at its time, not before', async () => {
  const clock = new VirtualClock(1000);
  const woken: number[] = [];
  const sleeper = async () => {
    await clock.sleep(30);
    await clock.sleep(20);
    woken.push(clock.now());
  };
  void sleeper();
  await clock.runUntil(1049);
  expect(woken).toEqual([]);
  await clock.runUntil(1051);
  expect(woken).toEqual([1050]);
});

it('aborts a time-out with the reason that AbortSignal.timeout gives', async () => {
  const clock = new VirtualClock(0);
  const signal = clock.timeout(10);
  await clock.runUntil(9);
  expect(signal.aborted).toBe(false);
  await clock.runUntil(10);
  expect(signal.reason).toMatchObject({ name: 'TimeoutError' });
});

it('the same seed gives the same numbers, another seed gives others', () => {
  const numbers = (seed: number) => {
    const random = new Random(seed);
    return Array.from({ length: 5 }, () => random.next());
  };
  expect(numbers(7)).toEqual(numbers(7));
  expect(numbers(7)).not.toEqual(numbers(8));
});
