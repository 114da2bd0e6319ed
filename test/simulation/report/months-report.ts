import type { Summary } from '../trial.ts';

/** What many months come to, and every violation with the seed that shows it again. */
export function monthsReport(months: readonly Summary[]): string {
  const sum = (read: (month: Summary) => number) => months.reduce((total, month) => total + read(month), 0);
  const withGap = months.filter(({ gaps }) => gaps > 0).length;
  const causes = [
    ...Map.groupBy(
      months.flatMap(({ unforeseeableGaps }) => unforeseeableGaps),
      (cause) => cause,
    ),
  ]
    .sort(([a, { length: one }], [b, { length: other }]) => other - one || (a < b ? -1 : 1))
    .map(([cause, gaps]) => `${cause} ${gaps.length}`);
  const violations = months.flatMap((month) =>
    [...month.violations, ...month.mistakes].map((what) => `- ${month.scenario}: ${what}`),
  );
  return [
    `${sum(({ ticks }) => ticks)} ticks, ${sum(({ requests }) => requests)} requests, ${sum(({ refusedLogins }) => refusedLogins)} refused logins, ${sum(({ pages }) => pages)} pages.`,
    `A valid token ${((sum(({ validShare }) => validShare) / months.length) * 100).toFixed(3)} % of the time; ${withGap} months with a gap.`,
    `Gaps that the refresher could not foresee, by what began last before them: ${causes.join(', ')}.`,
    `Refused credentials sent again because the refusal could not be read or recorded, or was deleted: ${sum(({ excusedRepeats }) => excusedRepeats)}.`,
    `Violations of the invariants: ${violations.length}.`,
    ...violations,
  ].join('\n');
}
