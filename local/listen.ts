import type { RequestListener, Server } from 'node:http';
import { createServer } from 'node:http';
import type { ServerOptions } from 'node:https';
import { createServer as createTlsServer } from 'node:https';

/** A server that runs, and where. */
export interface Listening {
  readonly url: string;
  /** Stops listening and cuts every connection, also those that wait for an answer. */
  close(): Promise<void>;
}

/** Serves HTTP (with `tls`, HTTPS) on this machine only; port 0 takes a free one. */
export async function listen(port: number, listener: RequestListener, tls?: ServerOptions): Promise<Listening> {
  const server: Server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(port, '127.0.0.1', resolve);
  await promise;
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}
