import { assess, watch } from './judge/assessment.ts';
import { judge } from './judge/invariants.ts';
import { simulateMonth } from './model/month.ts';
import type { Scenario } from './model/scenario.ts';
import { REFRESHERS, type StrategyName } from './strategies.ts';

/** Which month of which strategy to run. */
export interface Task {
  readonly strategy: StrategyName;
  readonly scenario: Scenario;
}

export type Trial = Awaited<ReturnType<typeof tryOut>>;

/** One month of one strategy, from the first event to the last judgement. */
export async function tryOut(name: StrategyName, scenario: Scenario) {
  const refresher = REFRESHERS[name](scenario);
  const month = await simulateMonth(scenario, refresher);
  const assessment = assess(month, watch(month, refresher.alarms));
  const errors = month.invocations.flatMap(({ error }) => (error === undefined ? [] : [error]));
  const mistakes = errors.filter((error) => !(error instanceof Error && error.name === 'RefreshError')).map(String);
  return {
    month,
    assessment,
    /** What must hold of this project; the others are judged by their figures alone. */
    verdict: judge(month, assessment),
    /** Errors that no RefreshError explains: mistakes in the code under test, or in the simulation. */
    mistakes: name === 'this project' ? mistakes : [],
  };
}

/** What is kept of a trial: small enough to send between threads by the thousand. */
export type Summary = Awaited<ReturnType<typeof summaryOf>>;

export async function summaryOf({ strategy, scenario }: Task) {
  const { month, assessment, verdict, mistakes } = await tryOut(strategy, scenario);
  const { validShare, recordedShare, longestGapMs, onsets } = assessment;
  return {
    scenario: scenario.name,
    strategy,
    days: scenario.days,
    validShare,
    recordedShare,
    longestGapMs,
    onsets,
    gaps: assessment.gaps.length,
    falsePages: assessment.falsePages.length,
    pages: assessment.pages.length,
    ticks: month.invocations.length,
    requests: month.logins.length,
    refusedLogins: month.logins.filter(({ outcome }) => outcome === 'refused').length,
    mistakes,
    ...verdict,
  };
}
