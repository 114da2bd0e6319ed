import { createServer, type Server, type Socket } from 'node:net';
import { generate, type SelfsignedOptions } from 'selfsigned';
import { afterEach, expect } from 'vitest';

/** A certificate and its key, in PEM. */
export interface Pair {
  readonly cert: string;
  readonly key: string;
}

/** For an address: this machine's, where nothing else is said. */
export async function certificate(name: string, options: SelfsignedOptions = {}, ip = '127.0.0.1'): Promise<Pair> {
  const extensions: SelfsignedOptions['extensions'] = [{ name: 'subjectAltName', altNames: [{ type: 7, ip }] }];
  const { cert, private: key } = await generate([{ name: 'commonName', value: name }], { extensions, ...options });
  return { cert, key };
}

const open = new Set<{ destroy(): void }>();

/** Lets a server listen on this machine until the test has ended. @returns its port */
export async function portOf(server: Server): Promise<number> {
  open.add({ destroy: () => server.close() });
  server.on('connection', watched);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : expect.fail('no port');
}

/** A server that does this with each connection, once the first bytes have come. */
export async function portThat(answers: (socket: Socket, first: Buffer) => unknown): Promise<number> {
  return await portOf(createServer((socket) => socket.once('data', (first: Buffer) => answers(socket, first))));
}

/** A socket that ends with the test. Whoever gives up resets the connection. */
export function watched<One extends Socket>(socket: One): One {
  open.add(socket);
  return socket.on('error', () => {});
}

afterEach(() => {
  for (const one of open) one.destroy();
  open.clear();
});
