import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeAttempt } from '../../lambda/attempt-record.ts';
import { encodeStatus, type TokenRecord } from '../../lambda/token-status.ts';
import { type AwsFault, type LocalAws, startLocalAws } from '../../local/world/aws/aws-server.ts';
import manifest from '../../package.json' with { type: 'json' };
import { attemptAged, HOUR, tokenAged } from './records.ts';

const ROOT = join(import.meta.dirname, '../..');
let aws: LocalAws;
let fault: AwsFault | undefined;
beforeAll(async () => {
  aws = await startLocalAws({ faults: () => fault });
  store('/fresh/access-token', tokenAged(HOUR));
  store('/refused/access-token', tokenAged(3 * HOUR));
  const attempt = attemptAged(2 * HOUR, { code: 'CREDENTIALS_REFUSED', reason: 'invalid_grant' });
  put('/refused/access-token/attempt', encodeAttempt({ attempt }));
});
afterAll(() => aws.close());

function put(Name: string, Value: string): void {
  aws.perform('PutParameter', { Name, Type: 'String', Value, Overwrite: true });
}

function store(name: string, token: TokenRecord): void {
  put(`${name}/status`, encodeStatus({ token }));
}

interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local', AWS_REGION: 'ap-south-1' };

/** Runs a command of the project as a person would, with these variables for AWS and no others. */
async function run(program: string, args: readonly string[], env: object = CREDENTIALS, cwd = ROOT): Promise<Ended> {
  const others = Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_'));
  // The same few files are read by dozens of processes.
  const NODE_COMPILE_CACHE = join(tmpdir(), 'node-compile-cache');
  const nowhere = { AWS_EC2_METADATA_DISABLED: 'true', HOME: project, NODE_COMPILE_CACHE };
  return await new Promise((resolve) => {
    execFile(
      process.execPath,
      [join(ROOT, program), ...args],
      { cwd, env: { ...Object.fromEntries(others), ...nowhere, ...env } },
      (error, stdout, stderr) => resolve({ status: Number(error?.code ?? 0), stdout, stderr }),
    );
  });
}

const status = (args: readonly string[], env?: object) =>
  run('cli/soap-token-refresher.ts', ['status', ...args, '--endpoint-url', aws.url], env);

/** A folder with a cdk.json, and without any AWS configuration. */
const project = mkdtempSync(join(tmpdir(), 'status-'));
afterAll(() => rmSync(project, { recursive: true, force: true }));

describe('npx soap-token-refresher status', () => {
  it('shows a table, and ends with 0 where all is well', async () => {
    const { stdout, ...ended } = await status(['/fresh/access-token']);
    expect(ended).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(
      /^0 of 1 need attention\nTOKEN +VERSION {2}LIVES FOR +STATE +REASON +SINCE +WHAT TO DO FIRST\n\/fresh\/access-token {2}7 +(3 h|2 h 59 min) +fresh +- +1 h( \d+ s)? ago +nothing\n$/,
    );
  });

  it('ends with 1 where one is ailing, and says what to do', async () => {
    const { stdout, ...ended } = await status(['/fresh/access-token', '/refused/access-token', '/none/access-token']);
    expect(ended).toEqual({ status: 1, stderr: '' });
    expect(stdout).toMatch(
      /^\/refused\/access-token +7 .* CREDENTIALS_REFUSED +invalid_grant +2 h.* ago +Ask the owner of the account/m,
    );
    expect(stdout).toMatch(
      /^\/none\/access-token +- +- +no status +- +- +There is no \/none\/access-token\/status here/m,
    );
  });

  it('shows those that need attention alone with --ailing, and finds tokens with --path', async () => {
    const { stdout, ...ended } = await status(['--path', '/', '--ailing']);
    expect(ended).toEqual({ status: 1, stderr: '' });
    expect(stdout).toMatch(/^1 of \d need attention\nTOKEN .*\n\/refused\/access-token .*\n$/);
  });

  it('writes JSON with --json', async () => {
    const { stdout, status: exit } = await status(['/fresh/access-token', '/refused/access-token', '--json']);
    expect(exit).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject([
      { token: '/fresh/access-token', version: 7, state: 'fresh', doFirst: '', isAiling: false },
      { token: '/refused/access-token', state: 'CREDENTIALS_REFUSED', isAiling: true },
    ]);
  });

  it('goes on looking with --watch', async () => {
    const args = ['status', '/fresh/access-token', '--watch', '--endpoint-url', aws.url];
    const child = spawn(process.execPath, [join(ROOT, 'cli/soap-token-refresher.ts'), ...args], {
      env: { ...process.env, ...CREDENTIALS },
    });
    const [shown] = await once(child.stdout, 'data');
    expect(String(shown)).toContain('/fresh/access-token');
    expect(child.exitCode).toBeNull();
    child.kill();
    await once(child, 'exit');
  });

  it('ends as soon as nobody reads what it writes', async () => {
    const args = ['status', '/fresh/access-token', '--watch', '--endpoint-url', aws.url];
    const child = spawn(process.execPath, [join(ROOT, 'cli/soap-token-refresher.ts'), ...args], {
      env: { ...process.env, ...CREDENTIALS },
    });
    child.stdout.destroy();
    let stderr = '';
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    expect([...(await once(child, 'close')), stderr]).toEqual([0, null, '']);
  });

  it.each<[string, readonly string[], RegExp]>([
    ['no name', [], /^Name at least one token parameter: npx soap-token-refresher status/],
    ['a name without a slash', ['token'], /^"token" is no name of a token parameter: start with "\/"/],
    ['the name of a status', ['/a/token/status'], /^"\/a\/token\/status" is no name of a token parameter: .* status/],
    ['a name beside a path', ['/a/token', '--path', '/a'], /^Give names of tokens or --path, not both\./],
  ])('says in one line what is wrong with %s', async (_, args, line) => {
    const { status: exit, stdout, stderr } = await status(args);
    expect([exit, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^soap-token-refresher: [^\n]+\n$/);
    expect(stderr.replace('soap-token-refresher: ', '')).toMatch(line);
  });

  it('has one command', async () => {
    const ended = await run('cli/soap-token-refresher.ts', ['stats']);
    expect(ended).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/: There is one command, status: npx.*\n$/),
    });
  });

  it.each<[string, AwsFault | undefined, object, RegExp]>([
    [
      'missing credentials',
      undefined,
      { AWS_REGION: 'ap-south-1' },
      /: No AWS credentials \(.*\): log in, or set AWS_PROFILE\.$/,
    ],
    [
      'no region',
      undefined,
      { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' },
      /: No usable region is set: use --region, or AWS_REGION\.$/,
    ],
    [
      'credentials that have expired',
      { type: 'ExpiredTokenException', message: 'x' },
      CREDENTIALS,
      /: SSM does not accept these AWS credentials \(ExpiredTokenException\)/,
    ],
    ['no answer', 'reset', CREDENTIALS, /: SSM did not answer \(ECONNRESET: .*\): check --endpoint-url/],
  ])('says in one line that there is %s', async (_, injected, env, line) => {
    fault = injected;
    const ended = await status(['/a/token'], env);
    fault = undefined;
    expect(ended).toEqual({ status: 2, stdout: '', stderr: expect.stringMatching(/^soap-token-refresher: [^\n]+\n$/) });
    expect(ended.stderr.trimEnd()).toMatch(line);
  });
});

describe('npm run status', () => {
  writeFileSync(
    join(project, 'cdk.json'),
    JSON.stringify({
      context: {
        stages: { prod: { prefix: 'prod', region: 'eu-west-1' } },
        tokens: { service: { endpoint: 'https://soap.example.test', alarmActions: 'none' } },
      },
    }),
  );
  const ofApp = (args: readonly string[]) =>
    run('infra/app/app-status.ts', [...args, '--endpoint-url', aws.url], CREDENTIALS, project);

  it('shows the tokens of cdk.json, and takes one of before for expiring by the settings of today', async () => {
    // Written before the status said itself when TokenExpiring pages.
    store('/service/access-token', tokenAged(3 * HOUR, { dueAt: undefined, pageBelowSeconds: undefined }));
    const { status: exit, stdout } = await ofApp([]);
    expect(stdout).toMatch(
      /^\/service\/access-token +7 +(1 h|59 min.*) +expiring +- +\S.* ago +The refresher does not run/m,
    );
    expect(exit).toBe(1);
  });

  it('honours stage and prefix', async () => {
    store('/prod/service/access-token', tokenAged(HOUR));
    const { status: exit, stdout } = await ofApp(['--context', 'stage=prod']);
    expect(stdout).toMatch(/^\/prod\/service\/access-token +7 .* fresh /m);
    expect(exit).toBe(0);
    expect((await ofApp(['-c', 'prefix=other', '--json'])).stdout).toContain('"/other/service/access-token"');
  });

  it('says in one line that there is no such stage, or what is wrong with the options', async () => {
    const line = 'npm run status: There is no stage "prd": there are prod; did you mean prod?\n';
    expect(await ofApp(['--context', 'stage=prd'])).toEqual({ status: 2, stdout: '', stderr: line });
    expect(await ofApp(['--context', 'stage'])).toMatchObject({
      status: 2,
      stderr: 'npm run status: --context takes a key and a value, such as stage=prod, not "stage".\n',
    });
  });
});

it('says which version it is', async () => {
  const { stdout } = await run('cli/soap-token-refresher.ts', ['--version']);
  expect(stdout).toBe(`soap-token-refresher ${manifest.version}, Node ${process.version}\n`);
});

it('shows its help', async () => {
  for (const [program, usage] of [
    ['cli/soap-token-refresher.ts', 'Usage: npx soap-token-refresher status'],
    ['infra/app/app-status.ts', 'Usage: npm run status'],
  ] as const) {
    const { status: exit, stdout } = await run(program, ['--help']);
    expect([exit, stdout.split('\n')[0]]).toEqual([0, expect.stringContaining(usage)]);
    expect(stdout).toContain('Exit status: 0 when all is well');
  }
});
