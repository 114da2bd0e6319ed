import { subscribe } from 'node:diagnostics_channel';
import { ClientRequest, type IncomingMessage } from 'node:http';
import { isObject } from '../../lambda/parse-json.ts';
import { type ConnectionFault, connectionFault } from '../../lambda/refresher/adapters/connection-fault.ts';
import { ConnectionError } from '../../lambda/refresher/adapters/open-connection.ts';
import { decodeContent } from '../../lambda/refresher/adapters/token-endpoint.ts';
import { errorName } from '../../lambda/refresher/redact-error.ts';
import { inOneLine, redactServiceText } from '../../lambda/refresher/redact-service-text.ts';
import { placeholders } from '../../lambda/services/fill-template.ts';
import type { ServiceProfile } from '../../lambda/services/profile.ts';
import { rootPart } from '../../lambda/services/root-part.ts';
import { parseXml, withDescendants } from '../../lambda/soap/strict-xml.ts';
import { pathHints } from '../world/profile-hints.ts';
import { type AnswerStructure, answerStructure, type Redact } from './answer-structure.ts';
import { shownAddress } from './shown-address.ts';

/** What went over the wire between the function and the SOAP endpoint, last request only. No value is in it. */
export interface Contact {
  /** `POST /path`, then the headers that a SOAP service looks at, and those of the profile with their values masked. */
  readonly requestHead: string;
  /** As it went out, every value masked. */
  readonly requestBody: string;
  /** False where DNS, TCP, TLS or the proxy failed. */
  readonly wasSent: boolean;
  /** Why there was no whole answer. */
  readonly fault?: BrokenConnection | undefined;
  readonly answer?: Answer | undefined;
}

interface BrokenConnection extends Required<Pick<ConnectionFault, 'what' | 'remedy'>> {
  /** Node's, such as `ENOTFOUND`. */
  readonly name: string;
}

/** The answer that came, without any of its values. */
export interface Answer {
  readonly status: number;
  readonly contentType?: string | undefined;
  /** Of a redirect, as an absolute address without its path. */
  readonly redirectTo?: string | undefined;
  /** How the server wants an HTTP login, such as `Basic`. */
  readonly challenge?: string | undefined;
  readonly structure: AnswerStructure;
  /** Paths of the profile that lead nowhere in it. */
  readonly lostPaths: readonly string[];
}

const MASK = '•••';

/** One request, and what has become of it so far. */
interface Watched {
  readonly request: ClientRequest;
  body: string;
  wasSent: boolean;
  fault?: BrokenConnection;
  response?: IncomingMessage;
  readonly chunks: Buffer[];
}

/**
 * Watches the requests that this process sends to `endpoint`, beside the code that sends them: nothing is asked twice, and
 * nothing about the requests changes.
 * @param profile of the service that is asked
 * @returns a function that describes the last one; undefined when none was sent.
 */
export function watchContact(endpoint: string, profile: ServiceProfile): () => Contact | undefined {
  let last: Watched | undefined;
  subscribe('http.client.request.created', (message) => {
    const request = isObject(message) ? message.request : undefined;
    if (request instanceof ClientRequest && isFor(request, endpoint)) last = watchRequest(request);
  });
  return () => last && describe(last, endpoint, profile);
}

function isFor(request: ClientRequest, endpoint: string): boolean {
  const url = URL.parse(endpoint);
  // A proxy of http is asked for the whole address.
  return (
    url !== null &&
    request.getHeader('host') === url.host &&
    [`${url.pathname}${url.search}`, url.href].includes(request.path)
  );
}

function watchRequest(request: ClientRequest): Watched {
  const startedAt = Date.now();
  const watched: Watched = { request, body: '', wasSent: false, chunks: [] };
  request.end = overhear(request.end, (body) => {
    watched.body = String(body ?? '');
  });
  request.once('finish', () => {
    watched.wasSent = true;
  });
  request.once('error', (error) => {
    watched.fault = faultOf(error, Date.now() - startedAt);
  });
  // A switch of protocols (101) ends with neither a response nor an error.
  request.once('close', () => {
    if (watched.response === undefined) {
      watched.fault ??= faultOf(new ConnectionError('CONNECTION_CLOSED'), Date.now() - startedAt);
    }
  });
  request.once('response', (response) => {
    watched.response = response;
    response.push = overhear(response.push, (chunk) => Buffer.isBuffer(chunk) && watched.chunks.push(chunk));
  });
  return watched;
}

/** The same method; `listener` gets the first argument of each call before it. */
function overhear<T extends (...args: never[]) => unknown>(method: T, listener: (first: unknown) => void): T {
  return new Proxy(method, {
    apply(target, self, args: unknown[]) {
      listener(args[0]);
      return Reflect.apply(target, self, args);
    },
  });
}

/** What was asked of the time-out is how long it took. */
function faultOf(error: unknown, passedMs: number): BrokenConnection {
  const name = errorName(error);
  const { what = `the connection broke (${name})`, remedy = 'Compare scheme and port with what the vendor names' } =
    connectionFault(error);
  return { name, remedy, what: name === 'ABORT_ERR' ? `no whole answer in ${Math.round(passedMs / 1000)} s` : what };
}

function describe(watched: Watched, endpoint: string, profile: ServiceProfile): Contact {
  const { request, body, wasSent, fault, response, chunks } = watched;
  const secrets = sentFields(body, profile, request);
  const redact = (name: string) => inOneLine(redactServiceText(name, secrets, [])) ?? '';
  // SOAP 1.2 has its action in the Content-Type.
  const shownHeaders = ['Content-Type', 'SOAPAction'].filter((name) => request.hasHeader(name));
  const head = [
    `${request.method} ${shownAddress(endpoint).slice(new URL(endpoint).origin.length)}`,
    ...shownHeaders.map((name) => `${name}: ${request.getHeader(name)}`),
    ...Object.keys(profile.headers ?? {}).map((name) => `${name}: ${MASK}`),
  ];
  return {
    requestHead: head.join(', '),
    // Text between two tags, but for white space; the escaping leaves no other "<" or ">" in it.
    requestBody: body.replace(/>\s*[^\s<][^<]*</g, `>${MASK}<`),
    wasSent,
    fault,
    answer: response && describeAnswer(response, Buffer.concat(chunks), endpoint, redact, profile),
  };
}

function describeAnswer(
  { statusCode: status = 0, headers }: IncomingMessage,
  bytes: Buffer,
  endpoint: string,
  redact: Redact,
  profile: ServiceProfile,
): Answer {
  const { location, 'content-type': contentType } = headers;
  const body = decodeContent(bytes, headers['content-encoding']);
  const envelope = typeof body === 'string' ? undefined : (rootPart({ contentType, body }) ?? { contentType, body });
  return {
    status,
    contentType: shownType(contentType, redact),
    // Scheme and host: a path or a query may carry a session.
    redirectTo: location === undefined ? undefined : URL.parse(location, endpoint)?.origin,
    challenge: /^[A-Za-z]{1,20}(?![^ ,])/.exec(headers['www-authenticate'] ?? '')?.[0],
    structure:
      envelope === undefined
        ? { kind: 'text', lines: [`${bytes.length} bytes, ${body}`] }
        : answerStructure(envelope.body, envelope.contentType, redact, profile),
    lostPaths: pathHints(profile, { status, contentType, body }, redact),
  };
}

/** A media type and a charset are no place for more. */
function shownType(contentType: string | undefined, redact: Redact): string | undefined {
  const pieces = contentType?.slice(0, 80).split(/([/;=])/);
  return pieces?.map(redact).join('').replace(';', '; ');
}

/** The secret's fields, wherever the profile has put them; the fixed texts of its request are no secret. */
function sentFields(
  envelope: string,
  { request, headers = {} }: ServiceProfile,
  sent: ClientRequest,
): readonly string[] {
  if (envelope === '') return [];
  const templates = withDescendants(parseXml(request));
  const inBody = withDescendants(parseXml(envelope)).filter((_, at) =>
    placeholders(templates[at]?.text ?? '').some((name) => !name.startsWith('$')),
  );
  const filled = Object.keys(headers).filter((name) => placeholders(headers[name] ?? '').length > 0);
  const inHeaders = filled.flatMap((name) => String(sent.getHeader(name) ?? '').split(' '));
  return [
    ...inBody.map(({ text }) => text),
    ...inHeaders.flatMap((part) => [part, ...Buffer.from(part, 'base64').toString().split(':')]),
  ];
}

/** Whether that is what `watchContact` described, as another process of this repository sent it. */
export function isContact(sent: unknown): sent is Contact {
  return isObject(sent) && typeof sent.requestHead === 'string' && typeof sent.requestBody === 'string';
}
