import { durationText, pageCouldComeTooLate, timingOf, usefulLife } from '../../lambda/timing.ts';
import { tableOf } from '../markdown-table.ts';
import { DAY_MS } from './model/scenario.ts';
import { duration, lead, least, most, often, withoutToken } from './report/scenario-tables.ts';
import { outageAt, quietMonth, VENDOR } from './scenarios.ts';
import type { OwnRhythm } from './simulate-options.ts';
import { STRATEGIES, type StrategyName } from './strategies.ts';
import { type Summary, type Task, tryOut } from './trial.ts';

/** An alarm that fills what is missing says nothing in its first hours. */
const WARM_UP_MS = DAY_MS;
/** Longer than a login takes. */
const LOGGED_IN_MS = 15_000;
/** Moments between two refreshes, for the slowest of the ways, and at every phase of the checks. */
const MOMENTS = 48;
const QUIET_MS = 2 * DAY_MS;

/**
 * What to simulate: for each way a quiet time, the outage at its own START, and then at later moments. START counts from a
 * refresh of this project, after a whole number of lifetimes: ways that refresh once or twice in one do so then, too.
 */
export async function rhythmTasks(rhythm: OwnRhythm, moments = MOMENTS): Promise<readonly Task[]> {
  const { settings } = rhythm;
  const lifetimeSeconds = settings.tokenLifetimeSeconds;
  const lifetimeMs = lifetimeSeconds * 1000;
  const settledMs = Math.ceil(WARM_UP_MS / lifetimeMs) * lifetimeMs;
  const quiet = {
    ...quietMonth(1),
    days: (settledMs + Math.max(lifetimeMs, QUIET_MS)) / DAY_MS,
    settings,
    vendor: { ...VENDOR, tokenLifetimeSeconds: lifetimeSeconds },
  };
  const { month } = await tryOut('this project', quiet);
  const refresh = month.logins.find(({ at }) => at >= month.start + settledMs);
  if (refresh === undefined) throw new TypeError('the token is never refreshed');
  const startAt = refresh.at - month.start + LOGGED_IN_MS + rhythm.outageAfterSeconds * 1000;
  const stepMs = (lifetimeMs + settings.checkEverySeconds * 1000) / moments;
  const outages = Array.from({ length: moments }, (_, moment) =>
    // Whole milliseconds, as faults have them: one that began before its onset would not be counted.
    outageAt(settings, Math.floor(startAt + moment * stepMs), rhythm.outageSeconds * 1000),
  );
  return STRATEGIES.flatMap((strategy) => [quiet, ...outages].map((scenario) => ({ strategy, scenario })));
}

/** What the command prints. @param summaries of `rhythmTasks`, in their order */
export function rhythmReport(rhythm: OwnRhythm, summaries: readonly Summary[]): string {
  const ways = STRATEGIES.map((strategy) => {
    const [quiet, ...faulty] = summaries.filter((summary) => summary.strategy === strategy);
    return { strategy, quiet, onsets: faulty.flatMap(({ onsets }) => onsets) };
  });
  const moments = ways[0]?.onsets.length ?? 0;
  const { tokenLifetimeSeconds, refreshEverySeconds, checkEverySeconds } = rhythm.settings;
  const columns: Readonly<Record<string, (way: (typeof ways)[number]) => string>> = {
    '': ({ strategy }) => nameOf(strategy, tokenLifetimeSeconds * 1000),
    'readers without a token': ({ onsets }) => duration(most(onsets, withoutToken)),
    'they notice after': ({ onsets }) => duration(least(onsets, ({ msToGap }) => msToGap)),
    'a person is paged after': ({ onsets }) => often(onsets, ({ msToPage }) => msToPage),
    'before they notice': ({ onsets }) => ahead(least(onsets, lead)),
    'logins meanwhile': ({ onsets }) => `${most(onsets, ({ requests }) => requests)}`,
  };
  const atStart = ways.map((way) => ({ ...way, onsets: way.onsets.slice(0, 1) }));
  const loginsADay = ({ quiet }: (typeof ways)[number]) => (quiet ? (quiet.requests / quiet.days).toFixed(0) : '');
  const [lifetime, refreshEvery, checkEvery] = [tokenLifetimeSeconds, refreshEverySeconds, checkEverySeconds].map(
    durationText,
  );
  const warning = 'cdk synth warns of this rhythm: the token could expire before a person is paged. Check more often.';
  return [
    `The service is down for ${durationText(rhythm.outageSeconds)}. Tokens live ${lifetime}; this project looks every ${checkEvery} and refreshes every ${refreshEvery}.`,
    `It begins ${durationText(rhythm.outageAfterSeconds)} after this project got a token:`,
    tableOf(atStart, columns),
    `The worst of ${moments} moments at which it could begin; in brackets, in how many of them a person is paged at all:`,
    tableOf(ways, { ...columns, 'logins on a quiet day': loginsADay }),
    ...(pageCouldComeTooLate(timingOf(rhythm.settings)) ? [warning] : []),
    'For cdk.json, among the settings of your token:',
    `  "tokenLifetime": "${lifetime}",\n  "refreshEvery": "${refreshEvery}",\n  "checkEvery": "${checkEvery}"`,
  ].join('\n\n');
}

/** How long before readers notice a person is paged. */
function ahead(leadMs: number | undefined): string {
  if (leadMs === undefined || leadMs >= 0) return duration(leadMs);
  return `${duration(-leadMs)} too late`;
}

function nameOf(strategy: StrategyName, lifetimeMs: number): string {
  // `4 h` where `duration` says `4 h 00`.
  const every = (ms: number) => `every ${duration(ms).replace(/ 00$/, '')}`;
  if (strategy === 'every 4 h') return every(lifetimeMs);
  return strategy === 'every 2 h, Lambda retries'
    ? `${every(usefulLife(lifetimeMs, lifetimeMs))}, Lambda retries`
    : strategy;
}
