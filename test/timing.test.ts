import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { durationSeconds, durationText, spanText, timingOf } from '../lambda/timing.ts';

const daily = { tokenLifetimeSeconds: 86_400, renewalWindowSeconds: 0 };
it.each([
  ['nothing is said', {}, { tokenLifetimeSeconds: 14_400, refreshEverySeconds: 7200, checkEverySeconds: 900 }, 7200],
  ['half of the lifetime is shorter', { tokenLifetimeSeconds: 3600 }, { refreshEverySeconds: 7200 }, 1800],
  ['checks are far apart', { checkEverySeconds: 1800 }, { pageBelowSeconds: 3 * 1800 + 120 }, 7200],
  ['there is a renewal window', { renewalWindowSeconds: 2700 }, { checkEverySeconds: 900 }, 11_700],
  ['the service renews only at expiry', daily, { refreshEverySeconds: 86_400, checkEverySeconds: 60 }, 86_400],
  ['and pages for a token that stays away', daily, { pageBelowSeconds: 1 }, 86_400],
])('timing, where %s', (_, given, filledIn, replacedAfterSeconds) => {
  expect(timingOf(given)).toMatchObject({ ...filledIn, replacedAfterSeconds });
});

describe('a duration as cdk.json writes it', () => {
  it.each([
    [1, '1 second'],
    [90, '90 seconds'],
    [60, '1 minute'],
    [14_400, '4 hours'],
    [86_400, '1 day'],
    [5400, '90 minutes'],
  ])('of %i s is "%s"', (seconds, text) => {
    expect(durationText(seconds)).toBe(text);
    expect(durationSeconds(text)).toBe(seconds);
  });

  it('is read as it was written, whatever it is', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 99_999_999 }), (seconds) => {
        expect(durationSeconds(durationText(seconds))).toBe(seconds);
      }),
    );
  });

  it.each(['', '4', '4 h', '4 hourses', 'four hours', '1 fortnight', '-1 days', '123456789 seconds'])(
    'is nothing else: "%s"',
    (text) => expect(durationSeconds(text)).toBeNaN(),
  );
});

it.each([
  [-5, '0 s'],
  [40, '40 s'],
  [119, '119 s'],
  [150, '2 min 30 s'],
  [540, '9 min'],
  [660, '11 min'],
  [3599, '1 h'],
  [7140, '1 h 59 min'],
  [86_399, '1 d'],
  [273_600, '3 d 4 h'],
])('a span of %i s is "%s" to a person', (seconds, text) => {
  expect(spanText(seconds)).toBe(text);
});
