import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reportTable, reportToken } from '../../cli/token-report.ts';
import { ERROR_GUIDE } from '../../lambda/error-guide.ts';
import { type Attempt, encodeStatus, type TokenRecord, type TokenStatus } from '../../lambda/token-status.ts';
import { type AwsFault, type LocalAws, startLocalAws } from '../../local/world/aws/aws-server.ts';
import manifest from '../../package.json' with { type: 'json' };

const ROOT = join(import.meta.dirname, '../..');
const HOUR = 3_600_000;

function ago(ms: number): string {
  return new Date(Date.now() - ms).toISOString();
}

function record(ageMs: number, lifetimeMs = 4 * HOUR): TokenRecord {
  return {
    version: 7,
    issuedAt: ago(ageMs),
    expiresAt: ago(ageMs - lifetimeMs),
    lifetimeAssumed: false,
    fingerprint: 'sha256:1',
    secretVersionId: 'v1',
    configuration: 'sha256:2',
  };
}

function attempt(ageMs: number, code?: string): Attempt {
  const at = ago(ageMs);
  return {
    at,
    trigger: 'its time has come',
    secretVersionId: 'v1',
    configuration: 'sha256:2',
    failures: 1,
    refusals: 0,
    askAgainAt: at,
    ...(code !== undefined && { outcome: { code, at } }),
  };
}

let aws: LocalAws;
let fault: AwsFault | undefined;
beforeAll(async () => {
  aws = await startLocalAws({ faults: () => fault });
  store('/fresh/access-token', { token: record(HOUR) });
  store('/refused/access-token', { token: record(3 * HOUR), attempt: attempt(2 * HOUR, 'CREDENTIALS_REFUSED') });
});
afterAll(() => aws.close());

function store(name: string, status: TokenStatus): void {
  aws.perform('PutParameter', { Name: `${name}/status`, Type: 'String', Value: encodeStatus(status), Overwrite: true });
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
      /^TOKEN +VERSION {2}LIVES FOR +STATE +SINCE +WHAT TO DO FIRST\n\/fresh\/access-token {2}7 +(3 h|2 h 59 min) +fresh +1 h( \d+ s)? ago +nothing\n$/,
    );
  });

  it('ends with 1 where one is ailing, and says what to do', async () => {
    const { stdout, ...ended } = await status(['/fresh/access-token', '/refused/access-token', '/none/access-token']);
    expect(ended).toEqual({ status: 1, stderr: '' });
    expect(stdout).toMatch(
      /^\/refused\/access-token +7 .* CREDENTIALS_REFUSED +2 h.* ago +Ask the owner of the account/m,
    );
    expect(stdout).toMatch(/^\/none\/access-token +- +- +no status +- +There is no \/none\/access-token\/status here/m);
  });

  it('asks for status parameters alone, ten in a call, and decrypts nothing', async () => {
    const before = aws.calls.length;
    const names = Array.from({ length: 11 }, (_, index) => `/many-${index}/access-token`);
    await status([...names, ...names]);
    const calls = aws.calls.slice(before);
    expect(calls.map(({ operation }) => operation)).toEqual(['GetParameters', 'GetParameters']);
    expect(calls.flatMap(({ input }) => input.Names).toSorted()).toEqual(
      names.map((name) => `${name}/status`).toSorted(),
    );
    expect(calls.some(({ input }) => 'WithDecryption' in input)).toBe(false);
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
    ['the name of a status', ['/a/token/status'], /^"\/a\/token\/status" stands below a token parameter/],
    [
      'an option that does not exist',
      ['/a/token', '--jason'],
      /^Unknown option '--jason'. Did you mean --json\? The options are --json, /,
    ],
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

  const denied = {
    type: 'AccessDeniedException',
    message: 'User: erin is not authorized to perform: ssm:GetParameters',
    status: 400,
  };
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
      'a denied call',
      denied,
      CREDENTIALS,
      /: SSM denies it: allow ssm:GetParameters on \/a\/token\/status \(User: erin .*\)\.$/,
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

  it('shows the tokens of cdk.json, and takes one for expiring by its own settings', async () => {
    store('/service/access-token', { token: record(3 * HOUR) });
    const { status: exit, stdout } = await ofApp([]);
    expect(stdout).toMatch(
      /^\/service\/access-token +7 +(1 h|59 min.*) +expiring +\S.* ago +The refresher does not run/m,
    );
    expect(exit).toBe(1);
  });

  it('honours stage and prefix', async () => {
    store('/prod/service/access-token', { token: record(HOUR) });
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

describe('the report of a token', () => {
  const report = (content: TokenStatus | undefined, expiringBelowSeconds = 0) =>
    reportToken('/a/token', content && { content }, expiringBelowSeconds, Date.now());

  it.each<[string, TokenStatus, boolean]>([
    ['fresh', { token: record(HOUR) }, false],
    ['asking', { token: record(HOUR), attempt: attempt(1000) }, false],
    ['asking', { attempt: attempt(1000) }, true],
    ['in doubt', { token: record(HOUR), attempt: attempt(61_000) }, true],
    ['expired', { token: record(5 * HOUR) }, true],
    ['no token', {}, true],
    ['STORE_FAILED', { token: record(HOUR), attempt: attempt(HOUR, 'STORE_FAILED') }, true],
    ['A_LATER_CODE', { attempt: attempt(HOUR, 'A_LATER_CODE') }, true],
  ])('says "%s" of %j', (state, content, isAiling) => {
    expect(report(content)).toMatchObject({ state, isAiling });
    if (isAiling) expect(report(content).doFirst).toMatch(/^[A-Z].*[.]$/);
  });

  it('says of every error code what the guide says', () => {
    for (const [code, { doFirst }] of Object.entries(ERROR_GUIDE)) {
      expect(report({ attempt: attempt(HOUR, code) })).toMatchObject({ state: code, doFirst });
    }
  });

  it('tells what it cannot read, and where to update', () => {
    expect(reportToken('/a/token', { fault: 'has format 2, and …', isNewer: true }, 0, Date.now())).toMatchObject({
      state: 'unreadable',
      doFirst: '/a/token/status has format 2, and …: update soap-token-refresher here.',
    });
  });

  it('counts a token as expiring from its threshold on', () => {
    expect(report({ token: record(3 * HOUR) }, 3500).state).toBe('fresh');
    expect(report({ token: record(3 * HOUR) }, 3700)).toMatchObject({ state: 'expiring', isAiling: true });
  });

  it('is a table in which every column is as wide as its widest cell', () => {
    const reports = [report({ token: record(HOUR) }), reportToken('/a/much/longer/token', undefined, 0, Date.now())];
    const lines = reportTable(reports, Date.now()).split('\n');
    expect(new Set(lines.map((line) => line.search(/WHAT TO|nothing$|There is no/))).size).toBe(1);
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
