import type { OnsetOutcome } from './judge/assessment.ts';
import { DAY_MS } from './model/scenario.ts';
import type { StrategyName, Trial } from './trial.ts';

/** What is kept of a trial: small enough to send between threads by the thousand. */
export interface Summary {
  readonly scenario: string;
  readonly strategy: StrategyName;
  readonly days: number;
  readonly validShare: number;
  readonly recordedShare: number;
  readonly longestGapMs: number;
  readonly gaps: number;
  readonly falsePages: number;
  readonly pages: number;
  readonly ticks: number;
  readonly requests: number;
  readonly refusedLogins: number;
  readonly onsets: readonly OnsetOutcome[];
  readonly violations: readonly string[];
  readonly excusedRepeats: number;
  readonly unforeseeableGaps: readonly string[];
  readonly mistakes: readonly string[];
}

export function summarise(strategy: StrategyName, { month, assessment, verdict, mistakes }: Trial): Summary {
  return {
    scenario: month.scenario.name,
    strategy,
    days: (month.end - month.start) / DAY_MS,
    validShare: assessment.validShare,
    recordedShare: assessment.recordedShare,
    longestGapMs: assessment.longestGapMs,
    gaps: assessment.gaps.length,
    falsePages: assessment.falsePages.length,
    pages: assessment.alarms
      .filter(({ pages }) => pages)
      .reduce((sum, { changes }) => sum + changes.filter(({ state }) => state === 'ALARM').length, 0),
    ticks: month.invocations.length,
    requests: month.logins.length,
    refusedLogins: month.logins.filter(({ outcome }) => outcome === 'refused').length,
    onsets: assessment.onsets,
    mistakes,
    ...verdict,
  };
}
