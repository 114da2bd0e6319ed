import { markdownTable } from '../markdown-table.ts';
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
  const header = [
    'cold tick',
    'bundle KiB',
    'loaded KiB',
    'init ms',
    'first answer ms',
    'total ms',
    'CPU ms',
    'peak MB',
  ];
  const figures = ['initMs', 'firstAnswerMs', 'totalMs', 'cpuMs', 'peakMemoryMb'] as const;
  const refreshing = results.get('refreshing');
  const rows = [...results.values()].map((measured) => [
    measured.name,
    kibibytes(measured.bundleBytes),
    kibibytes(measured.loadedBytes),
    ...figures.map((figure) => medianOf(measured, figure).toFixed(0)),
    refreshing === undefined ? '' : pairedRatio(refreshing, measured).toFixed(2),
  ]);
  return markdownTable([...header, 'ours / it'], rows, { figures: true });
}

export function targetsTable(targets: readonly Target[]): string {
  const rows = targets.map(({ what, measured, atMost, unit }) => {
    const text = (value: number) => value.toFixed(unit === '' ? 2 : 0) + unit;
    return [what, text(measured), text(atMost), measured <= atMost ? 'met' : 'missed'];
  });
  return markdownTable(['target', 'measured', 'at most', ''], rows, { figures: true });
}

/** The median of the rounds' own ratios: whatever slowed a round down, slowed both of its ticks down. */
function pairedRatio(ours: Measured, other: Measured, withoutMs = 0): number {
  return median(ours.ticks.map(({ totalMs }, round) => totalMs / ((other.ticks[round]?.totalMs ?? 0) - withoutMs)));
}

function medianOf({ ticks }: Measured, figure: 'initMs' | 'firstAnswerMs' | 'totalMs' | 'cpuMs' | 'peakMemoryMb') {
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
