/** Lambda's Runtime API for one function and one event, which is empty: next, response, error and init error. */
import { text } from 'node:stream/consumers';
import { listen } from '../../local/world/listen.ts';

const REQUEST_ID = '8476a536-e9f4-11e8-9739-2dfe598c3fcd';

/**
 * @param beforeEvent called when the runtime asks for the event, before it gets it: here the init phase ends
 * @returns what AWS_LAMBDA_RUNTIME_API has to be, and the function's answer: rejected with what it reports when it fails
 */
export async function serveRuntimeApi(timeoutMs: number, beforeEvent: () => void) {
  const { promise: answer, resolve, reject } = Promise.withResolvers<unknown>();
  let handedOut = false;
  const { url, close } = await listen(0, async (request, response) => {
    if (request.url?.endsWith('/invocation/next')) {
      if (handedOut) return; // Lambda, too, leaves the second request open until there is another event.
      handedOut = true;
      beforeEvent();
      response.writeHead(200, {
        'content-type': 'application/json',
        'lambda-runtime-aws-request-id': REQUEST_ID,
        'lambda-runtime-deadline-ms': String(Date.now() + timeoutMs),
        'lambda-runtime-invoked-function-arn': 'arn:aws:lambda:us-east-1:123456789012:function:bench',
      });
      response.end('{}');
      return;
    }
    const body = await text(request);
    if (request.url?.endsWith(`/${REQUEST_ID}/response`)) resolve(body === '' ? null : JSON.parse(body));
    else reject(new Error(`${request.url}: ${body}`));
    response.writeHead(202).end();
  });
  return { address: new URL(url).host, answer, close };
}
