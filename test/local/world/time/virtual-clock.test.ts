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

it('the same seed gives the same numbers, another seed gives others', () => {
  const [number, same, other] = [7, 7, 8].map((seed) => new Random(seed).next());
  expect(same).toBe(number);
  expect(other).not.toBe(number);
});
