import { beforeAll, expect, it } from 'vitest';
import { DAY_MS, HOUR_MS, MINUTE_MS, type Scenario } from '../model/scenario.ts';
import { SCENARIOS } from '../scenarios.ts';
import { synthesise } from '../synthesised-template.ts';
import { deploymentOf, type Trial, templateKey, tryOut } from '../trial.ts';
import { assess, watch } from './assessment.ts';
import { judge } from './invariants.ts';

const templates = new Map<string, unknown>();

beforeAll(() => {
  templates.set(templateKey({}), synthesise({}));
});

const trials = new Map<string, Promise<Trial>>();

/** The two days around the first time that something fails, once each. */
async function onsetOf(name: string): Promise<Trial> {
  const scenario = SCENARIOS.find((one) => one.name === name);
  const [at] = scenario?.onsets ?? [];
  if (scenario === undefined || at === undefined) throw new TypeError(`nothing fails in "${name}"`);
  const once: Scenario = {
    ...scenario,
    days: 3,
    faults: scenario.faults.filter(({ from }) => from < at + DAY_MS),
    onsets: [at],
  };
  const trial = trials.get(name) ?? tryOut('this project', once, templates);
  trials.set(name, trial);
  return await trial;
}

/** A healthy token has between two and four hours left. */
const isBelowThreeHours = (seconds: number) => seconds < 3 * 3600;
const name = () => deploymentOf(templates, {}).config.tokenParameterName;

it('a month in which no alarm fires before the token ends is found out', async () => {
  const { month } = await onsetOf('vendor down for 6 h');
  const { violations } = judge(month, name(), assess(month, name(), []));
  expect(violations).toEqual([expect.stringContaining('nobody had been paged')]);
});

it('an alarm whose threshold a healthy token does not reach pages while nothing is wrong, and is found out', async () => {
  const scenario = SCENARIOS.find((one) => one.name === 'nothing wrong');
  if (scenario === undefined) throw new TypeError('no such scenario');
  const { month } = await tryOut('this project', { ...scenario, days: 2 }, templates);
  const { alarms } = deploymentOf(templates, {});
  const tooHigh = alarms.map((one) => ({ ...one, alarm: { ...one.alarm, isBreaching: isBelowThreeHours } }));
  expect(assess(month, name(), watch(month, alarms)).falsePages).toEqual([]);
  expect(assess(month, name(), watch(month, tooHigh)).falsePages.length).toBeGreaterThan(0);
});

it('a token that the service never issued is found out', async () => {
  const { month, assessment } = await onsetOf('vendor down for 10 min');
  const forged = { name: name(), value: 'garbage', isOwn: true };
  const writes = [...month.writes, { ...forged, at: month.end - HOUR_MS }];
  const { violations } = judge({ ...month, writes }, name(), assessment);
  expect(violations).toEqual([expect.stringContaining('what the service never issued')]);
});

it('a first tick that fails after all is well is found out', async () => {
  const { month, assessment } = await onsetOf('vendor down for 10 min');
  const until = month.faults[0]?.until ?? 0;
  const index = month.invocations.findIndex(({ startedAt }) => startedAt >= until);
  const invocations = month.invocations.map((one, at) => (at === index ? { ...one, outcome: 'failed' as const } : one));
  const { violations } = judge({ ...month, invocations }, name(), assessment);
  expect(violations).toEqual([expect.stringContaining('did not bring health back')]);
});

async function lastRefusal() {
  const trial = await onsetOf('account locked for 5 h');
  const last = trial.month.logins.findLast(({ outcome }) => outcome === 'refused');
  if (last === undefined) throw new TypeError('nothing was refused');
  return { ...trial, again: { ...last, at: last.at + MINUTE_MS } };
}

it('a third login with credentials that were refused is found out', async () => {
  const { month, assessment, verdict, again } = await lastRefusal();
  expect(verdict.violations).toEqual([]);
  const logins = [...month.logins, again].sort((a, b) => a.at - b.at);
  const { violations } = judge({ ...month, logins }, name(), assessment);
  expect(violations).toEqual([expect.stringContaining('sent refused credentials again')]);
});

it('a refusal whose reply was lost is not known, and no repeat', async () => {
  const { month, assessment, again } = await lastRefusal();
  const logins = [...month.logins, { ...again, isReplyLost: true }].sort((a, b) => a.at - b.at);
  expect(judge({ ...month, logins }, name(), assessment).violations).toEqual([]);
});

it('a login that a person forced is no repeat', async () => {
  const { month, assessment, again } = await lastRefusal();
  const logins = [...month.logins, again].sort((a, b) => a.at - b.at);
  const forced = { event: { force: true }, startedAt: again.at - 1, endedAt: again.at + 1, outcome: 'failed' as const };
  const invocations = [...month.invocations, forced].sort((a, b) => a.startedAt - b.startedAt);
  expect(judge({ ...month, logins, invocations }, name(), assessment).violations).toEqual([]);
});

it('a first tick that fails once a back-off is over is found out', async () => {
  const trial = await onsetOf('vendor down for 6 h');
  const { month, assessment } = trial;
  expect(trial.verdict.violations).toEqual([]);
  const healed = month.invocations.find(
    ({ startedAt, outcome }) => startedAt >= (month.faults[0]?.until ?? 0) && outcome === 'succeeded',
  );
  const invocations = month.invocations.map((one) => (one === healed ? { ...one, outcome: 'failed' as const } : one));
  const { violations } = judge({ ...month, invocations }, name(), assessment);
  expect(violations).toEqual([expect.stringContaining('did not bring health back')]);
});
