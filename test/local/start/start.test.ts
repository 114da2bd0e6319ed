import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SoapEndpoint, startSoapEndpoint } from '../../../local/world/soap/soap-endpoint.ts';
import manifest from '../../../package.json' with { type: 'json' };
import { begin, CREDENTIALS, PATIENCE_MS, start } from './npm-start.ts';

const WHOLE_TOKEN = /[0-9a-f]{40}/;

describe.concurrent('npm start', { timeout: PATIENCE_MS }, () => {
  it('shows how a token is got, and then left alone', async () => {
    const { status, stdout, stderr } = await start([]);

    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(
      new RegExp(
        [
          '✓ credentials read +secret local/credentials, version [0-9a-f]{8}…',
          '✓ token requested +http://127.0.0.1:\\d+/api.einvoice.php, \\d+ ms',
          '✓ token stored +/local/access-token, version 1',
          '✓ status stored +version 1 expires \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d UTC \\(in 4 h\\)',
          'Second tick',
          '✓ token left alone +version 1 expires',
          'ssm get-parameter .*--name /local/access-token --with-decryption',
        ].join('.*'),
        's',
      ),
    );
    expect(stdout).not.toMatch(WHOLE_TOKEN);
  });

  it('shows a failure with its code, its alarm and what to do, and that the stored token stays', async () => {
    const { status, stdout } = await start(['--fail', 'invalid_grant']);

    expect(status).toBe(1);
    expect(stdout).toMatch(/✗ CREDENTIALS_REFUSED {2}.*invalid_grant/s);
    expect(stdout).toMatch(/stored token +untouched: version 1/);
    expect(stdout).toMatch(/alarm +CredentialsRefused \(page\)/);
    expect(stdout).toMatch(/do first +Ask the owner/);
    expect(stdout).not.toMatch(WHOLE_TOKEN);
  });

  it('explains its options', async () => {
    const { status, stdout } = await start(['--help']);

    expect(status).toBe(0);
    expect(stdout).toContain('Usage: npm start -- [options]');
  });

  it('refuses options that make no sense with one line and exit status 2', async () => {
    const { status, stdout, stderr } = await start(['--fail', 'nothing']);

    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^npm start: --fail nothing is not .*\n$/);
  });

  it('serves until it is interrupted, refreshing as it goes', async () => {
    const child = begin(['--serve', '--every', '1', '--lifetime', '2']);
    let stdout = '';
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    await expect.poll(() => stdout, { timeout: PATIENCE_MS }).toMatch(/refreshed +version 2/);
    const endpoint = /AWS_ENDPOINT_URL=(\S+)/.exec(stdout)?.[1] ?? '';
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
    const ssm = new SSMClient({ endpoint, region: 'ap-south-1', credentials });
    const read = new GetParameterCommand({ Name: '/local/access-token', WithDecryption: true });

    const token = (await ssm.send(read)).Parameter?.Value;
    child.kill('SIGINT');
    const [status] = await once(child, 'close');

    expect(token).toMatch(WHOLE_TOKEN);
    expect(status).toBe(0);
    expect(stdout).toMatch(/Stopped\.\n$/);
    expect(stdout).not.toContain(token);
  });

  it('serves beside another one, each on ports of its own, and each right', async () => {
    const both = [begin(['--serve']), begin(['--serve'])];
    const served = await Promise.all(
      both.map(async (child) => {
        let stdout = '';
        child.stdout.on('data', (chunk) => {
          stdout += chunk;
        });
        await expect.poll(() => stdout, { timeout: PATIENCE_MS }).toMatch(/until Ctrl-C.*refreshed +version 1/s);
        const url = /in the browser\n +(\S+)/.exec(stdout)?.[1] ?? '';
        let shown = '';
        for await (const chunk of (await fetch(`${url}events`)).body?.pipeThrough(new TextDecoderStream()) ?? []) {
          shown += chunk;
          if (shown.includes('event: state')) break;
        }
        child.kill('SIGINT');
        await once(child, 'close');
        return { url, stdout, shown };
      }),
    );

    expect(new Set(served.map(({ url }) => url)).size).toBe(2);
    for (const { stdout, shown } of served) {
      expect(stdout).not.toMatch(/failed|IN_PROGRESS/);
      // One schedule: a tick each quarter of an hour, for as long as the page looks back.
      const ticks = [...new Set([...shown.matchAll(/"id":\d+,"at":(\d+)/g)].map(([, at]) => Number(at)))];
      expect(ticks.length).toBeGreaterThan(20);
      expect(new Set(ticks.slice(1).map((at, index) => at - (ticks[index] ?? 0)))).toEqual(new Set([900_000]));
    }
  });

  it('shows of a failure that goes on what an operator would see, once, and the way back', async () => {
    const child = begin(['--serve', '--every', '1', '--fail', 'invalid_grant']);
    let stdout = '';
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    await expect.poll(() => stdout, { timeout: PATIENCE_MS }).toMatch(/The way back/);
    // Time for more ticks, which fail in the same way.
    await sleep(4000);
    child.kill('SIGINT');
    await once(child, 'close');

    expect(stdout.match(/CREDENTIALS_REFUSED {2}/g)).toHaveLength(1);
    expect(stdout).toMatch(/alarm +CredentialsRefused \(page\)/);
    expect(stdout).toMatch(/aws secretsmanager put-secret-value .*"password":"demo-&<>-password"/s);
  });

  it('says which version it is', async () => {
    const { status, stdout } = await start(['--version']);

    expect(status).toBe(0);
    expect(stdout).toBe(`soap-token-refresher ${manifest.version}, Node ${process.version}\n`);
  });

  it('plays a service from its profile alone', async () => {
    const { status, stdout } = await start(['--service', 'dpd']);
    expect(status).toBe(0);
    expect(stdout).toMatch(/token requested +http:\/\/127\.0\.0\.1:\d+\/soap, .*token stored/s);
    expect(stdout).not.toMatch(WHOLE_TOKEN);
  });

  it('shows how that service refuses, by the first code of the profile', async () => {
    const { status, stdout } = await start(['--service', 'finanzonline', '--fail', 'password-changed']);
    expect(status).toBe(1);
    expect(stdout).toMatch(/✗ CREDENTIALS_REFUSED {2}.*: -4\n/);
  });

  it('says that a port is busy, and takes another one', async () => {
    // Where another process holds it, that one may end too soon.
    const startWhileBusy = async () => {
      const holder = createServer().on('error', () => {});
      holder.listen(4780, '127.0.0.1');
      await once(holder, 'listening').catch(() => {});
      const { status, stdout } = await start([]);
      holder.close();
      return { status, stdout };
    };
    await expect
      .poll(startWhileBusy, { timeout: PATIENCE_MS })
      .toMatchObject({ status: 0, stdout: expect.stringMatching(/Port 4780 is busy, so another one is taken\./) });
  });

  describe('with a real service', () => {
    let service: SoapEndpoint;
    let folder: string;

    beforeAll(async () => {
      service = await startSoapEndpoint({ credentials: CREDENTIALS });
      folder = await mkdtemp(join(tmpdir(), 'npm-start-'));
    });
    afterAll(async () => {
      await service.close();
      await rm(folder, { recursive: true });
    });

    async function startWith(name: string, credentials: string) {
      const file = join(folder, name);
      await writeFile(file, credentials);
      return start(['--endpoint', service.url, '--credentials', file, '--verbose']);
    }

    it('gets a token from it, and shows neither the token nor the credentials, not even with --verbose', async () => {
      const { status, stdout, stderr } = await startWith('right.json', JSON.stringify(CREDENTIALS));

      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      expect(stdout).toContain(`✓ token requested     ${service.url}`);
      expect(stdout).toContain('"Namespace":"TokenRefresher"');
      expect(stdout).not.toContain('S3CR3T');
      expect(stdout).not.toMatch(WHOLE_TOKEN);
      expect(service.issuedTokens).toHaveLength(1);
    });

    it('keeps the secret from everybody on this machine who has not read the commands that it prints', async () => {
      const file = join(folder, 'served.json');
      await writeFile(file, JSON.stringify(CREDENTIALS));
      // Of its own: how many tokens the other one has issued is counted.
      const another = await startSoapEndpoint({ credentials: CREDENTIALS });
      const child = begin(['--serve', '--endpoint', another.url, '--credentials', file]);
      let stdout = '';
      child.stdout.on('data', (chunk) => {
        stdout += chunk;
      });
      await expect.poll(() => stdout, { timeout: PATIENCE_MS }).toMatch(/refreshed +version 1/);
      const [, endpoint = ''] = /AWS_ENDPOINT_URL=(\S+)/.exec(stdout) ?? [];
      const [, accessKeyId = ''] = /AWS_ACCESS_KEY_ID=(\S+)/.exec(stdout) ?? [];
      const readAs = (key: string) =>
        new SSMClient({ endpoint, region: 'ap-south-1', credentials: { accessKeyId: key, secretAccessKey: 'x' } }).send(
          new GetParameterCommand({ Name: '/local/access-token', WithDecryption: true }),
        );
      const headers = { 'X-Amz-Target': 'secretsmanager.GetSecretValue' };
      const neighbour = await fetch(endpoint, { method: 'POST', headers, body: '{"SecretId":"local/credentials"}' });

      expect([neighbour.status, await neighbour.text()]).toEqual([400, expect.not.stringContaining('S3CR3T')]);
      await expect(readAs('local')).rejects.toMatchObject({ name: 'UnrecognizedClientException' });
      expect((await readAs(accessKeyId)).Parameter?.Value).toMatch(WHOLE_TOKEN);
      child.kill('SIGINT');
      await Promise.all([once(child, 'close'), another.close()]);
    });

    it('says what is wrong with the credentials without showing them', async () => {
      const wrong = await startWith('wrong.json', JSON.stringify({ ...CREDENTIALS, password: 'S3CR3T-wrong' }));
      const halved = await startWith('half.json', '{"username":"erin","password":"S3CR3T-pa');

      expect([wrong.status, halved.status]).toEqual([1, 1]);
      expect(wrong.stdout).toMatch(/✗ CREDENTIALS_REFUSED/);
      expect(halved.stdout).toMatch(/✗ CREDENTIALS_MALFORMED.*is not a JSON object/);
      expect(wrong.stdout + halved.stdout).not.toContain('S3CR3T');
    });

    it.each([
      ['none.json', 'cannot be read: there is no such file'],
      ['.', 'cannot be read: it is a folder'],
      ['empty.json', 'is empty'],
    ])('says so in one line when the credentials file is %s', async (name, fault) => {
      await writeFile(join(folder, 'empty.json'), ' \n');
      const file = join(folder, name);

      const { status, stdout, stderr } = await start(['--endpoint', service.url, '--credentials', file]);

      expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
      expect(stderr).toBe(`npm start: --credentials ${file} ${fault}.\n`);
    });
  });
});
