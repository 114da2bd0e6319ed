import { expect, it } from 'vitest';
import type { CaseKey } from './cases.ts';
import { judge, type Measured } from './report.ts';

function measured(
  totalsMs: readonly number[],
  figures: { loadedBytes?: number; peakMemoryMb?: number } = {},
): Measured {
  const { loadedBytes, peakMemoryMb = 50 } = figures;
  const ticks = totalsMs.map((totalMs) => ({
    initMs: 0,
    firstAnswerMs: totalMs,
    totalMs,
    cpuMs: 0,
    peakMemoryMb,
    answer: null,
  }));
  return { name: 'a case', bundleBytes: 0, loadedBytes, ticks };
}

const REFRESHING = measured([600, 1200, 660], { loadedBytes: 400 * 1024, peakMemoryMb: 70 });

it('compares within each round, so that a slow round weighs no more than another', () => {
  const results = new Map<CaseKey, Measured>([
    ['refreshing', REFRESHING],
    ['usual', measured([1200, 2000, 1320])],
    ['handSigned', measured([600, 1200, 600])],
    ['fresh', measured([200, 500, 230])],
  ]);
  expect(judge(results).map(({ measured, atMost }) => [measured, atMost])).toEqual([
    [0.5, 0.6],
    [1, 1],
    [0.5, 0.75], // without the 200 ms of the SOAP service
    [400, 450],
    [70, 80],
  ]);
});
