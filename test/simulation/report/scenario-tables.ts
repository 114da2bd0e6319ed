import { markdownTable } from '../../markdown-table.ts';
import type { StrikeOutcome } from '../judge/assessment.ts';
import { MINUTE_MS } from '../model/scenario.ts';
import type { Summary } from '../summary.ts';
import { STRATEGIES } from '../trial.ts';

/** This project, scenario by scenario. Times are the worst of the strikes, except where an early one is the worst. */
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
  const rows = own.map(({ scenario, validShare, falsePages, strikes, requests, refusedLogins, ticks }) => [
    scenario,
    `${(validShare * 100).toFixed(2)} %`,
    duration(least(strikes, ({ msToGap }) => msToGap)),
    duration(most(strikes, withoutToken)),
    often(strikes, ({ msToPage }) => msToPage),
    duration(least(strikes, lead)),
    String(falsePages),
    often(strikes, ({ msToTicket }) => msToTicket),
    strikes.length === 0 ? `${requests} a month` : String(most(strikes, (strike) => strike.requests)),
    String(strikes.length === 0 ? refusedLogins : most(strikes, (strike) => strike.refusedLogins)),
    String(ticks),
  ]);
  return markdownTable(header, rows);
}

/**
 * All strategies beside each other, a table for each figure: the worst of the strikes. The month without any strike has
 * a table of its own, and so have the logins that were refused, where any were.
 */
export function sideBySide(summaries: readonly Summary[]): string {
  const quiet = summaries.filter(({ strikes }) => strikes.length === 0);
  const struck = Map.groupBy(
    summaries.filter(({ strikes }) => strikes.length > 0),
    ({ scenario }) => scenario,
  );
  const refused = [...struck].filter(([, ways]) => ways.some((way) => worstOf(way, refusedLogins) !== '0'));
  const figure = (scenarios: Iterable<readonly [string, readonly Summary[]]>, read: (summary: Summary) => string) =>
    markdownTable(
      ['scenario', ...STRATEGIES],
      Array.from(scenarios, ([scenario, ways]) => [
        scenario,
        ...STRATEGIES.map((strategy) => {
          const summary = ways.find((one) => one.strategy === strategy);
          return summary === undefined ? '' : read(summary);
        }),
      ]),
    );
  return [
    'How long readers are without a token:',
    figure(struck, ({ strikes }) => duration(most(strikes, withoutToken))),
    'How long after the beginning a person is paged; in brackets, in how many of the twelve, where not in all:',
    figure(struck, ({ strikes }) => often(strikes, ({ msToPage }) => msToPage)),
    'Logins sent while it lasts:',
    figure(struck, (summary) => worstOf(summary, ({ requests }) => requests)),
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

function worstOf({ strikes }: Summary, read: Read): string {
  return String(most(strikes, read));
}

const refusedLogins: Read = (strike) => strike.refusedLogins;

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
export function lead({ msToGap, msToPage }: StrikeOutcome): number | undefined {
  return msToGap === undefined || msToPage === undefined ? undefined : msToGap - msToPage;
}

type Read = (strike: StrikeOutcome) => number | undefined;

export function most(strikes: readonly StrikeOutcome[], read: Read): number | undefined {
  const values = strikes.map(read).filter((value) => value !== undefined);
  return values.length === 0 ? undefined : Math.max(...values);
}

export function least(strikes: readonly StrikeOutcome[], read: Read): number | undefined {
  const values = strikes.map(read).filter((value) => value !== undefined);
  return values.length === 0 ? undefined : Math.min(...values);
}

/** The latest, and in how many of the strikes it came at all. */
export function often(strikes: readonly StrikeOutcome[], read: Read): string {
  const came = strikes.filter((strike) => read(strike) !== undefined).length;
  if (came === 0) return 'never';
  return `${duration(most(strikes, read))}${came < strikes.length ? ` (${came} of ${strikes.length})` : ''}`;
}

/** `45 min`, `2 h 05`, `-3 min`; `-` for what never was. */
export function duration(ms: number | undefined): string {
  if (ms === undefined) return '-';
  const minutes = Math.round(ms / MINUTE_MS);
  if (Math.abs(minutes) < 60) return `${minutes} min`;
  return `${Math.trunc(minutes / 60)} h ${String(Math.abs(minutes % 60)).padStart(2, '0')}`;
}
