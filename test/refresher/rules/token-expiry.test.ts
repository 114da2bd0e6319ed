import { expect, it } from 'vitest';
import { type AnsweredEnd, type TokenExpiry, tokenExpiry } from '../../../lambda/refresher/rules/token-expiry.ts';

const issuedAt = Date.UTC(2026, 0, 31, 12);
const LIFETIME = 3600;

function expiryOf(end: AnsweredEnd): TokenExpiry | string {
  return tokenExpiry(end, issuedAt, LIFETIME);
}

function seconds(ahead: number): { expiresAt: number } {
  return { expiresAt: issuedAt + ahead * 1000 };
}

it('assumes the expected lifetime, with a warning, where nothing usable is said', () => {
  expect(expiryOf({ unknown: 'the profile names no path for it' })).toEqual({
    ...seconds(3600),
    lifetimeAssumed: true,
    warning: expect.stringMatching(/no path.*assumed/),
  });
});

it.each([1, 3600, 99_999_999])('takes a lifetime of %i seconds as it is said', (lifetime) => {
  expect(expiryOf({ in: lifetime })).toEqual({
    ...seconds(lifetime),
    lifetimeAssumed: false,
    warning: undefined,
  });
});

it.each([0.001, 1, 3600, 3900])('takes an instant %f seconds ahead as it is said', (ahead) => {
  expect(expiryOf({ at: seconds(ahead).expiresAt })).toEqual({
    ...seconds(ahead),
    lifetimeAssumed: false,
    warning: undefined,
  });
});

it.each([3900.001, 7200])('cuts an instant %f seconds ahead to the expected lifetime, with a warning', (ahead) => {
  expect(expiryOf({ at: seconds(ahead).expiresAt })).toEqual({
    ...seconds(3600),
    lifetimeAssumed: false,
    warning: expect.stringContaining('taken to end then'),
  });
});

it.each([0, -1, -86_400, 7200.001, 1e9])('does not believe an instant %f seconds ahead', (ahead) => {
  expect(expiryOf({ at: seconds(ahead).expiresAt })).toBeTypeOf('string');
});
