import { expect, it } from 'vitest';
import { Random } from '../../../../local/world/time/random.ts';
import { VirtualClock } from '../../../../local/world/time/virtual-clock.ts';

it('keeps appointments in order of time, equal ones in the order in which they were made', async () => {
  const clock = new VirtualClock(0);
  const random = new Random(1);
  const times = Array.from({ length: 500 }, () => random.integer(0, 50));
  const kept: { readonly time: number; readonly made: number }[] = [];
  for (const [made, time] of times.entries()) clock.at(time, () => kept.push({ time: clock.now(), made }));
  await clock.runUntil(100);
  const expected = times.map((time, made) => ({ time, made })).sort((a, b) => a.time - b.time || a.made - b.made);
  expect(kept).toEqual(expected);
});

it('lets a sleeper go on at its time, not before', async () => {
  const clock = new VirtualClock(1000);
  const woken = clock.sleep(30).then(() => clock.sleep(20).then(clock.now));
  await clock.runUntil(1049);
  expect(await Promise.race([woken, 'asleep'])).toBe('asleep');
  await clock.runUntil(1051);
  expect(await woken).toBe(1050);
});

it('the same seed gives the same numbers, another seed gives others', () => {
  const numbers = (seed: number) => {
    const random = new Random(seed);
    return Array.from({ length: 5 }, () => random.next());
  };
  expect(numbers(7)).toEqual(numbers(7));
  expect(numbers(7)).not.toEqual(numbers(8));
});
