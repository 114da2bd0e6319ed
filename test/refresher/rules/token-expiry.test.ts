import { expect, it } from 'vitest';
import { type AnsweredEnd, tokenExpiry } from '../../../lambda/refresher/rules/token-expiry.ts';

const issuedAt = Date.UTC(2026, 0, 31, 12);
const LIFETIME = 3600;
const at = (ahead: number) => ({ at: issuedAt + ahead * 1000 });

it.each<[string, AnsweredEnd, number, boolean, RegExp | undefined]>([
  ['is assumed where nothing usable is said', { unknown: 'the profile names no path' }, 3600, true, /no path.*assumed/],
  ['is taken as it is said', { in: 1 }, 1, false, undefined],
  ['is taken as it is said', { in: 99_999_999 }, 99_999_999, false, undefined],
  ['is taken as an instant says', at(0.001), 0.001, false, undefined],
  ['is taken as an instant says', at(3900), 3900, false, undefined],
  ['is cut from an instant', at(3900.001), 3600, false, /taken to end then/],
  ['is cut from an instant', at(7200), 3600, false, /taken to end then/],
])('the life of a token %s: %j', (_, end, seconds, lifetimeAssumed, warning) => {
  expect(tokenExpiry(end, issuedAt, LIFETIME)).toEqual({
    expiresAt: issuedAt + seconds * 1000,
    lifetimeAssumed,
    warning: warning && expect.stringMatching(warning),
  });
});

it.each([0, -1, -86_400, 7200.001, 1e9])('an instant %f seconds ahead is not believed', (ahead) => {
  expect(tokenExpiry(at(ahead), issuedAt, LIFETIME)).toBeTypeOf('string');
});
