import { tableOf } from '../markdown-table.ts';
import type { CaseKey } from './cases.ts';
import type { ColdTick } from './cold-tick.ts';
import { SOAP_LATENCY_MS } from './endpoints.ts';

export interface Measured {
  readonly name: string;
  readonly bundleBytes: number;
  /** Undefined for what is not JavaScript. */
  readonly loadedBytes: number | undefined;
  /** In the order of the rounds. */
  readonly ticks: readonly ColdTick[];
}

export type Results = ReadonlyMap<CaseKey, Measured>;

type Target = ReturnType<typeof judge>[number];

/** What the cold tick must not exceed. A case that could not be measured has no target. */
export function judge(results: Results) {
  const refreshing = results.get('refreshing');
  if (refreshing === undefined) return [];
  const ratio = (what: string, numerator: CaseKey, denominator: CaseKey, atMost: number, withoutMs = 0) => {
    const [over, under] = [results.get(numerator), results.get(denominator)];
    return over && under ? [{ what, measured: pairedRatio(over, under, withoutMs), atMost, unit: '' }] : [];
  };
  return [
    ...ratio('total time, of the usual code', 'refreshing', 'usual', 0.6),
    ...ratio('total time, of Python', 'refreshing', 'python', 0.85),
    ...ratio('total time, of four calls signed by hand', 'refreshing', 'handSigned', 1),
    ...ratio('total time with a fresh token, of refreshing without SOAP', 'fresh', 'refreshing', 0.75, SOAP_LATENCY_MS),
    { what: 'code loaded to refresh', measured: (refreshing.loadedBytes ?? 0) / 1024, atMost: 450, unit: ' KiB' },
    { what: 'peak memory to refresh', measured: medianOf(refreshing, 'peakMemoryMb'), atMost: 80, unit: ' MB' },
  ];
}

export function ticksTable(results: Results): string {
  const refreshing = results.get('refreshing');
  const figure = (name: Figure) => (measured: Measured) => medianOf(measured, name).toFixed(0);
  const columns = {
    'cold tick': ({ name }: Measured) => name,
    'bundle KiB': ({ bundleBytes }: Measured) => kibibytes(bundleBytes),
    'loaded KiB': ({ loadedBytes }: Measured) => kibibytes(loadedBytes),
    'init ms': figure('initMs'),
    'first answer ms': figure('firstAnswerMs'),
    'total ms': figure('totalMs'),
    'CPU ms': figure('cpuMs'),
    'peak MB': figure('peakMemoryMb'),
    'ours / it': (measured: Measured) => (refreshing ? pairedRatio(refreshing, measured).toFixed(2) : ''),
  };
  return tableOf([...results.values()], columns, { figures: true });
}

export function targetsTable(targets: readonly Target[]): string {
  const text = (value: number, unit: string) => value.toFixed(unit === '' ? 2 : 0) + unit;
  const columns = {
    target: ({ what }: Target) => what,
    measured: ({ measured, unit }: Target) => text(measured, unit),
    'at most': ({ atMost, unit }: Target) => text(atMost, unit),
    '': ({ measured, atMost }: Target) => (measured <= atMost ? 'met' : 'missed'),
  };
  return tableOf(targets, columns, { figures: true });
}

/** The median of the rounds' own ratios: whatever slowed a round down, slowed both of its ticks down. */
function pairedRatio(ours: Measured, other: Measured, withoutMs = 0): number {
  return median(ours.ticks.map(({ totalMs }, round) => totalMs / ((other.ticks[round]?.totalMs ?? 0) - withoutMs)));
}

type Figure = Exclude<keyof ColdTick, 'answer'>;

function medianOf({ ticks }: Measured, figure: Figure): number {
  return median(ticks.map((tick) => tick[figure]));
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle)] ?? Number.NaN)) / 2;
}

function kibibytes(bytes: number | undefined): string {
  return bytes === undefined ? '' : (bytes / 1024).toFixed(0);
}
