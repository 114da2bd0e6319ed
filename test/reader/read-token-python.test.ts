import { execFile, execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AwsFault, type LocalAws, startLocalAws } from '../../local/world/aws/aws-server.ts';

const DOCS = join(import.meta.dirname, '../../docs');
const run = promisify(execFile);
const AT = '2026-01-31T11:52:45.000Z';

it('docs/reading.md shows docs/read_token.py as it is tested', () => {
  const [, shown] = /^```python\n(.*?)^```$/ms.exec(readFileSync(join(DOCS, 'reading.md'), 'utf8')) ?? [];
  expect(shown).toBe(readFileSync(join(DOCS, 'read_token.py'), 'utf8'));
});

const python = findPythonWithBoto3();
if (python === undefined) console.log('docs/read_token.py is not run: there is no python3 (3.11 or later) with boto3.');
else describe.concurrent('docs/read_token.py', () => testsWith(python));

function findPythonWithBoto3(): string | undefined {
  const program = 'import boto3, sys; assert sys.version_info >= (3, 11); print(sys.executable)';
  try {
    return execFileSync('python3', ['-c', program], { stdio: 'pipe' }).toString().trim();
  } catch {
    return undefined;
  }
}

/** What stands in the store, of whatever is named. */
interface Stored {
  readonly token?: string;
  readonly status?: string;
  readonly attempt?: string;
}

function testsWith(interpreter: string): void {
  let aws: LocalAws;
  const faults = new Map<string, () => AwsFault | undefined>();
  let count = 0;
  beforeAll(async () => {
    aws = await startLocalAws({
      faults: (_, { Names }) => (Array.isArray(Names) ? faults.get(String(Names[0]))?.() : undefined),
    });
  });
  afterAll(() => aws.close());

  const record = (version: number, lifetimeSeconds: number) => {
    const expiresAt = new Date(Date.now() + lifetimeSeconds * 1000).toISOString();
    return JSON.stringify({ format: 1, token: { version, expiresAt } });
  };
  const put = (Name: string, Value: string, Type = 'String') =>
    aws.perform('PutParameter', { Name, Value, Type, Tier: 'Standard', Overwrite: true });

  /** A token of its own, beside those of the other tests, which run at the same time. @returns its name */
  function stored({ token, status, attempt }: Stored = { token: 'token-1', status: record(1, 3600) }): string {
    count += 1;
    const name = `/scene-${count}/access-token`;
    if (token !== undefined) put(name, token, 'SecureString');
    if (status !== undefined) put(`${name}/status`, status);
    if (attempt !== undefined) put(`${name}/attempt`, attempt);
    return name;
  }

  /** Runs a few lines beside the module. @returns what they printed */
  async function printed(name: string, ...lines: readonly string[]): Promise<readonly string[]> {
    const program = ['import read_token as module', 'from read_token import *', ...lines].join('\n');
    const { stdout } = await run(interpreter, ['-c', program], {
      cwd: DOCS,
      env: {
        PATH: process.env.PATH,
        PYTHONDONTWRITEBYTECODE: '1',
        TOKEN_PARAMETER_NAME: name,
        AWS_ENDPOINT_URL: aws.url,
        AWS_REGION: 'ap-south-1',
        AWS_DEFAULT_REGION: 'ap-south-1',
        AWS_ACCESS_KEY_ID: 'local',
        AWS_SECRET_ACCESS_KEY: 'local',
      },
    });
    return stdout.trim().split('\n');
  }
  const readsOf = (name: string) =>
    aws.calls.filter(({ input: { Names } }) => Array.isArray(Names) && Names[0] === name).length;

  it('reads the token once and keeps it', async () => {
    const name = stored();
    expect(await printed(name, 'print(get_token(), get_token())')).toEqual(['token-1 token-1']);
    expect(readsOf(name)).toBe(1);
  });

  // The client asks twice each time. A rejected call looks twice, but does not wait for an SSM that has just hung.
  it.each<[string, AwsFault, number]>([
    ['fails', { type: 'InternalServerError', status: 500 }, 9],
    ['hangs', 'hang', 5],
  ])('serves the cached token while SSM %s, for as long as it is valid', async (_, fault, mostReads) => {
    const name = stored();
    faults.set(name, () => (readsOf(name) === 1 ? undefined : fault));
    const lines = [
      'get_token()',
      'module.cached = *module.cached[:3], 0',
      'begun = time.monotonic()',
      'print(get_token(), get_token(), time.monotonic() - begun < 20)',
      'print(call(lambda token: "rejected " + token, lambda answer: True))',
      'module.cached = "token-1", 0, 0, 0',
      'try: print(get_token())',
      'except Exception as error: print("failed")',
    ];
    expect(await printed(name, ...lines)).toEqual(['token-1 token-1 True', 'rejected token-1', 'failed']);
    expect(readsOf(name)).toBeLessThanOrEqual(mostReads);
  });

  it('repeats a rejected request with the new token', async () => {
    const name = stored();
    faults.set(name, () => {
      put(name, `token-${readsOf(name) + 1}`, 'SecureString');
      return undefined;
    });
    const lines = [
      'sent = []',
      'call(lambda token: sent.append(token), lambda answer: len(sent) == 1)',
      'print(len(sent), len(set(sent)))',
    ];
    expect(await printed(name, ...lines)).toEqual(['2 2']);
  });

  it('looks twice after a rejection, and never more than once a second, however many threads are rejected', async () => {
    const lines = [
      'read, begun, together = ssm.get_parameters, [], threading.Barrier(5)',
      'ssm.get_parameters = lambda **names: begun.append(time.monotonic()) or read(**names)',
      'get_token()',
      'work = lambda: together.wait() and None or print(call(lambda token: "rejected " + token, lambda answer: True))',
      'threads = [threading.Thread(target=work) for _ in range(5)]',
      'for thread in threads: thread.start()',
      'for thread in threads: thread.join()',
      'print(len(begun), min(after - before for before, after in zip(begun, begun[1:])) >= 1)',
    ];
    const output = await printed(stored(), ...lines);
    expect(output.join('\n').match(/rejected token-1/g)).toHaveLength(5);
    expect(output.at(-1)).toMatch(/^[34] True$/);
  });

  it('says what is wrong with what is stored', async () => {
    const tried = (outcome?: object) => JSON.stringify({ format: 1, attempt: { at: AT, outcome } });
    const failed = tried({ code: 'REPLY_MALFORMED', at: AT });
    const [token, ended] = ['token-1', record(1, 0)];
    const cases: readonly [stored: Stored, said: string][] = [
      [{}, 'there is no token in'],
      [{ attempt: failed }, `: the refresher's last attempt failed at ${AT} with REPLY_MALFORMED`],
      [{ attempt: tried() }, 'has its secret a value?'],
      [{ attempt: '{' }, 'has its secret a value?'],
      [{ token }, '/access-token/status is missing'],
      [{ token, status: '{"token":' }, 'holds no record of a token, or a damaged one'],
      [{ token, status: '[]' }, 'holds no record of a token, or a damaged one'],
      [{ token, status: '{"format":1}' }, 'holds no record of a token, or a damaged one'],
      [{ token, status: '{"format":2}' }, 'has format 2, and this code knows 1: update it'],
      [{ token, status: ended }, 'has not been replaced: is the refresher deployed'],
      [{ token, status: ended, attempt: failed }, 'has not been replaced: the refresher'],
    ];
    const lines = [
      `for name in ${JSON.stringify(cases.map(([one]) => stored(one)))}:`,
      '  module.NAME, module.STATUS, module.last_read = name, f"{name}/status", float("-inf")',
      '  try: get_token()',
      '  except RuntimeError as error: print(error)',
    ];
    expect(await printed('/none', ...lines)).toEqual(cases.map(([, said]) => expect.stringContaining(said)));
  });

  it('goes on reading without the right to read the last attempt, and asks for it only where something is wrong', async () => {
    const name = stored();
    const message = 'not authorized to perform: ssm:GetParameters';
    faults.set(`${name}/attempt`, () => ({ type: 'AccessDeniedException', message }));
    const call = 'print(call(lambda token: "rejected " + token, lambda answer: True))';
    expect(await printed(name, 'print(get_token())', call)).toEqual(['token-1', 'rejected token-1']);
    expect(readsOf(`${name}/attempt`)).toBe(0);
    put(`${name}/status`, record(1, 0));
    expect(await printed(name, 'try: get_token()', 'except RuntimeError as error: print(error)')).toEqual([
      expect.stringContaining('has not been replaced: is the refresher deployed'),
    ]);
    expect(readsOf(`${name}/attempt`)).toBe(1);
  });
}
