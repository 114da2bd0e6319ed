import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';

/** A server that runs, and where. */
export type Listening = Awaited<ReturnType<typeof listen>>;

/** A page in a browser can reach a local port under a name of its own, but not with these names in `Host`. */
const LOCAL_HOST = /^(?:127\.0\.0\.1|localhost)(?::\d{1,5})?$/i;

/** Serves HTTP (with `tls`, HTTPS) on this machine only, and only under its local names; port 0 takes a free one. */
export async function listen(port: number, listener: RequestListener, tls?: ServerOptions) {
  const guarded: RequestListener = (request, response) => {
    if (LOCAL_HOST.test(request.headers.host ?? '')) return listener(request, response);
    response.writeHead(403, { 'Content-Type': 'text/plain', Connection: 'close' });
    response.end('This port takes requests for 127.0.0.1 and localhost only.\n');
  };
  const server: Server = tls === undefined ? createServer(guarded) : createTlsServer(tls, guarded);
  await once(server.listen(port, '127.0.0.1'), 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${address.port}`,
    /** Stops listening and cuts every connection, also those that wait for an answer. */
    close: () =>
      new Promise<void>((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}
