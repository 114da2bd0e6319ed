import { Metrics } from '@aws-lambda-powertools/metrics';
import { METRIC_NAMESPACE, METRICS, TOKEN_DIMENSION } from './metric-names.ts';
import type { TickReport } from './tick-report.ts';

type MetricName = (typeof METRICS)[keyof typeof METRICS];
type Unit = 'Seconds' | 'Milliseconds' | 'Count';

/** The metrics of one tick. A value that is not known is left out, for 0 would be a claim. */
export function tickMetrics(report: TickReport): readonly (readonly [MetricName, Unit, number])[] {
  const {
    secondsRemaining,
    isRefused = false,
    isReported = false,
    credentialsAgeSeconds,
    endpointLatenciesMs = [],
  } = report;
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

// Made once, while the process starts and has a whole core: 25 ms of a tick at Lambda's share.
const metrics = new Metrics({ namespace: METRIC_NAMESPACE });
// The library adds a `service` dimension of its own; with it, every alarm would watch nothing.
metrics.clearDefaultDimensions();

/** Writes them to stdout in CloudWatch's embedded metric format, with the one dimension that the alarms watch. */
export function emitMetrics(tokenParameterName: string, report: TickReport): void {
  metrics.addDimension(TOKEN_DIMENSION, tokenParameterName);
  for (const [name, unit, value] of tickMetrics(report)) metrics.addMetric(name, unit, value);
  metrics.publishStoredMetrics();
}
