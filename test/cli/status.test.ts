import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeAttempt } from '../../lambda/attempt-record.ts';
import { encodeStatus } from '../../lambda/token-status.ts';
import { type AwsFault, type LocalAws, startLocalAws } from '../../local/world/aws/aws-server.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { attemptAged, HOUR, tokenAged } from './records.ts';

const ROOT = join(import.meta.dirname, '../..');
const COMMAND = 'cli/soap-token-refresher.ts';
let aws: LocalAws;
let fault: AwsFault | undefined;
beforeAll(async () => {
  aws = await startLocalAws({ faults: () => fault });
  store('/fresh/access-token', HOUR);
  store('/refused/access-token', 3 * HOUR);
  const attempt = attemptAged(2 * HOUR, { code: 'CREDENTIALS_REFUSED', reason: 'invalid_grant' });
  put('/refused/access-token/attempt', encodeAttempt({ attempt }));
});
afterAll(() => aws.close());

function put(Name: string, Value: string): void {
  aws.perform('PutParameter', { Name, Type: 'String', Value, Overwrite: true });
}

function store(name: string, ageMs: number): void {
  put(`${name}/status`, encodeStatus({ token: tokenAged(ageMs) }));
}

interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

const KEYS = { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };
const REGION = { AWS_REGION: 'ap-south-1' };

/** Runs a command of the project as a person would, with these variables for AWS and no others. */
async function run(program: string, args: readonly string[], env: object, cwd = ROOT): Promise<Ended> {
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

const status = (args: readonly string[], env: object = { ...KEYS, ...REGION }) =>
  run(COMMAND, ['status', ...args, '--endpoint-url', aws.url], env);

const watch = () =>
  spawn(process.execPath, [COMMAND, 'status', '/fresh/access-token', '--watch', '--json', '--endpoint-url', aws.url], {
    cwd: ROOT,
    env: { ...process.env, ...KEYS, ...REGION },
  });

/** A folder with a cdk.json, and without any AWS configuration. */
const { folder: project, file } = temporaryFolder();

describe('npx soap-token-refresher status', () => {
  it('shows a table, a token once, and ends with 0 where all is well', async () => {
    const { stdout, ...ended } = await status(['/fresh/access-token', '/fresh/access-token']);
    expect(ended).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(
      /^0 of 1 need attention\nTOKEN +VERSION {2}LIVES FOR +STATE +REASON +SINCE +WHAT TO DO FIRST\n\/fresh\/access-token {2}7 +(3 h|2 h 59 min) +fresh +- +1 h( \d+ s)? ago +nothing\n$/,
    );
  });

  it('ends with 1 where one is ailing, and says what to do', async () => {
    const names = ['/fresh/access-token', '/refused/access-token', '/none/access-token'];
    const { stdout, ...ended } = await status([...names, '--region', 'eu-west-1'], KEYS);
    expect(ended).toEqual({ status: 1, stderr: '' });
    expect(stdout).toMatch(
      /^\/refused\/access-token +7 .* CREDENTIALS_REFUSED +invalid_grant +2 h.* ago +Ask the owner of the account/m,
    );
    expect(stdout).toMatch(
      /^\/none\/access-token +- +- +no status +- +- +There is no \/none\/access-token\/status here/m,
    );
  });

  it('shows those that need attention alone with --ailing, and finds tokens with --path', async () => {
    const profile = {
      AWS_SHARED_CREDENTIALS_FILE: file('keys', '[erin]\naws_access_key_id = local\naws_secret_access_key = local'),
      ...REGION,
    };
    const { stdout, ...ended } = await status(['--path', '/', '--ailing', '--profile', 'erin'], profile);
    expect(ended).toEqual({ status: 1, stderr: '' });
    expect(stdout).toMatch(/^1 of \d need attention\nTOKEN .*\n\/refused\/access-token .*\n$/);
  });

  it('writes JSON with --json', async () => {
    const { stdout, status: exit } = await status(['/fresh/access-token', '/refused/access-token', '--json']);
    expect(exit).toBe(1);
    const { expiresAt, dueAt } = tokenAged(HOUR);
    expect(JSON.parse(stdout)).toMatchObject([
      { token: '/fresh/access-token', expiresAt, dueAt, version: 7, state: 'fresh', doFirst: '', isAiling: false },
      { token: '/refused/access-token', state: 'CREDENTIALS_REFUSED', isAiling: true },
    ]);
  });

  it('goes on looking with --watch, and with --json writes a line each time', async () => {
    const child = watch();
    const [shown] = await once(child.stdout, 'data');
    expect(String(shown)).toMatch(/^\[\{"token":"\/fresh\/access-token",.*\]\n$/);
    expect(child.exitCode).toBeNull();
    child.kill();
    await once(child, 'exit');
  });

  it('ends as soon as nobody reads what it writes', async () => {
    const child = watch();
    child.stdout.destroy();
    const said: unknown[] = [];
    child.stderr.on('data', (chunk) => said.push(String(chunk)));
    expect([...(await once(child, 'close')), said]).toEqual([0, null, []]);
  });

  const expired = { type: 'ExpiredTokenException', message: 'x' };
  it.each<[string, readonly string[], RegExp, object?, AwsFault?]>([
    ['no name', [], /^Name at least one token parameter: npx soap-token-refresher status/],
    ['a name without a slash', ['token'], /^"token" is no name of a token parameter: start with "\/"/],
    ['the name of a status', ['/a/token/status'], /^"\/a\/token\/status" is no name of a token parameter: .* status/],
    ['a name beside a path', ['/a/token', '--path', '/a'], /^Give names of tokens or --path, not both\./],
    ['no credentials', ['/a/token'], /^No AWS credentials \(.*\): log in, or set AWS_PROFILE\.$/, REGION],
    ['no region', ['/a/token'], /^No usable region is set: use --region, or AWS_REGION\.$/, KEYS],
    ['an expired login', ['/a/token'], /^SSM does not accept these .* \(ExpiredTokenException\)/, undefined, expired],
    ['no answer', ['/a/token'], /^SSM did not answer \(ECONNRESET: .*\): check --endpoint-url/, undefined, 'reset'],
  ])('says in one line what is wrong with %s', async (_, args, line, env, injected) => {
    fault = injected;
    const ended = await status(args, env);
    fault = undefined;
    const [, said = ''] = /^soap-token-refresher: ([^\n]+)\n$/.exec(ended.stderr) ?? [];
    expect({ ...ended, stderr: said }).toEqual({ status: 2, stdout: '', stderr: expect.stringMatching(line) });
  });

  it('has one command', async () => {
    const stderr = expect.stringMatching(/: There is one command, status: npx.*\n$/);
    expect(await run(COMMAND, ['stats'], {})).toMatchObject({ status: 2, stderr });
  });
});

describe('npm run status', () => {
  const stages = { prod: { prefix: 'prod', region: 'eu-west-1' } };
  const tokens = { service: { endpoint: 'https://soap.example.test', alarmActions: 'none' } };
  file('cdk.json', JSON.stringify({ context: { stages, tokens } }));
  const ofApp = (...args: readonly string[]) =>
    run('infra/app/app-status.ts', [...args, '--endpoint-url', aws.url], KEYS, project);

  it('shows the tokens of cdk.json, and honours stage, with its region, and prefix', async () => {
    store('/service/access-token', 5 * HOUR);
    store('/prod/service/access-token', HOUR);
    const stdout = expect.stringMatching(/^\/service\/access-token +7 .* expired /m);
    expect(await ofApp('--region', 'ap-south-1')).toMatchObject({ status: 1, stdout });
    const ofStage = expect.stringMatching(/^\/prod\/service\/access-token +7 .* fresh /m);
    expect(await ofApp('--context', 'stage=prod')).toMatchObject({ status: 0, stdout: ofStage });
    expect((await ofApp('-c', 'prefix=other', '--region', 'x', '--json')).stdout).toContain(
      '"/other/service/access-token"',
    );
  });

  it.each([
    ['stage=prd', 'There is no stage "prd": there are prod; did you mean prod?'],
    ['stage', '--context takes a key and a value, such as stage=prod, not "stage".'],
  ])('says in one line what is wrong with --context %s', async (context, line) => {
    const ended = { status: 2, stdout: '', stderr: `npm run status: ${line}\n` };
    expect(await ofApp('--context', context)).toEqual(ended);
  });
});

it.each([
  ['npx soap-token-refresher status', COMMAND],
  ['npm run status', 'infra/app/app-status.ts'],
])('the help of %s says how to use it', async (usage, program) => {
  const { status: exit, stdout } = await run(program, ['--help'], {});
  expect([exit, stdout.split('\n')[0]]).toEqual([0, expect.stringContaining(`Usage: ${usage}`)]);
  expect(stdout).toContain('Exit status: 0 when all is well');
});
