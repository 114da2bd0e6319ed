import { faultEnvelope, refusalEnvelope, successEnvelope } from './soap-envelope.ts';

/** What the endpoint answers instead of the service, by the fault's name: for `npm start -- --fail` and for tests. */
export const ENDPOINT_FAULTS = {
  invalid_grant: () => reply(200, XML, refusalEnvelope('access_tokenResponse', 'invalid_grant')),
  invalid_client: () => reply(200, XML, refusalEnvelope('access_tokenResponse', 'invalid_client')),
  invalid_request: () => reply(200, XML, refusalEnvelope('access_tokenResponse', 'invalid_request')),
  server_error: () => reply(200, XML, refusalEnvelope('access_tokenResponse', 'server_error')),
  fault: () => reply(500, XML, faultEnvelope('Server', 'Database connection failed')),
  timeout: () => SILENCE,
  drip: () => ({ bytes: success(), pauseMs: 1000 }),
  reset: () => ({ bytes: success().subarray(0, -100), end: 'reset' }),
  'early-close': () => ({ bytes: success().subarray(0, -100) }),
  huge: () => reply(200, XML, `${successEnvelope('access_new_tokenResponse', {})}${' '.repeat(50_000_000)}`),
  redirect: () => reply(302, HTML, page(302), 'Location: http://127.0.0.1:9/elsewhere'),
  html: () => reply(200, HTML, '<br />\n<b>Fatal error</b>:  Uncaught Error: Call to undefined function\n'),
  empty: () => reply(200, XML, ''),
  malformed: () => reply(200, XML, successXml().replace('</access_token>', '</acces_token>')),
  truncated: () => reply(200, XML, successXml().slice(0, -80)),
  doctype: () => reply(200, XML, successXml().replace('?>', '?><!DOCTYPE x [<!ENTITY t "x">]>')),
  'duplicate-token': () => reply(200, XML, successXml().replace(/<access_token>.*<\/access_token>/, '$&$&')),
  '401': () => reply(401, HTML, page(401)),
  '403': () => reply(403, HTML, page(403)),
  '404': () => reply(404, HTML, page(404)),
  '408': () => reply(408, HTML, page(408)),
  '413': () => reply(413, HTML, page(413)),
  '429': () => reply(429, HTML, page(429)),
  '500': () => reply(500, HTML, page(500)),
  '502': () => reply(502, HTML, page(502)),
  '503': () => reply(503, HTML, page(503)),
  '504': () => reply(504, HTML, page(504)),
} as const satisfies Record<string, () => RawReply>;

/** The name of a fault of the endpoint. */
export type EndpointFault = keyof typeof ENDPOINT_FAULTS;

/** Bytes for the socket as they are, all at once or with a pause behind each; then the connection ends. */
export interface RawReply {
  readonly bytes: Buffer;
  readonly pauseMs?: number;
  /** `close` when left out; `never` leaves the client waiting. */
  readonly end?: 'close' | 'reset' | 'never';
}

const XML = 'text/xml; charset=ISO-8859-1';
const HTML = 'text/html';
const SILENCE: RawReply = { bytes: Buffer.alloc(0), end: 'never' };

function reply(status: number, contentType: string, body: string, ...headers: readonly string[]): RawReply {
  const content = Buffer.from(body, 'latin1');
  const head = [
    `HTTP/1.1 ${status} ${status}`,
    `Content-Type: ${contentType}`,
    `Content-Length: ${content.length}`,
    'Connection: close',
    ...headers,
  ];
  return { bytes: Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), content]) };
}

/** The token of these answers must never be accepted: none of them holds one beyond doubt. */
function successXml(): string {
  return successEnvelope('access_new_tokenResponse', {
    access_token: '0000000000000000000000000000000000000bad',
    expires_in: '14400',
    token_type: 'bearer',
    error_description: '',
  });
}

function success(): Buffer {
  return reply(200, XML, successXml()).bytes;
}

function page(status: number): string {
  return `<html>\n<head><title>${status}</title></head>\n<body>\n<center><h1>${status}</h1></center>\n</body>\n</html>\n`;
}
