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
import { isObject } from '../lambda/parse-json.ts';
import {
  decodeRecord,
  encodeRecord,
  instant,
  isInstant,
  isUnreadable,
  type UnreadableRecord,
} from '../lambda/record.ts';
import { decodeStatus, encodeStatus, type TokenRecord, type TokenStatus } from '../lambda/token-status.ts';
import { ANNOUNCED, TOKEN as token } from './refresher/rules/stored.ts';

const attempt: Attempt = { ...ANNOUNCED, at: token.issuedAt };

const text = fc.string();
const instants = fc
  .date({ min: new Date('2000-01-01'), max: new Date('2200-01-01'), noInvalidDate: true })
  .map((date) => instant(date.getTime()));

const tokens: fc.Arbitrary<TokenRecord> = fc
  .record(
    {
      version: fc.integer({ min: 1 }),
      issuedAt: instants,
      expiresAt: instants,
      dueAt: instants,
      pageBelowSeconds: fc.nat(),
      lifetimeAssumed: fc.boolean(),
      fingerprint: text,
      secretVersionId: text,
      configuration: text,
      attemptAt: instants,
      reports: fc.integer({ min: 1 }),
    },
    {
      requiredKeys: [
        ...(['version', 'issuedAt', 'expiresAt', 'lifetimeAssumed', 'fingerprint'] as const),
        ...(['secretVersionId', 'configuration'] as const),
      ],
    },
  )
  .filter(({ issuedAt, expiresAt }) => issuedAt < expiresAt);
const statuses: fc.Arbitrary<TokenStatus> = fc.record({ token: tokens }, { requiredKeys: [] });

const attempts: fc.Arbitrary<Attempt> = fc.record(
  {
    at: instants,
    run: text,
    on: fc.nat(),
    trigger: text,
    asked: fc.constant(false as const),
    secretVersionId: text,
    configuration: text,
    failures: fc.nat(),
    refusals: fc.nat(),
    askAgainAt: fc.oneof(instants, fc.constant('never' as const)),
    outcome: fc.record({ code: text, at: instants, reason: text }, { requiredKeys: ['code', 'at'] }),
  },
  { requiredKeys: ['at', 'run', 'on', 'trigger', 'configuration', 'failures', 'refusals', 'askAgainAt'] },
);
const attemptRecords: fc.Arbitrary<AttemptRecord> = fc.record(
  { attempt: attempts, logins: fc.array(instants) },
  { requiredKeys: [] },
);

/** What holds of every record, whatever stands in it. */
function testRecord<Content extends object>(
  records: fc.Arbitrary<Content>,
  encode: (record: Content) => string,
  decode: (text: string) => Content | UnreadableRecord,
): void {
  it('survives encoding and decoding', () => {
    fc.assert(
      fc.property(records, (written) => {
        expect(decode(encode(written))).toEqual(written);
      }),
    );
  });

  it('is read beside fields that nobody knows', () => {
    const withMore = (_: string, value: unknown) => (isObject(value) ? { ...value, later: 1 } : value);
    fc.assert(
      fc.property(records, (written) => {
        const read = decode(JSON.stringify(JSON.parse(encode(written), withMore)));
        expect(read).toMatchObject(written);
      }),
    );
  });

  it('is nothing rather than half a record, whatever text stands there', () => {
    const damage = fc.tuple(records, fc.nat(400), fc.nat(20), fc.string({ maxLength: 5 }));
    const damaged = damage.map(([written, from, length, inserted]) => {
      const whole = encode(written);
      return whole.slice(0, from) + inserted + whole.slice(from + length);
    });
    fc.assert(
      fc.property(fc.oneof(damaged, fc.json(), fc.string()), (any) => {
        const read = decode(any);
        if (isUnreadable(read)) expect(read.fault).not.toBe('');
        else expect(decode(encode(read))).toEqual(read);
      }),
    );
  });
}

describe('a record', () => {
  const all = (json: Readonly<Record<string, unknown>>) => json;

  it('says its format, and is read without one too', () => {
    expect(encodeRecord({ a: 1 })).toBe('{"format":1,"a":1}');
    expect(decodeRecord('{"a":1}', all)).toEqual({ a: 1 });
    expect(decodeRecord('{"format":1,"a":1}', all)).toMatchObject({ a: 1 });
  });

  it.each<[string, string, boolean]>([
    ['fresh', 'is not the JSON that the refresher writes', false],
    ['[]', 'is not the JSON that the refresher writes', false],
    ['{"format":"1"}', 'has a format that is no number', false],
    ['{"format":0}', 'has a format that is no number', false],
    ['{"format":2}', 'has format 2, and this version of soap-token-refresher knows 1 at most', true],
  ])('%s is unreadable: %s', (json, fault, isNewer) => {
    expect(decodeRecord(json, all)).toEqual({ fault, isNewer });
  });
});

it.each(['2026-01-01T12:00:00Z', '2025-02-30T12:00:00.000Z', '2026-01-01T12:00:00.000+00:00', 'x', 7])(
  'an instant is written in one way, not as %s',
  (other) => expect(isInstant(other)).toBe(false),
);

describe('the status record', () => {
  testRecord(statuses, encodeStatus, decodeStatus);

  it.each<[string, object | null]>([
    ['a token that is null', null],
    ['a version that is text', { ...token, version: '7' }],
    ['version 0', { ...token, version: 0 }],
    ['a date that does not exist', { ...token, issuedAt: '2025-02-30T12:00:00.000Z' }],
    ['an expiry before the issue', { ...token, expiresAt: token.issuedAt }],
    ['no secret version', { ...token, secretVersionId: undefined }],
    ['no reports where there are some', { ...token, reports: 0 }],
    ['a due time in words', { ...token, dueAt: 'soon' }],
    ['a page below half a second', { ...token, pageBelowSeconds: 0.5 }],
    ['an attempt without an instant', { ...token, attemptAt: null }],
  ])('cannot be decoded from %s', (_, damaged) => {
    expect(decodeStatus(JSON.stringify({ token }))).toEqual({ token });
    expect(decodeStatus(JSON.stringify({ token: damaged }))).toEqual({ fault: expect.any(String), isNewer: false });
  });
});

describe('the attempt record', () => {
  testRecord(attemptRecords, encodeAttempt, decodeAttempt);

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
    expect(decodeAttempt(JSON.stringify(json))).toEqual({ fault: expect.any(String), isNewer: false });
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

it.each<[string, TokenRecord | undefined, Attempt | undefined]>([
  ['is open', token, attempt],
  ['is open without a token', undefined, attempt],
  ['is open where the status names another', { ...token, attemptAt: '2026-01-01T12:00:00.001Z' }, attempt],
  ['has ended where the status names it', { ...token, attemptAt: attempt.at }, undefined],
  // Got by a version that knew one parameter only, between two upgrades.
  ['has ended where a later token is stored', { ...token, issuedAt: '2026-01-01T12:00:00.001Z' }, undefined],
])('an attempt %s', (_, stored, open) => {
  expect(openAttempt({ attempt }, stored)).toBe(open);
  expect(openAttempt({}, stored)).toBeUndefined();
});
