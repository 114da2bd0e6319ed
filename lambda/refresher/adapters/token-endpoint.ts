import { type ClientRequest, Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { gunzipSync, inflateRawSync, inflateSync } from 'node:zlib';
import { RefreshError } from '../../refresh-error.ts';
import type { Envelope } from '../../services/service.ts';
import type { SoapReply, UnreadableBody } from '../../soap/soap-reply.ts';
import { errorName, redactedCause } from '../redact-error.ts';
import type { TlsCredentials } from '../tls-credentials.ts';
import { connectionFault } from './connection-fault.ts';
import { warmUpParser } from './warm-up.ts';

const MAX_BODY_BYTES = 64 * 1024;
/** Some applications set 20 KB of cookies; Node's own limit is 16 KB. */
const MAX_HEADER_BYTES = 256 * 1024;
const CONNECT_TIMEOUT_MS = 5_000;

/**
 * Posts one envelope on a connection of its own and reads the whole answer, whatever its status. Redirects are not
 * followed, and a TLS certificate that does not verify ends the attempt before anything is sent.
 * @throws RefreshError `ENDPOINT_UNAVAILABLE`, or `REPLY_MALFORMED` for an answer that is not HTTP.
 * `isSafeToRepeat` where DNS, TCP or TLS failed: nothing was sent.
 */
export async function postEnvelope(
  endpoint: string,
  envelope: Envelope,
  timeoutMs: number,
  options: ConnectionOptions = {},
): Promise<SoapReply> {
  const url = new URL(endpoint);
  const request = openRequest(url, envelope, timeoutMs, options);
  const connection = watchConnection(request, isTunnel(url, options), timeoutMs);
  try {
    const answer = responseTo(request);
    request.end(envelope.body);
    const response = await Promise.race([answer, connection.timedOut]);
    const { statusCode: status = 0, headers } = response;
    return {
      status,
      contentType: headers['content-type'],
      body: await readBody(response, headers['content-encoding']),
      retryAfter: headers['retry-after'] !== undefined,
    };
  } catch (error) {
    // What ends an answer midway is told by the request; the response only tells that it was cut.
    throw noAnswer(url, options, connection.failure ?? error, timeoutMs, connection.isOpen);
  } finally {
    connection.stopWaiting();
    request.destroy();
  }
}

/** What else belongs to the connection. */
export interface ConnectionOptions {
  readonly tls?: TlsCredentials;
  /** `http://host:port` */
  readonly proxyUrl?: string | undefined;
}

function openRequest(
  url: URL,
  { headers, body }: Envelope,
  timeoutMs: number,
  { tls: { certificate, key, authorities } = {}, proxyUrl }: ConnectionOptions,
): ClientRequest {
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return send(url, {
    method: 'POST',
    agent: proxyUrl !== undefined && proxyAgent(url, proxyUrl),
    signal: AbortSignal.timeout(Math.ceil(timeoutMs)),
    // Old servers send what every other client reads, such as chunks beside a Content-Length or lines that end in LF. One
    // connection carries one answer, so there is nothing to smuggle.
    insecureHTTPParser: true,
    maxHeaderSize: MAX_HEADER_BYTES,
    cert: certificate,
    key,
    ca: authorities,
    headers: {
      ...headers,
      'Content-Length': Buffer.byteLength(body),
      'Accept-Encoding': 'identity',
      'User-Agent': 'soap-token-refresher',
    },
  });
}

/** Not from the process's own variables, which would send the AWS calls through the proxy too. */
function proxyAgent({ protocol }: URL, proxyUrl: string): HttpAgent {
  const Agent = protocol === 'https:' ? HttpsAgent : HttpAgent;
  const proxyEnv = { HTTP_PROXY: proxyUrl, HTTPS_PROXY: proxyUrl };
  // Closes the connection to a proxy that is silent; the request itself has ended by then.
  return new Agent({ proxyEnv, timeout: CONNECT_TIMEOUT_MS });
}

/** A socket through a proxy to an https address is handed over when TLS is agreed on. */
function isTunnel({ protocol }: URL, { proxyUrl }: ConnectionOptions): boolean {
  return protocol === 'https:' && proxyUrl !== undefined;
}

interface Connection {
  /** Only on an open one is anything sent: TCP is connected, and TLS agreed on. */
  isOpen: boolean;
  /** The first error of the request. */
  failure: Error | undefined;
  /** Rejects where the connection does not open in time. Until a proxy has opened its tunnel, nothing ends the request itself. */
  readonly timedOut: Promise<never>;
  stopWaiting(): void;
}

function watchConnection(request: ClientRequest, isTunnelled: boolean, timeoutMs: number): Connection {
  const { promise: timedOut, reject } = Promise.withResolvers<never>();
  const giveUp = (): void => {
    const error = new ConnectTimeout();
    request.destroy(error);
    reject(error);
  };
  const timer = setTimeout(giveUp, isTunnelled ? Math.min(CONNECT_TIMEOUT_MS, timeoutMs) : CONNECT_TIMEOUT_MS);
  const connection: Connection = {
    isOpen: false,
    failure: undefined,
    timedOut,
    stopWaiting: () => clearTimeout(timer),
  };
  const opened = (): void => {
    connection.isOpen = true;
    connection.stopWaiting();
  };
  request.once('socket', (socket) => {
    if (isTunnelled) opened();
    else socket.once(request.protocol === 'https:' ? 'secureConnect' : 'connect', opened);
  });
  // Stays for as long as the request: bytes that follow a whole answer are an error that nobody else would catch.
  request.on('error', (error) => {
    connection.failure ??= error;
  });
  // The service is at work and this process idle: time for what would cost 50 ms once the answer is there.
  request.once('finish', warmUpParser);
  return connection;
}

async function responseTo(request: ClientRequest): Promise<IncomingMessage> {
  return await new Promise((resolve, reject) => {
    request.once('response', resolve);
    request.once('error', reject);
    // A switch of protocols (101) ends with neither a response nor an error.
    request.once('close', () => reject(new ConnectionClosed()));
  });
}

async function readBody(response: IncomingMessage, coding: string | undefined): Promise<Uint8Array | UnreadableBody> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > MAX_BODY_BYTES) return 'larger than 64 KiB';
  }
  return decodeContent(Buffer.concat(chunks), coding);
}

class ConnectTimeout extends Error {
  readonly code = 'CONNECT_TIMEOUT';
}

class ConnectionClosed extends Error {
  readonly code = 'CONNECTION_CLOSED';
}

/** No coding was asked for, yet some gateways compress all the same, and some servers name a charset here. */
export function decodeContent(body: Buffer, coding = 'identity'): Uint8Array | UnreadableBody {
  if (body.length === 0) return body;
  const limit = { maxOutputLength: MAX_BODY_BYTES };
  try {
    switch (coding.trim().toLowerCase()) {
      case 'gzip':
      case 'x-gzip':
        return gunzipSync(withoutLineEnd(body), limit);
      case 'deflate':
        // Some servers leave out the header of zlib, whose first byte ends in 8.
        return (body[0] ?? 0) % 16 === 8 ? inflateSync(body, limit) : inflateRawSync(body, limit);
      case 'br':
      case 'zstd':
      case 'compress':
      case 'x-compress':
        return 'not in its declared content coding';
      default:
        return body;
    }
  } catch (error) {
    return errorName(error) === 'ERR_BUFFER_TOO_LARGE' ? 'larger than 64 KiB' : 'not in its declared content coding';
  }
}

/** A script may print a newline behind what it compressed. gzip ends in the size, whose last byte is 0 below 16 MB. */
function withoutLineEnd(body: Buffer): Buffer {
  let end = body.length;
  while (body[end - 1] === 0x0a || body[end - 1] === 0x0d) end -= 1;
  return body.subarray(0, end);
}

function noAnswer(
  url: URL,
  { proxyUrl }: ConnectionOptions,
  error: unknown,
  timeoutMs: number,
  wasOpen: boolean,
): RefreshError {
  const particulars = { cause: redactedCause(error), isSafeToRepeat: !wasOpen };
  const name = errorName(error);
  const { code, what, remedy } = connectionFault(error);
  if (code === 'REPLY_MALFORMED') {
    return new RefreshError(code, `${url.host} does not answer in HTTP: ${what} (${name})`, particulars);
  }
  const via = proxyUrl === undefined ? '' : ` through the proxy ${new URL(proxyUrl).host}`;
  const told =
    name === 'ABORT_ERR'
      ? `no whole answer from ${url.host}${via} within ${Math.round(timeoutMs / 100) / 10} s`
      : `no connection to ${url.host}${via}, or it broke: ${what === undefined ? name : `${what} (${name})`}`;
  const advice = remedy === undefined ? '' : `. ${remedy}`;
  return new RefreshError(code, `The SOAP service is not available: ${told}${advice}`, particulars);
}
