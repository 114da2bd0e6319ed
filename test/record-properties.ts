import fc from 'fast-check';
import { expect, it } from 'vitest';
import { instant, isUnreadable, type UnreadableRecord } from '../lambda/record.ts';

/** Any instant that a record may hold. */
export const INSTANTS = fc
  .date({ min: new Date('2000-01-01'), max: new Date('2200-01-01'), noInvalidDate: true })
  .map((date) => instant(date.getTime()));

/** What holds of every record, whatever stands in it. */
export function testRecord<Content extends object>(
  records: fc.Arbitrary<Content>,
  encode: (record: Content) => string,
  decode: (text: string) => Content | UnreadableRecord,
): void {
  it('survives encoding and decoding', () => {
    fc.assert(
      fc.property(records, (written) => {
        expect(decode(encode(written))).toEqual(written);
      }),
    );
  });

  it('is nothing rather than half a record, whatever text stands there', () => {
    const damage = fc.tuple(records, fc.nat(400), fc.nat(20), fc.string({ maxLength: 5 }));
    const damaged = damage.map(([written, from, length, inserted]) => {
      const whole = encode(written);
      return whole.slice(0, from) + inserted + whole.slice(from + length);
    });
    fc.assert(
      fc.property(fc.oneof(damaged, fc.json(), fc.string()), (any) => {
        const read = decode(any);
        if (isUnreadable(read)) expect(read.fault).not.toBe('');
        else expect(decode(encode(read))).toEqual(read);
      }),
    );
  });
}
