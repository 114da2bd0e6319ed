import { Metric, type MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { METRIC_NAMESPACE, METRICS, TOKEN_DIMENSION } from '../lambda/refresher/metric-names.ts';

/** One of the function's own metrics, under the very names that the function writes; of several ticks the worst value. */
export function refresherMetric(
  metric: keyof typeof METRICS,
  tokenParameterName: string,
  options: MetricOptions,
): Metric {
  return new Metric({
    namespace: METRIC_NAMESPACE,
    metricName: METRICS[metric],
    dimensionsMap: { [TOKEN_DIMENSION]: tokenParameterName },
    statistic: metric === 'secondsRemaining' ? 'Minimum' : 'Maximum',
    ...options,
  });
}
