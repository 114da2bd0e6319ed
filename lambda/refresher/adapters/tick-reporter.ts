import { Metrics } from '@aws-lambda-powertools/metrics';
import { METRIC_NAMESPACE, TOKEN_DIMENSION } from '../metric-names.ts';
import { logTick } from '../tick-log.ts';
import { tickMetrics } from '../tick-metrics.ts';
import type { TickReport } from '../tick-report.ts';

/**
 * Writes each tick's log line, and its metrics to stdout in CloudWatch's embedded metric format.
 * @param tokenParameterName undefined where the environment names none
 */
export function tickReporter(tokenParameterName: string | undefined): (report: TickReport) => void {
  return (report) => {
    logTick(tokenParameterName, report);
    // A name that is missing is no dimension; such a tick is counted by Lambda's own metrics.
    if (tokenParameterName === undefined) return;
    metrics.addDimension(TOKEN_DIMENSION, tokenParameterName);
    for (const [name, unit, value] of tickMetrics(report)) metrics.addMetric(name, unit, value);
    metrics.publishStoredMetrics();
  };
}

// Made once, while the process starts and has a whole core: 25 ms of a tick at Lambda's share.
const metrics = new Metrics({ namespace: METRIC_NAMESPACE });
// The library adds a `service` dimension of its own; with it, every alarm would watch nothing.
metrics.clearDefaultDimensions();
