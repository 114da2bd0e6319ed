import { usefulLife } from '../../timing.ts';
import type { Attempt, TokenRecord } from '../../token-status.ts';
import { isInProgress, mayAskAgain, type Origin, stands } from './attempt.ts';
import { rationedUntil, recentLogins } from './login-ration.ts';
import type { StoredState } from './stored-state.ts';

/** What a tick finds when it begins. */
export interface Situation {
  /** A person asked for a new token. */
  readonly force: boolean;
  readonly stored: StoredState;
  /** What would be sent, and how. */
  readonly origin: Origin;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** When a token is replaced; see the variables of the same names. */
export interface RefreshPolicy {
  readonly refreshEverySeconds: number;
  readonly checkEverySeconds: number;
  readonly renewalWindowSeconds: number | undefined;
  /** How many logins the service allows in 24 hours; undefined where it does not count them. */
  readonly loginsPerDay: number | undefined;
}

/** What a tick does, and why: `trigger` is the phrase that log line and status give as the reason. */
export type Decision =
  | { readonly kind: 'due'; readonly trigger: string }
  | { readonly kind: 'fresh'; readonly token: TokenRecord }
  /** Another run may be asking at this moment. */
  | { readonly kind: 'in progress'; readonly attempt: Attempt }
  /** The service is not asked, and a person should know. */
  | { readonly kind: 'hold'; readonly reason: HoldReason };

/** Why the service is not asked although a token may be wanted. */
export type HoldReason =
  | { readonly kind: 'token type'; readonly type: string }
  | { readonly kind: 'unreadable status'; readonly fault: string }
  | { readonly kind: 'attempt'; readonly attempt: Attempt }
  /** `attempt` is the one that stands, if there is one; `until` an instant, ISO 8601 in UTC. */
  | {
      readonly kind: 'login ration';
      readonly attempt: Attempt | undefined;
      readonly until: string;
      readonly force: boolean;
    };

const MINUTE_MS = 60_000;
/** So long after it was changed, a status that cannot be read holds the tick back: it may have held a refusal. */
const UNREADABLE_HOLD_MS = 60 * MINUTE_MS;

/** What to do on this tick. */
export function decide(situation: Situation, policy: RefreshPolicy): Decision {
  const decision = byTable(situation, policy);
  if (decision.kind !== 'due') return decision;
  const { stored, origin, now, force } = situation;
  const status = stored.status?.content ?? {};
  const until = rationedUntil(recentLogins(status, now), policy.loginsPerDay, force);
  if (until === undefined) return decision;
  const attempt = status.attempt !== undefined && stands(status.attempt, origin) ? status.attempt : undefined;
  return hold({ kind: 'login ration', attempt, until, force });
}

/** The first row that holds wins. */
function byTable({ force, stored, origin, now }: Situation, policy: RefreshPolicy): Decision {
  const { token, attempt } = stored.status?.content ?? {};
  // What cannot be stored must not be minted.
  if (stored.token !== undefined && stored.token.type !== 'SecureString') {
    return hold({ kind: 'token type', type: stored.token.type });
  }
  if (attempt !== undefined && isInProgress(attempt, now)) return { kind: 'in progress', attempt };
  if (force) return due('a person asked for it');
  if (stored.status?.fault !== undefined && now < stored.status.changedAt + UNREADABLE_HOLD_MS) {
    return hold({ kind: 'unreadable status', fault: stored.status.fault });
  }
  if (attempt !== undefined && stands(attempt, origin) && !mayAskAgain(attempt, now)) {
    return hold({ kind: 'attempt', attempt });
  }
  if (stored.token === undefined) return due('there is no token');
  if (token === undefined) return due('there is no readable status of the token');
  if (token.version !== stored.token.version) return due('the token parameter was changed outside the refresher');
  if (token.secretVersionId !== origin.secretVersionId) return due('the credentials have changed');
  if (token.configuration !== origin.configuration) return due('the configuration has changed');
  if (isReported(stored) && now >= reportHonouredFrom(token, policy)) return due('readers report that it is rejected');
  // A record from the future would keep a token "fresh" for as long: only a clock that jumped back can have written it.
  if (Date.parse(token.issuedAt) > now + policy.checkEverySeconds * 1000)
    return due('the token was issued in the future');
  if (now >= dueTime(token, policy)) return due('its time has come');
  if (attempt !== undefined) return due('the last attempt left no token');
  return { kind: 'fresh', token };
}

/** The record of the token that is stored; undefined where the record is that of another version. */
export function recordOfStored(stored: StoredState): TokenRecord | undefined {
  const token = stored.status?.content?.token;
  return token?.version === stored.token?.version ? token : undefined;
}

/** Whether a reader reported the stored version as rejected. */
export function isReported({ token, reportedVersion }: StoredState): boolean {
  return token !== undefined && token.version === reportedVersion;
}

/** How many tokens in a row readers have reported, the stored one included. */
export function reportsInRow(stored: StoredState): number {
  const token = recordOfStored(stored);
  return token !== undefined && isReported(stored) ? (token.reports ?? 0) + 1 : 0;
}

/**
 * Milliseconds since the epoch from which on a report of this token counts. A service that ends tokens early is answered
 * at once, and a reader that misjudges every answer costs ever fewer logins.
 */
export function reportHonouredFrom(token: TokenRecord, policy: RefreshPolicy): number {
  const { reports = 0 } = token;
  const wait = reports === 0 ? 0 : (usefulLifeMs(token, policy) / 4) * 2 ** (reports - 1);
  return Date.parse(token.issuedAt) + Math.max(MINUTE_MS, wait);
}

/** Milliseconds since the epoch from which on the token is replaced. */
export function dueTime(token: TokenRecord, policy: RefreshPolicy): number {
  const { checkEverySeconds, renewalWindowSeconds } = policy;
  if (renewalWindowSeconds !== undefined) return Date.parse(token.expiresAt) - renewalWindowSeconds * 1000;
  // Schedules jitter: without half a turn of slack, a tick can find the token not quite due and skip a whole turn.
  return Date.parse(token.issuedAt) + usefulLifeMs(token, policy) - (checkEverySeconds * 1000) / 2;
}

/** How old a token grows before it is replaced. */
function usefulLifeMs({ issuedAt, expiresAt }: TokenRecord, { refreshEverySeconds }: RefreshPolicy): number {
  return usefulLife(Date.parse(expiresAt) - Date.parse(issuedAt), refreshEverySeconds * 1000);
}

function due(trigger: string): Decision {
  return { kind: 'due', trigger };
}

function hold(reason: HoldReason): Decision {
  return { kind: 'hold', reason };
}
