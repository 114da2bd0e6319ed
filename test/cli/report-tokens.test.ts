import { SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createParameterReader } from '../../cli/read-parameters.ts';
import { reportTokens } from '../../cli/status-command.ts';
import { encodeAttempt } from '../../lambda/attempt-record.ts';
import { encodeStatus } from '../../lambda/token-status.ts';
import { type AwsFault, type AwsFaults, type LocalAws, startLocalAws } from '../../local/world/aws/aws-server.ts';
import { attemptAged, HOUR, tokenAged } from './records.ts';

const NAMES = Array.from({ length: 12 }, (_, index) => `/many/${index}/access-token`);

let aws: LocalAws;
let client: SSMClient;
let faults: AwsFaults = () => undefined;
const pauses: number[] = [];
const stderr = vi.spyOn(console, 'error').mockImplementation(() => {});

beforeAll(async () => {
  aws = await startLocalAws({ faults: (operation, input) => faults(operation, input) });
  client = new SSMClient({
    endpoint: aws.url,
    region: 'ap-south-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
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
  const reports = await reportTokens(reader, new Map(names.map((name) => [name, undefined])), path);
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
    expect(calls.flatMap(({ input }) => input.Names)).toEqual([
      ...NAMES.map((name) => `${name}/status`),
      ...NAMES.map((name) => `${name}/attempt`),
    ]);
    expect(calls.some(({ input }) => 'WithDecryption' in input)).toBe(false);
  });

  it('show the others where one name is denied', async () => {
    deny('/many/7/access-token/status');
    const { reports } = await report(NAMES);
    expect(reports.filter(({ state }) => state === 'fresh')).toHaveLength(10);
    expect(reports[7]).toEqual({
      token: '/many/7/access-token',
      state: 'denied',
      doFirst: 'Allow ssm:GetParameters on /many/7/access-token/status.',
      isAiling: true,
    });
  });

  it('are shown by their status alone to a role that may read no attempt', async () => {
    deny(...NAMES.map((name) => `${name}/attempt`));
    const { reports } = await report(NAMES);
    expect(reports.filter(({ state }) => state === 'fresh')).toHaveLength(11);
  });

  it('take an announcement that came second for none, and look back to the last that counts', async () => {
    const name = '/raced/access-token';
    const put = (on: number, over: object) =>
      store(`${name}/attempt`, encodeAttempt({ attempt: attemptAged(HOUR, undefined, { on, ...over }) }));
    store(`${name}/status`, encodeStatus({ token: tokenAged(2 * HOUR) }));
    put(0, {});
    put(0, { outcome: attemptAged(HOUR, { code: 'REQUEST_REFUSED', reason: 'no' }).outcome });
    put(0, { run: 'second' });
    put(0, { run: 'third' });
    const { reports, calls } = await report([name]);
    expect(reports).toMatchObject([{ state: 'REQUEST_REFUSED', reason: 'no' }]);
    expect(calls.flatMap(({ input }) => input.Names).slice(1)).toEqual(
      ['', ':3', ':2'].map((end) => `${name}/attempt${end}`),
    );
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
    const { reports } = await report(NAMES);
    expect(reports).toHaveLength(12);
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
    const { reports } = await report(['/encrypted/token']);
    expect(reports).toMatchObject([
      {
        state: 'unreadable',
        doFirst: expect.stringMatching(/^\/encrypted\/token\/status is a SecureString, and must/),
      },
    ]);
  });
});

describe('the tokens below a path', () => {
  it('are found by their status', async () => {
    store('/manya/token/status', '{}');
    store('/day-one/token/attempt', encodeAttempt({ attempt: attemptAged(0, { code: 'CONFIG_INVALID' }) }));
    expect((await report([], '/day-one')).reports).toMatchObject([
      { token: '/day-one/token', state: 'CONFIG_INVALID' },
    ]);
    const { reports, calls } = await report([], '/many/');
    expect(reports.map(({ token }) => token).toSorted()).toEqual(NAMES.toSorted());
    expect(calls.filter(({ operation }) => operation === 'GetParametersByPath').map(({ input }) => input.Path)).toEqual(
      ['/many', '/many'],
    );
  });

  it.each([
    ['where there are none', '/many/0/access-token/status', /^There is no token below \/many\/0\/.* here: check path,/],
    ['of what is no path', 'many', /^--path takes a path such as \/billing, not "many"\.$/],
  ])('are missed in one line %s', async (_, path, message) => {
    await expect(report([], path)).rejects.toThrow(message);
  });

  it('need a permission, which is named', async () => {
    deny('/many');
    await expect(report([], '/many')).rejects.toThrow(/^SSM denies it: allow ssm:GetParametersByPath on \/many \(/);
  });
});
