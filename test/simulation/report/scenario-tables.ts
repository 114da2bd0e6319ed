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
    'requests (refused) meanwhile',
    'ticks',
  ];
  const rows = own.map(({ scenario, validShare, falsePages, strikes, requests, refusedLogins, ticks }) => [
    scenario,
    `${(validShare * 100).toFixed(2)} %`,
    duration(least(strikes, ({ msToGap }) => msToGap)),
    duration(most(strikes, ({ withoutTokenMs }) => withoutTokenMs || undefined)),
    often(strikes, ({ msToPage }) => msToPage),
    duration(least(strikes, lead)),
    String(falsePages),
    often(strikes, ({ msToTicket }) => msToTicket),
    strikes.length === 0
      ? `${requests} (${refusedLogins}) a month`
      : `${most(strikes, (strike) => strike.requests)} (${most(strikes, (strike) => strike.refusedLogins)})`,
    String(ticks),
  ]);
  return markdownTable(header, rows);
}

/** Without a valid token / paged after / requests (refused) while it lasted; the worst of the strikes each. */
export function sideBySide(summaries: readonly Summary[]): string {
  const scenarios = [...new Set(summaries.map(({ scenario }) => scenario))];
  const rows = scenarios.map((scenario) => [
    scenario,
    ...STRATEGIES.map((strategy) => {
      const summary = summaries.find((one) => one.scenario === scenario && one.strategy === strategy);
      return summary === undefined ? '' : cell(summary);
    }),
  ]);
  return markdownTable(['scenario', ...STRATEGIES], rows);
}

function cell({ strikes, gaps, requests, refusedLogins, pages }: Summary): string {
  if (strikes.length === 0) return `${gaps} gaps / ${pages} pages / ${requests} (${refusedLogins})`;
  const without = duration(most(strikes, ({ withoutTokenMs }) => withoutTokenMs || undefined));
  const sent = most(strikes, (strike) => strike.requests);
  const refused = most(strikes, (strike) => strike.refusedLogins);
  return `${without} / ${often(strikes, ({ msToPage }) => msToPage)} / ${sent} (${refused})`;
}

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
function often(strikes: readonly StrikeOutcome[], read: Read): string {
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
