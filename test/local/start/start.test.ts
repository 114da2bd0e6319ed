import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SoapEndpoint, startSoapEndpoint } from '../../../local/world/soap/soap-endpoint.ts';
import manifest from '../../../package.json' with { type: 'json' };
import { temporaryFolder } from '../../temporary-folder.ts';
import { CREDENTIALS, PATIENCE_MS, start, startUntil } from './npm-start.ts';

const WHOLE_TOKEN = /[0-9a-f]{40}/;

/** The token, as the printed commands read it. */
async function readToken(endpoint: string, accessKeyId: string): Promise<string | undefined> {
  const ssm = new SSMClient({ endpoint, region: 'ap-south-1', credentials: { accessKeyId, secretAccessKey: 'x' } });
  const read = new GetParameterCommand({ Name: '/local/access-token', WithDecryption: true });
  return (await ssm.send(read)).Parameter?.Value;
}

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

  it.each([
    [['--help'], 0, /^Usage: npm start -- \[options\]/, /^$/],
    [['--version'], 0, new RegExp(`^soap-token-refresher ${manifest.version}, Node ${process.version}\n$`), /^$/],
    [['--fail', 'nothing'], 2, /^$/, /^npm start: --fail nothing is not .*\n$/],
    [['--fail', 'invalid_grant'], 1, /✗ CREDENTIALS_REFUSED {2}.*invalid_grant.*untouched: version 1/s, /^$/],
    [['--service', 'dpd'], 0, /token requested +http:\/\/127\.0\.0\.1:\d+\/soap, .*token stored/s, /^$/],
    // The first code of the profile.
    [['--service', 'finanzonline', '--fail', 'password-changed'], 1, /✗ CREDENTIALS_REFUSED {2}.*: -4\n/, /^$/],
  ])('says what it does with %j', async (args, code, out, err) => {
    const { status, stdout, stderr } = await start(args);

    expect(status).toBe(code);
    expect(stdout).toMatch(out);
    expect(stderr).toMatch(err);
    expect(stdout).not.toMatch(WHOLE_TOKEN);
  });

  it('serves until it is interrupted, refreshing as it goes', async () => {
    const { output, stop } = await startUntil(/refreshed +version 2/, '--serve', '--every', '1', '--lifetime', '2');

    const token = await readToken(/AWS_ENDPOINT_URL=(\S+)/.exec(output())?.[1] ?? '', 'local');

    expect(token).toMatch(WHOLE_TOKEN);
    expect(await stop()).toBe(0);
    expect(output()).toMatch(/Stopped\.\n$/);
    expect(output()).not.toContain(token);
  });

  it('serves beside another one, of another service, each on ports of its own, and each right', async () => {
    const served = await Promise.all(
      [[], ['--service', 'regon']].map(async (args) => {
        const { output, stop } = await startUntil(/until Ctrl-C.*refreshed +version 1/s, '--serve', ...args);
        const url = /in the browser\n +(\S+)/.exec(output())?.[1] ?? '';
        let shown = '';
        for await (const chunk of (await fetch(`${url}events`)).body?.pipeThrough(new TextDecoderStream()) ?? []) {
          shown += chunk;
          if (shown.includes('event: state')) break;
        }
        await stop();
        return { url, stdout: output(), shown };
      }),
    );

    expect(new Set(served.map(({ url }) => url)).size).toBe(2);
    for (const [index, { stdout, shown }] of served.entries()) {
      expect(stdout).not.toMatch(/failed|IN_PROGRESS/);
      // One schedule: a tick each quarter of an hour, or as often as the profile says, for as long as the page looks back.
      const ticks = [...new Set([...shown.matchAll(/"id":\d+,"at":(\d+)/g)].map(([, at]) => Number(at)))];
      expect(ticks.length).toBeGreaterThan([20, 14][index] ?? 0);
      expect(new Set(ticks.slice(1).map((at, before) => at - (ticks[before] ?? 0)))).toEqual(
        new Set([[900_000, 300_000][index]]),
      );
    }
  });

  it('renews tokens that live for a week as often as their profile says', async () => {
    const { output, stop } = await startUntil(/version 3.*\n.*version 4/, '--serve', '--service', 'sabre');
    await stop();
    const days = [...output().matchAll(/^(\d\d:\d\d):00 +refreshed/gm)].map(([, time]) => time);
    expect(days.length).toBe(9);
    expect(new Set(days).size).toBe(1);
  });

  it('shows of a failure that goes on what an operator would see, once, and the way back', async () => {
    const args = ['--serve', '--every', '1', '--fail', 'invalid_grant'];
    const { output, stop } = await startUntil(/The way back/, ...args);
    // Time for more ticks, which fail in the same way.
    await sleep(4000);
    await stop();

    expect(output().match(/CREDENTIALS_REFUSED {2}/g)).toHaveLength(1);
    expect(output()).toMatch(/alarm +CredentialsRefused \(page\).*do first +Ask the owner/s);
    expect(output()).toMatch(/aws secretsmanager put-secret-value .*"password":"demo-&<>-password"/s);
    expect(output()).not.toContain('in the browser');
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
    const { folder, file } = temporaryFolder();

    beforeAll(async () => {
      service = await startSoapEndpoint({ credentials: CREDENTIALS });
    });
    afterAll(() => service.close());

    function options(name: string, credentials: string, { url } = service): readonly string[] {
      return ['--endpoint', url, '--credentials', file(name, credentials), '--verbose'];
    }

    it('gets a token from it, and shows neither the token nor the credentials, not even with --verbose', async () => {
      const { status, stdout, stderr } = await start(options('right.json', JSON.stringify(CREDENTIALS)));

      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      expect(stdout).toContain(`✓ token requested     ${service.url}`);
      expect(stdout).toContain('"Namespace":"TokenRefresher"');
      expect(stdout).not.toContain('S3CR3T');
      expect(stdout).not.toMatch(WHOLE_TOKEN);
      expect(service.issuedTokens).toHaveLength(1);
    });

    it('keeps the secret from everybody on this machine who has not read the commands that it prints', async () => {
      // Of its own: how many tokens the other one has issued is counted.
      const another = await startSoapEndpoint({ credentials: CREDENTIALS });
      const args = options('served.json', JSON.stringify(CREDENTIALS), another);
      const { output, stop } = await startUntil(/refreshed +version 1/, '--serve', ...args);
      const [, endpoint = ''] = /AWS_ENDPOINT_URL=(\S+)/.exec(output()) ?? [];
      const [, accessKeyId = ''] = /AWS_ACCESS_KEY_ID=(\S+)/.exec(output()) ?? [];
      const headers = { 'X-Amz-Target': 'secretsmanager.GetSecretValue' };
      const neighbour = await fetch(endpoint, { method: 'POST', headers, body: '{"SecretId":"local/credentials"}' });

      expect([neighbour.status, await neighbour.text()]).toEqual([400, expect.not.stringContaining('S3CR3T')]);
      const name = 'UnrecognizedClientException';
      await expect(readToken(endpoint, `${accessKeyId}2`)).rejects.toMatchObject({ name });
      expect(await readToken(endpoint, accessKeyId)).toMatch(WHOLE_TOKEN);
      await Promise.all([stop(), another.close()]);
    });

    it.each([
      ['none.json', 'cannot be read: there is no such file'],
      ['.', 'cannot be read: it is a folder'],
      ['empty.json', 'is empty'],
    ])('says so in one line when the credentials file is %s', async (name, fault) => {
      file('empty.json', ' \n');
      const credentials = join(folder, name);

      const { status, stdout, stderr } = await start(['--endpoint', service.url, '--credentials', credentials]);

      expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
      expect(stderr).toBe(`npm start: --credentials ${credentials} ${fault}.\n`);
    });
  });
});
