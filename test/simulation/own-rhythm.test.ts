import { beforeAll, expect, it } from 'vitest';
import { HOUR_MS, MINUTE_MS } from './model/scenario.ts';
import { rhythmReport, rhythmTasks } from './own-rhythm.ts';
import { STRATEGIES, type StrategyName } from './strategies.ts';
import { type Summary, summaryOf } from './trial.ts';

/** The command looks at 48: START, and 47 more. */
const MOMENTS = 1;

const RHYTHM = {
  settings: { tokenLifetimeSeconds: 3600, refreshEverySeconds: 1800, checkEverySeconds: 300 },
  // Shortly before all that are on a schedule log in again.
  outageAfterSeconds: 57 * 60,
  outageSeconds: 70 * 60,
};
const summaries: Summary[] = [];

beforeAll(async () => {
  for (const task of await rhythmTasks(RHYTHM, MOMENTS)) summaries.push(await summaryOf(task));
});

/** The outage that begins at START. */
function onsetOf(strategy: StrategyName) {
  const [, own] = summaries.filter((summary) => summary.strategy === strategy);
  const [onset] = own?.onsets ?? [];
  if (onset === undefined) throw new TypeError(`no outage for ${strategy}`);
  return onset;
}

it('readers are without a token for as long as the way and its own lifetime make it', () => {
  const { withoutTokenMs, msToGap = 0, msToPage = Number.NaN, requests } = onsetOf('this project');
  expect(requests).toBeGreaterThan(5);
  expect(msToGap).toBeGreaterThan(30 * MINUTE_MS);
  expect(msToPage).toBeLessThan(msToGap);
  // Asking again at least once an hour.
  expect(withoutTokenMs).toBeLessThan(1.2 * HOUR_MS);
  // The login a few minutes later fails, and so does the one an hour later.
  expect(onsetOf('every 4 h').withoutTokenMs).toBeGreaterThan(1.9 * HOUR_MS);
});

it('shows each way by its own rhythm, twice, and the lines for cdk.json', () => {
  const report = rhythmReport(RHYTHM, summaries);
  for (const name of ['this project', 'every 1 h', 'every 30 min, Lambda retries', 'at 90 % of the lifetime']) {
    const rows = report.split('\n').filter((line) => line.startsWith(`| ${name} `));
    expect(rows).toHaveLength(2);
  }
  const settings = report.slice(report.indexOf('  "tokenLifetime"'));
  expect(JSON.parse(`{${settings}}`)).toEqual({
    tokenLifetime: '1 hour',
    refreshEvery: '30 minutes',
    checkEvery: '5 minutes',
  });
  // Only where the token could expire before a person is paged.
  expect(report).not.toContain('cdk synth warns');
  expect(rhythmReport({ ...RHYTHM, settings: { ...RHYTHM.settings, checkEverySeconds: 1800 } }, summaries)).toContain(
    'cdk synth warns',
  );
});

it('counts the logins of a quiet day', () => {
  const quiet = summaries.filter(({ onsets }) => onsets.length === 0);
  expect(quiet.map(({ strategy }) => strategy)).toEqual([...STRATEGIES]);
  const [own, once] = quiet.map(({ requests, days }) => requests / days);
  expect(own).toBeGreaterThan(45);
  expect(once).toBeLessThan(25);
});
