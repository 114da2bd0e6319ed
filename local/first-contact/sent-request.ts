import { subscribe } from 'node:diagnostics_channel';
import { ClientRequest, type IncomingMessage } from 'node:http';
import { isObject } from '../../lambda/parse-json.ts';
import { connectionFault } from '../../lambda/refresher/adapters/connection-fault.ts';
import { ConnectionError } from '../../lambda/refresher/adapters/open-connection.ts';
import { errorName } from '../../lambda/refresher/redact-error.ts';

/** A request to the SOAP endpoint as it went over the wire, credentials and all, and what came back. */
export type SentRequest = ReturnType<ReturnType<typeof watch>>;

/**
 * Watches the requests that this process sends to `endpoint`, beside the code that sends them: nothing is asked twice, and
 * nothing about the requests changes.
 * @returns a function that returns the last one; undefined when none was sent.
 */
export function watchRequests(endpoint: string): () => SentRequest | undefined {
  let last: (() => SentRequest) | undefined;
  subscribe('http.client.request.created', (message) => {
    const request = isObject(message) ? message.request : undefined;
    if (request instanceof ClientRequest && isFor(request, endpoint)) last = watch(request);
  });
  return () => last?.();
}

function isFor(request: ClientRequest, endpoint: string): boolean {
  const { host, pathname, search, href } = URL.parse(endpoint) ?? {};
  // A proxy of http is asked for the whole address.
  return request.getHeader('host') === host && [`${pathname}${search}`, href].includes(request.path);
}

function watch(request: ClientRequest) {
  const startedAt = Date.now();
  const chunks: Buffer[] = [];
  let body = '';
  /** False where DNS, TCP, TLS or the proxy failed. */
  let wasSent = false;
  /** Why there was no whole answer. */
  let fault: ReturnType<typeof faultOf> | undefined;
  let response: IncomingMessage | undefined;
  request.end = overhear(request.end, (sent) => {
    body = String(sent ?? '');
  });
  request.once('finish', () => {
    wasSent = true;
  });
  const fail = (error: unknown) => {
    fault ??= faultOf(error, Date.now() - startedAt);
  };
  request.once('error', fail);
  // A switch of protocols (101) ends with neither a response nor an error.
  request.once('close', () => response ?? fail(new ConnectionError('CONNECTION_CLOSED')));
  request.once('response', (came) => {
    response = came;
    came.push = overhear(came.push, (chunk) => Buffer.isBuffer(chunk) && chunks.push(chunk));
  });
  return () => {
    const { statusCode: status = 0, headers = {} } = response ?? {};
    const answer = response && { status, headers, bytes: Buffer.concat(chunks) as Uint8Array };
    return { headers: { ...request.getHeaders() }, body, wasSent, fault, answer };
  };
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

/** By Node's name for it, such as `ENOTFOUND`. What was asked of the time-out is how long it took. */
function faultOf(error: unknown, passedMs: number) {
  const name = errorName(error);
  const { what = `the connection broke (${name})`, remedy = 'Compare scheme and port with what the vendor names' } =
    connectionFault(error);
  return { name, remedy, what: name === 'ABORT_ERR' ? `no whole answer in ${Math.round(passedMs / 1000)} s` : what };
}
