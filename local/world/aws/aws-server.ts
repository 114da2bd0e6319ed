import { createHash, randomUUID, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { isObject } from '../../../lambda/parse-json.ts';
import { listen } from '../listen.ts';
import { AwsError } from './aws-request.ts';
import { type AwsInput, type AwsServices, createAwsServices } from './aws-services.ts';

/** One request that reached the local AWS. */
export interface AwsCall {
  readonly operation: string;
  readonly input: AwsInput;
}

/**
 * What goes wrong with one call: an error answer instead of the operation, no answer at all, a reset connection
 * before the operation, or one after it was carried out.
 */
export type AwsFault =
  | { readonly type: string; readonly message?: string; readonly status?: number }
  | 'hang'
  | 'reset'
  | 'reset-after';

/** Decides about every call before it is carried out; undefined lets it pass. */
export type AwsFaults = (operation: string, input: AwsInput) => AwsFault | undefined;

/** The running local AWS, with what a test or `npm start` changes and looks at. */
export type LocalAws = Awaited<ReturnType<typeof startLocalAws>>;

/** What the local AWS is to be; all of it may be left out. */
export interface LocalAwsOptions {
  /** Of 127.0.0.1; a free one if left out. */
  readonly port?: number;
  readonly faults?: AwsFaults;
  /** The machine's clock if left out. */
  readonly now?: () => Date;
  /** What is put on the wire; empty services if left out. */
  readonly services?: AwsServices;
  /** Answers to nobody else; to everybody if left out. */
  readonly accessKeyId?: string;
}

/**
 * Secrets Manager and SSM on this machine, in memory, speaking AWS JSON 1.1: unchanged SDK clients and the `aws`
 * command work against it through AWS_ENDPOINT_URL. Signatures are not checked, but the access key id may be.
 */
export async function startLocalAws(options: LocalAwsOptions = {}) {
  const { now = () => new Date(), faults = () => undefined, services = createAwsServices(), accessKeyId } = options;
  const calls: AwsCall[] = [];

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (accessKeyId !== undefined && !isSignedWith(accessKeyId, request)) throw UNRECOGNIZED_CLIENT;
    const [, operation = ''] = String(request.headers['x-amz-target']).split('.');
    const body: unknown = await json(request);
    const input = isObject(body) ? body : {};
    calls.push({ operation, input });
    const fault = aws.faults(operation, input);
    if (fault === 'hang') return;
    if (fault === 'reset') return void request.socket.resetAndDestroy();
    if (typeof fault === 'object') throw new AwsError(fault.type, fault.message, fault.status);
    const output = aws.perform(operation, input);
    if (fault === 'reset-after') return void request.socket.resetAndDestroy();
    send(response, 200, output);
  };

  const { url, close } = await listen(options.port ?? 0, (request, response) => {
    answer(request, response).catch((error: unknown) => {
      const { type, status, message } =
        error instanceof AwsError ? error : new AwsError('InternalServerError', String(error), 500);
      send(response, status, { __type: type, ...(message !== '' && { message }) });
    });
  });
  const aws = {
    url,
    close,
    secrets: services.secrets,
    parameters: services.parameters,
    /** Every call in the order of arrival, failed ones too. */
    calls,
    faults,
    /** Carries an operation out without the network: no fault is injected and it is not recorded. */
    perform: (operation: string, input: AwsInput): object => services.perform(operation, input, now()),
  };
  return aws;
}

/** What AWS says of an access key id that it does not know. */
const UNRECOGNIZED_CLIENT = new AwsError(
  'UnrecognizedClientException',
  'The security token included in the request is invalid.',
);

/** By the access key id alone, which is then as good as a password. */
function isSignedWith(accessKeyId: string, { headers }: IncomingMessage): boolean {
  const [, given = ''] = /^AWS4-HMAC-SHA256 Credential=([^/,]+)\//.exec(headers.authorization ?? '') ?? [];
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(accessKeyId));
}

function send(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body, onTheWire);
  response.writeHead(status, {
    'Content-Type': 'application/x-amz-json-1.1',
    'Content-Length': Buffer.byteLength(text),
    'x-amzn-RequestId': randomUUID(),
  });
  response.end(text);
}

/** In AWS JSON 1.1 a date is a number of seconds, and bytes are Base64. */
function onTheWire(this: Readonly<Record<string, unknown>>, name: string, shown: unknown): unknown {
  const value = this[name];
  if (value instanceof Date) return value.getTime() / 1000;
  return value instanceof Buffer ? value.toString('base64') : shown;
}
