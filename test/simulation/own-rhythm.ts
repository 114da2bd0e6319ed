import { pageCouldComeTooLate, timingOf, usefulLife } from '../../lambda/timing.ts';
import { markdownTable } from '../markdown-table.ts';
import { DAY_MS, MINUTE_MS, type Settings } from './model/scenario.ts';
import { duration, lead, least, most, often, withoutToken } from './report/scenario-tables.ts';
import { outageAt, quietMonth, VENDOR } from './scenarios.ts';
import type { OwnRhythm } from './simulate-options.ts';
import type { Summary } from './summary.ts';
import { STRATEGIES, type StrategyName, type Templates, tryOut } from './trial.ts';
import type { Task } from './worker.ts';

/** An alarm that fills what is missing says nothing in its first hours. */
const WARM_UP_MS = DAY_MS;
/** Longer than a login takes. */
const LOGGED_IN_MS = 15_000;
/** Moments between two refreshes, for the slowest of the ways, and at every phase of the checks. */
const MOMENTS = 48;
const QUIET_MS = 2 * DAY_MS;

export function settingsOf({ lifetime, checkEvery, refreshEvery }: OwnRhythm): Settings {
  return {
    tokenLifetimeMinutes: lifetime.ms / MINUTE_MS,
    refreshEveryMinutes: refreshEvery.ms / MINUTE_MS,
    checkEveryMinutes: checkEvery.ms / MINUTE_MS,
  };
}

/**
 * What to simulate: for each way a quiet time, the outage at its own START, and then at later moments. START counts from a
 * refresh of this project, after a whole number of lifetimes: ways that refresh once or twice in one do so then, too.
 */
export async function rhythmTasks(
  rhythm: OwnRhythm,
  templates: Templates,
  moments = MOMENTS,
): Promise<readonly Task[]> {
  const settings = settingsOf(rhythm);
  const vendor = { ...VENDOR, lifetimeSeconds: rhythm.lifetime.ms / 1000 };
  const settledMs = Math.ceil(WARM_UP_MS / rhythm.lifetime.ms) * rhythm.lifetime.ms;
  const days = (settledMs + Math.max(rhythm.lifetime.ms, QUIET_MS)) / DAY_MS;
  const quiet = { ...quietMonth(1), days, settings, vendor };
  const { month } = await tryOut('this project', quiet, templates);
  const refresh = month.logins.find(({ at }) => at >= month.start + settledMs);
  if (refresh === undefined) throw new TypeError('the token is never refreshed');
  const startAt = refresh.at - month.start + LOGGED_IN_MS + rhythm.outage.start.ms;
  const stepMs = (rhythm.lifetime.ms + rhythm.checkEvery.ms) / moments;
  const outages = Array.from({ length: moments }, (_, moment) =>
    // Whole milliseconds, as faults have them: one that began before its onset would not be counted.
    outageAt(settings, Math.floor(startAt + moment * stepMs), rhythm.outage.length.ms),
  );
  return STRATEGIES.flatMap((strategy) => [quiet, ...outages].map((scenario) => ({ strategy, scenario })));
}

/** What the command prints. @param summaries of `rhythmTasks`, in their order */
export function rhythmReport(rhythm: OwnRhythm, summaries: readonly Summary[]): string {
  const { lifetime, checkEvery, refreshEvery, outage } = rhythm;
  const perWay = STRATEGIES.map((strategy) => {
    const [quiet, ...faulty] = summaries.filter((summary) => summary.strategy === strategy);
    return { strategy, quiet, onsets: faulty.flatMap(({ onsets }) => onsets) };
  });
  const moments = perWay[0]?.onsets.length ?? 0;
  const table = (isWorst: boolean) =>
    markdownTable(
      [
        '',
        'readers without a token',
        'they notice after',
        'a person is paged after',
        'before they notice',
        'logins meanwhile',
        ...(isWorst ? ['logins on a quiet day'] : []),
      ],
      perWay.map(({ strategy, quiet, onsets: all }) => {
        const onsets = isWorst ? all : all.slice(0, 1);
        return [
          nameOf(strategy, lifetime.ms),
          duration(most(onsets, withoutToken)),
          duration(least(onsets, ({ msToGap }) => msToGap)),
          often(onsets, ({ msToPage }) => msToPage),
          ahead(least(onsets, lead)),
          String(most(onsets, ({ requests }) => requests)),
          ...(isWorst ? [quiet === undefined ? '' : (quiet.requests / quiet.days).toFixed(0)] : []),
        ];
      }),
    );
  return [
    `The service is down for ${outage.length.text}. Tokens live ${lifetime.text}; this project looks every ${checkEvery.text} and refreshes every ${refreshEvery.text}.`,
    `It begins ${outage.start.text} after this project got a token:`,
    table(false),
    `The worst of ${moments} moments at which it could begin; in brackets, in how many of them a person is paged at all:`,
    table(true),
    ...warning(rhythm),
    'For cdk.json, among the settings of your token:',
    [
      `  "tokenLifetime": "${lifetime.text}",`,
      `  "refreshEvery": "${refreshEvery.text}",`,
      `  "checkEvery": "${checkEvery.text}"`,
    ].join('\n'),
  ].join('\n\n');
}

function warning({ lifetime, checkEvery, refreshEvery }: OwnRhythm): string[] {
  const timing = timingOf({
    tokenLifetimeSeconds: lifetime.ms / 1000,
    checkEverySeconds: checkEvery.ms / 1000,
    refreshEverySeconds: refreshEvery.ms / 1000,
  });
  if (!pageCouldComeTooLate(timing)) return [];
  return ['cdk synth warns of this rhythm: the token could expire before a person is paged. Check more often.'];
}

/** How long before readers notice a person is paged. */
function ahead(leadMs: number | undefined): string {
  if (leadMs === undefined || leadMs >= 0) return duration(leadMs);
  return `${duration(-leadMs)} too late`;
}

function nameOf(strategy: StrategyName, lifetimeMs: number): string {
  switch (strategy) {
    case 'every 4 h':
      return `every ${span(lifetimeMs)}`;
    case 'every 2 h, Lambda retries':
      return `every ${span(usefulLife(lifetimeMs, lifetimeMs))}, Lambda retries`;
    default:
      return strategy;
  }
}

/** `4 h` where `duration` says `4 h 00`. */
function span(ms: number): string {
  return duration(ms).replace(/ 00$/, '');
}
