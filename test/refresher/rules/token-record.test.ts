import { describe, expect, it } from 'vitest';
import {
  fingerprintOf,
  type IssuedToken,
  isSame,
  isStored,
  recordIssued,
} from '../../../lambda/refresher/rules/token-record.ts';
import { timingOf } from '../../../lambda/timing.ts';
import type { TokenRecord } from '../../../lambda/token-status.ts';
import { holding, NOON } from './stored.ts';

const HOUR = 3_600_000;
const livesFor = (seconds: number) => ({
  expiresAt: NOON + seconds * 1000,
  lifetimeAssumed: false,
  warning: undefined,
});
const basis = { secretVersionId: 'secret-1', configuration: 'sha256:c' };
const issued: IssuedToken = { accessToken: 'abc', fingerprint: 'sha256:f', issuedAt: NOON, ...livesFor(3600) };
const recorded: TokenRecord = {
  version: 7,
  issuedAt: '2026-01-01T08:30:00.000Z',
  expiresAt: '2026-01-01T12:30:00.000Z',
  lifetimeAssumed: false,
  fingerprint: 'sha256:f',
  ...basis,
};

const policy = { ...timingOf({ tokenLifetimeSeconds: 3600, checkEverySeconds: 300 }), loginsPerDay: undefined };
const announced = { now: NOON - 1000, run: 'r', trigger: 't', force: false, basis, policy };

function record(token: IssuedToken, before: TokenRecord | undefined, now: number) {
  return recordIssued(token, { ...announced, stored: holding(before) }, now);
}

describe('the record of an issued token', () => {
  it('counts the lifetime from before the request', () => {
    expect(record(issued, undefined, NOON + 9000)).toEqual({
      issuedAt: '2026-01-01T12:00:00.000Z',
      expiresAt: '2026-01-01T13:00:00.000Z',
      // Half of its life, and half a check earlier.
      dueAt: '2026-01-01T12:27:30.000Z',
      pageBelowSeconds: 1200,
      lifetimeAssumed: false,
      fingerprint: 'sha256:f',
      ...basis,
      attemptAt: '2026-01-01T11:59:59.000Z',
    });
  });

  it('says so where the lifetime is assumed', () => {
    const assumed = record({ ...issued, lifetimeAssumed: true }, undefined, NOON);
    expect(assumed).toMatchObject({ expiresAt: '2026-01-01T13:00:00.000Z', lifetimeAssumed: true });
  });

  it('keeps the earlier expiry of the same token', () => {
    expect(record(issued, recorded, NOON).expiresAt).toBe(recorded.expiresAt);
    const shorter = { ...issued, ...livesFor(60) };
    expect(record(shorter, recorded, NOON).expiresAt).toBe('2026-01-01T12:01:00.000Z');
  });

  it('believes the reply again once the recorded expiry has passed by the 15 s that the token may live beyond it', () => {
    const end = Date.parse(recorded.expiresAt);
    const atTheEnd = { ...issued, issuedAt: end + 1, expiresAt: end + HOUR };
    const tooEarly = () => record(atTheEnd, recorded, end + 14_999);
    expect(tooEarly).toThrow(expect.objectContaining({ code: 'REPLY_MALFORMED' }));
    expect(record(atTheEnd, recorded, end + 15_000).expiresAt).toBe('2026-01-01T13:30:00.000Z');
  });

  it('takes the expiry of another token from its own reply', () => {
    const other = { ...recorded, fingerprint: 'sha256:other' };
    expect(record(issued, other, NOON).expiresAt).toBe('2026-01-01T13:00:00.000Z');
  });

  it('refuses a token that expired on its way', () => {
    expect(() => record({ ...issued, ...livesFor(5) }, undefined, NOON + 5000)).toThrow(
      expect.objectContaining({ code: 'REPLY_MALFORMED' }),
    );
  });
});

describe('a token that stands in the store already', () => {
  const again = record(issued, recorded, NOON);

  it('is the same token under the recorded configuration', () => {
    expect(isStored(again, recorded)).toBe(true);
  });

  it.each<[string, TokenRecord | undefined]>([
    ['nothing is recorded of what is stored', undefined],
    ['it is another token', { ...recorded, fingerprint: 'sha256:other' }],
    ['it is kept under another key', { ...recorded, configuration: 'sha256:other' }],
  ])('is not there when %s', (_, stored) => {
    expect(isStored(again, stored)).toBe(false);
  });

  it('is not known by an empty fingerprint', () => {
    expect(isStored({ ...again, fingerprint: '' }, { ...recorded, fingerprint: '' })).toBe(false);
  });
});

describe('the fingerprint of a token', () => {
  it.each(['abcdefghi', '1234567890123456789', '', 'a'])('is empty for %j, which could be found by trying', (token) => {
    expect(fingerprintOf(token)).toBe('');
    expect(isSame(fingerprintOf(token), fingerprintOf(token))).toBe(false);
  });

  it.each(['abcdefghij', '12345678901234567890', '1234567890a'])('distinguishes %j from others', (token) => {
    expect(fingerprintOf(token)).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(isSame(fingerprintOf(token), fingerprintOf(token))).toBe(true);
    expect(isSame(fingerprintOf(token), fingerprintOf(`${token}x`))).toBe(false);
  });
});
