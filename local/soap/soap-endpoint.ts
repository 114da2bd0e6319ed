import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ServerOptions } from 'node:https';
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { listen } from '../listen.ts';
import { declaredEncoding, faultEnvelope, readRequest, refusalEnvelope, successEnvelope } from './soap-envelope.ts';
import { FAILURES, type Failure, type RawReply } from './soap-failures.ts';

/** The secret's JSON. */
export interface SoapCredentials {
  readonly username: string;
  readonly password: string;
  readonly client_id: string;
  readonly client_secret: string;
  readonly grant_type?: string;
}

export interface SoapEndpointOptions {
  readonly port?: number;
  readonly credentials: SoapCredentials;
  readonly tokenLifetimeSeconds?: number;
  /** A new token ends the ones before it. */
  readonly revokesOldTokens?: boolean;
  /** The same token is handed out again until this shortly before it expires. */
  readonly renewalWindowSeconds?: number;
  /** The one value besides none that the SOAPAction header may have, without its quotation marks. */
  readonly soapAction?: string;
  readonly tls?: ServerOptions;
  readonly now?: () => Date;
}

export interface SoapCall {
  readonly operation: string;
  readonly arguments: readonly string[];
  /** The request as it came in, credentials and all. */
  readonly body: string;
  readonly headers: IncomingMessage['headers'];
  readonly at: Date;
}

export interface IssuedToken {
  readonly token: string;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
  readonly revoked: boolean;
}

export interface SoapEndpoint {
  readonly url: string;
  readonly calls: readonly SoapCall[];
  readonly issuedTokens: readonly IssuedToken[];
  /** What the service takes for right; a new value is a changed password. */
  credentials: SoapCredentials;
  /** How access_new_token is answered: as documented, with a failure, or with the very bytes of an HTTP answer. */
  mode: 'working' | Failure | { readonly reply: Buffer };
  revoke(token: string): void;
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly envelope: string;
}

const CONTENT_TYPE = 'text/xml; charset=utf-8';

/**
 * A SOAP endpoint that behaves like the documented service on NuSOAP: `access_new_token` hands out tokens, `eInvoiceGet`
 * takes those that were handed out here and have neither expired nor been revoked.
 *
 * Invented, because nothing is published: how `eInvoiceGet` refuses a token (`invalid_token`, the word of the OAuth
 * back end, in the shape in which access_new_token refuses), that its third argument is `irn`, and the names of its
 * answer's fields, which are those of the vendor's REST sample.
 */
export async function startSoapEndpoint(options: SoapEndpointOptions): Promise<SoapEndpoint> {
  const { tokenLifetimeSeconds = 14_400, revokesOldTokens = false, renewalWindowSeconds, soapAction = '' } = options;
  const now = options.now ?? (() => new Date());
  const calls: SoapCall[] = [];
  const issuedTokens: IssuedToken[] = [];

  const isValid = ({ revoked, expiresAt }: IssuedToken): boolean => !revoked && now() < expiresAt;
  const revokeAll = (isMeant: (issued: IssuedToken) => boolean): void => {
    issuedTokens.forEach((issued, index) => {
      if (isMeant(issued)) issuedTokens[index] = { ...issued, revoked: true };
    });
  };

  function tokenAt(issuedAt: Date): IssuedToken {
    const last = issuedTokens.at(-1);
    const isKept =
      last && isValid(last) && secondsBetween(issuedAt, last.expiresAt) > (renewalWindowSeconds ?? Infinity);
    if (isKept) return last;
    if (revokesOldTokens) revokeAll(() => true);
    const issued: IssuedToken = {
      token: randomBytes(20).toString('hex'),
      issuedAt,
      expiresAt: new Date(issuedAt.getTime() + tokenLifetimeSeconds * 1000),
      revoked: false,
    };
    issuedTokens.push(issued);
    return issued;
  }

  function accessNewToken([username, passwd, clientId, clientSecret, grantType]: readonly string[]): Answer {
    const refuse = (code: string): Answer => ok(refusalEnvelope('access_tokenResponse', code));
    const right = endpoint.credentials;
    if (grantType === undefined) return refuse('invalid_request');
    // The OAuth back end looks at the client first, which is why a wrong order of arguments ends here.
    if (clientId !== right.client_id || clientSecret !== right.client_secret) return refuse('invalid_client');
    if (grantType !== (right.grant_type ?? 'password')) return refuse('unsupported_grant_type');
    if (username !== right.username || passwd !== right.password) return refuse('invalid_grant');
    const at = now();
    const issued = tokenAt(at);
    return ok(
      successEnvelope('access_new_tokenResponse', {
        access_token: issued.token,
        expires_in: String(secondsBetween(at, issued.expiresAt)),
        token_type: 'bearer',
        error_description: '',
      }),
    );
  }

  function eInvoiceGet([accessToken, userGstin, irn]: readonly string[]): Answer {
    const issued = issuedTokens.find(({ token }) => token === accessToken);
    if (issued === undefined || !isValid(issued)) return ok(refusalEnvelope('eInvoiceGetResponse', 'invalid_token'));
    if (!userGstin || !irn) return ok(refusalEnvelope('eInvoiceGetResponse', 'invalid_request'));
    return ok(
      successEnvelope('eInvoiceGetResponse', {
        AckNo: '142110006377068',
        AckDt: '2021-06-01 20:31:00',
        Irn: irn,
        Status: 'ACT',
      }),
    );
  }

  function answerTo({ operation, arguments: given, body, headers }: SoapCall): Answer {
    const contentType = headers['content-type'] ?? '';
    if (/;\s*action=/i.test(contentType)) return clientFault('Content-Type must not carry an action.');
    const encoding = declaredEncoding(body);
    if (encoding !== undefined && encoding.toLowerCase() !== 'utf-8') {
      return clientFault(
        `Charset from HTTP Content-Type 'UTF-8' does not match encoding from XML declaration '${encoding}'`,
      );
    }
    if (![undefined, '', '""', `"${soapAction}"`].includes(headers.soapaction?.toString())) {
      return clientFault('SOAPAction is not that of an operation of this service');
    }
    // NuSOAP drops every parameter of a request whose type it does not know.
    const bound = contentType === CONTENT_TYPE ? given : [];
    if (operation === 'access_new_token') return accessNewToken(bound);
    if (operation === 'eInvoiceGet') return eInvoiceGet(bound);
    return clientFault(`Operation '${operation}' is not defined in the WSDL for this service`);
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    const { operation = '', arguments: given = [] } = readRequest(body) ?? {};
    const call: SoapCall = { operation, arguments: given, body, headers: request.headers, at: now() };
    calls.push(call);
    const { mode } = endpoint;
    if (mode === 'working' || operation !== 'access_new_token') return send(response, answerTo(call));
    await write(request.socket, typeof mode === 'string' ? FAILURES[mode]() : { bytes: mode.reply });
  }

  const { url, close } = await listen(
    options.port ?? 0,
    (request, response) => {
      // An exception in PHP is an empty 500.
      serve(request, response).catch(() => response.writeHead(500).end());
    },
    options.tls,
  );

  const endpoint: SoapEndpoint = {
    url: `${url}/api.einvoice.php`,
    calls,
    issuedTokens,
    credentials: options.credentials,
    mode: 'working',
    revoke: (token) => revokeAll((issued) => issued.token === token),
    close,
  };
  return endpoint;
}

function secondsBetween(from: Date, to: Date): number {
  return Math.floor((to.getTime() - from.getTime()) / 1000);
}

function ok(envelope: string): Answer {
  return { status: 200, envelope };
}

function clientFault(reason: string): Answer {
  return { status: 500, envelope: faultEnvelope('Client', reason) };
}

function send(response: ServerResponse, { status, envelope }: Answer): void {
  const body = Buffer.from(envelope, 'latin1');
  response.writeHead(status, {
    'Content-Type': 'text/xml; charset=ISO-8859-1',
    'Content-Length': body.length,
    'X-SOAP-Server': 'NuSOAP/0.9.11 (1.123)',
  });
  response.end(body);
}

/** Past Node's HTTP, which would mend what is meant to be broken. A client that has gone ends it. */
async function write(socket: Socket, { bytes, pauseMs, end = 'close' }: RawReply): Promise<void> {
  socket.on('error', () => {});
  if (pauseMs === undefined) socket.write(bytes);
  else {
    for (const byte of bytes) {
      if (socket.destroyed) return;
      socket.write(Buffer.of(byte));
      await sleep(pauseMs, undefined, { ref: false });
    }
  }
  if (end === 'close') socket.end();
  // Behind the bytes: a reset throws away what is still in the buffer.
  if (end === 'reset') socket.write('', () => socket.resetAndDestroy());
}
