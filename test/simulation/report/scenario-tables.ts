import { markdownTable, tableOf } from '../../markdown-table.ts';
import type { OnsetOutcome } from '../judge/assessment.ts';
import { MINUTE_MS } from '../model/scenario.ts';
import { STRATEGIES } from '../strategies.ts';
import type { Summary } from '../trial.ts';

/** This project, scenario by scenario. Times are the worst of the onsets, except where an early one is the worst. */
export function projectTable(summaries: readonly Summary[]): string {
  const own = summaries.filter(({ strategy }) => strategy === 'this project');
  const duringOnsets = ({ onsets }: Summary, perMonth: string, read: Read) =>
    onsets.length === 0 ? perMonth : String(most(onsets, read));
  return tableOf(own, {
    scenario: ({ scenario }) => scenario,
    'valid token': ({ validShare }) => percent(validShare),
    'readers notice after': ({ onsets }) => duration(least(onsets, ({ msToGap }) => msToGap)),
    'without token': ({ onsets }) => duration(most(onsets, withoutToken)),
    'paged after': ({ onsets }) => often(onsets, ({ msToPage }) => msToPage),
    'and before the token ends': ({ onsets }) => duration(least(onsets, lead)),
    'false pages': ({ falsePages }) => `${falsePages}`,
    'ticket after': ({ onsets }) => often(onsets, ({ msToTicket }) => msToTicket),
    'logins meanwhile': (month) => duringOnsets(month, `${month.requests} a month`, ({ requests }) => requests),
    'of these refused': (month) => duringOnsets(month, `${month.refusedLogins}`, refusedLogins),
    ticks: ({ ticks }) => `${ticks}`,
  });
}

/**
 * All strategies beside each other, a table for each figure: the worst of the onsets. The month without any onset has
 * a table of its own, and so have the logins that were refused, where any were.
 */
export function sideBySide(summaries: readonly Summary[]): string {
  const quiet = summaries.filter(({ onsets }) => onsets.length === 0);
  const faulty = Map.groupBy(
    summaries.filter(({ onsets }) => onsets.length > 0),
    ({ scenario }) => scenario,
  );
  const refused = [...faulty].filter(([, ways]) => ways.some((way) => worstOf(way, refusedLogins) !== '0'));
  const figure = (scenarios: Iterable<readonly [string, readonly Summary[]]>, read: (summary: Summary) => string) =>
    markdownTable(
      ['scenario', ...STRATEGIES],
      Array.from(scenarios, ([scenario, ways]) => [scenario, ...ways.map(read)]),
    );
  return [
    'How long readers are without a token:',
    figure(faulty, ({ onsets }) => duration(most(onsets, withoutToken))),
    'How long after the beginning a person is paged; in brackets, in how many of the twelve, where not in all:',
    figure(faulty, ({ onsets }) => often(onsets, ({ msToPage }) => msToPage)),
    'Logins sent while it lasts:',
    figure(faulty, (summary) => worstOf(summary, ({ requests }) => requests)),
    'Of these refused, where any are:',
    figure(refused, (summary) => worstOf(summary, refusedLogins)),
    'A month in which nothing is wrong:',
    tableOf(quiet, {
      '': ({ strategy }) => strategy,
      'times without a token': ({ gaps }) => `${gaps}`,
      pages: ({ pages }) => `${pages}`,
      logins: ({ requests }) => `${requests}`,
      'of these refused': ({ refusedLogins }) => `${refusedLogins}`,
    }),
  ].join('\n\n');
}

function worstOf({ onsets }: Summary, read: Read): string {
  return String(most(onsets, read));
}

const refusedLogins: Read = (onset) => onset.refusedLogins;

/** Undefined where readers had one all the time. */
export const withoutToken: Read = ({ withoutTokenMs }) => withoutTokenMs || undefined;

/** Services that hand out the same token again. */
export function serviceTable(summaries: readonly Summary[]): string {
  return tableOf(summaries, {
    'service; settings': ({ scenario }) => scenario,
    'valid token': ({ validShare }) => percent(validShare),
    'and recorded as such': ({ recordedShare }) => percent(recordedShare),
    gaps: ({ gaps }) => `${gaps}`,
    longest: ({ gaps, longestGapMs }) => duration(gaps === 0 ? undefined : longestGapMs),
    'pages a day': ({ pages, days }) => (pages / days).toFixed(1),
    'logins a day': ({ requests, days }) => (requests / days).toFixed(0),
  });
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}

/** How long before the token ended somebody had been paged; undefined where it did not end, or nobody was paged. */
export function lead({ msToGap, msToPage }: OnsetOutcome): number | undefined {
  return msToGap === undefined || msToPage === undefined ? undefined : msToGap - msToPage;
}

type Read = (onset: OnsetOutcome) => number | undefined;

function sorted(onsets: readonly OnsetOutcome[], read: Read): readonly number[] {
  const values = onsets.map(read).filter((value) => value !== undefined);
  return values.sort((one, other) => one - other);
}

export function most(onsets: readonly OnsetOutcome[], read: Read): number | undefined {
  return sorted(onsets, read).at(-1);
}

export function least(onsets: readonly OnsetOutcome[], read: Read): number | undefined {
  return sorted(onsets, read)[0];
}

/** The latest, and in how many of the onsets it came at all. */
export function often(onsets: readonly OnsetOutcome[], read: Read): string {
  const came = sorted(onsets, read);
  if (came.length === 0) return 'never';
  return `${duration(came.at(-1))}${came.length < onsets.length ? ` (${came.length} of ${onsets.length})` : ''}`;
}

/** `45 min`, `2 h 05`, `-3 min`; `-` for what never was. */
export function duration(ms: number | undefined): string {
  if (ms === undefined) return '-';
  const minutes = Math.round(ms / MINUTE_MS);
  if (Math.abs(minutes) < 60) return `${minutes} min`;
  return `${Math.trunc(minutes / 60)} h ${String(Math.abs(minutes % 60)).padStart(2, '0')}`;
}
