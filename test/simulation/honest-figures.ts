/** What holds where the round numbers do not: lifetimes a little short, refreshes off the grid, and the price of backing off. */

import { markdownTable } from '../markdown-table.ts';
import type { Settings } from './model/scenario.ts';
import type { VendorFaultName } from './model/vendor-faults.ts';
import { duration, lead, least, most, often, withoutToken } from './report/scenario-tables.ts';
import { answeredLate, misreadFor, offTheGrid, VENDOR } from './scenarios.ts';
import { type Templates, tryOut } from './trial.ts';

const LIFETIMES_MINUTES = [232, 234, 236, 238, 240];

/** How long before its end somebody is paged, whatever the exact lifetime and moment of the last refresh. */
export async function leadTable(templates: Templates): Promise<string> {
  const rows: string[][] = [];
  for (const minutes of LIFETIMES_MINUTES) {
    const { onsets } = (await tryOut('this project', offTheGrid(minutes), templates)).assessment;
    rows.push([`${minutes} min`, duration(least(onsets, lead)), duration(least(onsets, ({ msToGap }) => msToGap))]);
  }
  return markdownTable(['lifetime', 'page before the end', 'outage that no reader notices'], rows);
}

export const SHORT_LIVES: readonly Settings[] = [60, 90, 180, 240].map((tokenLifetimeMinutes) => ({
  tokenLifetimeMinutes,
  refreshEveryMinutes: Math.min(120, tokenLifetimeMinutes / 2),
}));
const OUTAGES_MINUTES = [15, 30, 60, 90, 120];

/** The longest time without a token: backing off from malformed answers, and asking at every check, as after a 503. */
export async function backOffTable(templates: Templates): Promise<string> {
  const worst = async (minutes: number, fault: VendorFaultName, settings: Settings) => {
    const lifetimeSeconds = (settings.tokenLifetimeMinutes ?? 240) * 60;
    const scenario = { ...misreadFor(minutes, fault), settings, vendor: { ...VENDOR, lifetimeSeconds } };
    const { onsets } = (await tryOut('this project', scenario, templates)).assessment;
    return duration(most(onsets, withoutToken));
  };
  const rows: string[][] = [];
  for (const minutes of OUTAGES_MINUTES) {
    for (const fault of ['malformed', 'http-503'] as const) {
      const row = [`${minutes} min`, fault];
      for (const settings of SHORT_LIVES) row.push(await worst(minutes, fault, settings));
      rows.push(row);
    }
  }
  const lives = SHORT_LIVES.map(({ tokenLifetimeMinutes = 0 }) => `token of ${tokenLifetimeMinutes / 60} h`);
  return markdownTable(['for', 'every answer', ...lives], rows);
}

export const CHECKS: readonly Settings[] = [{}, { checkEveryMinutes: 5 }];

/** Logins in a day in which the service refuses, and its refusal is taken for something else. */
export async function misreadTable(templates: Templates): Promise<string> {
  const rows: string[][] = [];
  for (const fault of ['malformed', 'html', 'server-fault'] as const) {
    const row: string[] = [fault];
    for (const settings of CHECKS) {
      const { onsets } = (await tryOut('this project', { ...misreadFor(24 * 60, fault), settings }, templates))
        .assessment;
      row.push(String(most(onsets, ({ requests }) => requests)));
    }
    rows.push(row);
  }
  return markdownTable(['a refusal read as', 'logins a day, checkEvery 15 min', 'checkEvery 5 min'], rows);
}

const LATE_MINUTES = [10, 30, 60, 120];

/** What logins cost that mint a token, end the stored one and are answered after the tick has given up. */
export async function lateTable(templates: Templates): Promise<string> {
  const rows: string[][] = [];
  for (const minutes of LATE_MINUTES) {
    const row = [`${minutes} min`];
    for (const isReported of [false, true]) {
      const { onsets } = (await tryOut('this project', answeredLate(minutes, isReported), templates)).assessment;
      if (!isReported) row.push(String(most(onsets, ({ requests }) => requests)));
      row.push(
        duration(most(onsets, withoutToken)),
        often(onsets, ({ msToPage }) => msToPage),
      );
    }
    rows.push(row);
  }
  const columns = ['without a valid token', 'paged after'];
  const reported = columns.map((column) => `${column}, a reader reports`);
  return markdownTable(['every answer too late for', 'logins', ...columns, ...reported], rows);
}
