import { METRICS } from './metric-names.ts';
import type { TickReport } from './tick-report.ts';

type MetricName = (typeof METRICS)[keyof typeof METRICS];
type Unit = 'Seconds' | 'Milliseconds' | 'Count';

/** The metrics of one tick. A value that is not known is left out, for 0 would be a claim. */
export function tickMetrics(report: TickReport): readonly (readonly [MetricName, Unit, number])[] {
  const { secondsRemaining, isRefused, isReported, credentialsAgeSeconds, endpointLatenciesMs } = report;
  return [
    ...(secondsRemaining === undefined ? [] : [[METRICS.secondsRemaining, 'Seconds', secondsRemaining] as const]),
    [METRICS.credentialsRefused, 'Count', isRefused ? 1 : 0],
    [METRICS.tokenRejected, 'Count', isReported ? 1 : 0],
    ...(credentialsAgeSeconds === undefined
      ? []
      : [[METRICS.credentialsAge, 'Seconds', credentialsAgeSeconds] as const]),
    ...endpointLatenciesMs.map((ms) => [METRICS.endpointLatency, 'Milliseconds', ms] as const),
  ];
}
