import { describe, expect, it } from 'vitest';
import { instant } from '../../../lambda/record.ts';
import {
  fingerprintOf,
  type IssuedToken,
  isSame,
  isStored,
  recordIssued,
} from '../../../lambda/refresher/rules/token-record.ts';
import { timingOf } from '../../../lambda/timing.ts';
import type { TokenRecord } from '../../../lambda/token-status.ts';
import { BASIS, HOUR, holding, NOON, TOKEN } from './stored.ts';

const recorded: TokenRecord = { ...TOKEN, issuedAt: instant(NOON - 3.5 * HOUR), expiresAt: instant(NOON + 0.5 * HOUR) };
const issued: IssuedToken = {
  accessToken: 'abc',
  fingerprint: recorded.fingerprint,
  issuedAt: NOON,
  expiresAt: NOON + HOUR,
  lifetimeAssumed: false,
};
const policy = { ...timingOf({ tokenLifetimeSeconds: 3600, checkEverySeconds: 300 }), loginsPerDay: undefined };

function record(token: Partial<IssuedToken>, before: TokenRecord | undefined, now: number) {
  const announcement = { now: NOON - 1000, run: 'r', trigger: 't', force: false, basis: BASIS, policy };
  return recordIssued({ ...issued, ...token }, { ...announcement, stored: holding(before) }, now);
}

it('the record of an issued token counts the lifetime from before the request', () => {
  expect(record({}, undefined, NOON + 9000)).toEqual({
    issuedAt: '2026-01-01T12:00:00.000Z',
    expiresAt: '2026-01-01T13:00:00.000Z',
    // Half of its life, and half a check earlier.
    dueAt: '2026-01-01T12:27:30.000Z',
    pageBelowSeconds: 1200,
    lifetimeAssumed: false,
    fingerprint: 'sha256:f',
    ...BASIS,
    attemptAt: '2026-01-01T11:59:59.000Z',
  });
  expect(record({ lifetimeAssumed: true }, undefined, NOON)).toMatchObject({ lifetimeAssumed: true });
});

describe('a token that is issued again', () => {
  const MALFORMED = 'REPLY_MALFORMED';
  const end = Date.parse(recorded.expiresAt);
  const atTheEnd = { issuedAt: end + 1, expiresAt: end + HOUR };

  it.each<[string, Partial<IssuedToken>, TokenRecord | undefined, number, string]>([
    ['has the earlier end where the recorded one is that', {}, recorded, NOON, '2026-01-01T12:30:00.000Z'],
    ['has the promised end', { expiresAt: NOON + 60_000 }, recorded, NOON, '2026-01-01T12:01:00.000Z'],
    ['is not believed to live on for 15 s after its recorded end', atTheEnd, recorded, end + 14_999, MALFORMED],
    ['is believed after them', atTheEnd, recorded, end + 15_000, '2026-01-01T13:30:00.000Z'],
    ['is another one', { fingerprint: 'sha256:other' }, recorded, NOON, '2026-01-01T13:00:00.000Z'],
    ['is refused where it expired on its way', { expiresAt: NOON + 5000 }, undefined, NOON + 5000, MALFORMED],
  ])('%s', (_, token, before, now, expected) => {
    const expiry = () => record(token, before, now).expiresAt;
    if (expected === MALFORMED) expect(expiry).toThrow(expect.objectContaining({ code: MALFORMED }));
    else expect(expiry()).toBe(expected);
  });

  it.each<[string, TokenRecord | undefined, boolean]>([
    ['where it is the same token under the recorded configuration', recorded, true],
    ['not where nothing is recorded of what is stored', undefined, false],
    ['not where it is another token', { ...recorded, fingerprint: 'sha256:other' }, false],
    ['not where it is kept under another key', { ...recorded, configuration: 'sha256:other' }, false],
  ])('stands in the store already: %s', (_, stored, expected) => {
    const again = record({}, recorded, NOON);
    expect(isStored(again, stored)).toBe(expected);
    expect(isStored({ ...again, fingerprint: '' }, stored && { ...stored, fingerprint: '' })).toBe(false);
  });
});

describe('the fingerprint of a token', () => {
  it.each(['abcdefghi', '1234567890123456789', '', 'a'])('is empty for %j, which could be found by trying', (token) => {
    expect(fingerprintOf(token)).toBe('');
  });

  it.each(['abcdefghij', '12345678901234567890', '1234567890a'])('distinguishes %j from others', (token) => {
    expect(fingerprintOf(token)).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(isSame(fingerprintOf(token), fingerprintOf(token))).toBe(true);
    expect(isSame(fingerprintOf(token), fingerprintOf(`${token}x`))).toBe(false);
  });
});
