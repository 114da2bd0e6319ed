import { ANSWER_CONTENT_TYPE, faultEnvelope, refusalEnvelope, tokenEnvelope } from './soap-envelope.ts';

/** What the endpoint answers instead of the service, by the fault's name: for `npm start -- --fail` and for tests. */
export const ENDPOINT_FAULTS = {
  invalid_grant: () => refusal('invalid_grant'),
  invalid_client: () => refusal('invalid_client'),
  invalid_request: () => refusal('invalid_request'),
  server_error: () => refusal('server_error'),
  fault: () => reply(500, faultEnvelope('Server', 'Database connection failed')),
  timeout: () => ({ bytes: Buffer.alloc(0), end: 'never' }),
  drip: () => ({ bytes: GRANT_BYTES, pauseMs: 1000 }),
  reset: () => ({ bytes: GRANT_BYTES.subarray(0, -100), end: 'reset' }),
  'early-close': () => ({ bytes: GRANT_BYTES.subarray(0, -100) }),
  huge: () => reply(200, `${GRANT}${' '.repeat(50_000_000)}`),
  redirect: () => page(302, 'Location: http://127.0.0.1:9/elsewhere'),
  html: () => reply(200, '<br />\n<b>Fatal error</b>:  Uncaught Error: Call to undefined function\n', HTML),
  empty: () => reply(200, ''),
  malformed: () => reply(200, GRANT.replace('</access_token>', '</acces_token>')),
  truncated: () => reply(200, GRANT.slice(0, -80)),
  doctype: () => reply(200, GRANT.replace('?>', '?><!DOCTYPE x [<!ENTITY t "x">]>')),
  'duplicate-token': () => reply(200, GRANT.replace(/<access_token>.*<\/access_token>/, '$&$&')),
  '401': () => page(401),
  '403': () => page(403),
  '404': () => page(404),
  '408': () => page(408),
  '413': () => page(413),
  '429': () => page(429),
  '500': () => page(500),
  '502': () => page(502),
  '503': () => page(503),
  '504': () => page(504),
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

const HTML = 'text/html';
/** Its token must never be accepted: none of these answers holds one beyond doubt. */
const GRANT = tokenEnvelope('0000000000000000000000000000000000000bad', 14_400);
const GRANT_BYTES = reply(200, GRANT).bytes;

function reply(status: number, body: string, contentType = ANSWER_CONTENT_TYPE, ...headers: readonly string[]) {
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

function refusal(code: string): RawReply {
  return reply(200, refusalEnvelope('access_tokenResponse', code));
}

function page(status: number, ...headers: readonly string[]): RawReply {
  const body = `<html>\n<head><title>${status}</title></head>\n<body>\n<center><h1>${status}</h1></center>\n</body>\n</html>\n`;
  return reply(status, body, HTML, ...headers);
}
