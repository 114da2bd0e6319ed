import dns from 'node:dns';
import { createServer as createHttpServer } from 'node:http';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { RefreshError } from '../../../lambda/refresh-error.ts';
import { postEnvelope } from '../../../lambda/refresher/adapters/token-endpoint.ts';

const closing: (() => void)[] = [];
const ENVELOPE = { headers: {}, body: '<a/>' };

afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function portOf(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  // Whoever gives up resets the connection.
  server.on('connection', (socket: Socket) => sockets.add(socket.on('error', () => {})));
  closing.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : expect.fail('no port');
}

async function service(): Promise<number> {
  return await portOf(
    createHttpServer((request, answer) => {
      request.resume();
      request.once('end', () => answer.end('<b/>'));
    }),
  );
}

/** A proxy that handles each CONNECT as it is told; it gives back what it was sent. */
async function proxy(
  onConnect: (socket: Socket) => void,
): Promise<{ readonly proxyUrl: string; readonly seen: string[] }> {
  const seen: string[] = [];
  const port = await portOf(
    createServer((socket) => {
      socket.setNoDelay(true);
      socket.once('data', (data) => {
        seen.push(data.toString('latin1'));
        onConnect(socket);
      });
    }),
  );
  return { proxyUrl: `http://127.0.0.1:${port}`, seen };
}

/** Resolves this name to an IPv4 and an IPv6 address, on a network where a handshake takes its time and IPv6 is unreachable. */
function slowDualStack(name: string, handshakeMs: number): void {
  const { lookup } = dns;
  const handles = handlePrototype();
  const { connect: connectHandle, close } = handles;
  const closed = new WeakSet();
  closing.push(() => {
    dns.lookup = lookup;
    Object.assign(handles, { connect: connectHandle, close });
  });
  const addresses = [
    { address: '127.0.0.1', family: 4 },
    { address: '::1', family: 6 },
  ];
  const fake = (host: string, options: dns.LookupAllOptions, done: (error: null, found: object) => void) =>
    host === name ? process.nextTick(done, null, addresses) : Reflect.apply(lookup, dns, [host, options, done]);
  dns.lookup = Object.assign(fake, { __promisify__: lookup.__promisify__ }) as unknown as typeof lookup;
  // Node closes the handle of an address that it gives up.
  handles.close = function (this: object, ...args: unknown[]) {
    closed.add(this);
    return Reflect.apply(close, this, args);
  };
  handles.connect = function (this: object, ...args: unknown[]) {
    setTimeout(() => {
      if (!closed.has(this)) Reflect.apply(connectHandle, this, args);
    }, handshakeMs);
    return 0;
  };
}

/** Of Node's own handle of a TCP connection: nothing else can make a handshake on this machine slow. */
function handlePrototype(): Record<'connect' | 'close', (...args: unknown[]) => number> {
  const socket = connect({ port: 1, host: '127.0.0.1' }).on('error', () => {});
  const { _handle } = socket as unknown as { _handle: object };
  socket.destroy();
  return Object.getPrototypeOf(_handle);
}

describe('a name with an IPv4 and an IPv6 address', () => {
  it('is reached though a handshake takes longer than the 250 ms that Node gives to each address', async () => {
    const port = await service();
    slowDualStack('dual.test', 400);
    expect(await postEnvelope(`http://dual.test:${port}/`, ENVELOPE, 10_000)).toMatchObject({ status: 200 });
  });
});

describe('a proxy', () => {
  const failure = async (options: { proxyUrl: string }, endpoint = 'https://soap.test/'): Promise<RefreshError> =>
    await postEnvelope(endpoint, ENVELOPE, 3000, options).then(
      () => expect.fail('there was an answer'),
      (error) => error,
    );

  it('is asked at its own host', async () => {
    const { message } = await failure({ proxyUrl: 'http://no-such-proxy.invalid:3128' });
    expect(message).toMatch(/ENOTFOUND|EAI_AGAIN/);
  });

  it('is asked for the host and nothing more', async () => {
    const { proxyUrl, seen } = await proxy((socket) => socket.end('HTTP/1.1 502 X\r\n\r\n'));
    expect(await failure({ proxyUrl })).toMatchObject({ code: 'ENDPOINT_UNAVAILABLE', isSafeToRepeat: true });
    expect(seen).toEqual(['CONNECT soap.test:443 HTTP/1.1\r\nHost: soap.test:443\r\nConnection: close\r\n\r\n']);
  });

  it.each<[string, (socket: Socket) => void]>([
    ['a header of 2 MB', (socket) => socket.write(`HTTP/1.1 200 OK\r\nX: ${'y'.repeat(2_000_000)}`)],
    ['no HTTP', (socket) => socket.end('\u0016\u0003\u0001')],
    ['the answer itself', (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n<b/>')],
    ['a redirect', (socket) => socket.end('HTTP/1.1 302 X\r\nLocation: http://127.0.0.1:1/\r\n\r\n')],
    ['a reset', (socket) => socket.resetAndDestroy()],
    ['nothing', (socket) => socket.end()],
  ])('that answers CONNECT with %s is an outage in which nothing was sent', async (_, onConnect) => {
    const { proxyUrl } = await proxy(onConnect);
    const error = await failure({ proxyUrl });
    expect(error).toMatchObject({ isSafeToRepeat: true });
    expect(error.code).toBe('ENDPOINT_UNAVAILABLE');
  });

  it('that wants a password is named for an http address too, and is not quoted', async () => {
    const { proxyUrl } = await proxy((socket) => socket.end('HTTP/1.1 407 CANARY\r\nContent-Length: 6\r\n\r\nCANARY'));
    const error = await failure({ proxyUrl }, 'http://soap.test/');
    expect(error).toMatchObject({ code: 'ENDPOINT_UNAVAILABLE', isSafeToRepeat: true });
    expect(error.message).toContain('the proxy');
    expect(error.message).not.toContain('CANARY');
  });

  it('whose answer comes in pieces costs CPU as its bytes do', async () => {
    const cost = async (pieces: number) => {
      const { proxyUrl } = await proxy((socket) => {
        socket.write('HTTP/1.1 200 OK\r\n');
        const write = (left: number) => {
          if (left === 0) socket.end('\r\n');
          else if (!socket.destroyed) socket.write('X: y\r\n', () => setImmediate(write, left - 1));
        };
        write(pieces);
      });
      const started = process.cpuUsage();
      await failure({ proxyUrl });
      const { user, system } = process.cpuUsage(started);
      return user + system;
    };
    await cost(20);
    // Node's own tunnel doubles with each piece: 40 would be a million times as much as 20.
    expect((await cost(200)) / (await cost(20))).toBeLessThan(100);
  });
});

describe('a connection that is not agreed on in time', () => {
  it('is given up before TCP has connected, too', async () => {
    const port = await service();
    // One address: of two, Node itself gives up the first.
    slowDualStack('dual.test', 4000);
    await expect(postEnvelope(`http://127.0.0.1:${port}/`, ENVELOPE, 300)).rejects.toMatchObject({
      message: expect.stringMatching(/CONNECT_TIMEOUT/),
      isSafeToRepeat: true,
    });
  });

  it.each(['TLS with the service', 'a tunnel through a proxy'])('is closed: %s', async (what) => {
    const { promise: closed, resolve } = Promise.withResolvers<void>();
    const port = await portOf(createServer((socket) => socket.resume().once('close', () => resolve())));
    const here = `127.0.0.1:${port}`;
    const asking = what.startsWith('TLS')
      ? postEnvelope(`https://${here}/`, ENVELOPE, 300)
      : postEnvelope('https://soap.test/', ENVELOPE, 300, { proxyUrl: `http://${here}` });
    await expect(asking).rejects.toMatchObject({ code: 'ENDPOINT_UNAVAILABLE', isSafeToRepeat: true });
    await closed;
  });
});

describe('a request that cannot be built', () => {
  it('is an error of its own before anything is sent', async () => {
    const port = await service();
    const asking = postEnvelope(
      `http://127.0.0.1:${port}/`,
      { headers: { 'X-To': 'http://\u0430' }, body: '<a/>' },
      3000,
    );
    await expect(asking).rejects.toMatchObject({ code: 'INTERNAL_ERROR', isSafeToRepeat: true });
  });
});
