import type { AttemptRecord } from '../../../lambda/attempt-record.ts';
import type { StoredState } from '../../../lambda/refresher/rules/stored-state.ts';
import type { TokenRecord } from '../../../lambda/token-status.ts';

/** The small world's clock begins at midnight. */
export const NOON = Date.UTC(2026, 0, 1, 12);

/** What a tick reads where this record is that of the stored token, in version 7, and all of it was written at noon. */
export function holding(token: TokenRecord | undefined, attempts: AttemptRecord = {}, rejected?: number): StoredState {
  const written = { parameterName: '/token', changedAt: NOON };
  return {
    token: token && { ...written, version: 7, type: 'SecureString' },
    status: { ...written, content: { token } },
    attempts: { ...written, content: attempts },
    on: 7,
    report: rejected === undefined ? undefined : { version: rejected },
  };
}
