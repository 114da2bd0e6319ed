import { markdownTable } from '../../markdown-table.ts';
import type { OnsetOutcome } from '../judge/assessment.ts';
import { MINUTE_MS } from '../model/scenario.ts';
import { STRATEGIES } from '../strategies.ts';
import type { Summary } from '../trial.ts';

/** This project, scenario by scenario. Times are the worst of the onsets, except where an early one is the worst. */
export function projectTable(summaries: readonly Summary[]): string {
  const own = summaries.filter(({ strategy }) => strategy === 'this project');
  const header = [
    'scenario',
    'valid token',
    'readers notice after',
    'without token',
    'paged after',
    'and before the token ends',
    'false pages',
    'ticket after',
    'logins meanwhile',
    'of these refused',
    'ticks',
  ];
  const rows = own.map(({ scenario, validShare, falsePages, onsets, requests, refusedLogins, ticks }) => [
    scenario,
    `${(validShare * 100).toFixed(2)} %`,
    duration(least(onsets, ({ msToGap }) => msToGap)),
    duration(most(onsets, withoutToken)),
    often(onsets, ({ msToPage }) => msToPage),
    duration(least(onsets, lead)),
    String(falsePages),
    often(onsets, ({ msToTicket }) => msToTicket),
    onsets.length === 0 ? `${requests} a month` : String(most(onsets, (onset) => onset.requests)),
    String(onsets.length === 0 ? refusedLogins : most(onsets, (onset) => onset.refusedLogins)),
    String(ticks),
  ]);
  return markdownTable(header, rows);
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
    markdownTable(
      ['', 'times without a token', 'pages', 'logins', 'of these refused'],
      quiet.map((month) => [
        month.strategy,
        ...[month.gaps, month.pages, month.requests, month.refusedLogins].map(String),
      ]),
    ),
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
  return markdownTable(
    ['service; settings', 'valid token', 'and recorded as such', 'gaps', 'longest', 'pages a day', 'logins a day'],
    summaries.map(({ scenario, days, validShare, recordedShare, gaps, longestGapMs, pages, requests }) => [
      scenario,
      `${(validShare * 100).toFixed(2)} %`,
      `${(recordedShare * 100).toFixed(2)} %`,
      String(gaps),
      gaps === 0 ? '-' : duration(longestGapMs),
      (pages / days).toFixed(1),
      (requests / days).toFixed(0),
    ]),
  );
}

/** How long before the token ended somebody had been paged; undefined where it did not end, or nobody was paged. */
export function lead({ msToGap, msToPage }: OnsetOutcome): number | undefined {
  return msToGap === undefined || msToPage === undefined ? undefined : msToGap - msToPage;
}

type Read = (onset: OnsetOutcome) => number | undefined;

export function most(onsets: readonly OnsetOutcome[], read: Read): number | undefined {
  return onsets
    .map(read)
    .filter((value) => value !== undefined)
    .sort((a, b) => b - a)[0];
}

export function least(onsets: readonly OnsetOutcome[], read: Read): number | undefined {
  return onsets
    .map(read)
    .filter((value) => value !== undefined)
    .sort((a, b) => a - b)[0];
}

/** The latest, and in how many of the onsets it came at all. */
export function often(onsets: readonly OnsetOutcome[], read: Read): string {
  const came = onsets.filter((onset) => read(onset) !== undefined).length;
  if (came === 0) return 'never';
  return `${duration(most(onsets, read))}${came < onsets.length ? ` (${came} of ${onsets.length})` : ''}`;
}

/** `45 min`, `2 h 05`, `-3 min`; `-` for what never was. */
export function duration(ms: number | undefined): string {
  if (ms === undefined) return '-';
  const minutes = Math.round(ms / MINUTE_MS);
  if (Math.abs(minutes) < 60) return `${minutes} min`;
  return `${Math.trunc(minutes / 60)} h ${String(Math.abs(minutes % 60)).padStart(2, '0')}`;
}
