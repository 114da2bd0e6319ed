import { getDiffieHellman } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type Server } from 'node:net';
import {
  createServer as createTlsServer,
  getCACertificates,
  setDefaultCACertificates,
  type TlsOptions,
} from 'node:tls';
import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import { generate, type SelfsignedOptions } from 'selfsigned';
import { afterEach, describe, expect, it } from 'vitest';
import { RefreshError } from '../../../lambda/refresh-error.ts';
import { postEnvelope } from '../../../lambda/refresher/adapters/token-endpoint.ts';
import { requestToken } from '../../../lambda/refresher/request-token.ts';
import { mastersIndia } from '../../../lambda/services/masters-india.ts';
import type { Envelope } from '../../../lambda/services/service.ts';
import { serviceOf } from '../../../lambda/services/service.ts';
import type { SoapReply } from '../../../lambda/soap/soap-reply.ts';
import { stackAnswers, stackAnswersFolder } from '../../services/masters-india/other-stacks.ts';

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function portOf(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : expect.fail('no port');
}

/** A server that answers each request with these bytes and closes the connection. */
async function serve(answer: Buffer | string): Promise<{ readonly url: string; readonly requests: () => number }> {
  let requests = 0;
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => {
      requests += 1;
      socket.end(answer);
    });
  });
  return { url: `http://127.0.0.1:${await portOf(server)}/`, requests: () => requests };
}

async function post(url: string, timeoutMs = 5000): Promise<SoapReply> {
  return await postEnvelope(url, { headers: {}, body: '<a/>' }, timeoutMs);
}

async function failure(url: string, timeoutMs?: number): Promise<RefreshError> {
  return await post(url, timeoutMs).then(
    () => expect.fail('there was an answer'),
    (error: unknown) => (error instanceof RefreshError ? error : expect.fail(String(error))),
  );
}

/** One run that has time for three tries. */
async function login(url: string) {
  const values = {
    username: 'erin@example.test',
    password: 'p4ssw0rd!',
    client_id: 'cid-12345',
    client_secret: 'sec-67890',
  };
  const dependencies = {
    post: (envelope: Envelope, timeoutMs: number) => postEnvelope(url, envelope, timeoutMs),
    now: Date.now,
    sleep: async () => {},
    random: () => 0,
  };
  return await requestToken(
    dependencies,
    { service: serviceOf(mastersIndia), endpoint: url, tokenLifetimeSeconds: 14_400 },
    { versionId: 'v', values, tls: {}, secrets: Object.values(values) },
    Date.now() + 20_000,
  );
}

function envelope(body: string): string {
  return `<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>${body}</e:Body></e:Envelope>`;
}

const BODY = envelope(
  '<n:access_new_tokenResponse xmlns:n="urn:server"><access_token>abc</access_token></n:access_new_tokenResponse>',
);

function answer(headers: readonly string[], body: Buffer | string = BODY, status = '200 OK'): Buffer {
  return Buffer.concat([Buffer.from([`HTTP/1.1 ${status}`, ...headers, '', ''].join('\r\n')), Buffer.from(body)]);
}

describe('what other stacks answer, over a socket', () => {
  it.each(stackAnswers.map((row) => [row.file, row] as const))('%s', async (file, { accept, accessToken }) => {
    const { url, requests } = await serve(readFileSync(new URL(file, stackAnswersFolder)));
    const { result } = await login(url);
    expect(accept).toContain(result instanceof RefreshError ? result.code : 'TOKEN');
    if (!(result instanceof RefreshError)) expect(result.accessToken).toBe(accessToken ?? result.accessToken);
    // A refusal, in whatever shape, is sent once.
    if (accept.includes('CREDENTIALS_REFUSED')) expect(requests()).toBe(1);
  });
});

describe('an answer', () => {
  it.each([
    ['with 20 KB of cookies', answer(Array.from({ length: 10 }, (_, i) => `Set-Cookie: c${i}=${'x'.repeat(2000)}`))],
    ['with Transfer-Encoding: identity', answer(['Transfer-Encoding: identity'])],
    [
      'in gzip with a newline behind it',
      answer(['Content-Encoding: gzip'], Buffer.concat([gzipSync(BODY), Buffer.from('\r\n')])),
    ],
    [
      'with more bytes than it announced',
      Buffer.concat([answer([`Content-Length: ${BODY.length}`]), Buffer.from('Warning')]),
    ],
  ])('%s is read', async (_, bytes) => {
    const reply = await post((await serve(bytes)).url);
    expect(typeof reply.body === 'string' ? reply.body : Buffer.from(reply.body).toString()).toBe(BODY);
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

  it('that is cut off may have been a judgement', async () => {
    const error = await failure((await serve(answer(['Content-Length: 9999']))).url);
    expect(error).toMatchObject({ code: 'ENDPOINT_UNAVAILABLE', isSafeToRepeat: false });
  });

  it('that does not come in time may have been a judgement', async () => {
    const port = await portOf(createServer((socket) => void socket.on('error', () => {})));
    const error = await failure(`http://127.0.0.1:${port}/`, 200);
    expect(error).toMatchObject({ code: 'ENDPOINT_UNAVAILABLE', isSafeToRepeat: false });
    expect(error.message).toContain('within 0.2 s');
  });
});

describe('a login', () => {
  const gateway = (headers: readonly string[]) => answer(headers, '<html>Bad gateway</html>', '502 Bad Gateway');

  it('that cannot have been judged is repeated in the run, three times in all', async () => {
    const { url, requests } = await serve(gateway([]));
    expect(await login(url)).toMatchObject({ result: { code: 'ENDPOINT_UNAVAILABLE', isSafeToRepeat: true } });
    expect(requests()).toBe(3);
  });

  it('that failed tells what the service said, without the secrets', async () => {
    const text = 'Invalid password p4ssw0rd! for erin@example.test';
    const fault = `<faultcode>Client</faultcode><faultstring>${text}</faultstring>`;
    const { url } = await serve(answer([], envelope(`<e:Fault>${fault}</e:Fault>`)));
    const { result, said } = await login(url);
    expect(said).toBe('Invalid password ••• for •••');
    expect(inspect(result, { showHidden: true, depth: 9 })).not.toMatch(/Invalid password|p4ssw0rd|erin/);
  });

  it.each([
    ['the answer says when to come back', gateway(['Retry-After: 1'])],
    ['the server has failed', answer([], '', '500 Internal Server Error')],
    ['the answer is cut off', answer(['Content-Length: 9999'])],
  ])('is not repeated in the run where %s', async (_, bytes) => {
    const { url, requests } = await serve(bytes);
    await login(url);
    expect(requests()).toBe(1);
  });
});

describe('a connection that fails before anything is sent', () => {
  it('is refused', async () => {
    const port = await portOf(createServer());
    servers.pop()?.close();
    const error = await failure(`http://127.0.0.1:${port}/`);
    expect(error).toMatchObject({ code: 'ENDPOINT_UNAVAILABLE', isSafeToRepeat: true });
    expect(error.message).toContain('ECONNREFUSED');
  });

  it('has no address', async () => {
    const error = await failure('http://no-such-host.invalid/');
    expect(error).toMatchObject({ code: 'ENDPOINT_UNAVAILABLE', isSafeToRepeat: true });
  });

  it('whose TLS handshake is met with silence', async () => {
    const port = await portOf(createServer((socket) => void socket.on('error', () => {})));
    const error = await failure(`https://127.0.0.1:${port}/`, 200);
    expect(error).toMatchObject({ code: 'ENDPOINT_UNAVAILABLE', isSafeToRepeat: true });
  });

  it('because the port speaks plain HTTP', async () => {
    const error = await failure(`https://127.0.0.1:${await portOf(createHttpServer())}/`);
    expect(error.message).toContain('does not speak TLS');
  });
});

describe('a TLS connection that fails keeps what OpenSSL says, with what to do', () => {
  const AUTHORITIES = getCACertificates();
  const DAY_MS = 86_400_000;
  const inDays = (days: number) => new Date(Date.now() + days * DAY_MS);
  const OLD = 'DEFAULT@SECLEVEL=0';

  afterEach(() => setDefaultCACertificates(AUTHORITIES));

  async function fails(server: Server, reason: string, remedy: string): Promise<void> {
    const error = await failure(`https://127.0.0.1:${await portOf(server)}/`);
    expect(error).toMatchObject({ code: 'ENDPOINT_UNAVAILABLE', isSafeToRepeat: true });
    expect(error.message).toContain(`or it broke: ${reason} (`);
    expect(error.message).toContain(remedy);
  }

  function tlsServer(options: TlsOptions): Server {
    return createTlsServer(options, (socket) => socket.on('error', () => {}));
  }

  async function authority(ca?: SelfsignedOptions['ca']): Promise<{ readonly key: string; readonly cert: string }> {
    const extensions: SelfsignedOptions['extensions'] = [{ name: 'basicConstraints', cA: true, critical: true }];
    const made = await generate([{ name: 'commonName', value: ca ? 'intermediate' : 'root' }], {
      extensions,
      ...(ca && { ca }),
    });
    return { key: made.private, cert: made.cert };
  }

  async function certificate(options: SelfsignedOptions, ip = '127.0.0.1') {
    const extensions: SelfsignedOptions['extensions'] = [{ name: 'subjectAltName', altNames: [{ type: 7, ip }] }];
    const made = await generate([{ name: 'commonName', value: ip }], { extensions, ...options });
    return { key: made.private, cert: made.cert };
  }

  it.each<[string, string, SelfsignedOptions, string?]>([
    ['certificate has expired', 'Write to the vendor now', { notBeforeDate: inDays(-2), notAfterDate: inDays(-1) }],
    ['certificate is not yet valid', 'Write to the vendor now', { notBeforeDate: inDays(1), notAfterDate: inDays(2) }],
    ['the certificate is for other host names', 'Compare the host', {}, '127.0.0.2'],
    ['EE certificate key too weak', 'Write to the vendor now', { keySize: 1024 }],
    ['CA signature digest algorithm too weak', 'Write to the vendor now', { algorithm: 'sha1' }],
  ])('of a known authority: %s', async (reason, remedy, options, ip) => {
    const ca = await authority();
    setDefaultCACertificates([ca.cert]);
    await fails(tlsServer({ ...(await certificate({ ca, ...options }, ip)), ciphers: OLD }), reason, remedy);
  });

  it.each([
    ['unable to verify the first certificate', 1],
    ['unable to get local issuer certificate', 2],
    ['self-signed certificate in certificate chain', 3],
  ])('of an unknown one: %s', async (reason, length) => {
    const root = await authority();
    const intermediate = await authority(root);
    const { key, cert } = await certificate({ ca: intermediate });
    const chain = [cert, intermediate.cert, root.cert].slice(0, length).join('\n');
    await fails(tlsServer({ key, cert: chain }), reason, 'tls_ca');
  });

  it.each<[string, string, TlsOptions]>([
    ['self-signed certificate', 'tls_ca', {}],
    [
      'tlsv1 alert protocol version',
      'Write to the vendor now',
      { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: OLD },
    ],
    [
      'dh key too small',
      'Write to the vendor now',
      { maxVersion: 'TLSv1.2', ciphers: 'DHE-RSA-AES256-GCM-SHA384:@SECLEVEL=0', dhparam: weakDiffieHellman() },
    ],
    [
      'ssl/tls alert handshake failure',
      'wants a client certificate',
      { requestCert: true, rejectUnauthorized: true, maxVersion: 'TLSv1.2' },
    ],
  ])('of the server: %s', async (reason, remedy, options) => {
    const own = await certificate({});
    if (reason !== 'self-signed certificate') setDefaultCACertificates([own.cert]);
    await fails(tlsServer({ ...own, ...options }), reason, remedy);
  });

  // What old servers and load balancers send first: a ServerHello of TLS 1.1, or an alert.
  it.each([
    ['unsupported protocol', 'Write to the vendor now', `160302002a02000026 0302${'07'.repeat(32)}00002f00`],
    ['tlsv1 unrecognized name', 'does not know this host name', '15030300020270'],
    ['tlsv1 alert internal error', 'is in trouble', '15030300020250'],
  ])('of its first bytes: %s', async (reason, remedy, bytes) => {
    const server = createServer((socket) => {
      socket.on('error', () => {}).once('data', () => socket.write(Buffer.from(bytes.replace(' ', ''), 'hex')));
    });
    await fails(server, reason, remedy);
  });

  /** 1024 bits (RFC 2409, section 6.2), in PEM. */
  function weakDiffieHellman(): string {
    const prime = getDiffieHellman('modp2').getPrime('hex');
    const base64 = Buffer.from(`30818702818100${prime}020102`, 'hex').toString('base64');
    return `-----BEGIN DH PARAMETERS-----\n${base64}\n-----END DH PARAMETERS-----\n`;
  }
});
