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

/** A page in a browser can reach a local port under a name of its own, but not with these names in `Host`. */
const LOCAL_HOST = /^(?:127\.0\.0\.1|localhost)(?::\d{1,5})?$/i;

/** Serves HTTP (with `tls`, HTTPS) on this machine only, and only under its local names; port 0 takes a free one. */
export async function listen(port: number, listener: RequestListener, tls?: ServerOptions): Promise<Listening> {
  const guarded: RequestListener = (request, response) => {
    if (LOCAL_HOST.test(request.headers.host ?? '')) return listener(request, response);
    response.writeHead(403, { 'Content-Type': 'text/plain', Connection: 'close' });
    response.end('This port takes requests for 127.0.0.1 and localhost only.\n');
  };
  const server: Server = tls === undefined ? createServer(guarded) : createTlsServer(tls, guarded);
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
