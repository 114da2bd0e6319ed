/** When a token ends, as its service says it. */
export type TokenEnd =
  | { readonly in: number }
  | { readonly at: number }
  /** Nothing usable is said: the configured lifetime is assumed. */
  | 'not said'
  /** It says that the token has no life left. */
  | 'a doubt';

/** The end from a lifetime: whole seconds, at most eight digits. */
export function endFromSeconds(text: string): TokenEnd {
  if (NUMBER.test(text) && Number(text) <= 0) return 'a doubt';
  return /^\d{1,8}$/.test(text) ? { in: Number(text) } : 'not said';
}

const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;

/**
 * The end from an instant of ISO 8601, in milliseconds since the epoch. Without a zone it is UTC, whatever the zone of
 * this process.
 */
export function endFromInstant(text: string): TokenEnd {
  const { date = '', time = '', seconds = '00', fraction = '', zone = 'Z' } = INSTANT.exec(text)?.groups ?? {};
  if (date === '') return 'not said';
  const local = `${date}T${time}:${seconds}.${fraction.slice(0, 3).padEnd(3, '0')}Z`;
  const at = Date.parse(local);
  // Date.parse takes the 30th of February for the 2nd of March.
  if (Number.isNaN(at) || new Date(at).toISOString() !== local) return 'not said';
  return { at: at - offsetMinutes(zone) * 60_000 };
}

const INSTANT =
  /^(?<date>\d{4}-\d\d-\d\d)T(?<time>\d\d:\d\d)(?::(?<seconds>\d\d)(?:\.(?<fraction>\d+))?)?(?<zone>Z|[+-](?:[01]\d|2[0-3]):?[0-5]\d)?$/;

function offsetMinutes(zone: string): number {
  if (zone === 'Z') return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2));
  return zone.startsWith('-') ? -minutes : minutes;
}
