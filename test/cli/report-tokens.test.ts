import { SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createParameterReader } from '../../cli/read-parameters.ts';
import type { TokenRecords } from '../../cli/read-records.ts';
import { reportTokens } from '../../cli/status-command.ts';
import { reportTable, reportToken } from '../../cli/token-report.ts';
import { encodeAttempt } from '../../lambda/attempt-record.ts';
import { ERROR_GUIDE } from '../../lambda/error-guide.ts';
import { instant } from '../../lambda/record.ts';
import { encodeStatus } from '../../lambda/token-status.ts';
import { type AwsFault, type AwsFaults, type LocalAws, startLocalAws } from '../../local/world/aws/aws-server.ts';
import { attemptAged, HOUR, MINUTE, NOW, recordsOf, TOKEN, tokenAged, tokenDueSince } from './records.ts';

const refused = { code: 'CREDENTIALS_REFUSED', reason: 'invalid_grant' };
const away = { code: 'ENDPOINT_UNAVAILABLE' };
const noSecret = { code: 'CREDENTIALS_UNREADABLE' };

/** What a person finds at three in the morning: what SSM holds, the state, and whether the exit status is 1. */
const STATES: readonly (readonly [string, TokenRecords, string, boolean])[] = [
  ['all is well', recordsOf(tokenAged(HOUR), attemptAged(HOUR)), 'fresh', false],
  ['it is due, and the next check has not come', recordsOf(tokenDueSince(40 * MINUTE)), 'fresh', false],
  ['it should have been replaced 70 minutes ago', recordsOf(tokenDueSince(70 * MINUTE)), 'overdue', true],
  ['it should have been replaced 42 minutes ago', recordsOf(tokenDueSince(42 * MINUTE)), 'overdue', true],
  ['the same for 70 minutes, of a token that lives a week', recordsOf(weekly(70 * MINUTE)), 'overdue', true],
  ['the same for an hour, in a status from before it said so', recordsOf(old(3 * HOUR)), 'fresh', false],
  ['nobody replaced it', recordsOf(tokenAged(5 * HOUR)), 'expired', true],
  ['a run asks for the next one', recordsOf(tokenAged(2 * HOUR), attemptAged(1000)), 'asking', false],
  ['a run asks for the first one', recordsOf(undefined, attemptAged(1000)), 'asking', true],
  ['a run died', recordsOf(tokenAged(2 * HOUR), attemptAged(61_000)), 'in doubt', true],
  ['the password was changed', recordsOf(tokenAged(3 * HOUR), attemptAged(MINUTE, refused)), refused.code, true],
  ['the service is away', recordsOf(tokenAged(3 * HOUR), attemptAged(MINUTE, away)), away.code, true],
  ['there are no credentials yet', recordsOf(undefined, attemptAged(MINUTE, noSecret)), noSecret.code, true],
  ['nothing was ever stored here', recordsOf(), 'no status', true],
  ['a status names no token', { ...recordsOf(), status: {} }, 'no token', true],
];

function weekly(dueSinceMs: number) {
  return tokenDueSince(dueSinceMs, { expiresAt: tokenAged(-6 * 24 * HOUR).expiresAt, pageBelowSeconds: 201_600 });
}

function old(ageMs: number) {
  return tokenAged(ageMs, { dueAt: undefined, pageBelowSeconds: undefined, attemptAt: undefined });
}

describe('the state of a token', () => {
  it.each(STATES)('where %s', (_, records, state, isAiling) => {
    const doFirst = isAiling ? expect.stringMatching(/^[A-Z](?!.*allow ssm).*\.$/) : '';
    expect(reportToken(records, NOW)).toMatchObject({ token: TOKEN, state, isAiling, doFirst });
  });

  it('is overdue one check and the longest run after it was due, and the check follows from the attempt that got it', () => {
    const stateAfter = (ms: number) => {
      const token = weekly(ms);
      const askAgainAt = instant(Date.parse(token.issuedAt) + 7.5 * MINUTE);
      return reportToken(recordsOf(token, attemptAged(0, undefined, { at: token.issuedAt, askAgainAt })), NOW).state;
    };
    expect([stateAfter(16 * MINUTE), stateAfter(16 * MINUTE + 1)]).toEqual(['fresh', 'overdue']);
  });

  it('asks for a true tokenLifetime where TokenExpiring pages before the token is due', () => {
    const livingFor = (ms: number) => tokenAged(MINUTE, { expiresAt: tokenAged(4 * HOUR - ms).expiresAt });
    const doFirst = expect.stringContaining('set tokenLifetime');
    const expiring = { state: 'expiring', doFirst, isAiling: true, since: instant(NOW - 21 * MINUTE) };
    expect(reportToken(recordsOf(livingFor(59 * MINUTE)), NOW)).toMatchObject(expiring);
    expect(reportToken(recordsOf(livingFor(80 * MINUTE)), NOW)).toMatchObject({ state: 'fresh' });
  });

  it('is what the guide says of each code, with the reason of the refusal', () => {
    const failed = (code: string) => reportToken(recordsOf(undefined, attemptAged(HOUR, { code, reason: 'why' })), NOW);
    for (const [code, { doFirst }] of Object.entries(ERROR_GUIDE)) {
      expect(failed(code)).toMatchObject({ state: code, doFirst, reason: 'why' });
    }
    expect(failed('A_LATER_CODE').doFirst).toMatch(/log/);
  });

  it('names the parameter that cannot be read, and where to update', () => {
    const newer = { fault: 'has format 2, and …', isNewer: true };
    const doFirst = '/a/access-token/attempt has format 2, and …: update soap-token-refresher here.';
    const report = reportToken({ ...recordsOf(tokenAged(HOUR)), attempt: newer }, NOW);
    expect(report).toMatchObject({ state: 'unreadable', doFirst });
  });
});

describe('the table', () => {
  const report = (token: string, records: TokenRecords) => reportToken({ ...records, token }, NOW);

  it('begins with those that need attention, and of those with the one that ends first', () => {
    const failed = attemptAged(MINUTE, away);
    const reports = [
      report('/well', recordsOf(tokenAged(HOUR))),
      report('/due', recordsOf(tokenDueSince(0))),
      report('/lives', recordsOf(tokenAged(HOUR), failed)),
      report('/denied', { ...recordsOf(), status: 'denied' }),
      report('/ends', recordsOf(tokenAged(3 * HOUR), failed)),
    ];
    const lines = reportTable(reports, 120, NOW).split('\n');
    expect(lines.map((line) => line.split(' ', 1)[0])).toEqual([
      '3',
      'TOKEN',
      '/ends',
      '/lives',
      '/denied',
      '/well',
      '/due',
    ]);
    expect(lines[0]).toBe('3 of 120 need attention');
    const lastCells = lines.slice(1).map((line) => line.search(/(?<= {2})\S+( \S+)*$/));
    expect(new Set(lastCells).size).toBe(1);
    expect(reportTable([], 120, NOW)).toBe('0 of 120 need attention');
  });

  it('cannot be drawn another row into, nor steer the terminal', () => {
    const reason = `\x1b[2Jinvalid\r\ngrant\u2028\u202e\x9b2J\x07${'x'.repeat(5000)}`;
    const table = reportTable([report(TOKEN, recordsOf(undefined, attemptAged(HOUR, { code: 'A', reason })))], 1, NOW);
    expect(table.split('\n')).toHaveLength(3);
    expect(table).toMatch(/^[ -~…\n]+$/);
    expect(table).toContain(' invalid grant ');
    expect(table.length).toBeLessThan(3000);
  });
});

const NAMES = Array.from({ length: 12 }, (_, index) => `/many/${index}/access-token`);

let aws: LocalAws;
let client: SSMClient;
let faults: AwsFaults = () => undefined;
const pauses: number[] = [];
const stderr = vi.spyOn(console, 'error').mockImplementation(() => {});

beforeAll(async () => {
  aws = await startLocalAws({ faults: (operation, input) => faults(operation, input) });
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  client = new SSMClient({ endpoint: aws.url, region: 'ap-south-1', credentials, maxAttempts: 1 });
  for (const name of NAMES) store(`${name}/status`, encodeStatus({ token: tokenAged(HOUR) }));
  store('/many/3/access-token/status', encodeStatus({ token: tokenAged(5 * HOUR) }));
  store('/many/4/access-token', 'a token', 'SecureString');
});
afterAll(() => aws.close());
beforeEach(() => {
  faults = () => undefined;
  pauses.length = 0;
  stderr.mockClear();
});

function store(Name: string, Value: string, Type = 'String'): void {
  aws.perform('PutParameter', { Name, Value, Type, Overwrite: true });
}

async function report(names: readonly string[], path?: string) {
  const before = aws.calls.length;
  const reader = createParameterReader(client, async (ms) => pauses.push(ms));
  const reports = await reportTokens(reader, names, path);
  return { reports, calls: aws.calls.slice(before) };
}

/** As SSM does: one name that is denied denies the call. */
function deny(...denied: readonly string[]): void {
  const answer = { type: 'AccessDeniedException', message: 'User: erin is not authorized to perform it' };
  faults = (_, { Names, Path }) =>
    [Names, Path].flat().some((name) => denied.includes(`${name}`)) ? answer : undefined;
}

const THROTTLED: AwsFault = { type: 'ThrottlingException', message: 'Rate exceeded' };

describe('the tokens side by side', () => {
  it('are read ten in a call, and nothing is decrypted', async () => {
    const { reports, calls } = await report(NAMES);
    expect(reports).toHaveLength(12);
    expect(calls.map(({ operation }) => operation)).toEqual(Array(4).fill('GetParameters'));
    const records = ['status', 'attempt'].flatMap((record) => NAMES.map((name) => `${name}/${record}`));
    expect(calls.flatMap(({ input }) => input.Names)).toEqual(records);
    expect(calls.some(({ input }) => 'WithDecryption' in input)).toBe(false);
  });

  it('show the others where one name is denied', async () => {
    deny('/many/7/access-token/status');
    const { reports } = await report(NAMES);
    expect(reports.filter(({ state }) => state === 'fresh')).toHaveLength(10);
    const doFirst = 'Allow ssm:GetParameters on /many/7/access-token/status.';
    expect(reports[7]).toEqual({ token: '/many/7/access-token', state: 'denied', doFirst, isAiling: true });
  });

  it('are shown by their status alone to a role that may read no attempt, which is said where it is missed', async () => {
    deny(...NAMES.map((name) => `${name}/attempt`));
    const { reports } = await report(NAMES);
    expect(reports.filter(({ state, doFirst }) => state === 'fresh' && doFirst === '')).toHaveLength(11);
    const doFirst = expect.stringMatching(/allow ssm:GetParameters on \/many\/3\/access-token\/attempt\.$/);
    expect(reports[3]).toMatchObject({ state: 'expired', doFirst });
  });

  it('take an announcement that came second for none, and look back to the last that counts', async () => {
    const name = '/raced/access-token';
    const put = (over: object) =>
      store(`${name}/attempt`, encodeAttempt({ attempt: attemptAged(HOUR, undefined, over) }));
    store(`${name}/status`, encodeStatus({ token: tokenAged(2 * HOUR) }));
    put({});
    put({ outcome: attemptAged(HOUR, { code: 'REQUEST_REFUSED', reason: 'no' }).outcome });
    put({ run: 'second' });
    put({ run: 'third' });
    const { reports, calls } = await report([name]);
    expect(reports).toMatchObject([{ state: 'REQUEST_REFUSED', reason: 'no' }]);
    const looked = ['/status', '/attempt', '/attempt:3', '/attempt:2'].map((end) => `${name}${end}`);
    expect(calls.flatMap(({ input }) => input.Names)).toEqual(looked);
    deny(`${name}/attempt:3`);
    expect((await report([name])).reports).toMatchObject([{ state: 'in doubt' }]);
  });

  it('cannot be shown where all names are denied', async () => {
    deny('/a/token/status', '/b/token/status');
    await expect(report(['/a/token', '/b/token'])).rejects.toThrow(
      /^SSM denies it: allow ssm:GetParameters on \/a\/token\/status \(User: erin .*\)\.$/,
    );
  });

  it('are waited for where SSM throttles, which is said', async () => {
    let throttled = 3;
    faults = () => (throttled-- > 0 ? THROTTLED : undefined);
    expect((await report(NAMES)).reports).toHaveLength(12);
    expect(pauses).toEqual([1000, 2000, 4000]);
    expect(stderr.mock.calls.flat()).toEqual([1, 2, 4].map((s) => `SSM throttles: waiting for ${s} s.`));
  });

  it('are waited for half a minute, not for ever', async () => {
    faults = () => THROTTLED;
    await expect(report(NAMES)).rejects.toThrow(
      'SSM throttles, for half a minute now (ThrottlingException: Rate exceeded): try again later.',
    );
    expect(pauses.reduce((sum, ms) => sum + ms)).toBe(30_000);
  });

  it('name a status that somebody encrypted', async () => {
    store('/encrypted/token/status', '{}', 'SecureString');
    const doFirst = expect.stringMatching(
      /^\/encrypted\/token\/status is a SecureString, and must.*: the refresher's log/,
    );
    expect((await report(['/encrypted/token'])).reports).toMatchObject([{ state: 'unreadable', doFirst }]);
  });
});

describe('the tokens below a path', () => {
  it('are found by their status, or on the first day by their attempt', async () => {
    store('/manya/token/status', '{}');
    store('/day-one/token/attempt', encodeAttempt({ attempt: attemptAged(0, { code: 'CONFIG_INVALID' }) }));
    expect((await report([], '/day-one')).reports).toMatchObject([
      { token: '/day-one/token', state: 'CONFIG_INVALID' },
    ]);
    const { reports, calls } = await report([], '/many/');
    expect(reports.map(({ token }) => token).toSorted()).toEqual(NAMES.toSorted());
    expect(calls.flatMap(({ input }) => input.Path ?? [])).toEqual(['/many', '/many']);
  });

  it.each([
    ['where there are none', '/many/0/access-token/status', /^There is no token below \/many\/0\/.* here: check path,/],
    ['of what is no path', 'many', /^--path takes a path such as \/billing, not "many"\.$/],
  ])('are missed in one line %s', async (_, path, message) => {
    await expect(report([], path)).rejects.toThrow(message);
  });

  it('are read on from the page at which SSM throttled', async () => {
    let pages = 0;
    faults = (operation) => (operation === 'GetParametersByPath' && ++pages % 2 === 0 ? THROTTLED : undefined);
    const { reports, calls } = await report([], '/many/');
    expect(reports).toHaveLength(12);
    expect(calls.filter(({ input }) => input.Path).map(({ input }) => input.NextToken)).toEqual([
      undefined,
      '10',
      '10',
    ]);
    expect(pauses).toEqual([1000]);
  });

  it('need a permission, which is named', async () => {
    deny('/many');
    await expect(report([], '/many')).rejects.toThrow(/^SSM denies it: allow ssm:GetParametersByPath on \/many \(/);
  });
});
