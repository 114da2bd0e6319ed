/** This project alone under other settings, other lifetimes and other alarms: why the defaults are as they are. */
import { REFRESH_EVERY_SECONDS, usefulLife } from '../../../lambda/timing.ts';
import { markdownTable, tableOf } from '../../markdown-table.ts';
import { deploymentOf } from '../deployment.ts';
import { assess, type OnsetOutcome, watch } from '../judge/assessment.ts';
import type { Month } from '../model/month.ts';
import type { Scenario, Settings } from '../model/scenario.ts';
import { during, offTheGrid, quietMonth, VENDOR } from '../scenarios.ts';
import { type Summary, tryOut } from '../trial.ts';
import { runOwn } from '../worker-pool.ts';
import { duration, lead, least, most, often, withoutToken } from './scenario-tables.ts';

/** What begins a row, and the scenarios that the rest of it is taken from. */
type Row = readonly [cells: readonly string[], scenarios: readonly Scenario[]];

async function figures(
  header: readonly string[],
  rows: readonly Row[],
  read: (summaries: readonly Summary[]) => readonly string[],
): Promise<string> {
  const summaries = [...(await runOwn(rows.flatMap(([, scenarios]) => scenarios)))];
  return markdownTable(
    header,
    rows.map(([cells, scenarios]) => [...cells, ...read(summaries.splice(0, scenarios.length))]),
  );
}

/** Those that the construct does not refuse, in minutes. */
const RHYTHMS = [5, 15, 30, 60].flatMap((checkEvery) =>
  [60, 120, 180]
    .filter((refreshEvery) => usefulLife(240, refreshEvery) + 2 * checkEvery <= 240)
    .map((refreshEvery) => ({ checkEvery, refreshEvery })),
);

/** What each policy buys in an outage of six hours, and what it costs on a quiet day. */
export async function rhythmTable(): Promise<string> {
  const under = (scenario: Scenario) =>
    RHYTHMS.map(({ checkEvery, refreshEvery }) => {
      const settings = { checkEverySeconds: checkEvery * 60, refreshEverySeconds: refreshEvery * 60 };
      return { ...scenario, settings };
    });
  const outages = await runOwn(under(during(6, 'no-answer')));
  const quiet = await runOwn(under(quietMonth(1)));
  const rows = RHYTHMS.map((rhythm, index) => ({ ...rhythm, ...quiet[index], onsets: outages[index]?.onsets ?? [] }));
  return tableOf(rows, {
    checkEvery: ({ checkEvery }) => `${checkEvery} min`,
    refreshEvery: ({ refreshEvery }) => `${refreshEvery} min`,
    'outage that no reader notices': ({ onsets }) => duration(least(onsets, ({ msToGap }) => msToGap)),
    'page before the end': ({ onsets }) => duration(least(onsets, lead)),
    'healthy after the outage': ({ onsets }) => duration(most(onsets, ({ msToHealth }) => msToHealth)),
    'requests in 6 h': ({ onsets }) => `${most(onsets, ({ requests }) => requests)}`,
    'logins a day': ({ requests = 0 }) => (requests / 30).toFixed(0),
    'ticks a day': ({ ticks = 0 }) => (ticks / 30).toFixed(0),
  });
}

/** How long before its end somebody is paged, whatever the exact lifetime and moment of the last refresh. */
export async function leadTable(): Promise<string> {
  return await figures(
    ['lifetime', 'page before the end', 'outage that no reader notices'],
    [232, 234, 236, 238, 240].map((minutes) => [[`${minutes} min`], [offTheGrid(minutes)]]),
    ([{ onsets = [] } = {}]) => [duration(least(onsets, lead)), duration(least(onsets, ({ msToGap }) => msToGap))],
  );
}

const SHORT_LIVES = [60, 90, 180, 240];

function shortLived(minutes: number): Partial<Scenario> {
  const tokenLifetimeSeconds = minutes * 60;
  const refreshEverySeconds = usefulLife(tokenLifetimeSeconds, REFRESH_EVERY_SECONDS);
  const settings = { tokenLifetimeSeconds, refreshEverySeconds };
  return { settings, vendor: { ...VENDOR, tokenLifetimeSeconds } };
}

/** The longest time without a token: backing off from malformed answers, and asking at every check, as after a 503. */
export async function backOffTable(): Promise<string> {
  const rows = [15, 30, 60, 90, 120].flatMap((minutes) =>
    (['malformed', 'http-503'] as const).map(
      (fault): Row => [
        [`${minutes} min`, fault],
        SHORT_LIVES.map((lifetime) => during(minutes / 60, fault, shortLived(lifetime))),
      ],
    ),
  );
  return await figures(
    ['for', 'every answer', ...SHORT_LIVES.map((minutes) => `token of ${minutes / 60} h`)],
    rows,
    (summaries) => summaries.map(({ onsets }) => duration(most(onsets, withoutToken))),
  );
}

const CHECKS: readonly Settings[] = [{}, { checkEverySeconds: 300 }];

/** Logins in a day in which the service refuses, and its refusal is taken for something else. */
export async function misreadTable(): Promise<string> {
  return await figures(
    ['a refusal read as', 'logins a day, checkEvery 15 min', 'checkEvery 5 min'],
    (['malformed', 'html', 'server-fault'] as const).map((fault) => [
      [fault],
      CHECKS.map((settings) => during(24, fault, { settings })),
    ]),
    (summaries) => summaries.map(({ onsets }) => String(most(onsets, ({ requests }) => requests))),
  );
}

/** What logins cost that mint a token, end the stored one and are answered after the tick has given up. */
export async function lateTable(): Promise<string> {
  const columns = ['without a valid token', 'paged after'];
  return await figures(
    ['every answer too late for', 'logins', ...columns, ...columns.map((column) => `${column}, a reader reports`)],
    [10, 30, 60, 120].map((minutes) => [
      [`${minutes} min`],
      [false, true].map((isReported) => during(minutes / 60, 'slow', { isReported })),
    ]),
    (summaries) => [
      String(most(summaries[0]?.onsets ?? [], ({ requests }) => requests)),
      ...summaries.flatMap(({ onsets }) => [
        duration(most(onsets, withoutToken)),
        often(onsets, ({ msToPage }) => msToPage),
      ]),
    ],
  );
}

const CHOSEN = { statistic: 'Maximum', datapointsToAlarm: 3, evaluationPeriods: 3, shareOfLifetime: 1 / 3 } as const;
const VARIANTS = [
  CHOSEN,
  { ...CHOSEN, statistic: 'Minimum' },
  { ...CHOSEN, datapointsToAlarm: 2 },
  { ...CHOSEN, datapointsToAlarm: 2, evaluationPeriods: 2 },
  { ...CHOSEN, datapointsToAlarm: 4, evaluationPeriods: 4 },
  { ...CHOSEN, shareOfLifetime: 1 / 4 },
  { ...CHOSEN, shareOfLifetime: 1 / 2 },
] as const;
const QUIET_MONTHS = 20;

/** What each variant of TokenExpiring makes of the same months. */
export async function alarmTable(): Promise<string> {
  const months = async (scenarios: readonly Scenario[]) => {
    const done: Month[] = [];
    for (const scenario of scenarios) done.push((await tryOut('this project', scenario)).month);
    return done;
  };
  const down = (hours: number) => [1, 2, 3].map((seed) => during(hours, 'no-answer', { seed }));
  const quiet = await months(Array.from({ length: QUIET_MONTHS }, (_, seed) => quietMonth(seed)));
  const short = await months(down(1));
  const long = await months(down(3));
  const { alarms, config } = deploymentOf({});
  const rows = VARIANTS.map(({ shareOfLifetime, ...variant }) => {
    const threshold = config.tokenLifetimeSeconds * shareOfLifetime;
    const isBreaching = (value: number) => value < threshold;
    const watched = alarms
      .filter(({ name }) => name === 'TokenExpiring')
      .map((one) => ({ ...one, alarm: { ...one.alarm, ...variant, isBreaching } }));
    const assessed = (list: readonly Month[]) => list.map((month) => assess(month, watch(month, watched)));
    return {
      ...variant,
      shareOfLifetime,
      falsePages: assessed(quiet).flatMap(({ falsePages }) => falsePages),
      short: assessed(short).flatMap(({ onsets }) => onsets),
      long: assessed(long).flatMap(({ onsets }) => onsets),
    };
  });
  const pagedMoreThan = (onsets: readonly OnsetOutcome[], times: number) =>
    `${onsets.filter(({ pages }) => pages > times).length} of ${onsets.length}`;
  return tableOf(rows, {
    statistic: ({ statistic }) => statistic,
    periods: ({ datapointsToAlarm, evaluationPeriods }) => `${datapointsToAlarm} of ${evaluationPeriods}`,
    'share of lifetime': ({ shareOfLifetime }) => `1/${Math.round(1 / shareOfLifetime)}`,
    [`pages in ${QUIET_MONTHS} quiet months`]: ({ falsePages }) => `${falsePages.length}`,
    'pages for 1 h that nobody notices': ({ short }) => pagedMoreThan(short, 0),
    'paged twice for 3 h': ({ long }) => pagedMoreThan(long, 1),
    'page before the end': ({ long }) => duration(least(long, lead)),
  });
}
