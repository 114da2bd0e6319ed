import { describe, expect, it } from 'vitest';
import { type Attempt, encodeAttempt } from '../../../lambda/attempt-record.ts';
import { type Instant, instant } from '../../../lambda/record.ts';
import type { RefreshPolicy, Situation } from '../../../lambda/refresher/rules/attempt.ts';
import { decide, reportHonouredFrom } from '../../../lambda/refresher/rules/decision.ts';
import { encodeStatus, type TokenRecord } from '../../../lambda/token-status.ts';
import { awsError, PARAMETER, type Passage, SmallWorld } from '../proofs/small-world.ts';
import { TOKENLESS } from '../proofs/tokenless.ts';
import { REFUSED as attempt, BASIS, HOUR, holding, MINUTE, NOON, ANNOUNCED as open, POLICY, TOKEN } from './stored.ts';

/** What stands in the parameters since noon, and what a tick finds beside it. */
interface Row {
  /** `undefined`: no such parameter. */
  readonly token?: { readonly version?: number; readonly type?: string; readonly changedAt?: number } | undefined;
  readonly status?: Partial<TokenRecord> | string | undefined;
  /** Each version of the parameter, the oldest first. */
  readonly attempts?: readonly (Attempt | string)[];
  readonly rejected?: string;
  readonly types?: { readonly status?: string; readonly attempt?: string; readonly rejected?: string };
  /** When status and attempt were written. */
  readonly recordedAt?: number;
  /** In minutes after noon. */
  readonly now?: number;
  readonly force?: boolean;
  /** Other credentials than those of the records, or another configuration. */
  readonly change?: 'credentials' | 'configuration';
}

/** A world in that state, an hour after noon where nothing else is said. */
async function worldOf({ now = 60, change, recordedAt = NOON, types = {}, ...stored }: Row) {
  const environment = change === 'configuration' ? { SOAP_ACTION: 'urn:another' } : {};
  const world = new SmallWorld({ environment });
  if (change === 'credentials') world.putSecret();
  const { token: parameter = 'token' in stored ? undefined : {}, status = 'status' in stored ? undefined : {} } =
    stored;
  const { version = 7, type = 'SecureString', changedAt = NOON } = parameter ?? { version: 0 };
  for (let written = 0; written < version; written += 1) world.put('', `token-${written}`, type, changedAt);
  if (status !== undefined) {
    const text = typeof status === 'string' ? status : encodeStatus({ token: { ...TOKEN, ...status } });
    world.put('/status', text, types.status, recordedAt);
  }
  for (const made of stored.attempts ?? []) {
    const text = typeof made === 'string' ? made : encodeAttempt({ attempt: made });
    world.put('/attempt', text, types.attempt, recordedAt);
  }
  if (stored.rejected !== undefined) world.put('/rejected', stored.rejected, types.rejected, recordedAt);
  await world.clock.runUntil(Math.round(NOON + now * MINUTE));
  return world;
}

/** What the real tick decides: why it asks, or the code with which it fails. */
async function decided(row: Row): Promise<string> {
  const report = await (await worldOf(row)).tick(undefined, row.force ? { force: true } : {});
  if (report === undefined) throw new TypeError('the tick made no report');
  if (report.decision === 'due') return report.trigger ?? '';
  const failure = report.outcome === 'failed' ? `: ${report.error.code}` : '';
  return `${report.decision}${failure}`;
}

/** The rows' instants are minutes after noon; one millisecond less. */
const MS = 1 / MINUTE;
const REFUSED = 'hold: CREDENTIALS_REFUSED';
const FAILED = 'hold: STORE_FAILED';
const NO_TOKEN_LEFT = 'the last attempt left no token';
const FORCED = 'a person asked for it';
const CHANGED = 'the token parameter was changed outside the refresher';
const OTHER_CREDENTIALS = 'the credentials have changed';
const OTHER_WAY = 'the configuration has changed';
const NO_STATUS = 'there is no readable status of the token';
const REJECTED = 'readers report that it is rejected';
const IN_PROGRESS = 'in progress: REFRESH_IN_PROGRESS';
const OTHER_REFUSAL = 'hold: REQUEST_REFUSED';
const MALFORMED = 'hold: REPLY_MALFORMED';
const secureString = { status: 'SecureString' };
const asString = { type: 'String' };
const lost: Attempt = { ...open, on: 3 };
const never: Attempt = { ...attempt, askAgainAt: 'never' };
const nine: Attempt = { ...attempt, refusals: 9 };
const ahead = (minutes: number): Attempt => ({ ...never, at: instant(NOON + HOUR + minutes * MINUTE) });
const failed = (code: string): Attempt => ({ ...attempt, refusals: 0, outcome: { code, at: attempt.at } });
const otherRefusal = failed('REQUEST_REFUSED');
const malformed = failed('REPLY_MALFORMED');
const unavailable = failed('ENDPOINT_UNAVAILABLE');
const first: Attempt = { ...open, at: instant(NOON) };
const second: Attempt = { ...open, on: 1 };
const gotByFirst = { attemptAt: first.at };
const writtenBefore = { token: { changedAt: NOON - HOUR }, recordedAt: NOON - HOUR };
const beforeAsking: Attempt = { ...attempt, asked: false, secretVersionId: undefined, askAgainAt: attempt.at };

it.each<[string, Row, string]>([
  ['nothing happened', {}, 'fresh'],

  ['the token is no SecureString', { token: asString }, FAILED],
  ['the token is no SecureString, though a person forces', { token: asString, force: true }, FAILED],
  ['the token is no SecureString, and a run announced', { token: asString, attempts: [open], now: 30 }, FAILED],

  ['a run announced less than a minute ago', { attempts: [open], now: 31 - MS }, 'in progress'],
  ['a run announced whose clock is ahead', { attempts: [open], now: 29 + MS }, 'in progress'],
  ['a run announced with other credentials', { attempts: [open], change: 'credentials', now: 30 }, 'in progress'],
  ['a run announced, and a person forces', { attempts: [open], force: true, now: 30 }, IN_PROGRESS],
  ['a run announced, and there is no token', { attempts: [open], token: undefined, now: 30 }, IN_PROGRESS],
  ['a run announced, and no status can be read', { attempts: [open], status: '{', now: 30 }, IN_PROGRESS],
  ['the run that announced has died', { attempts: [open], now: 31 }, FAILED],
  ['the run that announced has died, and it is time', { attempts: [open], now: 120 }, 'its time has come'],
  ['the run that announced came second', { attempts: [lost], now: 30 }, 'fresh'],
  ['two that announced came second, after a refusal', { attempts: [attempt, open, { ...open, on: 1 }] }, REFUSED],
  ['the announced run got the token', { attempts: [open], status: { attemptAt: open.at }, now: 30 }, 'fresh'],
  ['a run got the token, and a later one has died', { attempts: [first, second], status: gotByFirst }, FAILED],

  ['a person forces after a refusal', { attempts: [attempt], force: true, now: 32 - MS }, REFUSED],
  ['a person forces two minutes after it', { attempts: [attempt], force: true, now: 32 }, FORCED],
  ['a person forces after three', { attempts: [{ ...attempt, refusals: 3 }], force: true, now: 38 - MS }, REFUSED],
  ['a person forces after nine', { attempts: [nine], force: true, now: 90 - MS }, REFUSED],
  ['a person forces an hour after nine', { attempts: [nine], force: true, now: 90 }, FORCED],
  ['a person forces other credentials', { attempts: [attempt], force: true, change: 'credentials', now: 30 }, FORCED],
  ['a person forces another way', { attempts: [attempt], force: true, change: 'configuration', now: 30 }, FORCED],
  ['a person forces after a refused request', { attempts: [otherRefusal], force: true, now: 31 - MS }, OTHER_REFUSAL],
  ['a person forces after a bad reply', { attempts: [malformed], force: true, now: 31 - MS }, MALFORMED],
  ['a person forces a minute after it', { attempts: [malformed], force: true, now: 31 }, FORCED],
  ['a person forces in an outage', { attempts: [unavailable], force: true, now: 30 }, FORCED],
  ['a person forces after a run that died', { attempts: [open], force: true, now: 31 }, FORCED],

  ['a person forces', { force: true }, FORCED],
  ['a person forces, and the status cannot be read', { force: true, status: '{' }, FORCED],

  ['the status became unreadable within the hour', { status: '{', now: 60 - MS }, FAILED],
  ['the attempt became unreadable within the hour', { attempts: ['{'], now: 60 - MS }, FAILED],
  ['somebody made the status a SecureString', { types: secureString, now: 60 - MS }, FAILED],
  ['a later version wrote the attempt', { attempts: ['{"format":2}'], now: 60 - MS }, FAILED],
  ['an unreadable attempt stands before one that lost', { attempts: ['{', open], now: 60 - MS }, FAILED],
  ['no status can be read, and there is no token', { status: '{', token: undefined, now: 60 - MS }, FAILED],
  ['the status became unreadable an hour ago', { status: '{', now: 60 }, NO_STATUS],
  ['the attempt became unreadable an hour ago', { attempts: ['{'], now: 60 }, 'fresh'],

  ['an attempt stands while the token is fresh', { attempts: [attempt], now: 120 - MS }, REFUSED],
  ['an attempt stands and there is no token', { attempts: [attempt], token: undefined }, REFUSED],
  ['an attempt stands for ever', { attempts: [never], now: 900 * 60 }, REFUSED],
  ['an attempt was written by a clock a minute ahead', { attempts: [ahead(1)] }, REFUSED],

  ['an attempt was written by a clock that jumped', { attempts: [ahead(1 + MS)] }, NO_TOKEN_LEFT],
  ['an attempt may be made again', { attempts: [attempt], now: 120 }, 'its time has come'],
  ['an attempt is that of older credentials', { attempts: [attempt], change: 'credentials' }, OTHER_CREDENTIALS],
  ['an attempt is that of another configuration', { attempts: [attempt], change: 'configuration' }, OTHER_WAY],
  ['the first day began without credentials', { attempts: [beforeAsking], token: undefined }, 'there is no token'],

  ['there is no token parameter', { token: undefined }, 'there is no token'],
  ['there is no status', { status: undefined }, NO_STATUS],
  ['the status names no token', { status: encodeStatus({}) }, NO_STATUS],
  ['the token was changed outside the refresher', { token: { version: 8 } }, CHANGED],
  ['somebody made it anew under the recorded version', { token: { changedAt: NOON + MINUTE + 1 } }, CHANGED],
  ['the status was written a run after the token', { token: { changedAt: NOON + MINUTE } }, 'fresh'],
  ['the credentials changed', { change: 'credentials' }, OTHER_CREDENTIALS],
  ['the configuration changed', { change: 'configuration' }, OTHER_WAY],
  ['a reader reports this version', { rejected: '7' }, REJECTED],
  ['a report stands in a list', { rejected: '7', types: { rejected: 'StringList' } }, REJECTED],
  ['a reader reports an earlier version', { rejected: '6' }, 'fresh'],
  ['a reader reports a token of less than a minute', { rejected: '7', now: 1 - MS }, 'fresh'],
  ['a reader reports a token of a minute', { rejected: '7', now: 1 }, REJECTED],
  ['the due time is a moment away', { now: 112.5 - MS }, 'fresh'],
  ['the due time has come', { now: 112.5 }, 'its time has come'],
  ['the token has expired', { now: 300 }, 'its time has come'],
  ['the clock went back a little', { now: -15 }, 'fresh'],
  ['the token was issued in the future', { now: -15 - MS, ...writtenBefore }, 'the token was issued in the future'],
])('the real tick decides by the first row of the table that holds, when %s', async (_, row, expected) => {
  expect(await decided(row)).toBe(expected);
});

it.each<[Row, string]>([
  [{ status: '{"token":' }, '/status is not the JSON that the refresher writes'],
  [{ status: '{"token":{"version":1}}' }, '/status holds a damaged record of the token'],
  [{ status: '{"format":2}' }, '/status has format 2'],
  [{ types: { status: 'SecureString' } }, '/status is a SecureString'],
  [{ attempts: ['{"attempt":{}}'] }, '/attempt holds a damaged record of the last attempt'],
  [{ attempts: ['{"format":2}'] }, '/attempt has format 2'],
  [{ attempts: ['{}'], types: { attempt: 'StringList' } }, '/attempt is a StringList'],
  [{ token: asString, force: true }, ' is a String, not a SecureString'],
])('where %j is stored, a person is told what is wrong with which parameter', async (row, fault) => {
  const message = expect.stringMatching(new RegExp(`^${PARAMETER}${fault}.*delete the parameter`));
  const report = await (await worldOf({ now: 60 - MS, ...row })).tick(undefined, { force: row.force ?? false });
  expect(report).toMatchObject({ error: { code: 'STORE_FAILED', message } });
  const isStatus = fault.startsWith('/status');
  expect(report?.secondsRemaining).toEqual(isStatus ? undefined : expect.toSatisfy((seconds) => seconds > 0));
});

it.each([
  // A refusal may stand in it.
  ['for a moment, nobody is asked', 'ThrottlingException', 'STORE_FAILED', /Throttl.*The SOAP service was not asked$/],
  ['for good, that one counts', 'AccessDenied', 'REFRESH_IN_PROGRESS', /announced at 2026-01-01T12:30:00/],
])('where the record before one that came second cannot be had %s', async (_, name, code, words) => {
  const world = await worldOf({ attempts: [attempt, lost], now: 30 });
  const error = awsError(name, 400);
  const passage: Passage = (effect, act) => (effect === 'earlier' ? Promise.reject(error) : act());
  const message = expect.stringMatching(words);
  expect(await world.tick(passage, { force: true })).toMatchObject({ error: { code, message } });
  expect(world.logins).toEqual([]);
});

describe('a token parameter that somebody made anew under the recorded version', () => {
  it('counts as no token that lives, while the service gives none', async () => {
    const world = await worldOf({ token: { changedAt: NOON + MINUTE + 1 } });
    world.answer = TOKENLESS.gateway;
    expect(await world.tick()).toMatchObject({ outcome: 'failed', secondsRemaining: 0, token: undefined });
  });

  it('is written again, also where the service hands out the same token', async () => {
    const world = new SmallWorld({ habits: { issuing: 'same-until-late' } });
    await world.tick();
    const given = world.storedToken;
    world.aws.perform('DeleteParameter', { Name: PARAMETER }, new Date(world.clock.now()));
    await world.clock.advance(2 * MINUTE);
    world.put('', 'by hand', 'SecureString');
    expect(await world.tick()).toMatchObject({ outcome: 'refreshed', token: { version: 2 } });
    expect(world.storedToken).toBe(given);
  });
});

it.each<[number | undefined, number]>([
  [undefined, MINUTE],
  [1, 30 * MINUTE],
  [2, HOUR],
  [5000, HOUR],
])('readers are heard after %s tokens in a row that were reported from an age of %i ms on', (reports, age) => {
  expect(reportHonouredFrom({ ...TOKEN, reports }, POLICY)).toBe(NOON + age);
});

const steady: Situation = { force: false, stored: holding(TOKEN), basis: BASIS, now: NOON + HOUR };

it.each<[string, Partial<RefreshPolicy>, number, number]>([
  ['refreshEvery, half a check early', {}, 4 * HOUR, 2 * HOUR - 7.5 * MINUTE],
  ['half of a short lifetime', {}, HOUR, 30 * MINUTE - 7.5 * MINUTE],
  ['the renewal window before the expiry', { renewalWindowSeconds: 2700 }, 4 * HOUR, 4 * HOUR - 45 * MINUTE],
  ['at once when every event refreshes', { refreshEverySeconds: 3600, checkEverySeconds: 3600 }, 4 * HOUR, HOUR / 2],
])('a token is due at %s', (_, change, lifetime, expectedAge) => {
  const stored = holding({ ...TOKEN, expiresAt: instant(NOON + lifetime) });
  const at = (now: number) => decide({ ...steady, stored, now }, { ...POLICY, ...change }).kind;
  expect([at(NOON + expectedAge - 1), at(NOON + expectedAge)]).toEqual(['fresh', 'due']);
});

describe('a ration of ten logins', () => {
  const due = { ...steady, now: NOON + 3 * HOUR };
  const hours = (...ago: readonly number[]) => ago.map((one) => instant(due.now - one * HOUR));
  const made = (count: number) => hours(...Array.from({ length: count }, (_, index) => index + 1));
  const asking = (logins: readonly Instant[], made?: Attempt, attemptAt?: Instant): Situation => ({
    ...due,
    stored: holding({ ...TOKEN, attemptAt }, { attempt: made, logins }),
  });
  const forced = (logins: readonly Instant[]) => ({ ...asking(logins), force: true });
  const ended = { ...open, at: instant(NOON) };

  it.each<[string, Situation, string]>([
    ['asks with eight made', asking(made(8)), 'due'],
    ['keeps one for a person', asking(made(9)), 'hold'],
    ['gives it to the person', forced(made(9)), 'due'],
    ['gives no eleventh to anybody', forced(made(10)), 'hold'],
    ['is counted by the record of an attempt that has ended with a token', asking(made(9), ended, ended.at), 'hold'],
    ['holds no token back that is fresh', { ...asking(made(10)), now: steady.now }, 'fresh'],
    ['holds where it was lowered', asking(made(15)), 'hold'],
    ['forgets logins of more than a day ago', asking([...made(8), ...hours(24, 30)]), 'due'],
    ['forgets those of a clock that jumped', asking([...made(8), ...hours(-24, -1000)]), 'due'],
  ])('%s', (_, situation, kind) => {
    expect(decide(situation, { ...POLICY, loginsPerDay: 10 }).kind).toBe(kind);
    expect(decide(situation, POLICY).kind).toBe(kind === 'hold' ? 'due' : kind);
  });

  it.each<[string, Partial<Attempt>, string]>([
    ['which attempt stands', {}, 'CREDENTIALS_REFUSED'],
    ['nothing of one with other credentials', { secretVersionId: 'another' }, 'ENDPOINT_UNAVAILABLE'],
  ])('says when there is room again, and %s', (_, change, code) => {
    const again = { ...attempt, askAgainAt: instant(NOON), ...change };
    const message = expect.stringContaining(`again from ${instant(due.now + 15 * HOUR)}`);
    const decision = decide(asking(made(9), again), { ...POLICY, loginsPerDay: 10 });
    expect(decision).toMatchObject({ error: { code, message } });
  });
});
