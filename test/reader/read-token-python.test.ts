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

  /** A token of its own, beside those of the other tests, which run at the same time. */
  function scene() {
    count += 1;
    const parameterName = `/scene-${count}/access-token`;
    const put = (Name: string, Value: string, Type: string) =>
      aws.perform('PutParameter', { Name, Value, Type, Tier: 'Standard', Overwrite: true });
    return {
      parameterName,
      putToken: (value: string) => put(parameterName, value, 'SecureString'),
      putStatus: (value: string) => put(`${parameterName}/status`, value, 'String'),
      putAttempt: (value: string) => put(`${parameterName}/attempt`, value, 'String'),
      setFault: (fault: () => AwsFault | undefined) => faults.set(parameterName, fault),
      runLines: (lines: string) => runLines(parameterName, lines),
    };
  }

  function record(version: number, lifetimeSeconds: number): string {
    const expiresAt = new Date(Date.now() + lifetimeSeconds * 1000).toISOString();
    return JSON.stringify({ format: 1, token: { version, expiresAt } });
  }

  /** Runs a few lines beside the module. @returns what they printed, and when SSM was asked, in milliseconds. */
  async function runLines(
    parameterName: string,
    lines: string,
  ): Promise<{ printed: readonly string[]; readsAt: readonly number[] }> {
    const { stdout } = await run(
      interpreter,
      ['-c', `import read_token as module\nfrom read_token import *\n${lines}`],
      {
        cwd: DOCS,
        env: {
          PATH: process.env.PATH,
          PYTHONDONTWRITEBYTECODE: '1',
          TOKEN_PARAMETER_NAME: parameterName,
          AWS_ENDPOINT_URL: aws.url,
          AWS_REGION: 'ap-south-1',
          AWS_DEFAULT_REGION: 'ap-south-1',
          AWS_ACCESS_KEY_ID: 'local',
          AWS_SECRET_ACCESS_KEY: 'local',
        },
      },
    );
    const reads = aws.calls.filter(({ input: { Names } }) => Array.isArray(Names) && Names[0] === parameterName);
    return { printed: stdout.trim().split('\n'), readsAt: reads.map(({ at }) => at.getTime()) };
  }

  it('reads the token once and keeps it', async () => {
    const { putToken, putStatus, runLines } = scene();
    putToken('token-1');
    putStatus(record(1, 3600));
    const { printed, readsAt } = await runLines('print(get_token())\nprint(get_token())');
    expect(printed).toEqual(['token-1', 'token-1']);
    expect(readsAt).toHaveLength(1);
  });

  // The client asks twice each time. A rejected call looks twice, but does not wait for an SSM that has just hung.
  it.each<[string, AwsFault, number]>([
    ['fails', { type: 'InternalServerError', status: 500 }, 9],
    ['hangs', 'hang', 5],
  ])('serves the cached token while SSM %s, for as long as it is valid', async (_, fault, mostReads) => {
    const { putToken, putStatus, setFault, runLines } = scene();
    putToken('token-1');
    putStatus(record(1, 3600));
    let reads = 0;
    setFault(() => {
      reads += 1;
      return reads === 1 ? undefined : fault;
    });
    const { printed, readsAt } = await runLines(
      [
        'get_token()',
        'module.cached = *module.cached[:3], 0',
        'begun = time.monotonic()',
        'print(get_token(), get_token(), time.monotonic() - begun < 20)',
        'print(call(lambda token: "rejected " + token, lambda answer: True))',
        'module.cached = "token-1", 0, 0, 0',
        'try: print(get_token())',
        'except Exception as error: print("failed")',
      ].join('\n'),
    );
    expect(printed).toEqual(['token-1 token-1 True', 'rejected token-1', 'failed']);
    expect(readsAt.length).toBeLessThanOrEqual(mostReads);
  });

  it('repeats a rejected request with the new token', async () => {
    const { putToken, putStatus, setFault, runLines } = scene();
    putToken('token-1');
    putStatus(record(1, 3600));
    let reads = 0;
    setFault(() => {
      reads += 1;
      putToken(`token-${reads + 1}`);
      return undefined;
    });
    const { printed } = await runLines(
      'sent = []\ncall(lambda token: sent.append(token), lambda answer: len(sent) == 1)\nprint(len(sent), len(set(sent)))',
    );
    expect(printed).toEqual(['2 2']);
  });

  it('looks twice after a rejection, and never more than once a second, however many threads are rejected', async () => {
    const { putToken, putStatus, runLines } = scene();
    putToken('token-1');
    putStatus(record(1, 3600));
    const { printed } = await runLines(
      [
        'read, begun, together = ssm.get_parameters, [], threading.Barrier(5)',
        'ssm.get_parameters = lambda **names: begun.append(time.monotonic()) or read(**names)',
        'get_token()',
        'work = lambda: together.wait() and None or print(call(lambda token: "rejected " + token, lambda answer: True))',
        'threads = [threading.Thread(target=work) for _ in range(5)]',
        'for thread in threads: thread.start()',
        'for thread in threads: thread.join()',
        'print(len(begun), min(after - before for before, after in zip(begun, begun[1:])) >= 1)',
      ].join('\n'),
    );
    expect(printed.join('\n').match(/rejected token-1/g)).toHaveLength(5);
    expect(printed.at(-1)).toMatch(/^[34] True$/);
  });

  it('says what is wrong with what is stored', async () => {
    const attempt = (outcome?: object) => JSON.stringify({ format: 1, attempt: { at: AT, outcome } });
    const failed = attempt({ code: 'REPLY_MALFORMED', at: AT });
    const cases: readonly [token: string | undefined, status: string | undefined, said: string, attempt?: string][] = [
      [undefined, undefined, 'there is no token in'],
      [undefined, undefined, `: the refresher's last attempt failed at ${AT} with REPLY_MALFORMED`, failed],
      [undefined, undefined, 'has its secret a value?', attempt()],
      [undefined, undefined, 'has its secret a value?', '{'],
      ['token-1', undefined, '/access-token/status is missing'],
      ['token-1', '{"token":', 'holds no record of a token, or a damaged one'],
      ['token-1', '[]', 'holds no record of a token, or a damaged one'],
      ['token-1', '{"format":1}', 'holds no record of a token, or a damaged one'],
      ['token-1', '{"format":2}', 'has format 2, and this code knows 1: update it'],
      ['token-1', record(1, 0), 'has not been replaced: is the refresher deployed'],
      ['token-1', record(1, 0), 'has not been replaced: the refresher', failed],
    ];
    const names = cases.map(([token, status, , tried]) => {
      const { parameterName, putToken, putStatus, putAttempt } = scene();
      if (token !== undefined) putToken(token);
      if (status !== undefined) putStatus(status);
      if (tried !== undefined) putAttempt(tried);
      return parameterName;
    });
    const { printed } = await scene().runLines(
      [
        `for name in ${JSON.stringify(names)}:`,
        '  module.NAME, module.STATUS, module.last_read = name, f"{name}/status", float("-inf")',
        '  try: get_token()',
        '  except RuntimeError as error: print(error)',
      ].join('\n'),
    );
    expect(printed).toEqual(cases.map(([, , said]) => expect.stringContaining(said)));
  });

  it('goes on reading without the right to read the last attempt, and asks for it only where something is wrong', async () => {
    const { parameterName, putToken, putStatus, runLines } = scene();
    let asked = 0;
    faults.set(`${parameterName}/attempt`, () => {
      asked += 1;
      return { type: 'AccessDeniedException', message: 'not authorized to perform: ssm:GetParameters' };
    });
    putToken('token-1');
    putStatus(record(1, 3600));
    const call = 'print(call(lambda token: "rejected " + token, lambda answer: True))';
    expect((await runLines(`print(get_token())\n${call}`)).printed).toEqual(['token-1', 'rejected token-1']);
    expect(asked).toBe(0);
    putStatus(record(1, 0));
    const { printed } = await runLines('try: get_token()\nexcept RuntimeError as error: print(error)');
    expect(printed).toEqual([expect.stringContaining('has not been replaced: is the refresher deployed')]);
    expect(asked).toBe(1);
  });
}
