import type { Refusal, TokenRecord, TokenStatus } from '../token-status.ts';

export interface Situation {
  /** A person asked for a new token, whatever else holds. */
  readonly force: boolean;
  /** Undefined when there is none, or one that cannot be decoded. */
  readonly status: TokenStatus | undefined;
  /** SSM version of the token parameter; undefined when there is none. */
  readonly storedVersion: number | undefined;
  readonly secretVersionId: string;
  readonly configuration: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export interface RefreshPolicy {
  readonly refreshEverySeconds: number;
  readonly checkEverySeconds: number;
  readonly renewalWindowSeconds: number | undefined;
}

export type Decision =
  | { readonly kind: 'due'; readonly trigger: string }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'fresh'; readonly token: TokenRecord };

/** Credentials that have worked are asked once more this long after their first refusal: vendors have bad hours. */
const RECHECK_AFTER_MS = 60 * 60 * 1000;

/** What to do on this tick. The first rule that holds wins. */
export function decide(situation: Situation, policy: RefreshPolicy): Decision {
  const { force, status, storedVersion, secretVersionId, configuration, now } = situation;
  if (force) return due('a person asked for it');

  const { token, refusal } = status ?? {};
  if (refusal !== undefined && isStanding(refusal, situation)) {
    const hasWorked = token?.secretVersionId === secretVersionId;
    const isRecheckTime = hasWorked && refusal.count === 1 && now >= Date.parse(refusal.at) + RECHECK_AFTER_MS;
    return isRecheckTime ? due('these credentials have worked before: asking once more') : { kind: 'refused', refusal };
  }
  if (storedVersion === undefined) return due('there is no token');
  if (token === undefined) return due('there is no readable status of the token');
  if (token.version !== storedVersion) return due('the token parameter was changed outside the refresher');
  if (token.secretVersionId !== secretVersionId) return due('the credentials have changed');
  if (token.configuration !== configuration) return due('the configuration has changed');
  const issuedAt = Date.parse(token.issuedAt);
  // A record from the future would keep a token "fresh" for as long: only a clock that jumped back can have written it.
  if (issuedAt > now + policy.checkEverySeconds * 1000) return due('the token was issued in the future');
  if (now >= dueTime(issuedAt, Date.parse(token.expiresAt), policy)) return due('its time has come');
  return { kind: 'fresh', token };
}

/** Whether a refusal is about these very credentials, sent in this way. */
export function isStanding(
  refusal: Refusal,
  { secretVersionId, configuration }: Pick<Situation, 'secretVersionId' | 'configuration'>,
): boolean {
  return refusal.secretVersionId === secretVersionId && refusal.configuration === configuration;
}

/** Milliseconds since the epoch from which on the token is replaced. */
function dueTime(issuedAt: number, expiresAt: number, policy: RefreshPolicy): number {
  const { refreshEverySeconds, checkEverySeconds, renewalWindowSeconds } = policy;
  if (renewalWindowSeconds !== undefined) return expiresAt - renewalWindowSeconds * 1000;
  const age = Math.min(refreshEverySeconds * 1000, (expiresAt - issuedAt) / 2);
  // Schedules jitter: without half a turn of slack, a tick can find the token not quite due and skip a whole turn.
  return issuedAt + age - (checkEverySeconds * 1000) / 2;
}

function due(trigger: string): Decision {
  return { kind: 'due', trigger };
}
