import type { TokenRecords } from '../../cli/read-records.ts';
import type { Attempt, AttemptOutcome } from '../../lambda/attempt-record.ts';
import { instant } from '../../lambda/record.ts';
import { timingOf } from '../../lambda/timing.ts';
import type { TokenRecord } from '../../lambda/token-status.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
/** When all this is looked at. */
export const NOW = Date.now();

export const TOKEN = '/a/access-token';

const { tokenLifetimeSeconds, replacedAfterSeconds, checkEverySeconds, pageBelowSeconds } = timingOf({});

/** A token of that age, got with the default settings. */
export function tokenAged(ageMs: number, over: Partial<TokenRecord> = {}): TokenRecord {
  const issuedAt = NOW - ageMs;
  return {
    version: 7,
    issuedAt: instant(issuedAt),
    expiresAt: instant(issuedAt + tokenLifetimeSeconds * 1000),
    dueAt: instant(issuedAt + (replacedAfterSeconds - checkEverySeconds / 2) * 1000),
    pageBelowSeconds,
    lifetimeAssumed: false,
    fingerprint: 'sha256:1',
    secretVersionId: 'v1',
    configuration: 'sha256:2',
    attemptAt: instant(issuedAt),
    ...over,
  };
}

/** One that should have been replaced that long ago. */
export function tokenDueSince(ms: number, over?: Partial<TokenRecord>): TokenRecord {
  return tokenAged((replacedAfterSeconds - checkEverySeconds / 2) * 1000 + ms, over);
}

/** An attempt made that long ago; without an outcome, an announcement. */
export function attemptAged(ageMs: number, outcome?: Omit<AttemptOutcome, 'at'>, over: Partial<Attempt> = {}): Attempt {
  const at = instant(NOW - ageMs);
  return {
    at,
    run: 'r1',
    on: 0,
    trigger: 'its time has come',
    secretVersionId: 'v1',
    configuration: 'sha256:2',
    failures: 1,
    refusals: 0,
    askAgainAt: instant(NOW - ageMs + (checkEverySeconds / 2) * 1000),
    ...(outcome !== undefined && { outcome: { ...outcome, at } }),
    ...over,
  };
}

/** What SSM holds of a token. */
export function recordsOf(token?: TokenRecord, attempt?: Attempt): TokenRecords {
  return { token: TOKEN, status: token && { token }, attempt: attempt && { attempt } };
}
