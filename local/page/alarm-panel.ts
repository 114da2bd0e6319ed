import type { Config } from '../../lambda/refresher/config.ts';
import { type MetricData, watchAlarm } from '../world/aws/cloudwatch-alarm.ts';
import type { VirtualClock } from '../world/time/virtual-clock.ts';
import { type PlayedAlarm, playedAlarms } from './alarms.ts';
import type { AlarmChange, AlarmView } from './snapshot.ts';

/** The alarms as CloudWatch would show them. */
export interface AlarmPanel {
  /** Why no alarm is evaluated. */
  readonly off: string | undefined;
  /** In order of time. */
  readonly changes: readonly AlarmChange[];
  views(): readonly AlarmView[];
}

const MINUTE_MS = 60_000;

/** Evaluates each alarm once a minute of the world's time. */
export function createAlarmPanel(clock: VirtualClock, config: Config, data: MetricData): AlarmPanel {
  const { checkEverySeconds } = config;
  if (checkEverySeconds % 60 !== 0) {
    const off = `CloudWatch looks once a minute, and this token is checked every ${checkEverySeconds} s: no alarm fits.`;
    return { off, changes: [], views: () => [] };
  }
  const changes: AlarmChange[] = [];

  function watch({ kind: name, severity, firesWhen: rule, alarm }: PlayedAlarm): () => AlarmView {
    const pages = severity === 'page';
    const { firstMinute, evaluate, isWarmingUp } = watchAlarm(alarm, clock.now(), 'filled');
    let view: AlarmView = { name, pages, rule, state: 'INSUFFICIENT_DATA', since: clock.now(), isWarmingUp: true };
    const look = () => {
      const at = clock.now();
      const state = evaluate(data.get(alarm.seriesKey) ?? [], at);
      const isChange = state !== view.state;
      if (isChange) changes.push({ at, name, pages, state });
      view = { ...view, state, since: isChange ? at : view.since, isWarmingUp: isWarmingUp() };
      clock.at(at + MINUTE_MS, look);
    };
    clock.at(firstMinute, look);
    return () => view;
  }

  const watched = playedAlarms(config).map(watch);
  return { off: undefined, changes, views: () => watched.map((view) => view()) };
}
