import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { gunzipSync, inflateRawSync, inflateSync } from 'node:zlib';
import { RefreshError } from '../../refresh-error.ts';
import type { Envelope } from '../../services/service.ts';
import type { SoapReply, UnreadableBody } from '../../soap/soap-reply.ts';
import { errorName, redactedCause } from '../redact-error.ts';
import { connectionFault } from './connection-fault.ts';
import { ConnectionError, type ConnectionOptions, openConnection } from './open-connection.ts';
import { warmUpParser } from './warm-up.ts';

const MAX_BODY_BYTES = 64 * 1024;
/** Some applications set 20 KB of cookies; Node's own limit is 16 KB. */
const MAX_HEADER_BYTES = 256 * 1024;

/**
 * Posts one envelope on a connection of its own and reads the whole answer, whatever its status. Redirects are not
 * followed, and a TLS certificate that does not verify ends the attempt before anything is sent.
 * @throws RefreshError `ENDPOINT_UNAVAILABLE`, or `REPLY_MALFORMED` for an answer that is not HTTP.
 * `isSafeToRepeat` where DNS, TCP, TLS or the proxy failed: nothing was sent.
 */
export async function postEnvelope(
  endpoint: string,
  envelope: Envelope,
  timeoutMs: number,
  options: ConnectionOptions = {},
): Promise<SoapReply> {
  const url = new URL(endpoint);
  let socket: Socket | undefined;
  let request: ClientRequest | undefined;
  let failure: Error | undefined;
  const connect = async (): Promise<Socket> => {
    socket = await openConnection(url, timeoutMs, options);
    return socket;
  };
  try {
    request = requestOver(connect, url, envelope, timeoutMs, options);
    // Stays for as long as the request: bytes that follow a whole answer are an error that nobody else would catch.
    request.on('error', (error) => {
      failure ??= error;
    });
    // The service is at work and this process idle: time for what would cost 50 ms once the answer is there.
    request.once('finish', warmUpParser);
    const answer = responseTo(request);
    request.end(envelope.body);
    const response = await answer;
    const { statusCode: status = 0, headers } = response;
    // Where the address is http, the proxy speaks in the service's place.
    if (status === 407 && options.proxyUrl !== undefined) throw new ConnectionError('PROXY_REFUSED');
    return {
      status,
      contentType: headers['content-type'],
      body: await readBody(response, headers['content-encoding']),
      retryAfter: headers['retry-after'] !== undefined,
      // Of an answer without a length, Node takes what has come for the whole.
      wasCut: failure !== undefined && headers['content-length'] === undefined,
    };
  } catch (error) {
    // What ends an answer midway is an error of the request; the response only knows that it was cut.
    const wasSent = socket !== undefined && errorName(error) !== 'PROXY_REFUSED';
    throw noAnswer(url, options, failure ?? error, timeoutMs, wasSent);
  } finally {
    request?.destroy();
    socket?.destroy();
  }
}

function requestOver(
  connect: () => Promise<Socket>,
  url: URL,
  { headers, body }: Envelope,
  timeoutMs: number,
  { proxyUrl }: ConnectionOptions,
): ClientRequest {
  const isForwarded = proxyUrl !== undefined && url.protocol === 'http:';
  return httpRequest({
    // Nothing of the request goes out before it is called back.
    createConnection: (_, created) => {
      connect().then(
        (socket) => created(null, socket),
        (error: Error) => created(error, new Socket()),
      );
      return undefined;
    },
    method: 'POST',
    path: isForwarded ? url.href : `${url.pathname}${url.search}`,
    signal: AbortSignal.timeout(Math.ceil(timeoutMs)),
    // Old servers send what every other client reads, such as chunks beside a Content-Length or lines that end in LF. One
    // connection carries one answer, so there is nothing to smuggle.
    insecureHTTPParser: true,
    maxHeaderSize: MAX_HEADER_BYTES,
    headers: {
      ...headers,
      Host: url.host,
      'Content-Length': Buffer.byteLength(body),
      'Accept-Encoding': 'identity',
      'User-Agent': 'soap-token-refresher',
    },
  });
}

async function responseTo(request: ClientRequest): Promise<IncomingMessage> {
  return await new Promise((resolve, reject) => {
    request.once('response', resolve);
    request.once('error', reject);
    // A switch of protocols (101) ends with neither a response nor an error.
    request.once('close', () => reject(new ConnectionError('CONNECTION_CLOSED')));
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

/** No coding was asked for, yet some gateways compress all the same, and some servers name a charset here. */
export function decodeContent(body: Buffer, coding = 'identity'): Uint8Array | UnreadableBody {
  if (body.length === 0) return body;
  const limit = { maxOutputLength: MAX_BODY_BYTES };
  try {
    const name = coding.trim().toLowerCase();
    if (name === 'gzip' || name === 'x-gzip') return gunzipSync(withoutLineEnd(body), limit);
    // Some servers leave out the header of zlib, whose first byte ends in 8.
    const hasHeader = (body[0] ?? 0) % 16 === 8;
    if (name === 'deflate') return hasHeader ? inflateSync(body, limit) : inflateRawSync(body, limit);
    const isUnknown = ['br', 'zstd', 'compress', 'x-compress'].includes(name);
    return isUnknown ? 'not in its declared content coding' : body;
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
  wasSent: boolean,
): RefreshError {
  const particulars = { cause: redactedCause(error), isSafeToRepeat: !wasSent };
  const name = errorName(error);
  if (/^ERR_(?:INVALID_CHAR|UNESCAPED_CHARACTERS|HTTP_INVALID_HEADER_VALUE)$/.test(name)) {
    const what = 'a header, or the address in it, holds a character that HTTP cannot carry';
    return new RefreshError('INTERNAL_ERROR', `The request cannot be sent: ${what} (${name})`, particulars);
  }
  const { code, what, remedy } = connectionFault(error);
  if (code === 'REPLY_MALFORMED') {
    return new RefreshError(code, `${url.host} does not answer in HTTP: ${what} (${name})`, particulars);
  }
  const via = proxyUrl === undefined ? '' : ` through the proxy ${new URL(proxyUrl).host}`;
  const reason =
    name === 'ABORT_ERR' || name === 'TimeoutError'
      ? `no whole answer from ${url.host}${via} within ${Math.round(timeoutMs / 100) / 10} s`
      : `no connection to ${url.host}${via}, or it broke: ${what === undefined ? name : `${what} (${name})`}`;
  const advice = remedy === undefined ? '' : `. ${remedy}`;
  return new RefreshError(code, `The SOAP service is not available: ${reason}${advice}`, particulars);
}
