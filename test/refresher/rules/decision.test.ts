import { describe, expect, it } from 'vitest';
import {
  decide,
  type RefreshPolicy,
  reportHonouredFrom,
  reportsInRow,
  type Situation,
} from '../../../lambda/refresher/rules/decision.ts';
import type { StoredState } from '../../../lambda/refresher/rules/stored-state.ts';
import type { Attempt, TokenRecord, TokenStatus } from '../../../lambda/token-status.ts';

const NOON = Date.parse('2026-01-01T12:00:00.000Z');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const iso = (ms: number) => new Date(ms).toISOString();

const policy: RefreshPolicy = {
  refreshEverySeconds: 7200,
  checkEverySeconds: 900,
  renewalWindowSeconds: undefined,
  loginsPerDay: undefined,
};
const origin = { secretVersionId: 'secret-1', configuration: 'sha256:c' };

const token: TokenRecord = {
  version: 7,
  issuedAt: iso(NOON),
  expiresAt: iso(NOON + 4 * HOUR),
  lifetimeAssumed: false,
  fingerprint: 'sha256:f',
  ...origin,
};

/** The last attempt was refused, and is asked again at two o'clock. */
const attempt: Attempt = {
  at: iso(NOON + 30 * MINUTE),
  trigger: 'its time has come',
  ...origin,
  failures: 1,
  refusals: 1,
  askAgainAt: iso(NOON + 2 * HOUR),
  outcome: { code: 'CREDENTIALS_REFUSED', at: iso(NOON + 30 * MINUTE), reason: 'invalid_grant' },
};
const { outcome: _, ...open } = attempt;

function holding(content: TokenStatus, rest: Partial<StoredState> = {}): StoredState {
  return {
    token: { version: 7, type: 'SecureString' },
    status: { version: 3, changedAt: NOON, content },
    reportedVersion: undefined,
    ...rest,
  };
}
const unreadable = (rest: Partial<StoredState> = {}): StoredState =>
  holding({}, { status: { version: 3, changedAt: NOON + 30 * MINUTE, fault: 'is damaged' }, ...rest });

const steady: Situation = { force: false, stored: holding({ token }), origin, now: NOON + HOUR };

describe('the decision', () => {
  it.each<[string, Partial<Situation>, string]>([
    ['nothing happened', {}, 'fresh'],

    [
      'the token is no SecureString',
      { stored: holding({ token }, { token: { version: 7, type: 'String' } }) },
      'hold: token type',
    ],
    [
      'the token is no SecureString, though a person forces',
      { force: true, stored: holding({ token }, { token: { version: 7, type: 'String' } }) },
      'hold: token type',
    ],

    [
      'another run announced less than a minute ago',
      { stored: holding({ token, attempt: open }), now: NOON + 31 * MINUTE - 1 },
      'in progress',
    ],
    [
      'another machine, whose clock is ahead, announced',
      { stored: holding({ token, attempt: open }), now: NOON + 29 * MINUTE + 1 },
      'in progress',
    ],
    [
      'another run announced with older credentials',
      { stored: holding({ token, attempt: { ...open, secretVersionId: 'secret-0' } }), now: NOON + 30 * MINUTE },
      'in progress',
    ],
    [
      'another run announced and a person forces',
      { force: true, stored: holding({ token, attempt: open }), now: NOON + 30 * MINUTE },
      'in progress',
    ],
    [
      'the run that announced has died',
      { stored: holding({ token, attempt: open }), now: NOON + 31 * MINUTE },
      'hold: attempt',
    ],
    [
      'the run that announced has died, and it is time',
      { stored: holding({ token, attempt: open }), now: NOON + 2 * HOUR },
      'its time has come',
    ],

    ['a person forces', { force: true }, 'a person asked for it'],
    [
      'a person forces refused credentials',
      { force: true, stored: holding({ token, attempt }) },
      'a person asked for it',
    ],
    ['a person forces, and the status is unreadable', { force: true, stored: unreadable() }, 'a person asked for it'],

    [
      'the status became unreadable within the hour',
      { stored: unreadable(), now: NOON + 90 * MINUTE - 1 },
      'hold: unreadable status',
    ],
    [
      'the status became unreadable, and there is no token',
      { stored: unreadable({ token: undefined }) },
      'hold: unreadable status',
    ],
    [
      'the status became unreadable an hour ago',
      { stored: unreadable(), now: NOON + 90 * MINUTE },
      'there is no readable status of the token',
    ],

    [
      'an attempt stands while the token is fresh',
      { stored: holding({ token, attempt }), now: NOON + 2 * HOUR - 1 },
      'hold: attempt',
    ],
    [
      'an attempt stands and there is no token',
      { stored: holding({ attempt }, { token: undefined }) },
      'hold: attempt',
    ],
    [
      'an attempt stands for ever',
      { stored: holding({ attempt: { ...attempt, askAgainAt: 'never' } }), now: NOON + 900 * HOUR },
      'hold: attempt',
    ],
    [
      'an attempt was written by a clock that jumped',
      { stored: holding({ token, attempt: { ...attempt, at: iso(NOON + 9 * HOUR), askAgainAt: 'never' } }) },
      'the last attempt left no token',
    ],

    [
      'an attempt may be made again',
      { stored: holding({ token, attempt: { ...attempt, askAgainAt: iso(NOON + HOUR) } }) },
      'the last attempt left no token',
    ],
    [
      'an attempt is that of older credentials',
      { stored: holding({ token, attempt: { ...attempt, secretVersionId: 'secret-0' } }) },
      'the last attempt left no token',
    ],
    [
      'an attempt is that of another configuration',
      { stored: holding({ token, attempt: { ...attempt, configuration: 'sha256:d' } }) },
      'the last attempt left no token',
    ],

    ['there is no token parameter', { stored: holding({ token }, { token: undefined }) }, 'there is no token'],
    ['there is no status', { stored: holding({}, { status: undefined }) }, 'there is no readable status of the token'],
    ['the status names no token', { stored: holding({}) }, 'there is no readable status of the token'],
    [
      'the token was changed outside the refresher',
      { stored: holding({ token }, { token: { version: 8, type: 'SecureString' } }) },
      'the token parameter was changed outside the refresher',
    ],
    ['the credentials changed', { origin: { ...origin, secretVersionId: 'secret-2' } }, 'the credentials have changed'],
    [
      'refused credentials were replaced',
      {
        stored: holding({ token, attempt: { ...attempt, askAgainAt: 'never' } }),
        origin: { ...origin, secretVersionId: 'secret-2' },
      },
      'the credentials have changed',
    ],
    [
      'the configuration changed',
      { origin: { ...origin, configuration: 'sha256:new' } },
      'the configuration has changed',
    ],
    [
      'a reader reports this version',
      { stored: holding({ token }, { reportedVersion: 7 }) },
      'readers report that it is rejected',
    ],
    ['a reader reports an earlier version', { stored: holding({ token }, { reportedVersion: 6 }) }, 'fresh'],
    [
      'a reader reports a token that is younger than a minute',
      { stored: holding({ token }, { reportedVersion: 7 }), now: NOON + MINUTE - 1 },
      'fresh',
    ],
    ['the due time is a moment away', { now: NOON + 2 * HOUR - 7.5 * MINUTE - 1 }, 'fresh'],
    ['the due time has come', { now: NOON + 2 * HOUR - 7.5 * MINUTE }, 'its time has come'],
    ['the token has expired', { now: NOON + 5 * HOUR }, 'its time has come'],
    ['the clock went back a little', { now: NOON - 5 * MINUTE }, 'fresh'],
    ['the token was issued in the future', { now: NOON - 16 * MINUTE }, 'the token was issued in the future'],
  ])('when %s', (_, change, expected) => {
    const decision = decide({ ...steady, ...change }, policy);
    const found =
      decision.kind === 'due'
        ? decision.trigger
        : decision.kind === 'hold'
          ? `hold: ${decision.reason.kind}`
          : decision.kind;
    expect(found).toBe(expected);
  });

  it.each<[number | undefined, number]>([
    [undefined, MINUTE],
    [1, 30 * MINUTE],
    [2, HOUR],
    [3, 2 * HOUR],
  ])('honours a report after %s reported tokens from an age of %i ms on', (reports, age) => {
    expect(reportHonouredFrom({ ...token, reports }, policy)).toBe(NOON + age);
  });

  it('counts the reports in a row, for the stored version only', () => {
    expect(reportsInRow(holding({ token }, { reportedVersion: 7 }))).toBe(1);
    expect(reportsInRow(holding({ token: { ...token, reports: 2 } }, { reportedVersion: 7 }))).toBe(3);
    expect(reportsInRow(holding({ token: { ...token, reports: 2 } }, { reportedVersion: 6 }))).toBe(0);
    expect(reportsInRow(holding({ token: { ...token, version: 6 } }, { reportedVersion: 7 }))).toBe(0);
  });

  it.each<[string, Partial<RefreshPolicy>, number, number]>([
    ['refreshEvery, half a check early', {}, 4 * HOUR, 2 * HOUR - 7.5 * MINUTE],
    ['half of a short lifetime', {}, HOUR, 30 * MINUTE - 7.5 * MINUTE],
    ['the renewal window before the expiry', { renewalWindowSeconds: 2700 }, 4 * HOUR, 4 * HOUR - 45 * MINUTE],
    ['at once when every event refreshes', { refreshEverySeconds: 3600, checkEverySeconds: 3600 }, 4 * HOUR, HOUR / 2],
  ])('a token is due at %s', (_, change, lifetime, expectedAge) => {
    const stored = holding({ token: { ...token, expiresAt: iso(NOON + lifetime) } });
    const at = (now: number) => decide({ ...steady, stored, now }, { ...policy, ...change }).kind;
    expect([at(NOON + expectedAge - 1), at(NOON + expectedAge)]).toEqual(['fresh', 'due']);
  });
});

describe('a login ration', () => {
  const rationed: RefreshPolicy = { ...policy, loginsPerDay: 10 };
  const due: Situation = { ...steady, now: NOON + 3 * HOUR };
  const loginsAt = (...hoursAgo: readonly number[]) => hoursAgo.map((hours) => iso(due.now - hours * HOUR));
  const made = (count: number) => loginsAt(...Array.from({ length: count }, (_, index) => index + 1));

  it.each<[string, number, boolean, string]>([
    ['asks with eight logins of ten', 8, false, 'due'],
    ['keeps one for a person', 9, false, 'hold'],
    ['gives it to the person', 9, true, 'due'],
    ['gives no eleventh to anybody', 10, true, 'hold'],
  ])('%s', (_, count, force, kind) => {
    const stored = holding({ token, logins: made(count) });
    expect(decide({ ...due, stored, force }, rationed).kind).toBe(kind);
  });

  it('holds no token back that is fresh', () => {
    expect(decide({ ...steady, stored: holding({ token, logins: made(10) }) }, rationed).kind).toBe('fresh');
  });

  it('forgets logins of more than a day ago, and those of a clock that jumped', () => {
    const logins = [...made(8), ...loginsAt(24, 30, -24, -1000)];
    expect(decide({ ...due, stored: holding({ token, logins }) }, rationed).kind).toBe('due');
  });

  it('says when there is room again, and which attempt stands', () => {
    const stood = { ...attempt, askAgainAt: iso(NOON) };
    const stored = holding({ token, attempt: stood, logins: made(9) });
    expect(decide({ ...due, stored }, rationed)).toEqual({
      kind: 'hold',
      reason: { kind: 'login ration', attempt: stood, until: iso(due.now + 15 * HOUR), force: false },
    });
  });

  it('does not count where the service does not', () => {
    expect(decide({ ...due, stored: holding({ token, logins: made(20) }) }, policy).kind).toBe('due');
  });
});
