import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RefreshError, type RefreshErrorCode } from '../../../lambda/refresh-error.ts';
import {
  type Announcement,
  announce,
  conclude,
  failedBeforeAsking,
  hasDied,
  isInProgress,
  isTokenInDoubt,
  mayAskAgain,
} from '../../../lambda/refresher/rules/attempt.ts';
import type { Attempt, TokenRecord } from '../../../lambda/token-status.ts';

const NOON = Date.parse('2026-01-01T12:00:00.000Z');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const iso = (ms: number) => new Date(ms).toISOString();
/** Minutes from noon at which the next tick may ask; with checks 15 minutes apart, each interval is 7.5 shorter. */
const minutes = ({ askAgainAt }: Attempt) =>
  askAgainAt === 'never' ? 'never' : (Date.parse(askAgainAt) - NOON) / MINUTE;

const origin = { secretVersionId: 'secret-1', configuration: 'sha256:c' };

const before: Attempt = {
  at: iso(NOON - 15 * MINUTE),
  trigger: 'its time has come',
  ...origin,
  failures: 2,
  refusals: 1,
  askAgainAt: iso(NOON - MINUTE),
  outcome: { code: 'REPLY_MALFORMED', at: iso(NOON - 14 * MINUTE) },
};

const announcement: Announcement = {
  now: NOON,
  trigger: 'its time has come',
  origin,
  force: false,
  before: undefined,
  token: undefined,
  checkEverySeconds: 900,
  refreshEverySeconds: 7200,
  tokenLifetimeSeconds: 14_400,
};

const livingFor = (ms: number): TokenRecord => ({
  version: 7,
  issuedAt: iso(NOON - HOUR),
  expiresAt: iso(NOON + ms),
  lifetimeAssumed: false,
  fingerprint: 'sha256:f',
  ...origin,
});

describe('an announced attempt', () => {
  it('counts as a failure without an outcome', () => {
    expect(announce(announcement)).toEqual({
      at: iso(NOON),
      trigger: 'its time has come',
      ...origin,
      failures: 1,
      refusals: 0,
      askAgainAt: iso(NOON + 7.5 * MINUTE),
    });
  });

  it.each<[string, Partial<Announcement>, { failures: number; refusals: number }]>([
    ['goes on from an attempt that stands', { before }, { failures: 3, refusals: 1 }],
    ['starts afresh when a person forces it', { before, force: true }, { failures: 1, refusals: 0 }],
    [
      'starts afresh with another credential version',
      { before: { ...before, secretVersionId: 'secret-0' } },
      { failures: 1, refusals: 0 },
    ],
    [
      'starts afresh with another configuration',
      { before: { ...before, configuration: 'sha256:d' } },
      { failures: 1, refusals: 0 },
    ],
  ])('%s', (_, change, counts) => {
    expect(announce({ ...announcement, ...change })).toMatchObject(counts);
  });

  it.each<[number, number]>([
    [1, 7.5],
    [2, 22.5],
    [3, 52.5],
    [4, 52.5],
    [60, 52.5],
  ])('after %i failures is made again in %d minutes', (failures, expected) => {
    const attempt = announce({ ...announcement, before: { ...before, failures: failures - 1 } });
    expect(minutes(attempt)).toBe(expected);
  });

  it.each<[string, TokenRecord | undefined, number]>([
    ['at most half of what is left of a living token', livingFor(80 * MINUTE), 32.5],
    ['but at least a check', livingFor(10 * MINUTE), 7.5],
    ['and as without one when the token has ended', livingFor(-MINUTE), 52.5],
  ])('waits %s', (_, token, expected) => {
    expect(minutes(announce({ ...announcement, before: { ...before, failures: 9 }, token }))).toBe(expected);
  });

  it('waits at least a check when checks are hours apart', () => {
    const attempt = announce({ ...announcement, before, checkEverySeconds: 4 * 3600 });
    expect(minutes(attempt)).toBe(120);
  });
});

describe('the outcome of an attempt', () => {
  type Row = [
    string,
    { code: RefreshErrorCode; safe?: boolean; lifetime?: number },
    { failures?: number; refusals?: number; hasWorked?: boolean },
    { failures: number; refusals: number; asked: number | 'never' },
  ];
  it.each<Row>([
    [
      'a token that was not stored',
      { code: 'STORE_FAILED' },
      { failures: 1, refusals: 1 },
      { failures: 2, refusals: 0, asked: 22.5 },
    ],
    [
      'refused first, the version has worked',
      { code: 'CREDENTIALS_REFUSED' },
      { hasWorked: true },
      { failures: 0, refusals: 1, asked: 52.5 },
    ],
    [
      'refused again',
      { code: 'CREDENTIALS_REFUSED' },
      { hasWorked: true, refusals: 1 },
      { failures: 0, refusals: 2, asked: 'never' },
    ],
    [
      'refused, the version has never worked',
      { code: 'CREDENTIALS_REFUSED' },
      { failures: 3 },
      { failures: 3, refusals: 1, asked: 'never' },
    ],
    [
      'unavailable, perhaps judged, the fourth time',
      { code: 'ENDPOINT_UNAVAILABLE' },
      { failures: 3 },
      { failures: 4, refusals: 0, asked: 7.5 },
    ],
    [
      'unavailable, perhaps judged, the fifth time',
      { code: 'ENDPOINT_UNAVAILABLE' },
      { failures: 4, refusals: 1 },
      { failures: 5, refusals: 1, asked: 52.5 },
    ],
    [
      'unavailable the fifth time, where tokens live an hour',
      { code: 'ENDPOINT_UNAVAILABLE', lifetime: 3600 },
      { failures: 4 },
      { failures: 5, refusals: 0, asked: 7.5 },
    ],
    [
      'malformed the fifth time, where tokens live an hour',
      { code: 'REPLY_MALFORMED', lifetime: 3600 },
      { failures: 4 },
      { failures: 5, refusals: 0, asked: 52.5 },
    ],
    ['malformed', { code: 'REPLY_MALFORMED' }, { failures: 1, refusals: 1 }, { failures: 2, refusals: 1, asked: 22.5 }],
    [
      'refused for another reason',
      { code: 'REQUEST_REFUSED' },
      { failures: 1 },
      { failures: 2, refusals: 0, asked: 22.5 },
    ],
    [
      'cannot have been judged',
      { code: 'ENDPOINT_UNAVAILABLE', safe: true },
      { failures: 9, refusals: 1 },
      { failures: 9, refusals: 1, asked: 7.5 },
    ],
  ])('%s', (_, { code, safe, lifetime = 14_400 }, { failures = 0, refusals = 0, hasWorked = false }, expected) => {
    const asked = { ...announcement, before: { ...before, failures, refusals }, tokenLifetimeSeconds: lifetime };
    const reason = code === 'CREDENTIALS_REFUSED' ? 'invalid_grant' : undefined;
    const error = new RefreshError(code, 'no', { isSafeToRepeat: safe, reason });
    const concluded = conclude(announce(asked), error, hasWorked, asked, NOON + 3000);
    expect({ failures: concluded.failures, refusals: concluded.refusals, asked: minutes(concluded) }).toEqual(expected);
    expect(concluded.outcome).toEqual({ code, at: iso(NOON + 3000), ...(reason && { reason }) });
  });
});

describe('an attempt without outcome', () => {
  const { outcome: _, ...open } = { ...before, at: iso(NOON) };

  it.each<[number, boolean]>([
    [-59_999, true],
    [59_999, true],
    [60_000, false],
    [-60_000, false],
  ])('%i ms from its announcement may be at work: %s', (ms, expected) => {
    expect(isInProgress(open, NOON + ms)).toBe(expected);
    expect(hasDied(open, NOON + ms)).toBe(!expected);
  });

  it('puts the stored token in doubt once its run has died', () => {
    expect([0, MINUTE].map((ms) => isTokenInDoubt(open, NOON + ms))).toEqual([false, true]);
  });

  it('is neither at work nor dead where it has an outcome, and only a token that was not stored leaves a doubt', () => {
    expect([isInProgress(before, NOON), hasDied(before, NOON), isTokenInDoubt(before, NOON)]).toEqual([
      false,
      false,
      false,
    ]);
    expect(isTokenInDoubt({ ...before, outcome: { code: 'STORE_FAILED', at: iso(NOON) } }, NOON)).toBe(true);
    expect([isInProgress(undefined, NOON), hasDied(undefined, NOON), isTokenInDoubt(undefined, NOON)]).toEqual([
      false,
      false,
      false,
    ]);
  });
});

describe('the next question', () => {
  it.each<[string, Partial<Attempt>, boolean]>([
    ['comes at its instant', { askAgainAt: iso(NOON) }, true],
    ['does not come before', { askAgainAt: iso(NOON + 1) }, false],
    ['never comes', { askAgainAt: 'never' }, false],
    ['comes at once for a record from the future', { at: iso(NOON + 1), askAgainAt: 'never' }, true],
  ])('%s', (_, change, expected) => {
    expect(mayAskAgain({ ...before, ...change }, NOON)).toBe(expected);
  });
});

it('a failure before asking counts nothing and holds nothing back', () => {
  const attempt = failedBeforeAsking(new RefreshError('CREDENTIALS_UNREADABLE', 'no'), 'sha256:c', NOON);
  expect(attempt).toEqual({
    at: iso(NOON),
    trigger: 'there is no token',
    secretVersionId: '',
    configuration: 'sha256:c',
    failures: 0,
    refusals: 0,
    askAgainAt: iso(NOON),
    outcome: { code: 'CREDENTIALS_UNREADABLE', at: iso(NOON) },
  });
  expect(mayAskAgain(attempt, NOON)).toBe(true);
});

/** Every kind of answer that leaves no token, and whether the service cannot have judged the login. */
const answers = fc.constantFrom<readonly [RefreshErrorCode, isSafeToRepeat: boolean]>(
  ['CREDENTIALS_REFUSED', false],
  ['ENDPOINT_UNAVAILABLE', false],
  ['ENDPOINT_UNAVAILABLE', true],
  ['REQUEST_REFUSED', false],
  ['REPLY_MALFORMED', false],
  ['STORE_FAILED', false],
);

describe('a day of ticks without a token', () => {
  it('has at most 37 logins that may have been judged, one each R/2 of a service that is unavailable, and two refused', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 240 }),
        fc.array(answers, { minLength: 1, maxLength: 60 }),
        fc.boolean(),
        fc.option(fc.integer({ min: 1, max: 14_400 }), { nil: undefined }),
        fc.boolean(),
        fc.integer({ min: 10, max: 240 }),
        (checkEveryMinutes, sequence, hasWorked, livesForSeconds, dies, lifetimeMinutes) => {
          const token = livesForSeconds === undefined ? undefined : livingFor(livesForSeconds * 1000);
          const policy = { checkEverySeconds: checkEveryMinutes * 60, tokenLifetimeSeconds: lifetimeMinutes * 60 };
          const judged: number[] = [];
          const refused: number[] = [];
          let attempt: Attempt | undefined;
          for (let tick = 0; tick * checkEveryMinutes < 24 * 60; tick += 1) {
            const now = NOON + tick * checkEveryMinutes * MINUTE;
            if (attempt !== undefined && !mayAskAgain(attempt, now)) continue;
            const asked: Announcement = { ...announcement, ...policy, now, before: attempt, token };
            attempt = announce(asked);
            const next = sequence[(judged.length + tick) % sequence.length];
            const [code, isSafeToRepeat] = next ?? ['REPLY_MALFORMED', false];
            if (!isSafeToRepeat) judged.push(now);
            if (code === 'CREDENTIALS_REFUSED') refused.push(now);
            if (dies && tick % 3 === 0) continue;
            attempt = conclude(attempt, new RefreshError(code, '', { isSafeToRepeat }), hasWorked, asked, now);
          }
          const lifetime = livesForSeconds === undefined ? lifetimeMinutes : livesForSeconds / 60 + 60;
          const pause = Math.max(checkEveryMinutes, wholeChecks(Math.min(120, lifetime / 2) / 2, checkEveryMinutes));
          const mayBeUnavailable = sequence.some(([code, isSafe]) => code === 'ENDPOINT_UNAVAILABLE' && !isSafe);
          const bound = mayBeUnavailable ? Math.max(37, Math.ceil((24 * 60) / pause) + 12) : 37;
          expect(judged.length).toBeLessThanOrEqual(bound);
          const onlyRefusals = sequence.every(([code]) => code === 'CREDENTIALS_REFUSED') && !dies;
          if (onlyRefusals) expect(refused.length).toBeLessThanOrEqual(hasWorked ? 2 : 1);
        },
      ),
      { numRuns: 1000 },
    );
  });
});

function wholeChecks(minutes: number, checkEveryMinutes: number): number {
  return Math.floor(minutes / checkEveryMinutes) * checkEveryMinutes;
}
