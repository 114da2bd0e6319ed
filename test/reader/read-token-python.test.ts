import { execFile, execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AwsFault, type LocalAws, startLocalAws } from '../../local/aws/aws-server.ts';
import { STATUS, TOKEN } from './scene.ts';

const DOCS = join(import.meta.dirname, '../../docs');
const run = promisify(execFile);

it('docs/reading.md shows docs/read_token.py as it is tested', () => {
  const [, shown] = /^```python\n(.*?)^```$/ms.exec(readFileSync(join(DOCS, 'reading.md'), 'utf8')) ?? [];
  expect(shown).toBe(readFileSync(join(DOCS, 'read_token.py'), 'utf8'));
});

const python = findPythonWithBoto3();
if (python === undefined) console.log('docs/read_token.py is not run: there is no python3 (3.11 or later) with boto3.');
else describe('docs/read_token.py', () => testsWith(python));

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
  beforeAll(async () => {
    aws = await startLocalAws();
  });
  afterAll(() => aws.close());
  beforeEach(() => {
    aws.faults = () => undefined;
    for (const Name of [TOKEN, STATUS])
      if (aws.parameters.history(Name).length > 0) aws.perform('DeleteParameter', { Name });
  });

  function put(Name: string, Value: string): void {
    const Type = Name === TOKEN ? 'SecureString' : 'String';
    aws.perform('PutParameter', { Name, Value, Type, Tier: 'Standard', Overwrite: true });
  }

  function record(version: number, lifetimeSeconds: number): string {
    const expiresAt = new Date(Date.now() + lifetimeSeconds * 1000).toISOString();
    return JSON.stringify({ format: 1, token: { version, expiresAt } });
  }

  /** Runs a few lines beside the module. @returns what they printed, and when SSM was asked, in milliseconds. */
  async function runLines(lines: string): Promise<{ printed: readonly string[]; readsAt: readonly number[] }> {
    const before = aws.calls.length;
    const { stdout } = await run(
      interpreter,
      ['-c', `import read_token as module\nfrom read_token import *\n${lines}`],
      {
        cwd: DOCS,
        env: {
          PATH: process.env.PATH,
          PYTHONDONTWRITEBYTECODE: '1',
          TOKEN_PARAMETER_NAME: TOKEN,
          AWS_ENDPOINT_URL: aws.url,
          AWS_REGION: 'ap-south-1',
          AWS_DEFAULT_REGION: 'ap-south-1',
          AWS_ACCESS_KEY_ID: 'local',
          AWS_SECRET_ACCESS_KEY: 'local',
        },
      },
    );
    const reads = aws.calls.slice(before).filter(({ operation }) => operation === 'GetParameters');
    return { printed: stdout.trim().split('\n'), readsAt: reads.map(({ at }) => at.getTime()) };
  }

  it('reads the token once and keeps it', async () => {
    put(TOKEN, 'token-1');
    put(STATUS, record(1, 3600));
    const { printed, readsAt } = await runLines('print(get_token())\nprint(get_token())');
    expect(printed).toEqual(['token-1', 'token-1']);
    expect(readsAt).toHaveLength(1);
  }, 60_000);

  it.each<[string, AwsFault]>([
    ['fails', { type: 'InternalServerError', status: 500 }],
    ['hangs', 'hang'],
  ])(
    'serves the cached token while SSM %s, for as long as it is valid',
    async (_, fault) => {
      put(TOKEN, 'token-1');
      put(STATUS, record(1, 3600));
      let reads = 0;
      aws.faults = () => {
        reads += 1;
        return reads === 1 ? undefined : fault;
      };
      const { printed } = await runLines(
        [
          'get_token()',
          'module.cached = *module.cached[:3], 0',
          'begun = time.monotonic()',
          'print(get_token(), get_token(), time.monotonic() - begun < 20)',
          'module.cached = "token-1", 0, 0, 0',
          'try: print(get_token())',
          'except Exception as error: print("failed")',
        ].join('\n'),
      );
      expect(printed).toEqual(['token-1 token-1 True', 'failed']);
    },
    60_000,
  );

  it('repeats a rejected request with the new token', async () => {
    put(TOKEN, 'token-1');
    put(STATUS, record(1, 3600));
    aws.faults = (operation) => {
      if (operation === 'GetParameters') put(TOKEN, `token-${aws.calls.length}`);
      return undefined;
    };
    const { printed } = await runLines(
      'sent = []\ncall(lambda token: sent.append(token), lambda answer: len(sent) == 1)\nprint(len(sent), len(set(sent)))',
    );
    expect(printed).toEqual(['2 2']);
  }, 60_000);

  it('looks twice after a rejection, and never more than once a second, however many threads are rejected', async () => {
    put(TOKEN, 'token-1');
    put(STATUS, record(1, 3600));
    const { printed, readsAt } = await runLines(
      [
        'get_token()',
        'work = lambda: print(call(lambda token: "rejected " + token, lambda answer: True))',
        'threads = [threading.Thread(target=work) for _ in range(5)]',
        'for thread in threads: thread.start()',
        'for thread in threads: thread.join()',
      ].join('\n'),
    );
    expect(printed.join('\n').match(/rejected token-1/g)).toHaveLength(5);
    const gaps = readsAt.slice(1).map((at, index) => at - (readsAt[index] ?? 0));
    // The network's own delays come on top, or are missing.
    expect(Math.min(...gaps)).toBeGreaterThan(800);
    expect(readsAt.length).toBeGreaterThanOrEqual(3);
    expect(readsAt.length).toBeLessThanOrEqual(4);
  }, 60_000);

  it.each<[string, string | undefined, string | undefined, string]>([
    ['no token', undefined, undefined, 'there is no token in'],
    ['no status', 'token-1', undefined, `${STATUS} is missing`],
    ['a damaged status', 'token-1', '{"token":', 'holds no record of a token, or a damaged one'],
    ['a status that is no object', 'token-1', '[]', 'holds no record of a token, or a damaged one'],
    ['a status without a token', 'token-1', '{"format":1}', 'holds no record of a token, or a damaged one'],
    ['a newer status', 'token-1', '{"format":2}', 'has format 2, and this code knows 1: update it'],
    ['a token that has expired', 'token-1', record(1, 0), 'has not been replaced'],
  ])(
    'says what is wrong with %s',
    async (_, token, status, words) => {
      if (token !== undefined) put(TOKEN, token);
      if (status !== undefined) put(STATUS, status);
      const { printed } = await runLines('try: get_token()\nexcept RuntimeError as error: print(error)');
      expect(printed.join('\n')).toContain(words);
    },
    60_000,
  );
}
