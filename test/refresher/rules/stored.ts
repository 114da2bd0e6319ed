import type { Attempt, AttemptRecord } from '../../../lambda/attempt-record.ts';
import { instant } from '../../../lambda/record.ts';
import type { RefreshPolicy } from '../../../lambda/refresher/rules/attempt.ts';
import type { StoredState } from '../../../lambda/refresher/rules/stored-state.ts';
import type { TokenRecord } from '../../../lambda/token-status.ts';
import { SmallWorld, TIMING } from '../proofs/small-world.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
/** The small world's clock begins at midnight. */
export const NOON = Date.UTC(2026, 0, 1, 12);
/** What every small world sends, and how. */
export const { basis: BASIS } = new SmallWorld();
export const POLICY: RefreshPolicy = {
  ...TIMING,
  tokenLifetimeSeconds: TIMING.lifetimeSeconds,
  renewalWindowSeconds: undefined,
  loginsPerDay: undefined,
};

/** Issued at noon, for four hours. */
export const TOKEN: TokenRecord = {
  version: 7,
  issuedAt: instant(NOON),
  expiresAt: instant(NOON + 4 * HOUR),
  lifetimeAssumed: false,
  fingerprint: 'sha256:f',
  ...BASIS,
};

/** Announced at half past twelve; without an outcome, it is asked again at two. */
export const ANNOUNCED: Attempt = {
  at: instant(NOON + 30 * MINUTE),
  run: 'another',
  on: 0,
  trigger: 'its time has come',
  ...BASIS,
  failures: 1,
  refusals: 1,
  askAgainAt: instant(NOON + 2 * HOUR),
};

/** The same, refused. */
export const REFUSED: Attempt = {
  ...ANNOUNCED,
  outcome: { code: 'CREDENTIALS_REFUSED', at: instant(NOON + 30 * MINUTE), reason: 'invalid_grant' },
};

/** What a tick reads where this record is that of the stored token, in version 7, and all of it was written at noon. */
export function holding(token: TokenRecord | undefined, attempts: AttemptRecord = {}): StoredState {
  const written = { parameterName: '/token', changedAt: NOON };
  return {
    token: token && { ...written, version: 7, type: 'SecureString' },
    status: { ...written, content: { token } },
    attempts: { ...written, content: attempts },
    on: 7,
    report: undefined,
  };
}
