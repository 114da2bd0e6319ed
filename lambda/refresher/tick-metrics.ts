import { METRICS } from './metric-names.ts';
import type { TickReport } from './tick-report.ts';

type MetricName = (typeof METRICS)[keyof typeof METRICS];
type Unit = 'Seconds' | 'Milliseconds' | 'Count';

/** The metrics of one tick. A value that is not known is left out, for 0 would be a claim. */
export function tickMetrics(report: TickReport): readonly (readonly [MetricName, Unit, number])[] {
  const values: readonly (readonly [MetricName, Unit, number | undefined])[] = [
    [METRICS.secondsRemaining, 'Seconds', report.secondsRemaining],
    [METRICS.credentialsRefused, 'Count', report.isRefused ? 1 : 0],
    [METRICS.tokenRejected, 'Count', report.isReported ? 1 : 0],
    [METRICS.credentialsAge, 'Seconds', report.credentialsAgeSeconds],
    ...report.endpointLatenciesMs.map((ms) => [METRICS.endpointLatency, 'Milliseconds', ms] as const),
  ];
  return values.flatMap(([name, unit, value]) => (value === undefined ? [] : [[name, unit, value] as const]));
}
