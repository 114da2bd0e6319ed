/** The search for the defaults: the same faults under other settings, and the same months under other alarms. */
import { markdownTable } from '../markdown-table.ts';
import { assess, watch } from './judge/assessment.ts';
import type { Scenario, Settings } from './model/scenario.ts';
import { duration, lead, least, most } from './report/scenario-tables.ts';
import { quietMonth, vendorDownFor } from './scenarios.ts';
import { deploymentOf, type Templates, tryOut } from './trial.ts';

/** Those that the construct does not refuse. */
export const RHYTHMS: readonly Settings[] = [5, 15, 30, 60].flatMap((checkEveryMinutes) =>
  [60, 120, 180]
    .filter((refreshEveryMinutes) => Math.min(refreshEveryMinutes, 120) + 2 * checkEveryMinutes <= 240)
    .map((refreshEveryMinutes) => ({ checkEveryMinutes, refreshEveryMinutes })),
);

/** What each policy buys in an outage of six hours, and what it costs on a quiet day. */
export async function rhythmTable(templates: Templates): Promise<string> {
  const rows: string[][] = [];
  for (const settings of RHYTHMS) {
    const outage = await tryOut('this project', { ...vendorDownFor(6), settings }, templates);
    const quiet = await tryOut('this project', { ...quietMonth(1), settings }, templates);
    const { onsets } = outage.assessment;
    rows.push([
      `${settings.checkEveryMinutes} min`,
      `${settings.refreshEveryMinutes} min`,
      duration(least(onsets, ({ msToGap }) => msToGap)),
      duration(least(onsets, lead)),
      duration(most(onsets, ({ msToHealth }) => msToHealth)),
      String(most(onsets, ({ requests }) => requests)),
      (quiet.month.logins.length / 30).toFixed(0),
      (quiet.month.invocations.length / 30).toFixed(0),
    ]);
  }
  return markdownTable(
    [
      'checkEvery',
      'refreshEvery',
      'outage that no reader notices',
      'page before the end',
      'healthy after the outage',
      'requests in 6 h',
      'logins a day',
      'ticks a day',
    ],
    rows,
  );
}

interface Variant {
  readonly statistic: 'Minimum' | 'Maximum';
  readonly datapointsToAlarm: number;
  readonly evaluationPeriods: number;
  readonly shareOfLifetime: number;
}

const CHOSEN: Variant = { statistic: 'Maximum', datapointsToAlarm: 3, evaluationPeriods: 3, shareOfLifetime: 1 / 3 };

const VARIANTS: readonly Variant[] = [
  CHOSEN,
  { ...CHOSEN, statistic: 'Minimum' },
  { ...CHOSEN, datapointsToAlarm: 2 },
  { ...CHOSEN, datapointsToAlarm: 2, evaluationPeriods: 2 },
  { ...CHOSEN, datapointsToAlarm: 4, evaluationPeriods: 4 },
  { ...CHOSEN, shareOfLifetime: 1 / 4 },
  { ...CHOSEN, shareOfLifetime: 1 / 2 },
];

const QUIET_MONTHS = 20;

/** What each variant of TokenExpiring makes of the same months. */
export async function alarmTable(templates: Templates): Promise<string> {
  const months = async (scenarios: readonly Scenario[]) => {
    const done = [];
    for (const scenario of scenarios) done.push((await tryOut('this project', scenario, templates)).month);
    return done;
  };
  const seeds = Array.from({ length: QUIET_MONTHS }, (_, seed) => seed);
  const quiet = await months(seeds.map(quietMonth));
  const short = await months([1, 2, 3].map((seed) => ({ ...vendorDownFor(1), seed })));
  const long = await months([1, 2, 3].map((seed) => ({ ...vendorDownFor(3), seed })));
  const { alarms, config } = deploymentOf(templates, {});
  const expiring = alarms.find(({ name }) => name === 'TokenExpiring');
  if (expiring === undefined) throw new TypeError('no alarm TokenExpiring');
  const rows = VARIANTS.map(({ shareOfLifetime, ...variant }) => {
    const threshold = config.tokenLifetimeSeconds * shareOfLifetime;
    const alarm = { ...expiring.alarm, ...variant, isBreaching: (value: number) => value < threshold };
    const assessed = (list: typeof quiet) =>
      list.map((month) => assess(month, config.tokenParameterName, watch(month, [{ ...expiring, alarm }])));
    const longOnsets = assessed(long).flatMap(({ onsets }) => onsets);
    const shortOnsets = assessed(short).flatMap(({ onsets }) => onsets);
    return [
      variant.statistic,
      `${variant.datapointsToAlarm} of ${variant.evaluationPeriods}`,
      `1/${Math.round(1 / shareOfLifetime)}`,
      String(assessed(quiet).reduce((sum, { falsePages }) => sum + falsePages.length, 0)),
      `${shortOnsets.filter(({ pages }) => pages > 0).length} of ${shortOnsets.length}`,
      `${longOnsets.filter(({ pages }) => pages > 1).length} of ${longOnsets.length}`,
      duration(least(longOnsets, lead)),
    ];
  });
  return markdownTable(
    [
      'statistic',
      'periods',
      'share of lifetime',
      `pages in ${QUIET_MONTHS} quiet months`,
      'pages for 1 h that nobody notices',
      'paged twice for 3 h',
      'page before the end',
    ],
    rows,
  );
}
