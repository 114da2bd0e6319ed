import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { fault11, soap11 } from '../services/answers.ts';
import { certificate, portThat, watched } from './adapters/servers.ts';
import { httpReply, type World, worlds } from './world.ts';

const newWorld = worlds();
const ONE_TRY = { askingMs: 1900, random: 1 };

const [server, client, stranger, weak] = await Promise.all([
  certificate('soap.test'),
  certificate('client.test'),
  certificate('stranger.test'),
  certificate('weak.test', { keySize: 1024 }),
]);
const OWN = { tls_certificate: client.cert, tls_key: client.key };

/** A world with these fields in the secret, too. */
async function worldWith(fields: object, soap?: Parameters<typeof newWorld>[0]): Promise<World> {
  const world = await newWorld(soap);
  const SecretString = JSON.stringify({ ...world.soap.service.credentials, ...fields });
  world.put('PutSecretValue', { SecretId: world.secretId, SecretString });
  return world;
}

/** Its service is behind TLS, and demands a client's certificate. */
async function demandingWorld(fields: object): Promise<World> {
  return await worldWith(fields, {
    tls: { ...server, ca: client.cert, requestCert: true, rejectUnauthorized: true },
  });
}

describe('a client certificate and a private authority', () => {
  it.each<[string, object]>([
    ['as they are', { ...OWN, tls_ca: server.cert }],
    [
      'in one text without a line end between them, behind a line of text, or with the line ends of Windows',
      {
        tls_certificate: `subject=client\n${client.cert.trim()}${stranger.cert.trim()}`,
        tls_key: client.key.replaceAll('\n', '\r\n'),
        tls_ca: stranger.cert.trim() + server.cert.trim(),
      },
    ],
  ])('open the way to a service that demands them: %s', async (_, fields) => {
    const world = await demandingWorld(fields);
    expect(await world.tick()).toMatchObject({ outcome: 'refreshed' });
    expect(world.logged()).not.toContain(client.key.slice(100, 140));
  });

  it.each<[string, object, string]>([
    ['take the place of the public authorities', { ...OWN, tls_ca: stranger.cert }, 'self-signed certificate'],
    ['are demanded in words when they are missing', { tls_ca: server.cert }, 'client certificate'],
  ])('%s', async (_, fields, words) => {
    const world = await demandingWorld(fields);
    const { message } = await world.failingTick('ENDPOINT_UNAVAILABLE', ONE_TRY);
    expect(message).toContain(words);
    expect(world.soap.calls).toHaveLength(0);
  });

  it('may be the whole login, and what the service says of them is logged without their lines', async () => {
    const world = await worldWith(OWN);
    const line = client.cert.split('\n')[3];
    const refusal = fault11('Client', `UNKNOWN_CLIENT: certificate ${line}`);
    world.soap.fault = { reply: httpReply(500, 'text/xml', refusal) };
    const codes = { credentials: ['UNKNOWN_CLIENT'] };
    const SERVICE = JSON.stringify({ request: soap11('<open/>'), answer: 'openResponse', token: 'key', codes });
    await world.failingTick('CREDENTIALS_REFUSED', { env: { SERVICE } });
    // By chance, a key's Base64 holds four letters of a word, which are hidden then.
    expect(world.logged()).toMatch(/said: 'UNKNOWN_CLIENT: .*•••'/);
    expect(world.logged()).not.toContain(line);
  });

  const NO_PEM = 'is no certificate in PEM';
  const cutOff = stranger.cert.slice(0, -40);
  const joined = client.cert.replaceAll('\n', 'CANARY ');
  it.each<[string, object, string]>([
    ['a certificate without its key', { tls_certificate: client.cert }, '"tls_key" is missing beside'],
    ['a key without its certificate', { tls_key: client.key }, '"tls_certificate" is missing beside'],
    ['text that is no PEM', { tls_ca: 'CANARY' }, `"tls_ca" ${NO_PEM}`],
    ['PEM whose lines were joined', { ...OWN, tls_certificate: joined }, `"tls_certificate" ${NO_PEM}`],
    ['a second authority that was cut off', { tls_ca: server.cert + cutOff }, `"tls_ca" ${NO_PEM}`],
    [
      'a chain in another order',
      { ...OWN, tls_certificate: stranger.cert + client.cert },
      'own certificate comes first',
    ],
    ['a short key', { tls_certificate: weak.cert, tls_key: weak.key }, 'ask for one of 2,048 bits'],
    ['a weak authority', { ...OWN, tls_certificate: client.cert + weak.cert }, 'OpenSSL: ca key too small'],
    ["somebody else's key", { ...OWN, tls_key: stranger.key }, '"tls_key" is not the key of "tls_certificate"'],
  ])('that are %s are refused by name', async (_, fields, sentence) => {
    const world = await worldWith(fields);
    const { message } = await world.failingTick('CREDENTIALS_MALFORMED');
    expect(message).toContain(sentence);
    expect(world.soap.calls).toHaveLength(0);
  });

  it('get a warning when they end soon, and beside an endpoint that does not use them', async () => {
    const notAfterDate = new Date(Date.now() + 20 * 86_400_000);
    const ending = await certificate('client.test', { notAfterDate });
    const world = await worldWith({ tls_certificate: ending.cert, tls_key: ending.key });
    await world.tick();
    expect(world.logged()).toMatch(/\\?"tls_certificate\\?" in the secret ends in (?:19|20) days/);
    expect(world.logged()).toContain('the endpoint is http');
  });
});

describe('a proxy', () => {
  /** One that forwards everything. */
  async function startProxy() {
    const asked: string[] = [];
    const port = await portThat((socket, first) => {
      const [, method, target = ''] = /^(\S+) (\S+)/.exec(first.toString()) ?? [];
      asked.push(`${method} ${target}`);
      const isTunnel = method === 'CONNECT';
      const { origin, hostname, port } = new URL(isTunnel ? `http://${target}` : target);
      const upstream = watched(connect(Number(port), hostname));
      if (isTunnel) socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      else upstream.write(first.toString().replace(origin, ''));
      socket.pipe(upstream).pipe(socket);
    });
    return { asked, PROXY_URL: `http://127.0.0.1:${port}` };
  }

  it('carries the SOAP call to an http address, and no call to AWS', async () => {
    const { PROXY_URL, asked } = await startProxy();
    const { tick, soap } = await newWorld();
    expect(await tick({}, { env: { PROXY_URL } })).toMatchObject({ outcome: 'refreshed' });
    expect(asked).toEqual([`POST ${soap.url}`]);
  });

  it('carries it to an https address by CONNECT, with client certificate and private authority', async () => {
    const { PROXY_URL, asked } = await startProxy();
    const { tick, soap } = await demandingWorld({ ...OWN, tls_ca: server.cert });
    expect(await tick({}, { env: { PROXY_URL } })).toMatchObject({ outcome: 'refreshed' });
    expect(asked).toEqual([`CONNECT ${new URL(soap.url).host}`]);
  });
});
