import { readFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type Server } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import { generate } from 'selfsigned';
import { afterEach, describe, expect, it } from 'vitest';
import { RefreshError } from '../../lambda/refresher/refresh-error.ts';
import { requestToken } from '../../lambda/refresher/request-token.ts';
import type { SoapReply } from '../../lambda/refresher/soap/token-reply.ts';
import { postEnvelope } from '../../lambda/refresher/token-endpoint.ts';
import { mastersIndia } from '../../lambda/services/masters-india/masters-india.ts';
import type { Envelope } from '../../lambda/services/service.ts';
import { stackAnswers, stackAnswersFolder } from './soap/other-stacks.ts';

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
    grant_type: 'password',
  };
  const dependencies = {
    post: (envelope: Envelope, timeoutMs: number) => postEnvelope(url, envelope, timeoutMs),
    now: Date.now,
    sleep: async () => {},
    random: () => 0,
  };
  return await requestToken(
    dependencies,
    { service: mastersIndia(), endpoint: url, tokenLifetimeSeconds: 14_400 },
    { versionId: 'v', values, tls: {} },
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
    expect(error).toMatchObject({ code: 'REPLY_MALFORMED', mayHaveBeenJudged: true });
    expect(error.message).toContain(rule);
  });

  it('that is cut off may have been a judgement', async () => {
    const error = await failure((await serve(answer(['Content-Length: 9999']))).url);
    expect(error).toMatchObject({ code: 'ENDPOINT_UNAVAILABLE', mayHaveBeenJudged: true });
  });

  it('that does not come in time may have been a judgement', async () => {
    const port = await portOf(createServer((socket) => void socket.on('error', () => {})));
    const error = await failure(`http://127.0.0.1:${port}/`, 200);
    expect(error).toMatchObject({ code: 'ENDPOINT_UNAVAILABLE', mayHaveBeenJudged: true });
    expect(error.message).toContain('within 0.2 s');
  });
});

describe('a login', () => {
  const gateway = (headers: readonly string[]) => answer(headers, '<html>Bad gateway</html>', '502 Bad Gateway');

  it('that cannot have been judged is repeated in the run, three times in all', async () => {
    const { url, requests } = await serve(gateway([]));
    expect(await login(url)).toMatchObject({ result: { code: 'ENDPOINT_UNAVAILABLE', mayHaveBeenJudged: false } });
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
  async function serveTls(options: TlsOptions): Promise<string> {
    const { private: key, cert } = await generate([{ name: 'commonName', value: '127.0.0.1' }]);
    const server = createTlsServer({ key, cert, ...options }, (socket) => socket.on('error', () => {}));
    return `https://127.0.0.1:${await portOf(server)}/`;
  }

  it('is refused', async () => {
    const port = await portOf(createServer());
    servers.pop()?.close();
    const error = await failure(`http://127.0.0.1:${port}/`);
    expect(error).toMatchObject({ code: 'ENDPOINT_UNAVAILABLE', mayHaveBeenJudged: false });
    expect(error.message).toContain('ECONNREFUSED');
  });

  it('has no address', async () => {
    const error = await failure('http://no-such-host.invalid/');
    expect(error).toMatchObject({ code: 'ENDPOINT_UNAVAILABLE', mayHaveBeenJudged: false });
  });

  it('whose TLS handshake is met with silence', async () => {
    const port = await portOf(createServer((socket) => void socket.on('error', () => {})));
    const error = await failure(`https://127.0.0.1:${port}/`, 200);
    expect(error).toMatchObject({ code: 'ENDPOINT_UNAVAILABLE', mayHaveBeenJudged: false });
  });

  it.each<[string, string, TlsOptions]>([
    [
      'protocol version',
      'Tell the vendor now',
      { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' },
    ],
    ['self-signed certificate', 'NODE_EXTRA_CA_CERTS', {}],
  ])('keeps what OpenSSL says (%s), with what to do', async (reason, remedy, options) => {
    const error = await failure(await serveTls(options));
    expect(error).toMatchObject({ code: 'ENDPOINT_UNAVAILABLE', mayHaveBeenJudged: false });
    expect(error.message).toContain(reason);
    expect(error.message).toContain(remedy);
  });

  it('because the port speaks plain HTTP', async () => {
    const error = await failure(`https://127.0.0.1:${await portOf(createHttpServer())}/`);
    expect(error.message).toContain('does not speak TLS');
  });
});
