import { execFile, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type LocalAws, startLocalAws } from '../local/world/aws/aws-server.ts';
import { type Listening, listen } from '../local/world/listen.ts';
import { ROOT, read } from './pages.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** What the pages show of commands that are not ours: typed as they stand, against local services. */

const NAME = '/masters-india-staging/access-token';
const { folder, file } = temporaryFolder();
let aws: LocalAws;
let soap: Listening;

beforeAll(async () => {
  [aws, soap] = await Promise.all([
    startLocalAws(),
    listen(0, (_, response) => response.writeHead(500, { 'Content-Type': 'text/xml' }).end('<a/>')),
  ]);
  aws.perform('PutParameter', { Name: NAME, Value: 'the-token', Type: 'SecureString' });
  aws.perform('PutParameter', { Name: `${NAME}/status`, Value: '{"format":1}', Type: 'String' });
  aws.perform('CreateSecret', { Name: 'credentials' });
});
afterAll(() => Promise.all([aws.close(), soap.close()]));

/** The lines of a page that begin with these words, a line that is continued in one. */
function shown(page: string, words: string): readonly string[] {
  const lines = read(page)
    .replaceAll(/ *\\\n\s*/g, ' ')
    .split('\n');
  return lines.map((line) => line.trim()).filter((line) => line.startsWith(words));
}

/** @returns what it prints */
async function type(command: string): Promise<string> {
  const env = { ...process.env, AWS_ENDPOINT_URL: aws.url, AWS_REGION: 'ap-south-1', AWS_DEFAULT_REGION: 'ap-south-1' };
  const local = { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local', AWS_PAGER: '' };
  const shell = promisify(execFile)('sh', ['-c', command], { cwd: folder, env: { ...env, ...local } });
  return (await shell).stdout;
}

/** As test/reader/read-token-python.test.ts does with Python. */
function withTool(tool: string, name: string, test: () => Promise<void>): void {
  const isThere = spawnSync(tool, ['--version']).status === 0;
  if (isThere) it(name, test);
  else console.log(`Not run, for there is no ${tool}: ${name}.`);
}

withTool(
  'aws',
  'the aws command reads the token and its status, and reports the token, as docs/reading.md shows',
  async () => {
    const [report = '', ...others] = shown('docs/reading.md', 'aws ssm put-parameter');
    const [token = '', status = '', ...more] = shown('docs/reading.md', 'aws ssm get-parameter');
    expect([others, more]).toEqual([[], []]);
    expect(await type(token)).toBe('the-token\n');
    expect(await type(status)).toBe('{"format":1}\n');
    await type(report);
    expect(aws.parameters.parameter(`${NAME}/rejected`)).toMatchObject({ value: '7', type: 'String' });
  },
);

withTool('aws', 'the aws command stores credentials out of a file, as docs/deploy.md shows', async () => {
  const [put = '', ...others] = shown('docs/deploy.md', 'aws --region … secretsmanager put-secret-value');
  expect(others).toEqual([]);
  file('credentials.json', '{"username":"erin"}');
  await type(put.replace('region …', 'region ap-south-1').replace('arn:…', 'credentials'));
  expect(aws.secrets.secretString('credentials')).toBe('{"username":"erin"}');
});

withTool('jq', 'jq quotes PEM files and a request, as docs/services.md shows', async () => {
  for (const name of ['client.pem', 'client.key', 'request.xml']) file(name, `"${name}"\n`);
  const [secret = '', ...others] = shown('docs/services.md', 'jq ');
  const [, profile = ''] = /`(jq [^`]+)`/.exec(read('docs/services.md')) ?? [];
  expect(others).toEqual([]);
  await type(secret);
  await type(profile);
  const written = (name: string): unknown => JSON.parse(readFileSync(join(folder, name), 'utf8'));
  expect(written('credentials.json')).toMatchObject({ tls_certificate: '"client.pem"\n', tls_key: '"client.key"\n' });
  expect(written('acme.service.json')).toMatchObject({ request: '"request.xml"\n', codes: {} });
});

withTool('curl', 'curl keeps an answer as service -- check reads it, as docs/services.md shows', async () => {
  file('request.xml', '<a/>');
  const [ask = '', ...others] = shown('docs/services.md', 'curl -i');
  expect(others).toEqual([]);
  await type(ask.replace('https://…', soap.url));
  const check = `${process.execPath} local/service/service-command.ts check dpd`;
  const said = await type(`cd '${ROOT}' && ${check} '${join(folder, 'success.response.http')}'`);
  expect(said).toMatch(/success\.response\.http \(HTTP 500\): ENDPOINT_UNAVAILABLE/);
});
