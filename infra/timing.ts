import { Duration } from 'aws-cdk-lib';
import { durationSeconds } from '../lambda/setting-rules.ts';
import { pageBelowSeconds, secondsToPage } from './page-threshold.ts';

/** The durations that decide when a token is replaced, with their defaults filled in. */
export interface Timing {
  /** How long a token lives where the reply does not say so. */
  readonly tokenLifetime: Duration;
  /** How old a token may grow; not used where there is a `renewalWindow`. */
  readonly refreshEvery: Duration;
  /** How often the function looks whether the token is due. */
  readonly checkEvery: Duration;
  /** How long before its expiry a token is replaced, for services that hand out a new one only then. */
  readonly renewalWindow: Duration | undefined;
  /** For services that hand out a new token only after the old one's end: it is due then, and `renewalWindow` is nothing. */
  readonly renewal: 'at expiry' | undefined;
  /** How old a token of the expected lifetime grows before it is due. */
  readonly replacedAfterSeconds: number;
  /** TokenExpiring pages below this. */
  readonly pageBelowSeconds: number;
}

/** The props that decide it. */
export type TimingProps = Partial<
  Pick<Timing, 'tokenLifetime' | 'refreshEvery' | 'checkEvery' | 'renewalWindow' | 'renewal'>
>;

/**
 * Fills in the defaults: tokenLifetime 4 hours, refreshEvery 2 hours, checkEvery 15 minutes, no renewalWindow; with a
 * renewal at expiry, checkEvery is a minute.
 */
export function timingOf(props: TimingProps): Timing {
  const tokenLifetime = props.tokenLifetime ?? Duration.hours(4);
  if (props.renewal === 'at expiry') {
    return {
      tokenLifetime,
      refreshEvery: tokenLifetime,
      checkEvery: props.checkEvery ?? Duration.minutes(1),
      renewalWindow: Duration.seconds(0),
      renewal: props.renewal,
      replacedAfterSeconds: tokenLifetime.toSeconds(),
      // There is no token for a moment each time, which is nobody's fault: only one that stays away is.
      pageBelowSeconds: 1,
    };
  }
  const refreshEvery = props.refreshEvery ?? Duration.hours(2);
  const checkEvery = props.checkEvery ?? Duration.minutes(15);
  const { renewalWindow } = props;
  const lifetime = tokenLifetime.toSeconds();
  const replacedAfterSeconds = renewalWindow
    ? lifetime - renewalWindow.toSeconds()
    : Math.min(refreshEvery.toSeconds(), lifetime / 2);
  return {
    tokenLifetime,
    refreshEvery,
    checkEvery,
    renewalWindow,
    renewal: undefined,
    replacedAfterSeconds,
    pageBelowSeconds: pageBelowSeconds({
      lifetimeSeconds: lifetime,
      renewalWindowSeconds: renewalWindow?.toSeconds(),
      replacedAfterSeconds,
      checkEverySeconds: checkEvery.toSeconds(),
    }),
  };
}

/**
 * Whether the token could expire before TokenExpiring fires: counted from when it is due, with a check to spare, for an
 * event may be lost.
 */
export function pageCouldComeTooLate({ tokenLifetime, replacedAfterSeconds, checkEvery, renewal }: Timing): boolean {
  if (renewal === 'at expiry') return false;
  const secondsLeftWhenDue = tokenLifetime.toSeconds() - replacedAfterSeconds;
  return Math.max(4 * checkEvery.toSeconds(), secondsToPage(checkEvery.toSeconds())) > secondsLeftWhenDue;
}

/** A duration as cdk.json and profiles write it: "90 seconds", "15 minutes", "4 hours", "1 day". */
export function parseDuration(text: string): Duration;
export function parseDuration(text: string | undefined): Duration | undefined;
export function parseDuration(text: string | undefined): Duration | undefined {
  return text === undefined ? undefined : Duration.seconds(durationSeconds(text));
}
