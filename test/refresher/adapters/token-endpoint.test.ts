import { getDiffieHellman } from 'node:crypto';
import dns from 'node:dns';
import { readFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { connect, createServer, type Server, type Socket } from 'node:net';
import {
  createServer as createTlsServer,
  getCACertificates,
  setDefaultCACertificates,
  type TlsOptions,
} from 'node:tls';
import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import type { SelfsignedOptions } from 'selfsigned';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { RefreshError } from '../../../lambda/refresh-error.ts';
import { postEnvelope } from '../../../lambda/refresher/adapters/token-endpoint.ts';
import { EXAMPLE } from '../../../lambda/refresher/adapters/warm-up.ts';
import { requestToken } from '../../../lambda/refresher/request-token.ts';
import { judge } from '../../../lambda/services/judge.ts';
import { mastersIndia } from '../../../lambda/services/masters-india.ts';
import { type Envelope, serviceOf } from '../../../lambda/services/service.ts';
import { fault11, soap11 } from '../../services/answers.ts';
import { stackAnswers, stackAnswersFolder } from '../../services/masters-india/other-stacks.ts';
import { expectations, repliesFolder } from '../../services/masters-india/replies.ts';
import { certificate, type Pair, portOf, portThat, watched } from './servers.ts';

const ENVELOPE = { headers: {}, body: '<a/>' };
/** Nothing was sent that the service could have judged. */
const NOT_SENT = { code: 'ENDPOINT_UNAVAILABLE', isSafeToRepeat: true };
const PERHAPS_JUDGED = { code: 'ENDPOINT_UNAVAILABLE', isSafeToRepeat: false };

async function failure(url: string, timeoutMs = 5000, proxyUrl?: string): Promise<RefreshError> {
  return await postEnvelope(url, ENVELOPE, timeoutMs, { proxyUrl }).then(
    () => expect.fail('there was an answer'),
    (error: unknown) => (error instanceof RefreshError ? error : expect.fail(String(error))),
  );
}

/** A server that answers each request with these bytes and closes the connection. */
async function serve(answer: Buffer | string): Promise<{ readonly url: string; readonly requests: () => number }> {
  let requests = 0;
  const port = await portThat((socket) => {
    requests += 1;
    socket.end(answer);
  });
  return { url: `http://127.0.0.1:${port}/`, requests: () => requests };
}

/** One run that has time for three tries. */
async function login(url: string) {
  const [username, password] = ['erin@example.test', 'p4ssw0rd!'];
  const values = { username, password, client_id: 'cid-12345', client_secret: 'sec-67890' };
  const post = (envelope: Envelope, timeoutMs: number) => postEnvelope(url, envelope, timeoutMs);
  return await requestToken(
    { post, now: Date.now, sleep: async () => {}, random: () => 0 },
    { service: serviceOf(mastersIndia), endpoint: url, tokenLifetimeSeconds: 14_400 },
    { versionId: 'v', values, tls: {}, secrets: Object.values(values) },
    Date.now() + 20_000,
  );
}

const BODY = soap11(
  '<n:access_new_tokenResponse xmlns:n="urn:server"><access_token>abc</access_token></n:access_new_tokenResponse>',
);

function answer(headers: readonly string[], body: Buffer | string = BODY, status = '200 OK'): Buffer {
  return Buffer.concat([Buffer.from([`HTTP/1.1 ${status}`, ...headers, '', ''].join('\r\n')), Buffer.from(body)]);
}

const captured = expectations.map(({ file, expect: said }) =>
  said.kind === 'token'
    ? { file, folder: repliesFolder, accept: ['TOKEN'], accessToken: said.accessToken }
    : { file, folder: repliesFolder, accept: [said.code], accessToken: undefined },
);
const answers = [...captured, ...stackAnswers.map((row) => ({ ...row, folder: stackAnswersFolder }))];
it.each(answers)('what stacks answer: $file', async ({ file, folder, accept, accessToken }) => {
  const { url, requests } = await serve(readFileSync(new URL(file, folder)));
  const { result } = await login(url);
  expect(accept).toContain(result instanceof RefreshError ? result.code : 'TOKEN');
  if (!(result instanceof RefreshError)) expect(result.accessToken).toBe(accessToken ?? result.accessToken);
  // A refusal, in whatever shape, is sent once.
  if (accept.includes('CREDENTIALS_REFUSED')) expect(requests()).toBe(1);
});

describe('an answer', () => {
  const gzipped = Buffer.concat([gzipSync(BODY), Buffer.from('\r\n')]);
  it.each([
    ['with 20 KB of cookies', answer(Array.from({ length: 10 }, (_, i) => `Set-Cookie: c${i}=${'x'.repeat(2000)}`))],
    ['with Transfer-Encoding: identity', answer(['Transfer-Encoding: identity'])],
    ['in gzip with a newline behind it', answer(['Content-Encoding: gzip'], gzipped)],
    ['with more bytes than it announced', answer([`Content-Length: ${BODY.length}`], `${BODY}Warning`)],
  ])('%s is read', async (_, bytes) => {
    const { body } = await postEnvelope((await serve(bytes)).url, ENVELOPE, 5000);
    expect(typeof body === 'string' ? body : Buffer.from(body).toString()).toBe(BODY);
  });

  it.each([
    ['Content-Length: x', 'Content-Length is not a number'],
    ['Content-Length: 1\r\nContent-Length: 1', 'more than one Content-Length'],
    ['X Y: 1', 'a header name or value holds a character'],
    [`X: ${'x'.repeat(300_000)}`, 'larger than 256 KiB'],
  ])('that breaks a rule of HTTP is REPLY_MALFORMED and names the rule: %.20s', async (header, rule) => {
    const error = await failure((await serve(answer([header]))).url);
    expect(error).toMatchObject({ code: 'REPLY_MALFORMED', isSafeToRepeat: false });
    expect(error.message).toContain(rule);
  });

  it('that is cut off, or does not come in time, may have been a judgement', async () => {
    expect(await failure((await serve(answer(['Content-Length: 9999']))).url)).toMatchObject(PERHAPS_JUDGED);
    const silent = await failure(`http://127.0.0.1:${await portThat(() => {})}/`, 200);
    expect(silent).toMatchObject({ ...PERHAPS_JUDGED, message: expect.stringContaining('within 0.2 s') });
  });
});

it('while an answer is on its way, the parser is taken the whole way to a token', () => {
  expect(judge(mastersIndia, EXAMPLE)).toEqual({ accessToken: 'example', end: { in: 14_400 } });
});

describe('a login', () => {
  const gateway = (headers: readonly string[]) => answer(headers, '<html>Bad gateway</html>', '502 Bad Gateway');

  it('that failed tells what the service said, without the secrets', async () => {
    const { url } = await serve(answer([], fault11('Client', 'Invalid password p4ssw0rd! for erin@example.test')));
    const { result, said } = await login(url);
    expect(said).toBe('Invalid password ••• for •••');
    expect(inspect(result, { showHidden: true, depth: 9 })).not.toMatch(/Invalid password|p4ssw0rd|erin/);
  });

  it.each([
    ['the service cannot have judged it', gateway([]), 3],
    ['the answer says when to come back', gateway(['Retry-After: 1']), 1],
    ['the server has failed', answer([], '', '500 Internal Server Error'), 1],
    ['the answer is cut off', answer(['Content-Length: 9999']), 1],
  ])('where %s is made so often in a run', async (_, bytes, times) => {
    const { url, requests } = await serve(bytes);
    expect(await login(url)).toMatchObject({ result: { code: 'ENDPOINT_UNAVAILABLE' } });
    expect(requests()).toBe(times);
  });

  it.each([
    ['is reset', 5000, (socket: Socket) => setTimeout(() => socket.resetAndDestroy(), 50)],
    ['stays silent', 200, () => {}],
  ])('may have been judged where a gateway names no length and %s midway', async (_, timeoutMs, then) => {
    const port = await portThat((socket) => {
      socket.write(answer([], '<p>Your log', '503 Service Unavailable'));
      then(socket);
    });
    const reply = await postEnvelope(`http://127.0.0.1:${port}/`, ENVELOPE, timeoutMs);
    expect(judge(mastersIndia, reply)).toMatchObject(PERHAPS_JUDGED);
  });

  it('names the product and the length of its envelope, and asks for no coding', async () => {
    const { promise, resolve } = Promise.withResolvers<readonly string[]>();
    const port = await portThat((socket, first) => {
      resolve(first.toString().split('\r\n'));
      socket.end(answer([]));
    });
    await postEnvelope(`http://127.0.0.1:${port}/?a=b`, { headers: { SOAPAction: '"x"' }, body: '<ä/>' }, 5000);
    const [line, ...headers] = await promise;
    expect(line).toBe('POST /?a=b HTTP/1.1');
    expect(headers).toEqual(
      expect.arrayContaining([
        'SOAPAction: "x"',
        `Host: 127.0.0.1:${port}`,
        'Content-Length: 5',
        'Accept-Encoding: identity',
        'User-Agent: soap-token-refresher',
      ]),
    );
  });

  it('with a header that no request can hold is an error of our own before anything is sent', async () => {
    const { url } = await serve(BODY);
    const asking = postEnvelope(url, { ...ENVELOPE, headers: { 'X-To': `${url}\u0430` } }, 3000);
    await expect(asking).rejects.toMatchObject({ code: 'INTERNAL_ERROR', isSafeToRepeat: true });
  });
});

describe('a connection', () => {
  afterEach(() => void vi.restoreAllMocks());

  it.each<[string, () => Promise<string> | string, RegExp]>([
    ['is refused', () => 'http://127.0.0.1:1/', /ECONNREFUSED/],
    ['is to port 0', () => 'http://127.0.0.1:0/', /EADDRNOTAVAIL|ECONNREFUSED/],
    ['has no address', () => 'http://no-such-host.invalid/', /ENOTFOUND|EAI_AGAIN/],
    ['meets plain HTTP', async () => `https://127.0.0.1:${await portOf(createHttpServer())}/`, /does not speak TLS/],
  ])('that %s is an outage in which nothing was sent', async (_, url, message) => {
    expect(await failure(await url())).toMatchObject({ ...NOT_SENT, message: expect.stringMatching(message) });
  });

  it('to a name with two addresses may take longer than the 250 ms that Node gives to each', async () => {
    const { port } = new URL((await serve(answer([]))).url);
    slowNetwork(400);
    expect(await postEnvelope(`http://dual.test:${port}/`, ENVELOPE, 10_000)).toMatchObject({ status: 200 });
  });

  it('is given up before TCP has connected, too', async () => {
    const { url } = await serve(answer([]));
    // One address: of two, Node itself gives up the first.
    slowNetwork(4000);
    expect(await failure(url, 300)).toMatchObject({ ...NOT_SENT, message: expect.stringContaining('CONNECT_TIMEOUT') });
  });

  const drip = (socket: Socket) => {
    socket.write('HTTP/1.1 200 OK\r\nX: ');
    setInterval(() => socket.writable && socket.write('y'), 200).unref();
  };
  it.each<[string, boolean, (socket: Socket) => unknown]>([
    ['TLS with a silent service', false, () => {}],
    ['a tunnel through a silent proxy', true, () => {}],
    ['a tunnel through a proxy that sends a byte now and then', true, drip],
    ['a tunnel to nothing', true, (socket) => socket.write('HTTP/1.1 200 OK\r\n\r\n')],
  ])('that is not agreed on in time is closed: %s', async (_, isProxy, onData) => {
    const { promise: closed, resolve } = Promise.withResolvers<void>();
    const port = await portThat((socket) => {
      socket.resume().once('close', resolve);
      onData(socket);
    });
    const [endpoint, proxy] = isProxy
      ? ['https://soap.test/', `http://127.0.0.1:${port}`]
      : [`https://127.0.0.1:${port}/`];
    // Node itself waits for 5 s of silence, and for ever where there is none.
    const asking = failure(endpoint, 600, proxy);
    const late = new Promise((_, reject) => setTimeout(reject, 4000, new Error('was waited for')).unref());
    expect(await Promise.race([asking, late])).toMatchObject(NOT_SENT);
    await closed;
  });

  /** Resolves any name to an IPv4 and an IPv6 address. A handshake takes its time, and IPv6 is unreachable. */
  function slowNetwork(handshakeMs: number): void {
    const addresses = [
      { address: '127.0.0.1', family: 4 },
      { address: '::1', family: 6 },
    ];
    const lookup = (_: string, __: object, done: (error: null, found: object) => void) =>
      process.nextTick(done, null, addresses);
    vi.spyOn(dns, 'lookup').mockImplementation(lookup as unknown as typeof dns.lookup);
    const handles = handlePrototype();
    const { connect: connectHandle, close } = handles;
    const closed = new WeakSet();
    // Node closes the handle of an address that it gives up.
    vi.spyOn(handles, 'close').mockImplementation(function (this: object, ...args) {
      closed.add(this);
      return Reflect.apply(close, this, args);
    });
    vi.spyOn(handles, 'connect').mockImplementation(function (this: object, ...args) {
      setTimeout(() => closed.has(this) || Reflect.apply(connectHandle, this, args), handshakeMs);
      return 0;
    });
  }

  /** Of Node's own handle of a TCP connection: nothing else can make a handshake on this machine slow. */
  function handlePrototype(): Record<'connect' | 'close', (...args: unknown[]) => number> {
    const socket = watched(connect({ port: 1, host: '127.0.0.1' }));
    const { _handle } = socket as unknown as { _handle: object };
    return Object.getPrototypeOf(_handle);
  }
});

describe('a proxy', () => {
  const viaProxy = async (port: number, endpoint = 'https://soap.test/') =>
    await failure(endpoint, 3000, `http://127.0.0.1:${port}`);

  it('is asked at its own host', async () => {
    const { message } = await failure('https://soap.test/', 3000, 'http://no-such-proxy.invalid:3128');
    expect(message).toMatch(/the proxy no-such-proxy.invalid:3128.*(ENOTFOUND|EAI_AGAIN)/);
    expect(await failure('http://soap.test/', 3000, 'http://127.0.0.1:0')).toMatchObject(NOT_SENT);
  });

  it('is asked for the host and nothing more', async () => {
    const seen: string[] = [];
    const port = await portThat((socket, first) => {
      seen.push(first.toString('latin1'));
      socket.end('HTTP/1.1 502 X\r\n\r\n');
    });
    const message = expect.stringContaining('the proxy opened no tunnel');
    expect(await viaProxy(port)).toMatchObject({ ...NOT_SENT, message });
    expect(seen).toEqual(['CONNECT soap.test:443 HTTP/1.1\r\nHost: soap.test:443\r\nConnection: close\r\n\r\n']);
  });

  it.each<[string, (socket: Socket) => unknown]>([
    ['a header of 2 MB', (socket) => socket.write(`HTTP/1.1 200 OK\r\nX: ${'y'.repeat(2_000_000)}`)],
    ['no HTTP', (socket) => socket.end('\u0016\u0003\u0001')],
    ['the answer itself', (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n<b/>')],
    ['a redirect', (socket) => socket.end('HTTP/1.1 302 X\r\nLocation: http://127.0.0.1:1/\r\n\r\n')],
    ['a reset', (socket) => socket.resetAndDestroy()],
    ['nothing', (socket) => socket.end()],
  ])('that answers CONNECT with %s is an outage in which nothing was sent', async (_, onConnect) => {
    expect(await viaProxy(await portThat(onConnect))).toMatchObject(NOT_SENT);
  });

  it('that wants a password is named for an http address too, and is not quoted', async () => {
    const refusal = 'HTTP/1.1 407 CANARY\r\nContent-Length: 6\r\n\r\nCANARY';
    const error = await viaProxy(await portThat((socket) => socket.end(refusal)), 'http://soap.test/');
    expect(error).toMatchObject({ ...NOT_SENT, message: expect.stringContaining('the proxy') });
    expect(error.message).not.toContain('CANARY');
  });

  it('whose answer comes in pieces costs CPU as its bytes do', async () => {
    const cost = async (pieces: number) => {
      const port = await portThat((socket) => {
        socket.setNoDelay(true).write('HTTP/1.1 200 OK\r\n');
        const write = (left: number) => {
          if (left === 0) socket.end('\r\n');
          else if (!socket.destroyed) socket.write('X: y\r\n', () => setImmediate(write, left - 1));
        };
        write(pieces);
      });
      const started = process.cpuUsage();
      await viaProxy(port);
      const { user, system } = process.cpuUsage(started);
      return user + system;
    };
    await cost(20);
    // Node's own tunnel doubles with each piece: 40 would be a million times as much as 20.
    expect((await cost(200)) / (await cost(20))).toBeLessThan(100);
  });
});

describe('a TLS connection that fails keeps what OpenSSL says, with what to do', () => {
  const AUTHORITIES = getCACertificates();
  afterEach(() => setDefaultCACertificates(AUTHORITIES));

  const inDays = (days: number) => new Date(Date.now() + days * 86_400_000);
  const VENDOR = 'Write to the vendor now';
  const OLD = 'DEFAULT@SECLEVEL=0';
  const DEMANDING: TlsOptions = { requestCert: true, rejectUnauthorized: true, maxVersion: 'TLSv1.2' };

  const authority = async (name: string, ca?: Pair) =>
    await certificate(name, {
      extensions: [{ name: 'basicConstraints', cA: true, critical: true }],
      ...(ca && { ca }),
    });

  function tlsServer(options: TlsOptions): Server {
    return createTlsServer(options, watched);
  }

  /** Of an authority that everybody knows. */
  const known = (options: SelfsignedOptions, ip?: string) => async () => {
    const ca = await authority('root');
    setDefaultCACertificates([ca.cert]);
    return tlsServer({ ...(await certificate('soap', { ca, ...options }, ip)), ciphers: OLD });
  };
  /** Of one that nobody knows: so much of the chain is sent. */
  const unknown = (length: number) => async () => {
    const root = await authority('root');
    const intermediate = await authority('intermediate', root);
    const { key, cert } = await certificate('soap', { ca: intermediate });
    return tlsServer({ key, cert: [cert, intermediate.cert, root.cert].slice(0, length).join('\n') });
  };
  const trusted = (options: TlsOptions) => async () => {
    const own = await certificate('soap');
    setDefaultCACertificates([own.cert]);
    return tlsServer({ ...own, ...options });
  };
  /** What old servers and load balancers send first: a ServerHello of TLS 1.1, or an alert. */
  const bytes = (hex: string) => async () =>
    createServer((socket) => void socket.once('data', () => socket.write(Buffer.from(hex, 'hex'))));

  it.each<[string, string, () => Promise<Server>]>([
    ['certificate has expired', VENDOR, known({ notBeforeDate: inDays(-2), notAfterDate: inDays(-1) })],
    ['certificate is not yet valid', VENDOR, known({ notBeforeDate: inDays(1), notAfterDate: inDays(2) })],
    ['the certificate is for other host names', 'Compare the host', known({}, '127.0.0.2')],
    ['EE certificate key too weak', VENDOR, known({ keySize: 1024 })],
    ['CA signature digest algorithm too weak', VENDOR, known({ algorithm: 'sha1' })],
    ['unable to verify the first certificate', 'tls_ca', unknown(1)],
    ['unable to get local issuer certificate', 'tls_ca', unknown(2)],
    ['self-signed certificate in certificate chain', 'tls_ca', unknown(3)],
    ['self-signed certificate', 'tls_ca', async () => tlsServer(await certificate('soap'))],
    ['tlsv1 alert protocol version', VENDOR, trusted({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: OLD })],
    ['dh key too small', VENDOR, trusted(weakDiffieHellman())],
    ['ssl/tls alert handshake failure', 'wants a client certificate', trusted(DEMANDING)],
    ['unsupported protocol', VENDOR, bytes(`160302002a020000260302${'07'.repeat(32)}00002f00`)],
    ['tlsv1 unrecognized name', 'does not know this host name', bytes('15030300020270')],
    ['tlsv1 alert internal error', 'is in trouble', bytes('15030300020250')],
  ])('%s', async (reason, remedy, server) => {
    const error = await failure(`https://127.0.0.1:${await portOf(await server())}/`);
    expect(error).toMatchObject({ ...NOT_SENT, message: expect.stringContaining(`or it broke: ${reason} (`) });
    expect(error.message).toContain(remedy);
  });

  /** 1024 bits (RFC 2409, section 6.2), in PEM. */
  function weakDiffieHellman(): TlsOptions {
    const prime = getDiffieHellman('modp2').getPrime('hex');
    const base64 = Buffer.from(`30818702818100${prime}020102`, 'hex').toString('base64');
    const dhparam = `-----BEGIN DH PARAMETERS-----\n${base64}\n-----END DH PARAMETERS-----\n`;
    return { maxVersion: 'TLSv1.2', ciphers: 'DHE-RSA-AES256-GCM-SHA384:@SECLEVEL=0', dhparam };
  }
});
