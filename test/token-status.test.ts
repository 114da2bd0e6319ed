import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isUnreadable } from '../lambda/record.ts';
import { decodeStatus, encodeStatus, type TokenRecord, type TokenStatus } from '../lambda/token-status.ts';
import { INSTANTS, testRecord } from './record-properties.ts';

const text = fc.string();
const count = fc.integer({ min: 1 });
const tokens: fc.Arbitrary<TokenRecord> = fc
  .record(
    {
      version: count,
      issuedAt: INSTANTS,
      expiresAt: INSTANTS,
      dueAt: INSTANTS,
      pageBelowSeconds: fc.nat(),
      lifetimeAssumed: fc.boolean(),
      fingerprint: text,
      secretVersionId: text,
      configuration: text,
      attemptAt: INSTANTS,
      reports: count,
    },
    {
      requiredKeys: [
        'version',
        'issuedAt',
        'expiresAt',
        'lifetimeAssumed',
        'fingerprint',
        'secretVersionId',
        'configuration',
      ],
    },
  )
  .filter(({ issuedAt, expiresAt }) => issuedAt < expiresAt);
const statuses: fc.Arbitrary<TokenStatus> = fc.record({ token: tokens }, { requiredKeys: [] });

describe('the status record', () => {
  testRecord(statuses, encodeStatus, decodeStatus);

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
    ['a token that is null', null],
    ['a version that is text', { ...whole, version: '7' }],
    ['version 0', { ...whole, version: 0 }],
    ['an instant in another spelling', { ...whole, issuedAt: '2026-01-01T12:00:00Z' }],
    ['a date that does not exist', { ...whole, issuedAt: '2025-02-30T12:00:00.000Z' }],
    ['an expiry before the issue', { ...whole, expiresAt: whole.issuedAt }],
    ['no secret version', { ...whole, secretVersionId: undefined }],
    ['no reports where there are some', { ...whole, reports: 0 }],
    ['a due time in words', { ...whole, dueAt: 'soon' }],
    ['a page below half a second', { ...whole, pageBelowSeconds: 0.5 }],
    ['an attempt without an instant', { ...whole, attemptAt: null }],
  ])('cannot be decoded from %s', (_, token) => {
    expect(decodeStatus(JSON.stringify({ token: whole }))).toEqual({ token: whole });
    expect(isUnreadable(decodeStatus(JSON.stringify({ token })))).toBe(true);
  });

  it('keeps the token of a status as it was written before, and forgets the attempt and the logins in it', () => {
    const before = { token: { ...whole, colour: 'blue' }, attempt: { failures: 3 }, logins: 'many', refusal: {} };
    for (const format of [undefined, 1])
      expect(decodeStatus(JSON.stringify({ format, ...before }))).toEqual({ token: before.token });
  });
});
