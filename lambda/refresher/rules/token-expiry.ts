/** What an answer says of its token's end: seconds, an instant in milliseconds since the epoch, or why nothing usable. */
export type AnsweredEnd = { readonly in: number } | { readonly at: number } | { readonly unknown: string };

/** When a token of an answer ends. */
export interface TokenExpiry {
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  /** Whether the answer said nothing usable. */
  readonly lifetimeAssumed: boolean;
  /** What a person should look at: the answer says another end than the one taken. */
  readonly warning?: string;
}

/** Clocks differ, and an answer is under way for a while. */
const TOLERANCE_MS = 5 * 60_000;

/**
 * The end of a token, by what the answer says and what is expected. An instant is another clock's: one that has passed,
 * or is further away than twice the expected lifetime, is not believed.
 * @param issuedAt milliseconds since the epoch, taken before the request was sent
 * @returns why there is no token beyond doubt, where the end is not believed
 */
export function tokenExpiry(end: AnsweredEnd, issuedAt: number, tokenLifetimeSeconds: number): TokenExpiry | string {
  const lifetimeMs = tokenLifetimeSeconds * 1000;
  const expected = { expiresAt: issuedAt + lifetimeMs, lifetimeAssumed: false };
  if ('unknown' in end) {
    const assumed = `the configured tokenLifetime of ${tokenLifetimeSeconds} s is assumed`;
    const warning = `The answer says no usable end of the token (${end.unknown}): ${assumed}`;
    return { ...expected, lifetimeAssumed: true, warning };
  }
  if ('in' in end) return { ...expected, expiresAt: issuedAt + end.in * 1000 };
  const livesMs = end.at - issuedAt;
  if (livesMs <= 0) return 'the end of the token has passed';
  if (livesMs > 2 * lifetimeMs) return 'the end of the token is more than twice tokenLifetime away';
  if (livesMs <= lifetimeMs + TOLERANCE_MS) return { ...expected, expiresAt: end.at };
  const warning = `The token ends later than the configured tokenLifetime of ${tokenLifetimeSeconds} s: it is taken to end then`;
  return { ...expected, warning };
}
