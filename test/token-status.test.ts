import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeStatus, encodeStatus, type TokenStatus } from '../lambda/token-status.ts';

const instant = fc
  .date({ min: new Date('2000-01-01'), max: new Date('2200-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString());
const text = fc.string();
const count = fc.integer({ min: 1 });
const token = fc
  .record({
    version: count,
    issuedAt: instant,
    expiresAt: instant,
    lifetimeAssumed: fc.boolean(),
    fingerprint: text,
    secretVersionId: text,
    configuration: text,
  })
  .filter(({ issuedAt, expiresAt }) => issuedAt < expiresAt);
const refusal = fc.record({ reason: text, secretVersionId: text, configuration: text, at: instant, count });
const failure = fc.record({ code: text, at: instant, consecutive: count });
const status: fc.Arbitrary<TokenStatus> = fc.record({ token, refusal, failure }, { requiredKeys: [] });

describe('the status record', () => {
  it('survives encoding and decoding', () => {
    fc.assert(
      fc.property(status, (written) => {
        expect(decodeStatus(encodeStatus(written))).toEqual(written);
      }),
    );
  });

  it('is nothing rather than half a record, whatever text stands there', () => {
    const damage = fc.tuple(status, fc.nat(400), fc.nat(20), fc.string({ maxLength: 5 }));
    fc.assert(
      fc.property(damage, ([written, from, length, inserted]) => {
        const whole = encodeStatus(written);
        const decoded = decodeStatus(whole.slice(0, from) + inserted + whole.slice(from + length));
        if (decoded !== undefined) expect(decodeStatus(encodeStatus(decoded))).toEqual(decoded);
      }),
    );
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (any) => {
        const decoded = decodeStatus(any);
        if (decoded !== undefined)
          expect(Object.keys(decoded).filter((key) => !['token', 'refusal', 'failure'].includes(key))).toEqual([]);
      }),
    );
  });

  const whole = {
    version: 7,
    issuedAt: '2026-01-01T12:00:00.000Z',
    expiresAt: '2026-01-01T16:00:00.000Z',
    lifetimeAssumed: false,
    fingerprint: 'sha256:f',
    secretVersionId: 's',
    configuration: 'sha256:c',
  };

  it.each<[string, unknown]>([
    ['a text', 'fresh'],
    ['a list', []],
    ['null', null],
    ['a token that is null', { token: null }],
    ['a version that is text', { token: { ...whole, version: '7' } }],
    ['version 0', { token: { ...whole, version: 0 } }],
    ['an instant in another spelling', { token: { ...whole, issuedAt: '2026-01-01T12:00:00Z' } }],
    ['a date that does not exist', { token: { ...whole, issuedAt: '2025-02-30T12:00:00.000Z' } }],
    ['an expiry before the issue', { token: { ...whole, expiresAt: whole.issuedAt } }],
    ['no secret version', { token: { ...whole, secretVersionId: undefined } }],
    ['half a refusal', { token: whole, refusal: { reason: 'invalid_grant' } }],
    ['half a failure', { token: whole, failure: { code: 'STORE_FAILED' } }],
  ])('cannot be decoded from %s', (_, json) => {
    expect(decodeStatus(JSON.stringify({ token: whole }))).toEqual({ token: whole });
    expect(decodeStatus(JSON.stringify(json))).toBeUndefined();
  });
});
