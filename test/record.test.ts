import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeRecord, encodeRecord, instant, isInstant, isUnreadable } from '../lambda/record.ts';

const all = (json: Readonly<Record<string, unknown>>) => json;

describe('a record', () => {
  it('says its format, and is read without one too', () => {
    expect(encodeRecord({ a: 1 })).toBe('{"format":1,"a":1}');
    expect(decodeRecord('{"a":1}', all)).toEqual({ a: 1 });
    expect(decodeRecord('{"format":1,"a":1}', all)).toMatchObject({ a: 1 });
  });

  it.each<[string, string, boolean]>([
    ['fresh', 'is not the JSON that the refresher writes', false],
    ['[]', 'is not the JSON that the refresher writes', false],
    ['null', 'is not the JSON that the refresher writes', false],
    ['{"format":"1"}', 'has a format that is no number', false],
    ['{"format":0}', 'has a format that is no number', false],
    ['{"format":2}', 'has format 2, and this version of soap-token-refresher knows 1 at most', true],
  ])('%s is unreadable: %s', (text, fault, isNewer) => {
    expect(decodeRecord(text, all)).toEqual({ fault, isNewer });
  });

  it('is unreadable where its reader finds a fault', () => {
    const read = decodeRecord('{}', () => 'holds nothing');
    expect([read, isUnreadable(read)]).toEqual([{ fault: 'holds nothing', isNewer: false }, true]);
  });
});

it('an instant is written as it is read, and no other spelling is one', () => {
  fc.assert(
    fc.property(fc.date({ min: new Date(0), max: new Date('9999-12-31'), noInvalidDate: true }), (date) => {
      expect([instant(date.getTime()), isInstant(instant(date.getTime()))]).toEqual([date.toISOString(), true]);
    }),
  );
  for (const text of ['2026-01-01T12:00:00Z', '2025-02-30T12:00:00.000Z', '2026-01-01T12:00:00.000+00:00', 'x', 7])
    expect(isInstant(text)).toBe(false);
});
