import { expect, it } from 'vitest';
import { deploymentOf } from '../deployment.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../model/scenario.ts';
import { scenarioNamed } from '../scenarios.ts';
import { type Trial, tryOut } from '../trial.ts';
import { assess, watch } from './assessment.ts';
import { judge } from './invariants.ts';

/** The two days around the first time that something fails. */
async function onsetOf(name: string): Promise<Trial> {
  return await tryOut('this project', scenarioNamed(name, { days: 3, onsets: [2 * DAY_MS] }));
}

/** A healthy token has between two and four hours left. */
const isBelowThreeHours = (seconds: number) => seconds < 3 * 3600;

it('a month in which no alarm fires before the token ends is found out', async () => {
  const { month } = await onsetOf('vendor down for 6 h');
  const { violations } = judge(month, assess(month, []));
  expect(violations).toEqual([expect.stringContaining('nobody had been paged')]);
});

it('an alarm whose threshold a healthy token does not reach pages while nothing is wrong, and is found out', async () => {
  const { month } = await tryOut('this project', scenarioNamed('nothing wrong', { days: 2 }));
  const { alarms } = deploymentOf({});
  const tooHigh = alarms.map((one) => ({ ...one, alarm: { ...one.alarm, isBreaching: isBelowThreeHours } }));
  expect(assess(month, watch(month, alarms)).falsePages).toEqual([]);
  expect(assess(month, watch(month, tooHigh)).falsePages.length).toBeGreaterThan(0);
});

it('a token that the service never issued is found out', async () => {
  const { month, assessment } = await onsetOf('vendor down for 10 min');
  const forged = { name: month.tokenParameterName, value: 'garbage', isOwn: true };
  const changes = [...month.changes, { ...forged, at: month.end - HOUR_MS }];
  const { violations } = judge({ ...month, changes }, assessment);
  expect(violations).toEqual([expect.stringContaining('what the service never issued')]);
});

it.each([
  ['with credentials that were refused is found out', {}, false, [expect.stringContaining('sent refused credentials')]],
  ['after a refusal whose reply was lost is no repeat', { isReplyLost: true }, false, []],
  ['that a person forced is no repeat', {}, true, []],
])('a third login %s', async (_, login, isForced, expected) => {
  const { month, assessment } = await onsetOf('account locked for 5 h');
  const last = month.logins.findLast(({ outcome }) => outcome === 'refused');
  if (last === undefined) throw new TypeError('nothing was refused');
  const again = { ...last, at: last.at + MINUTE_MS };
  const logins = [...month.logins, { ...again, ...login }].sort((a, b) => a.at - b.at);
  const forced = { event: { force: true }, startedAt: again.at - 1, endedAt: again.at + 1, outcome: 'failed' as const };
  const invocations = [...month.invocations, ...(isForced ? [forced] : [])].sort((a, b) => a.startedAt - b.startedAt);
  expect(judge({ ...month, logins, invocations }, assessment).violations).toEqual(expected);
});

it.each(['vendor down for 10 min', 'vendor down for 6 h'])(
  'a first tick that may ask and fails after all is well is found out: %s',
  async (name) => {
    const { month, assessment, verdict } = await onsetOf(name);
    expect(verdict.violations).toEqual([]);
    const until = month.faults[0]?.until ?? 0;
    const healed = month.invocations.find(({ startedAt, outcome }) => startedAt >= until && outcome === 'succeeded');
    const invocations = month.invocations.map((one) => (one === healed ? { ...one, outcome: 'failed' as const } : one));
    const { violations } = judge({ ...month, invocations }, assessment);
    expect(violations).toEqual([expect.stringContaining('did not bring health back')]);
  },
);
