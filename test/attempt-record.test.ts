import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Attempt,
  type AttemptRecord,
  countingRecord,
  decodeAttempt,
  encodeAttempt,
  openAttempt,
} from '../lambda/attempt-record.ts';
import { isUnreadable } from '../lambda/record.ts';
import type { TokenRecord } from '../lambda/token-status.ts';
import { INSTANTS, testRecord } from './record-properties.ts';

const text = fc.string();
const outcome = fc.record({ code: text, at: INSTANTS, reason: text }, { requiredKeys: ['code', 'at'] });
const attempts: fc.Arbitrary<Attempt> = fc.record(
  {
    at: INSTANTS,
    run: text,
    on: fc.nat(),
    trigger: text,
    asked: fc.constant(false as const),
    secretVersionId: text,
    configuration: text,
    failures: fc.nat(),
    refusals: fc.nat(),
    askAgainAt: fc.oneof(INSTANTS, fc.constant('never' as const)),
    outcome,
  },
  { requiredKeys: ['at', 'run', 'on', 'trigger', 'configuration', 'failures', 'refusals', 'askAgainAt'] },
);
const records: fc.Arbitrary<AttemptRecord> = fc.record(
  { attempt: attempts, logins: fc.array(INSTANTS) },
  { requiredKeys: [] },
);

const attempt: Attempt = {
  at: '2026-01-01T12:00:00.000Z',
  run: 'r',
  on: 4,
  trigger: 'its time has come',
  secretVersionId: 's',
  configuration: 'sha256:c',
  failures: 1,
  refusals: 0,
  askAgainAt: 'never',
};

describe('the attempt record', () => {
  testRecord(records, encodeAttempt, decodeAttempt);

  it.each<[string, object]>([
    ['half an attempt', { attempt: { failures: 1 } }],
    ['an attempt that is null', { attempt: null }],
    ['no next question', { attempt: { ...attempt, askAgainAt: undefined } }],
    ['a next question in other words', { attempt: { ...attempt, askAgainAt: 'soon' } }],
    ['no version on which it was made', { attempt: { ...attempt, on: undefined } }],
    ['no run', { attempt: { ...attempt, run: undefined } }],
    ['an attempt that says that it asked', { attempt: { ...attempt, asked: true } }],
    ['an outcome without an instant', { attempt: { ...attempt, outcome: { code: 'STORE_FAILED' } } }],
    ['an outcome without a code', { attempt: { ...attempt, outcome: { at: attempt.at } } }],
    ['logins that are no list', { logins: '2026-01-01T12:00:00.000Z' }],
    ['logins that are no instants', { logins: ['yesterday'] }],
  ])('cannot be decoded from %s', (_, json) => {
    expect(decodeAttempt(JSON.stringify({ attempt, logins: [attempt.at] }))).toEqual({ attempt, logins: [attempt.at] });
    expect(isUnreadable(decodeAttempt(JSON.stringify(json)))).toBe(true);
  });

  it('ignores what nobody knows, beside it and in it', () => {
    const future = { format: 1, attempt: { ...attempt, colour: 'blue' }, mood: 'bright' };
    expect(decodeAttempt(JSON.stringify(future))).toEqual({ attempt: future.attempt });
  });
});

describe('the record that counts', () => {
  const done: Attempt = { ...attempt, outcome: { code: 'STORE_FAILED', at: attempt.at } };
  const on = (version: number, made: Attempt = attempt): AttemptRecord => ({ attempt: { ...made, on: version } });
  const notAsked = { ...done, asked: false } as const;
  const other: Attempt = { ...attempt, run: 'other' };
  const otherDone: Attempt = { ...done, run: 'other' };

  it.each<[string, readonly (AttemptRecord | 'gone')[], number]>([
    ['the announcement that was first', [on(0)], 1],
    ['the announcement over an outcome', [on(0, done), on(1)], 2],
    ['what stood before two that came second', [on(0), on(0), on(1)], 1],
    ['an outcome, on whatever version it was announced', [on(0), on(0), on(0, done)], 3],
    ['an outcome that was written twice', [on(0), on(0, done), on(0, done)], 3],
    ['an outcome behind announcements that came second', [on(0), on(0, other), on(1, other), on(0, done)], 4],
    ['what another run announced right over it, before its outcome', [on(0), on(1, other), on(0, done)], 2],
    ['what another run announced before the outcome was repeated', [on(0), on(0, done), on(2, other), on(0, done)], 3],
    ["another run's outcome before it was", [on(0), on(0, done), on(2, other), on(2, otherDone), on(0, done)], 4],
    ['the outcome after one that came late', [on(0), on(0, done), on(2, other), on(0, done), on(2, otherDone)], 5],
    ['an outcome whose announcement is gone', ['gone', 'gone', on(0, done)], 3],
    ['what stood before a failure before asking that came second', [on(0), on(0, notAsked)], 1],
    ['a failure before asking that was first', [on(0, notAsked)], 1],
    ['a record without an attempt', [{}], 1],
  ])('is %s', async (_, versions, expected) => {
    const newest = versions.at(-1);
    if (newest === undefined || newest === 'gone') throw new TypeError('no newest version');
    const found = await countingRecord(newest, versions.length, async (version) => {
      const record = versions[version - 1];
      return record === 'gone' ? undefined : record;
    });
    expect(found).toBe(versions[expected - 1]);
  });

  it('is empty where all came second', async () => {
    expect(await countingRecord(on(4), 2, async () => on(3))).toEqual({});
  });

  it('is one under way where what came second stands on one that cannot be had, also if it failed before asking', async () => {
    for (const made of [attempt, notAsked]) {
      const found = await countingRecord({ ...on(0, made), logins: [attempt.at] }, 2, async () => undefined);
      expect(found).toEqual({ ...on(0), logins: [attempt.at] });
    }
  });

  it('is unreadable where the one before those that came second is', async () => {
    const unreadable = { fault: 'is damaged', isNewer: false };
    expect(await countingRecord(on(0), 2, async () => unreadable)).toBe(unreadable);
  });
});

it('an attempt is open until the status names it', () => {
  const token: TokenRecord = {
    version: 7,
    issuedAt: '2026-01-01T12:00:00.000Z',
    expiresAt: '2026-01-01T16:00:00.000Z',
    lifetimeAssumed: false,
    fingerprint: '',
    secretVersionId: 's',
    configuration: 'c',
  };
  expect(openAttempt({ attempt }, token)).toBe(attempt);
  expect(openAttempt({ attempt }, { ...token, attemptAt: '2026-01-01T12:00:00.001Z' })).toBe(attempt);
  expect(openAttempt({ attempt }, { ...token, attemptAt: attempt.at })).toBeUndefined();
  expect(openAttempt({ attempt }, undefined)).toBe(attempt);
  expect(openAttempt({}, undefined)).toBeUndefined();

  // Got by a version that knew one parameter only, between two upgrades.
  expect(openAttempt({ attempt }, { ...token, issuedAt: '2026-01-01T12:00:00.001Z' })).toBeUndefined();
});
