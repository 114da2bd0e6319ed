import { type AlarmRule, alarmRules, WARM_UP_MINUTES } from '../../infra/alarm-rules.ts';
import type { Config } from '../../lambda/refresher/config.ts';
import { METRIC_NAMESPACE, METRICS, TOKEN_DIMENSION } from '../../lambda/refresher/metric-names.ts';
import { timingOf } from '../../lambda/timing.ts';
import { type Alarm, COMPARISONS, seriesKey, watchAlarm } from '../world/aws/cloudwatch-alarm.ts';
import type { VirtualWorld } from '../world/virtual-world.ts';
import type { AlarmChange, AlarmView } from './snapshot.ts';

/** Lambda's own count of failed runs of the function on this machine. */
export const ERRORS_METRIC = {
  namespace: 'AWS/Lambda',
  metricName: 'Errors',
  dimensions: { FunctionName: 'local' },
} as const;

const MINUTE_MS = 60_000;

/** The alarms as CloudWatch would show them: each is evaluated once a minute of the world's time. */
export function playAlarms({ clock, metrics }: VirtualWorld, config: Config) {
  const { checkEverySeconds } = config;
  const isOff = checkEverySeconds % 60 !== 0;
  const changes: AlarmChange[] = [];
  const views: AlarmView[] = [];

  function watch({ kind: name, severity, firesWhen: rule, alarm }: PlayedAlarm, index: number): void {
    const createdAt = clock.now();
    const { firstMinute, evaluate } = watchAlarm(alarm, createdAt, 'filled');
    const pages = severity === 'page';
    let view: AlarmView = { name, pages, rule, state: 'INSUFFICIENT_DATA', since: createdAt, isWarmingUp: true };
    views[index] = view;
    const look = () => {
      const at = clock.now();
      const state = evaluate(metrics.get(alarm.seriesKey) ?? [], at);
      const isChange = state !== view.state;
      if (isChange) changes.push({ at, name, state });
      view = { ...view, state, since: isChange ? at : view.since, isWarmingUp: at < createdAt + alarm.warmUpMs };
      views[index] = view;
      clock.at(at + MINUTE_MS, look);
    };
    clock.at(firstMinute, look);
  }

  if (!isOff) playedAlarms(config).forEach(watch);
  const why = `CloudWatch looks once a minute, and this token is checked every ${checkEverySeconds} s: no alarm fits.`;
  return { views, changes, off: isOff ? why : undefined };
}

type PlayedAlarm = AlarmRule & { readonly alarm: Alarm };

/** The alarms of a token with these settings, and how the local CloudWatch evaluates each. */
export function playedAlarms(config: Config): readonly PlayedAlarm[] {
  const own = { namespace: METRIC_NAMESPACE, dimensions: { [TOKEN_DIMENSION]: config.tokenParameterName } };
  return alarmRules(timingOf(config), config.credentialsMaxAgeSeconds).map((rule) => {
    const { metric, statistic, evaluationPeriods, threshold, treatMissingData, warmsUp } = rule;
    const alarm: Alarm = {
      seriesKey: seriesKey(metric === 'errors' ? ERRORS_METRIC : { ...own, metricName: METRICS[metric] }),
      statistic,
      fill: rule.fill?.value,
      periodMs: rule.periodSeconds * 1000,
      evaluationPeriods,
      datapointsToAlarm: evaluationPeriods,
      isBreaching: (value) => COMPARISONS[rule.comparison](value, threshold),
      treatMissingData,
      warmUpMs: warmsUp ? WARM_UP_MINUTES * MINUTE_MS : 0,
    };
    return { ...rule, alarm };
  });
}
