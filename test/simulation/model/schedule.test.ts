import { expect, it } from 'vitest';
import { Random } from '../../../local/world/time/random.ts';
import { EVERYDAY_NOISE, eventTimes } from './schedule.ts';

const QUARTER_MS = 900_000;
const MONTH_MS = 30 * 96 * QUARTER_MS;

it('events come within a minute of their time, the first at once', () => {
  const times = eventTimes(0, MONTH_MS, QUARTER_MS, { lost: 0, doubled: 0, minutesLate: 0 }, new Random(1));
  expect(times).toHaveLength(30 * 96);
  const late = times.map((time, turn) => time - turn * QUARTER_MS);
  expect(Math.min(...late)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...late)).toBeLessThan(60_000);
});

it('on bad days some are lost, some doubled, some minutes late', () => {
  const times = eventTimes(0, MONTH_MS, QUARTER_MS, EVERYDAY_NOISE, new Random(1));
  const turns = times.map((time) => Math.floor(time / QUARTER_MS));
  const late = times.filter((time) => time % QUARTER_MS > 120_000);
  expect(new Set(turns).size).toBeLessThan(30 * 96);
  expect(turns.length).toBeGreaterThan(new Set(turns).size);
  expect(late.length).toBeGreaterThan(0);
});
