import { request as httpRequest } from 'node:http';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { TlsCredentials } from '../tls-credentials.ts';

/** What else belongs to the connection. */
export interface ConnectionOptions {
  readonly tls?: TlsCredentials;
  /** `http://host:port` */
  readonly proxyUrl?: string | undefined;
}

/**
 * For the proxy, TCP and TLS together. A name may have an address that nobody answers at, as the IPv6 one of many hosts on a
 * network without IPv6: each gets its share before the next is tried, where Node's own 250 ms end slow handshakes.
 */
const CONNECT_TIMEOUT_MS = 9_000;
const ADDRESS_TIMEOUT_MS = 4_000;
/** A proxy's answer to CONNECT is a line and a few headers. */
const MAX_PROXY_HEADER_BYTES = 16 * 1024;

/**
 * Opens a connection of its own to the endpoint: TCP is connected, and for https TLS agreed on. Until then nothing of a
 * request was sent.
 * @param timeoutMs for the whole request
 * @throws Node's error, `CONNECT_TIMEOUT`, or `PROXY_REFUSED`
 */
export async function openConnection(url: URL, timeoutMs: number, options: ConnectionOptions): Promise<Socket> {
  const { tls = {}, proxyUrl } = options;
  const proxy = proxyUrl === undefined ? undefined : new URL(proxyUrl);
  const isHttps = url.protocol === 'https:';
  const giveUp = new AbortController();
  const { signal } = giveUp;
  const timer = setTimeout(() => giveUp.abort(), Math.min(CONNECT_TIMEOUT_MS, timeoutMs));
  try {
    const tcp = await (proxy && isHttps ? openTunnel(proxy, url, signal) : openTcp(proxy ?? url, signal));
    return isHttps ? await agreeOnTls(tcp, url, tls, signal) : tcp;
  } catch (error) {
    // Whatever failed by itself is closed.
    throw signal.aborted ? new ConnectionError('CONNECT_TIMEOUT') : error;
  } finally {
    clearTimeout(timer);
  }
}

async function openTcp(url: URL, signal: AbortSignal): Promise<Socket> {
  return await opened(connectTcp({ host: hostOf(url), port: portOf(url), signal, ...ADDRESSES }), 'connect');
}

const ADDRESSES = { autoSelectFamily: true, autoSelectFamilyAttemptTimeout: ADDRESS_TIMEOUT_MS };

/** Not Node's own tunnel, whose listeners double with each piece of the proxy's answer. */
async function openTunnel(proxy: URL, url: URL, signal: AbortSignal): Promise<Socket> {
  const target = `${url.hostname}:${portOf(url)}`;
  return await new Promise((resolve, reject) => {
    const request = httpRequest({
      host: hostOf(proxy),
      port: portOf(proxy),
      method: 'CONNECT',
      path: target,
      headers: { Host: target },
      agent: false,
      maxHeaderSize: MAX_PROXY_HEADER_BYTES,
      insecureHTTPParser: true,
      signal,
      ...ADDRESSES,
    });
    request.once('connect', ({ statusCode = 0 }, socket: Socket, head) => {
      // What comes behind a whole answer is nobody's.
      socket.on('error', () => {});
      if (head.length > 0) socket.unshift(head);
      if (statusCode >= 200 && statusCode <= 299) {
        resolve(socket);
        return;
      }
      socket.destroy();
      reject(new ConnectionError('PROXY_REFUSED'));
    });
    // What the proxy sends is not the service's answer, whatever is wrong with it.
    request.on('error', (error: NodeJS.ErrnoException) => {
      reject(error.code?.startsWith('HPE_') ? new ConnectionError('PROXY_REFUSED') : error);
    });
    request.once('close', () => reject(new ConnectionError('PROXY_REFUSED')));
    request.end();
  });
}

async function agreeOnTls(
  socket: Socket,
  url: URL,
  { certificate, key, authorities }: TlsCredentials,
  signal: AbortSignal,
): Promise<Socket> {
  const host = hostOf(url);
  const options = {
    socket,
    signal,
    host,
    // A name is sent ahead of the handshake, an address never is.
    servername: isIP(host) === 0 ? host : '',
    ALPNProtocols: ['http/1.1'],
    cert: certificate,
    key,
    ca: authorities,
  };
  return await opened(connectTls(options), 'secureConnect');
}

/** The socket after that event. Its errors have a listener for as long as it is there. */
async function opened(socket: Socket, event: string): Promise<Socket> {
  return await new Promise((resolve, reject) => {
    socket.once(event, () => resolve(socket));
    socket.on('error', reject);
    socket.once('close', () => reject(new ConnectionError('CONNECTION_CLOSED')));
  });
}

/** Without the brackets of an IPv6 address. */
function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}

function portOf({ port, protocol }: URL): number {
  return port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
}

/** What Node has no code for. Nothing of an answer is in it. */
export class ConnectionError extends Error {
  readonly code: 'CONNECT_TIMEOUT' | 'PROXY_REFUSED' | 'CONNECTION_CLOSED';

  constructor(code: ConnectionError['code']) {
    super(code);
    this.code = code;
  }
}
