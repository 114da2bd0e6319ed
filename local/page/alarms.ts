import { type AlarmRule, alarmRules, WARM_UP_MINUTES } from '../../infra/alarm-rules.ts';
import type { Config } from '../../lambda/refresher/config.ts';
import { METRIC_NAMESPACE, METRICS, TOKEN_DIMENSION } from '../../lambda/refresher/metric-names.ts';
import { timingOf } from '../../lambda/timing.ts';
import { type Alarm, COMPARISONS, seriesKey } from '../world/aws/cloudwatch-alarm.ts';

/** Lambda's own count of failed runs of the function on this machine. */
export const ERRORS_METRIC = {
  namespace: 'AWS/Lambda',
  metricName: 'Errors',
  dimensions: { FunctionName: 'local' },
} as const;

/** An alarm of the construct, and how the local CloudWatch evaluates it. */
export interface PlayedAlarm extends AlarmRule {
  readonly alarm: Alarm;
}

/** The alarms of a token with these settings. */
export function playedAlarms(config: Config): readonly PlayedAlarm[] {
  const rules = alarmRules(timingOf(config), config.credentialsMaxAgeSeconds);
  return rules.map((rule) => ({ ...rule, alarm: evaluated(rule, config.tokenParameterName) }));
}

function evaluated(rule: AlarmRule, tokenParameterName: string): Alarm {
  const { metric, evaluationPeriods, comparison, threshold } = rule;
  const own = { namespace: METRIC_NAMESPACE, dimensions: { [TOKEN_DIMENSION]: tokenParameterName } };
  return {
    seriesKey: seriesKey(metric === 'errors' ? ERRORS_METRIC : { ...own, metricName: METRICS[metric] }),
    statistic: rule.statistic,
    fill: rule.fill?.value,
    periodMs: rule.periodSeconds * 1000,
    evaluationPeriods,
    datapointsToAlarm: evaluationPeriods,
    isBreaching: (value) => COMPARISONS[comparison](value, threshold),
    treatMissingData: rule.treatMissingData,
    warmUpMs: rule.warmsUp ? WARM_UP_MINUTES * 60_000 : 0,
    warmUpIsFixed: rule.warmsUp,
  };
}
