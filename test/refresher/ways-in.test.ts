import { createServer, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { generate } from 'selfsigned';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { postEnvelope } from '../../lambda/refresher/adapters/token-endpoint.ts';
import { httpReply, type World, worlds } from './world.ts';

const newWorld = worlds();
const THROUGH_TLS = { subjectAltName: '127.0.0.1' };

interface Pair {
  readonly cert: string;
  readonly private: string;
}

let server: Pair;
let client: Pair;
let stranger: Pair;
let weak: Pair;

beforeAll(async () => {
  const [one, two, three] = await Promise.all(
    ['soap.test', 'client.test', 'stranger.test'].map((name) => certificate(name)),
  );
  if (one === undefined || two === undefined || three === undefined) throw new TypeError('no certificate');
  [server, client, stranger] = [one, two, three];
  weak = await certificate('weak.test', 365, 1024);
});

async function certificate(commonName: string, days = 365, keySize = 2048): Promise<Pair> {
  return await generate([{ name: 'commonName', value: commonName }], {
    keySize,
    notAfterDate: new Date(Date.now() + days * 86_400_000),
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: THROUGH_TLS.subjectAltName }] }],
  });
}

/** A service behind TLS that demands a client's certificate. */
async function demandingWorld(): Promise<World> {
  return await newWorld({
    tls: { key: server.private, cert: server.cert, ca: client.cert, requestCert: true, rejectUnauthorized: true },
  });
}

function putSecret({ aws, put, secretId }: World, fields: object): void {
  const { SecretString } = JSON.parse(JSON.stringify(aws.perform('GetSecretValue', { SecretId: secretId })));
  put('PutSecretValue', {
    SecretId: secretId,
    SecretString: JSON.stringify({ ...JSON.parse(SecretString), ...fields }),
  });
}

describe('a client certificate and a private authority', () => {
  it('open the way to a service that demands them', async () => {
    const world = await demandingWorld();
    putSecret(world, { tls_certificate: client.cert, tls_key: client.private, tls_ca: server.cert });
    expect(await world.tick()).toMatchObject({ outcome: 'refreshed' });
    expect(world.logged()).not.toContain(client.private.slice(100, 140));
  });

  it('may stand in one text without a line end between them, behind a line of text, or with the line ends of Windows', async () => {
    const world = await demandingWorld();
    putSecret(world, {
      tls_certificate: `subject=client\n${client.cert.trim()}${stranger.cert.trim()}`,
      tls_key: client.private.replaceAll('\n', '\r\n'),
      tls_ca: stranger.cert.trim() + server.cert.trim(),
    });
    expect(await world.tick()).toMatchObject({ outcome: 'refreshed' });
  });

  it('may be the whole login, and what the service says of them is logged without their lines', async () => {
    const world = await newWorld();
    putSecret(world, { tls_certificate: client.cert, tls_key: client.private });
    const line = client.cert.split('\n')[3];
    const fault = `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault><faultcode>Client</faultcode><faultstring>UNKNOWN_CLIENT: certificate ${line}</faultstring></s:Fault></s:Body></s:Envelope>`;
    world.soap.fault = { reply: httpReply(500, 'text/xml', fault) };
    const SERVICE = JSON.stringify({
      request: '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><open/></s:Body></s:Envelope>',
      answer: 'openResponse',
      token: 'key',
      codes: { credentials: ['UNKNOWN_CLIENT'] },
    });
    await world.failingTick('CREDENTIALS_REFUSED', { env: { SERVICE } });
    // By chance, a key's Base64 holds four letters of a word, which are hidden then.
    expect(world.logged()).toMatch(/said: 'UNKNOWN_CLIENT: .*•••'/);
    expect(world.logged()).not.toContain(line);
  });

  it('take the place of the public authorities', async () => {
    const world = await demandingWorld();
    putSecret(world, { tls_certificate: client.cert, tls_key: client.private, tls_ca: stranger.cert });
    await world.failingTick('ENDPOINT_UNAVAILABLE', { askingMs: 1900, random: 1 });
    expect(world.soap.calls).toHaveLength(0);
  });

  it('are demanded in words when they are missing', async () => {
    const world = await demandingWorld();
    putSecret(world, { tls_ca: server.cert });
    const { message } = await world.failingTick('ENDPOINT_UNAVAILABLE', { askingMs: 1900, random: 1 });
    expect(message).toContain('client certificate');
  });

  it.each<[string, () => object, string]>([
    ['a certificate without its key', () => ({ tls_certificate: client.cert }), '"tls_key" is missing beside'],
    ['a key without its certificate', () => ({ tls_key: client.private }), '"tls_certificate" is missing beside'],
    ['text that is no PEM', () => ({ tls_ca: 'CANARY' }), '"tls_ca" is no certificate in PEM'],
    [
      'PEM whose lines were joined',
      () => ({ tls_certificate: client.cert.replaceAll('\n', 'CANARY '), tls_key: client.private }),
      '"tls_certificate" is no certificate in PEM',
    ],
    [
      'a second authority that was cut off',
      () => ({ tls_ca: server.cert + stranger.cert.slice(0, -40) }),
      '"tls_ca" is no certificate in PEM',
    ],
    [
      'a chain that begins with another certificate',
      () => ({ tls_certificate: stranger.cert + client.cert, tls_key: client.private }),
      "of a chain, the client's own certificate comes first",
    ],
    [
      'a key that OpenSSL takes for too short',
      () => ({ tls_certificate: weak.cert, tls_key: weak.private }),
      'ask for one of 2,048 bits',
    ],
    [
      'a chain with an authority that OpenSSL takes for too weak',
      () => ({ tls_certificate: client.cert + weak.cert, tls_key: client.private }),
      'OpenSSL: ca key too small',
    ],
    [
      "somebody else's key",
      () => ({ tls_certificate: client.cert, tls_key: stranger.private }),
      '"tls_key" is not the key of "tls_certificate"',
    ],
  ])('that are %s are refused by name', async (_, fields, sentence) => {
    const world = await newWorld();
    putSecret(world, fields());
    const { message } = await world.failingTick('CREDENTIALS_MALFORMED');
    expect(message).toContain(sentence);
    expect(world.soap.calls).toHaveLength(0);
  });

  it('get a warning when they end soon, and beside an endpoint that does not use them', async () => {
    const ending = await certificate('client.test', 20);
    const world = await newWorld();
    putSecret(world, { tls_certificate: ending.cert, tls_key: ending.private });
    await world.tick();
    expect(world.logged()).toMatch(/\\?"tls_certificate\\?" in the secret ends in (?:19|20) days/);
    expect(world.logged()).toContain('the endpoint is http');
  });
});

describe.concurrent('a proxy', () => {
  const sockets = new Set<Duplex>();
  const closing: (() => void)[] = [];
  afterAll(() => {
    for (const socket of sockets) socket.destroy();
    for (const close of closing) close();
  });

  /** @param onConnect what becomes of a CONNECT */
  async function startProxy(onConnect: (socket: Duplex, host: string, port: number) => void) {
    const asked: string[] = [];
    const proxy = createServer((incoming, outgoing) => {
      asked.push(`${incoming.method} ${incoming.url}`);
      const forwarded = httpRequest(
        incoming.url ?? '',
        { method: incoming.method, headers: incoming.headers },
        (answer) => {
          outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(outgoing);
        },
      );
      incoming.pipe(forwarded);
    });
    // Whoever gives up resets the connection.
    proxy.on('connection', (socket) => sockets.add(socket.on('error', () => {})));
    proxy.on('connect', ({ url = '' }, socket) => {
      asked.push(`CONNECT ${url}`);
      const [host = '', port = ''] = url.split(':');
      onConnect(socket, host, Number(port));
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const address = proxy.address();
    closing.push(() => proxy.close());
    return { asked, PROXY_URL: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`, proxy };
  }

  function tunnel(socket: Duplex, host: string, port: number): void {
    const upstream = connect(port, host, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      socket.pipe(upstream).pipe(socket);
    });
    sockets.add(upstream);
    for (const end of [socket, upstream]) end.on('error', () => {});
  }

  it('carries the SOAP call to an http address, and no call to AWS', async () => {
    const { PROXY_URL, asked } = await startProxy(tunnel);
    const { tick, soap } = await newWorld();
    expect(await tick({}, { env: { PROXY_URL } })).toMatchObject({ outcome: 'refreshed' });
    expect(asked).toEqual([`POST ${soap.url}`]);
  });

  it('carries it to an https address by CONNECT, with client certificate and private authority', async () => {
    const { PROXY_URL, asked } = await startProxy(tunnel);
    const world = await demandingWorld();
    putSecret(world, { tls_certificate: client.cert, tls_key: client.private, tls_ca: server.cert });
    expect(await world.tick({}, { env: { PROXY_URL } })).toMatchObject({ outcome: 'refreshed' });
    expect(asked).toEqual([`CONNECT ${new URL(world.soap.url).host}`]);
  });

  it.each<[string, (socket: Duplex) => void]>([
    ['sends a byte now and then', (socket) => setInterval(() => socket.writable && socket.write('H'), 200).unref()],
    ['opens a tunnel to nothing', (socket) => socket.write('HTTP/1.1 200 OK\r\n\r\n')],
    ['is silent', () => {}],
  ])('that %s is not waited for beyond the time of the request', async (_, onConnect) => {
    const { PROXY_URL } = await startProxy(onConnect);
    const asking = postEnvelope('https://soap.test/', { headers: {}, body: '<a/>' }, 600, { proxyUrl: PROXY_URL });
    // Node itself waits for 5 s of silence, and for ever where there is none. The earlier of two timers ends first, on any machine.
    const first = Promise.race([asking, sleep(4000, 'was waited for')]);
    await expect(first).rejects.toMatchObject({ code: 'ENDPOINT_UNAVAILABLE', isSafeToRepeat: true });
  });

  it('that is not there is named', async () => {
    const { PROXY_URL, proxy } = await startProxy(tunnel);
    await new Promise((resolve) => proxy.close(resolve));
    const world = await newWorld();
    const { message } = await world.failingTick('ENDPOINT_UNAVAILABLE', {
      env: { PROXY_URL },
      askingMs: 1900,
      random: 1,
    });
    expect(message).toContain('ECONNREFUSED');
    expect(message).toContain('the proxy');
  });
});
