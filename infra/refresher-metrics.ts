import { Metric, type MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { METRIC_NAMESPACE, METRICS, TOKEN_DIMENSION } from '../lambda/refresher/metric-names.ts';

/** How the values of several ticks in one period become one. */
const STATISTICS = {
  secondsRemaining: 'Minimum',
  credentialsRefused: 'Maximum',
  tokenRejected: 'Maximum',
  credentialsAge: 'Maximum',
  endpointLatency: 'Maximum',
} satisfies Record<keyof typeof METRICS, string>;

/** One of the function's own metrics, under the very names that the function writes. */
export function refresherMetric(
  metric: keyof typeof METRICS,
  tokenParameterName: string,
  options: MetricOptions,
): Metric {
  return new Metric({
    namespace: METRIC_NAMESPACE,
    metricName: METRICS[metric],
    dimensionsMap: { [TOKEN_DIMENSION]: tokenParameterName },
    statistic: STATISTICS[metric],
    ...options,
  });
}
