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
const outcome = fc.record({ code: text, at: instant, reason: text }, { requiredKeys: ['code', 'at'] });
const attempt = fc.record(
  {
    at: instant,
    trigger: text,
    secretVersionId: text,
    configuration: text,
    failures: fc.nat(),
    refusals: fc.nat(),
    askAgainAt: fc.oneof(instant, fc.constant('never' as const)),
    outcome,
  },
  {
    requiredKeys: ['at', 'trigger', 'secretVersionId', 'configuration', 'failures', 'refusals', 'askAgainAt'],
  },
);
const status: fc.Arbitrary<TokenStatus> = fc.record({ token, attempt }, { requiredKeys: [] });

describe('the status record', () => {
  it('survives encoding and decoding', () => {
    fc.assert(
      fc.property(status, (written) => {
        expect(decodeStatus(encodeStatus(written))).toEqual({ content: written });
      }),
    );
  });

  it('is nothing rather than half a record, whatever text stands there', () => {
    const damage = fc.tuple(status, fc.nat(400), fc.nat(20), fc.string({ maxLength: 5 }));
    fc.assert(
      fc.property(damage, ([written, from, length, inserted]) => {
        const whole = encodeStatus(written);
        const { content } = decodeStatus(whole.slice(0, from) + inserted + whole.slice(from + length));
        if (content !== undefined) expect(decodeStatus(encodeStatus(content))).toEqual({ content });
      }),
    );
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (any) => {
        const { content, fault } = decodeStatus(any);
        expect(content === undefined).toBe(fault !== undefined);
        expect(Object.keys(content ?? {}).filter((key) => !['token', 'attempt'].includes(key))).toEqual([]);
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

  const attempted = {
    at: '2026-01-01T12:00:00.000Z',
    trigger: 'its time has come',
    secretVersionId: 's',
    configuration: 'sha256:c',
    failures: 1,
    refusals: 0,
    askAgainAt: 'never',
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
    ['no reports where there are some', { token: { ...whole, reports: 0 } }],
    ['half an attempt', { token: whole, attempt: { failures: 1 } }],
    ['an attempt without its next question', { attempt: { ...attempted, askAgainAt: undefined } }],
    ['an outcome without an instant', { attempt: { ...attempted, outcome: { code: 'STORE_FAILED' } } }],
    ['a format that is text', { format: '1', token: whole }],
  ])('cannot be decoded from %s', (_, json) => {
    expect(decodeStatus(JSON.stringify({ token: whole, attempt: attempted }))).toEqual({
      content: { token: whole, attempt: attempted },
    });
    expect(decodeStatus(JSON.stringify(json))).toEqual({ fault: expect.any(String) });
  });

  it('names a format that a later version writes', () => {
    expect(decodeStatus(JSON.stringify({ format: 2, token: whole })).fault).toContain('format 2');
  });

  it('keeps the token of a status as it was written without a format, and ignores what nobody knows', () => {
    const old = { token: { ...whole, colour: 'blue' }, refusal: { count: 1 }, failure: { consecutive: 3 } };
    expect(decodeStatus(JSON.stringify(old))).toEqual({ content: { token: { ...whole, colour: 'blue' } } });
  });
});
