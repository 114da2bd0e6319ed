import type { Attempt, TokenRecord } from '../../lambda/token-status.ts';

export const HOUR = 3_600_000;

/** The instant that many milliseconds ago. */
function ago(ms: number): string {
  return new Date(Date.now() - ms).toISOString();
}

/** A token of that age. */
export function record(ageMs: number, lifetimeMs = 4 * HOUR): TokenRecord {
  return {
    version: 7,
    issuedAt: ago(ageMs),
    expiresAt: ago(ageMs - lifetimeMs),
    lifetimeAssumed: false,
    fingerprint: 'sha256:1',
    secretVersionId: 'v1',
    configuration: 'sha256:2',
  };
}

/** An attempt made that long ago, with that outcome. */
export function attempt(ageMs: number, outcome?: { readonly code: string; readonly reason?: string }): Attempt {
  const at = ago(ageMs);
  return {
    at,
    trigger: 'its time has come',
    secretVersionId: 'v1',
    configuration: 'sha256:2',
    failures: 1,
    refusals: 0,
    askAgainAt: at,
    ...(outcome !== undefined && { outcome: { ...outcome, at } }),
  };
}
