import { parseJsonObject } from './parse-json.ts';

/** Exactly what Date.toISOString writes in years 0 to 9999, so that instants compare as text. */
export type Instant = `${string}Z`;

/** A parameter that this version cannot read as the record that it should hold. */
export interface UnreadableRecord {
  /** Why, for the end of a sentence that names the parameter: "is not the JSON …". */
  readonly fault: string;
  /** True where nothing is wrong but its format, which a later version of this package wrote. */
  readonly isNewer: boolean;
}

/** The format that is written; a higher one is not read. */
const FORMAT = 1;

/** The text of a parameter that holds this record. */
export function encodeRecord(record: object): string {
  return JSON.stringify({ format: FORMAT, ...record });
}

/**
 * The record in a text, or what is wrong with a text that is not wholly one: half a record is worse than none. Without
 * `format` it counts as 1.
 * @param read takes the JSON, and returns what is wrong with it as a text
 */
export function decodeRecord<Content extends object>(
  text: string,
  read: (json: Readonly<Record<string, unknown>>) => Content | string,
): Content | UnreadableRecord {
  const json = parseJsonObject(text);
  if (json === undefined) return unreadable('is not the JSON that the refresher writes');
  const { format = FORMAT } = json;
  if (!isPositiveInteger(format)) return unreadable('has a format that is no number');
  if (format > FORMAT) {
    const fault = `has format ${format}, and this version of soap-token-refresher knows ${FORMAT} at most`;
    return { fault, isNewer: true };
  }
  const content = read(json);
  return typeof content === 'string' ? unreadable(content) : content;
}

/** What is wrong with a parameter, where it is not the format. */
export function unreadable(fault: string): UnreadableRecord {
  return { fault, isNewer: false };
}

/** Whether a record could not be read. */
export function isUnreadable(record: object): record is UnreadableRecord {
  return 'fault' in record;
}

/** @param now milliseconds since the epoch */
export function instant(now: number): Instant {
  const text = new Date(now).toISOString();
  return isInstant(text) ? text : `${text}Z`;
}

export function isInstant(value: unknown): value is Instant {
  // Of what is no date, toJSON gives null.
  return typeof value === 'string' && value.length === 24 && new Date(value).toJSON() === value;
}

export function isPositiveInteger(value: unknown): value is number {
  return isCount(value) && value > 0;
}

export function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** Whether a field is missing, or what it should be. */
export function isOptional(value: unknown, isRight: (value: unknown) => boolean): boolean {
  return value === undefined || isRight(value);
}

export function isText(value: unknown): value is string {
  return typeof value === 'string';
}
