import { expect, it } from 'vitest';
import { Random } from '../../../local/world/time/random.ts';
import { eventTimes } from './schedule.ts';

const QUARTER_MS = 900_000;
const TURNS = 30 * 96;

it('events come within a minute of their time, but for some that are lost, doubled or minutes late', () => {
  const times = eventTimes(0, TURNS * QUARTER_MS, QUARTER_MS, new Random(1));
  const turns = times.map((time) => Math.floor(time / QUARTER_MS));
  const late = times.filter((time) => time % QUARTER_MS >= 60_000);
  expect(times[0]).toBeLessThan(60_000);
  expect(new Set(turns).size).toBeLessThan(TURNS);
  expect(turns.length).toBeGreaterThan(new Set(turns).size);
  expect(late.length).toBeGreaterThan(0);
  expect(late.length).toBeLessThan(TURNS / 100);
});
