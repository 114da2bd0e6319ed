import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { gunzipSync, inflateSync } from 'node:zlib';
import { errorName, redactedCause } from './redact-error.ts';
import { RefreshError } from './refresh-error.ts';
import type { SoapReply } from './soap/token-reply.ts';
import { warmUpParser } from './soap/warm-up.ts';

const MAX_BODY_BYTES = 64 * 1024;
const CONNECT_TIMEOUT_MS = 5_000;

/**
 * Posts one envelope on a connection of its own and reads the whole answer, whatever its status. Redirects are not
 * followed, and a TLS certificate that does not verify ends the attempt before anything is sent.
 * @throws RefreshError `ENDPOINT_UNAVAILABLE`, or `REPLY_MALFORMED` for an answer that is not HTTP.
 */
export async function postEnvelope(
  endpoint: string,
  soapAction: string,
  envelope: string,
  timeoutMs: number,
): Promise<SoapReply> {
  const url = new URL(endpoint);
  const body = Buffer.from(envelope, 'utf8');
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return await new Promise((resolve, reject) => {
    const request = send(url, {
      method: 'POST',
      agent: false,
      signal: AbortSignal.timeout(Math.ceil(timeoutMs)),
      headers: {
        // Exactly this: NuSOAP drops every parameter under another type, and faults on an added parameter.
        'Content-Type': 'text/xml; charset=utf-8',
        'Content-Length': body.length,
        SOAPAction: `"${soapAction}"`,
        Accept: 'text/xml',
        'Accept-Encoding': 'identity',
        'User-Agent': 'soap-token-refresher',
      },
    });
    const connectTimer = setTimeout(() => request.destroy(new ConnectTimeout()), CONNECT_TIMEOUT_MS);
    request.once('socket', (socket) => {
      socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', () => clearTimeout(connectTimer));
    });
    let response: IncomingMessage | undefined;
    request.once('close', () => {
      clearTimeout(connectTimer);
      // A switch of protocols (101) ends with neither a response nor an error.
      if (response === undefined) reject(noAnswer(url, new ConnectionClosed(), timeoutMs));
    });
    const fail = (error: Error) => {
      // Bytes that follow a whole answer are an error of the connection, not of the answer.
      if (response?.complete !== true) reject(noAnswer(url, error, timeoutMs));
    };
    request.on('error', fail);
    request.once('response', (incoming) => {
      response = incoming;
      const { statusCode: status = 0, headers } = incoming;
      const contentType = headers['content-type'];
      const chunks: Buffer[] = [];
      let size = 0;
      incoming.on('data', (chunk: Buffer) => {
        size += chunk.length;
        chunks.push(chunk);
        if (size <= MAX_BODY_BYTES) return;
        resolve({ status, contentType, body: 'larger than 64 KiB' });
        incoming.destroy();
      });
      incoming.on('error', fail);
      incoming.once('end', () => {
        resolve({ status, contentType, body: decodeContent(Buffer.concat(chunks), headers['content-encoding']) });
      });
    });
    // The service is at work and this process idle: time for what would cost 50 ms once the answer is there.
    request.once('finish', warmUpParser);
    request.end(body);
  });
}

class ConnectTimeout extends Error {
  readonly code = 'CONNECT_TIMEOUT';
}

class ConnectionClosed extends Error {
  readonly code = 'CONNECTION_CLOSED';
}

/** No coding was asked for, yet some gateways compress all the same. */
function decodeContent(body: Buffer, coding = 'identity'): SoapReply['body'] {
  if (body.length === 0) return body;
  const limit = { maxOutputLength: MAX_BODY_BYTES };
  try {
    switch (coding.trim().toLowerCase()) {
      case '':
      case 'identity':
        return body;
      case 'gzip':
      case 'x-gzip':
        return gunzipSync(body, limit);
      case 'deflate':
        return inflateSync(body, limit);
      default:
        return 'not in its declared content coding';
    }
  } catch (error) {
    return errorName(error) === 'ERR_BUFFER_TOO_LARGE' ? 'larger than 64 KiB' : 'not in its declared content coding';
  }
}

function noAnswer(url: URL, error: Error, timeoutMs: number): RefreshError {
  const reason = errorName(error);
  // The parser's error carries the raw bytes, so only its name goes on.
  const cause = redactedCause(error);
  if (reason.startsWith('HPE_')) {
    return new RefreshError('REPLY_MALFORMED', `${url.host} does not answer in HTTP: ${reason}`, { cause });
  }
  const what =
    reason === 'ABORT_ERR'
      ? `no whole answer from ${url.host} within ${Math.round(timeoutMs / 100) / 10} s`
      : `no connection to ${url.host}, or it broke: ${reason}`;
  return new RefreshError('ENDPOINT_UNAVAILABLE', `The SOAP service is not available: ${what}`, { cause });
}
