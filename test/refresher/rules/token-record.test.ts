import { describe, expect, it } from 'vitest';
import type { IssuedToken } from '../../../lambda/refresher/rules/token-record.ts';
import { isStored, recordIssued } from '../../../lambda/refresher/rules/token-record.ts';
import type { TokenRecord } from '../../../lambda/token-status.ts';

const NOON = Date.parse('2026-01-01T12:00:00.000Z');
const HOUR = 3_600_000;
const livesFor = (seconds: number) => ({
  expiresAt: NOON + seconds * 1000,
  lifetimeAssumed: false,
  warning: undefined,
});
const origin = { secretVersionId: 'secret-1', configuration: 'sha256:c' };
const issued: IssuedToken = { accessToken: 'abc', fingerprint: 'sha256:f', issuedAt: NOON, ...livesFor(3600) };
const recorded: TokenRecord = {
  version: 7,
  issuedAt: '2026-01-01T08:30:00.000Z',
  expiresAt: '2026-01-01T12:30:00.000Z',
  lifetimeAssumed: false,
  fingerprint: 'sha256:f',
  ...origin,
};

describe('the record of an issued token', () => {
  it('counts the lifetime from before the request', () => {
    expect(recordIssued(issued, origin, undefined, NOON + 9000)).toEqual({
      issuedAt: '2026-01-01T12:00:00.000Z',
      expiresAt: '2026-01-01T13:00:00.000Z',
      lifetimeAssumed: false,
      fingerprint: 'sha256:f',
      ...origin,
    });
  });

  it('says so where the lifetime is assumed', () => {
    const record = recordIssued({ ...issued, lifetimeAssumed: true }, origin, undefined, NOON);
    expect(record).toMatchObject({ expiresAt: '2026-01-01T13:00:00.000Z', lifetimeAssumed: true });
  });

  it('keeps the earlier expiry of the same token', () => {
    expect(recordIssued(issued, origin, recorded, NOON).expiresAt).toBe(recorded.expiresAt);
    const shorter = { ...issued, ...livesFor(60) };
    expect(recordIssued(shorter, origin, recorded, NOON).expiresAt).toBe('2026-01-01T12:01:00.000Z');
  });

  it('believes the reply again once the recorded expiry has passed', () => {
    const later = { ...issued, issuedAt: NOON + HOUR, expiresAt: NOON + 2 * HOUR };
    expect(recordIssued(later, origin, recorded, NOON + HOUR).expiresAt).toBe('2026-01-01T14:00:00.000Z');
  });

  it('does not believe it in the seconds that the token may live beyond its record', () => {
    const end = Date.parse(recorded.expiresAt);
    const atTheEnd = { ...issued, issuedAt: end + 1, expiresAt: end + HOUR };
    expect(() => recordIssued(atTheEnd, origin, recorded, end + 500)).toThrow(
      expect.objectContaining({ code: 'REPLY_MALFORMED' }),
    );
  });

  it('takes the expiry of another token from its own reply', () => {
    const other = { ...recorded, fingerprint: 'sha256:other' };
    expect(recordIssued(issued, origin, other, NOON).expiresAt).toBe('2026-01-01T13:00:00.000Z');
  });

  it('refuses a token that expired on its way', () => {
    expect(() => recordIssued({ ...issued, ...livesFor(5) }, origin, undefined, NOON + 5000)).toThrow(
      expect.objectContaining({ code: 'REPLY_MALFORMED' }),
    );
  });
});

describe('a token that stands in the store already', () => {
  const record = recordIssued(issued, origin, recorded, NOON);

  it('is the same token under the recorded version and configuration', () => {
    expect(isStored(record, recorded, 7)).toBe(true);
  });

  it.each<[string, TokenRecord | undefined, number | undefined]>([
    ['nothing is recorded', undefined, 7],
    ['the parameter is gone', recorded, undefined],
    ['the parameter was changed outside the refresher', recorded, 8],
    ['it is another token', { ...recorded, fingerprint: 'sha256:other' }, 7],
    ['it is kept under another key', { ...recorded, configuration: 'sha256:other' }, 7],
  ])('is not there when %s', (_, before, version) => {
    expect(isStored(record, before, version)).toBe(false);
  });
});
