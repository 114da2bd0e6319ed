import { type Attempt, isInProgress } from '../../attempt-record.ts';
import type { RefreshError } from '../../refresh-error.ts';
import type { TokenRecord } from '../../token-status.ts';
import {
  forceHeardFrom,
  mayAskAgain,
  type RefreshPolicy,
  type Situation,
  standingAttempt,
  usefulLifeMs,
} from './attempt.ts';
import { attemptOnHold, forcedTooSoon, rationUsedUp, recordUnreadable, wrongTokenType } from './hold.ts';
import { rationedUntil, recentLogins } from './login-ration.ts';
import {
  countingRecordOf,
  isReported,
  lastAttempt,
  lastToken,
  recordOfStored,
  unreadableParameter,
} from './stored-state.ts';

/** What a tick does, and why: `trigger` is the phrase that log line and attempt give as the reason. */
export type Decision =
  | { readonly kind: 'due'; readonly trigger: string }
  | { readonly kind: 'fresh'; readonly token: TokenRecord }
  /** Another run may be asking at this moment. */
  | { readonly kind: 'in progress'; readonly attempt: Attempt }
  /** The service is not asked although a token may be wanted, and a person should know why. */
  | { readonly kind: 'hold'; readonly error: RefreshError };

const MINUTE_MS = 60_000;
/** How long after its change a record that cannot be read holds the tick back: a refusal may have stood there. */
const UNREADABLE_HOLD_MS = 60 * MINUTE_MS;

/** What to do on this tick. */
export function decide(situation: Situation, policy: RefreshPolicy): Decision {
  const decision = byTable(situation, policy);
  if (decision.kind !== 'due') return decision;
  const { stored, now, force } = situation;
  const until = rationedUntil(recentLogins(countingRecordOf(stored), now), policy.loginsPerDay, force);
  return until === undefined ? decision : hold(rationUsedUp(standingAttempt(situation), until, force));
}

/** The first row that holds wins. */
function byTable(situation: Situation, policy: RefreshPolicy): Decision {
  const { force, stored, basis, now } = situation;
  const token = lastToken(stored);
  const attempt = lastAttempt(stored);
  const standing = standingAttempt(situation);
  // What cannot be stored must not be minted.
  if (stored.token !== undefined && stored.token.type !== 'SecureString') return hold(wrongTokenType(stored.token));
  if (attempt !== undefined && isInProgress(attempt, now)) return { kind: 'in progress', attempt };
  const heardFrom = force && standing ? forceHeardFrom(standing, now) : undefined;
  if (standing && heardFrom !== undefined) return hold(forcedTooSoon(standing, heardFrom));
  if (force) return due('a person asked for it');
  const parameter = unreadableParameter(stored);
  if (parameter !== undefined && now < parameter.changedAt + UNREADABLE_HOLD_MS)
    return hold(recordUnreadable(parameter));
  if (standing && !mayAskAgain(standing, now)) return hold(attemptOnHold(standing));
  if (stored.token === undefined) return due('there is no token');
  if (token === undefined) return due('there is no readable status of the token');
  if (recordOfStored(stored) === undefined) return due('the token parameter was changed outside the refresher');
  if (token.secretVersionId !== basis.secretVersionId) return due('the credentials have changed');
  if (token.configuration !== basis.configuration) return due('the configuration has changed');
  if (isReported(stored) && now >= reportHonouredFrom(token, policy)) return due('readers report that it is rejected');
  // A record from the future would keep a token "fresh" for as long: only a clock that jumped back can have written it.
  if (Date.parse(token.issuedAt) > now + policy.checkEverySeconds * 1000)
    return due('the token was issued in the future');
  if (now >= dueTime(token, policy)) return due('its time has come');
  if (attempt !== undefined) return due('the last attempt left no token');
  return { kind: 'fresh', token };
}

/**
 * Milliseconds since the epoch from which on a report of this token counts. A service that ends tokens early is answered
 * at once; a reader that misjudges every answer costs a login each R/2, and takes the quick answer from nobody for longer.
 */
export function reportHonouredFrom(token: TokenRecord, policy: RefreshPolicy): number {
  const { reports = 0 } = token;
  const lifeMs = usefulLifeMs(token, policy);
  const waitMs = reports === 0 ? 0 : Math.min(lifeMs / 2, (lifeMs / 4) * 2 ** (reports - 1));
  return Date.parse(token.issuedAt) + Math.max(MINUTE_MS, waitMs);
}

/** Milliseconds since the epoch from which on the token is replaced. */
export function dueTime(token: Pick<TokenRecord, 'issuedAt' | 'expiresAt'>, policy: RefreshPolicy): number {
  const { checkEverySeconds, renewalWindowSeconds } = policy;
  if (renewalWindowSeconds !== undefined) return Date.parse(token.expiresAt) - renewalWindowSeconds * 1000;
  // Schedules jitter: without half a turn of slack, a tick can find the token not quite due and skip a whole turn.
  return Date.parse(token.issuedAt) + usefulLifeMs(token, policy) - (checkEverySeconds * 1000) / 2;
}

function due(trigger: string): Decision {
  return { kind: 'due', trigger };
}

function hold(error: RefreshError): Decision {
  return { kind: 'hold', error };
}
