import type { Duration } from 'aws-cdk-lib';
import { durationSeconds, type Timing, timingOf } from '../lambda/timing.ts';
import type { TokenRefresherProps } from './token-refresher-props.ts';

/** The props that decide when a token is replaced. */
export type TimingProps = Pick<
  TokenRefresherProps,
  'tokenLifetime' | 'refreshEvery' | 'checkEvery' | 'renewalWindow' | 'renewal' | 'service'
>;

/** The timing that the props give: with the profile's own where they say nothing, and then with the defaults. */
export function timingOfProps(props: TimingProps): Timing {
  const { timing = {} } = props.service ?? {};
  const seconds = (name: 'tokenLifetime' | 'refreshEvery' | 'checkEvery') =>
    secondsOf(props[name]) ?? (timing[name] === undefined ? undefined : durationSeconds(timing[name]));
  const isAtExpiry = (props.renewal ?? timing.renewal) === 'at expiry';
  return timingOf({
    tokenLifetimeSeconds: seconds('tokenLifetime'),
    refreshEverySeconds: seconds('refreshEvery'),
    checkEverySeconds: seconds('checkEvery'),
    renewalWindowSeconds: isAtExpiry ? 0 : secondsOf(props.renewalWindow),
  });
}

/** Fractions too, which the rules refuse by name. */
export function secondsOf(duration: Duration | undefined): number | undefined {
  return duration && duration.toMilliseconds() / 1000;
}
