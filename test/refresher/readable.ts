import { isUnreadable, type UnreadableRecord } from '../../lambda/record.ts';

/** The record, or undefined where there is none that can be read. */
export function readable<Content extends object>(record: Content | UnreadableRecord): Content | undefined {
  return isUnreadable(record) ? undefined : record;
}
