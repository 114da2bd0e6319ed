import { Duration } from 'aws-cdk-lib';

/** The durations that decide when a token is replaced, with their defaults filled in. */
export interface Timing {
  readonly tokenLifetime: Duration;
  readonly refreshEvery: Duration;
  readonly checkEvery: Duration;
  readonly renewalWindow: Duration | undefined;
  /** How old a token of the expected lifetime grows before it is due. */
  readonly replacedAfterSeconds: number;
  /** TokenExpiring pages below this: a third of the time in which the token is normally replaced. */
  readonly pageBelowSeconds: number;
}

/** TokenExpiring fires when this many periods of `checkEvery` in a row are below the threshold. */
export const PERIODS_TO_PAGE = 3;

export function timingOf(
  props: Partial<Pick<Timing, 'tokenLifetime' | 'refreshEvery' | 'checkEvery' | 'renewalWindow'>>,
): Timing {
  const tokenLifetime = props.tokenLifetime ?? Duration.hours(4);
  const refreshEvery = props.refreshEvery ?? Duration.hours(2);
  const checkEvery = props.checkEvery ?? Duration.minutes(15);
  const { renewalWindow } = props;
  const lifetime = tokenLifetime.toSeconds();
  return {
    tokenLifetime,
    refreshEvery,
    checkEvery,
    renewalWindow,
    replacedAfterSeconds: renewalWindow
      ? lifetime - renewalWindow.toSeconds()
      : Math.min(refreshEvery.toSeconds(), lifetime / 2),
    pageBelowSeconds: Math.floor((renewalWindow?.toSeconds() ?? lifetime) / 3),
  };
}

/**
 * Whether the token could expire before TokenExpiring has seen enough periods to fire: from the moment the token falls
 * below the threshold, the next tick and the ones that fill the other periods must still find it alive.
 */
export function pageCouldComeTooLate({ pageBelowSeconds, checkEvery }: Timing): boolean {
  return PERIODS_TO_PAGE * checkEvery.toSeconds() > pageBelowSeconds;
}
