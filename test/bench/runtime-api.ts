/** Lambda's Runtime API for one function and one event: next, response, error and init error. */
import type { ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { listen } from '../../local/world/listen.ts';

export interface ServedInvocation {
  readonly event: unknown;
  readonly timeoutMs: number;
  /** Called when the runtime asks for the event, before it gets it: here the init phase ends. */
  readonly beforeEvent: () => void;
}

export interface RuntimeApi {
  /** What AWS_LAMBDA_RUNTIME_API has to be. */
  readonly address: string;
  /** The function's answer. Rejected with what the function reports when it fails. */
  readonly answer: Promise<unknown>;
  close(): Promise<void>;
}

const REQUEST_ID = '8476a536-e9f4-11e8-9739-2dfe598c3fcd';

export async function serveRuntimeApi({ event, timeoutMs, beforeEvent }: ServedInvocation): Promise<RuntimeApi> {
  const { promise: answer, resolve, reject } = Promise.withResolvers<unknown>();
  const invocationPath = `/2018-06-01/runtime/invocation/${REQUEST_ID}`;
  let handedOut = false;

  const next = (response: ServerResponse): void => {
    if (handedOut) return; // Lambda, too, leaves the second request open until there is another event.
    handedOut = true;
    beforeEvent();
    response.writeHead(200, {
      'content-type': 'application/json',
      'lambda-runtime-aws-request-id': REQUEST_ID,
      'lambda-runtime-deadline-ms': String(Date.now() + timeoutMs),
      'lambda-runtime-invoked-function-arn': 'arn:aws:lambda:us-east-1:123456789012:function:bench',
    });
    response.end(JSON.stringify(event));
  };

  const { url, close } = await listen(0, async (request, response) => {
    if (request.url === '/2018-06-01/runtime/invocation/next') {
      next(response);
      return;
    }
    const body = await text(request);
    if (request.url === `${invocationPath}/response`) resolve(body === '' ? null : JSON.parse(body));
    else reject(new Error(`${request.url}: ${body}`));
    response.writeHead(202).end();
  });
  return { address: new URL(url).host, answer, close };
}
