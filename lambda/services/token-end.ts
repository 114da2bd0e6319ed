/** When a token ends, as its service says it. */
export type TokenEnd =
  /** A lifetime, whole seconds above 0. */
  | { readonly in: number }
  /** An instant, milliseconds since the epoch. */
  | { readonly at: number }
  /** Nothing usable is said: the configured lifetime is assumed. `unknown` is why, for the end of a sentence. */
  | { readonly unknown: string };

/** The end from a lifetime: whole seconds, at most eight digits. @returns undefined where no life is left */
export function endFromSeconds(text: string): TokenEnd | undefined {
  if (NUMBER.test(text) && Number(text) <= 0) return undefined;
  return /^\d{1,8}$/.test(text) ? { in: Number(text) } : { unknown: 'what stands at expiresIn is no whole seconds' };
}

const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;

/**
 * The end from an instant of ISO 8601, a blank for the T allowed. Without a zone it is UTC, whatever the zone of this
 * process.
 */
export function endFromInstant(text: string): TokenEnd {
  const { date = '', time = '', seconds = '00', fraction = '', zone = 'Z' } = INSTANT.exec(text)?.groups ?? {};
  const local = `${date}T${time}:${seconds}.${fraction.slice(0, 3).padEnd(3, '0')}Z`;
  const asUtc = Date.parse(local);
  // Date.parse takes the 30th of February for the 2nd of March.
  if (Number.isNaN(asUtc) || new Date(asUtc).toISOString() !== local) {
    return { unknown: 'what stands at expiresAt is no instant of ISO 8601' };
  }
  return { at: Date.parse(local.replace('Z', zone.replace(/:?(\d\d)$/, ':$1'))) };
}

const INSTANT =
  /^(?<date>\d{4}-\d\d-\d\d)[T ](?<time>\d\d:\d\d)(?::(?<seconds>\d\d)(?:\.(?<fraction>\d+))?)?(?<zone>Z|[+-](?:[01]\d|2[0-3]):?[0-5]\d)?$/;
