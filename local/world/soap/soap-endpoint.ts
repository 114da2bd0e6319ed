import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ServerOptions } from 'node:https';
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { listen } from '../listen.ts';
import { ENDPOINT_FAULTS, type EndpointFault, type RawReply } from './endpoint-faults.ts';
import type { SoapAnswer } from './soap-envelope.ts';
import { SoapService, type SoapServiceSettings } from './soap-service.ts';

/** The service's settings, and how it is put on the wire. */
export interface SoapEndpointOptions extends SoapServiceSettings {
  /** Of 127.0.0.1; a free one if left out. */
  readonly port?: number;
  /** Of the address; Masters India's if left out. */
  readonly path?: string;
  /** Key and certificate; plain HTTP if left out. */
  readonly tls?: ServerOptions;
  /** The clock by which tokens are issued and end; the machine's if left out. */
  readonly now?: () => Date;
  /** What is put on the wire; a service with these settings if left out. */
  readonly service?: SoapService;
  /** Decides about every request before it is answered; undefined lets it pass. */
  readonly faults?: () => RawReply | undefined;
}

/** One request that came in. */
export interface SoapCall {
  /** As it came in, credentials and all. */
  readonly body: string;
  readonly headers: IncomingMessage['headers'];
}

/** The service on the wire. */
export interface SoapEndpoint extends Pick<SoapService, 'issuedTokens'> {
  readonly url: string;
  readonly calls: readonly SoapCall[];
  readonly service: SoapService;
  /** What answers everything but eInvoiceGet in the service's place, or the very bytes of an HTTP answer. */
  fault: EndpointFault | { readonly reply: Buffer } | undefined;
  close(): Promise<void>;
}

/** Puts the SOAP service on the wire, with faults where they are asked for. */
export async function startSoapEndpoint(options: SoapEndpointOptions): Promise<SoapEndpoint> {
  const { now = () => new Date(), service = new SoapService(options), faults = () => undefined } = options;
  const calls: SoapCall[] = [];

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { headers } = request;
    const body = await text(request);
    calls.push({ body, headers });
    const { fault } = endpoint;
    const faulty = faults();
    if (faulty !== undefined) return write(request.socket, faulty);
    if (fault === undefined || /[<:]eInvoiceGet\b/.test(body)) {
      const texts = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
      return send(response, service.answer({ body, headers: texts }, now()));
    }
    await write(request.socket, typeof fault === 'string' ? ENDPOINT_FAULTS[fault]() : { bytes: fault.reply });
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
    url: `${url}${options.path ?? '/api.einvoice.php'}`,
    calls,
    issuedTokens: service.issuedTokens,
    service,
    fault: undefined,
    close,
  };
  return endpoint;
}

function send(response: ServerResponse, { status, contentType, body }: SoapAnswer): void {
  const bytes = Buffer.from(body, 'latin1');
  response.writeHead(status, {
    'Content-Type': contentType,
    'Content-Length': bytes.length,
    'X-SOAP-Server': 'NuSOAP/0.9.11 (1.123)',
  });
  response.end(bytes);
}

/** Past Node's HTTP, which would mend what is meant to be broken. A client that has gone ends it. */
async function write(socket: Socket, { bytes, pauseMs, end = 'close' }: RawReply): Promise<void> {
  socket.on('error', () => {});
  for (const piece of pauseMs === undefined ? [bytes] : Array.from(bytes, (byte) => Buffer.of(byte))) {
    if (socket.destroyed) return;
    socket.write(piece);
    if (pauseMs !== undefined) await sleep(pauseMs, undefined, { ref: false });
  }
  if (end === 'close') socket.end();
  // Behind the bytes: a reset throws away what is still in the buffer.
  if (end === 'reset') socket.write('', () => socket.resetAndDestroy());
}
