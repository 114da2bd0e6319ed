/**
 * What may be told of an error of the AWS SDK or of the network: names and numbers. Messages, responses, raw bytes and
 * causes stay behind: a validation error of SSM, for one, quotes the value that was to be stored.
 */
export function tellableCause(error: unknown): Error {
  const { name, httpStatus, requestId } = describe(error);
  const cause = new Error([name, httpStatus && `HTTP ${httpStatus}`, requestId].filter(Boolean).join(', '));
  cause.name = name;
  // The stack would lead through the SDK's middleware, and starts with the message.
  delete cause.stack;
  return cause;
}

/** The name for what went wrong: AWS's, such as `AccessDeniedException`, or Node's, such as `ECONNREFUSED`. */
export function errorName(error: unknown): string {
  return describe(error).name;
}

/** Whether the same AWS call may succeed in a moment: throttling, the service's own trouble, or no answer. */
export function isTransient(error: unknown): boolean {
  const { name, httpStatus } = describe(error);
  // TooManyUpdates is SSM's own throttling of one parameter; the SDK does not count it as such.
  return httpStatus === undefined || httpStatus >= 500 || httpStatus === 429 || /^TooMany|Throttl/.test(name);
}

function describe(error: unknown): { name: string; httpStatus: number | undefined; requestId: string | undefined } {
  const { name, code, $metadata } = isRecord(error) ? error : {};
  const metadata = isRecord($metadata) ? $metadata : {};
  return {
    name: identifier(code) ?? identifier(name) ?? 'UnknownError',
    httpStatus: typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined,
    requestId: identifier(metadata.requestId),
  };
}

/** Error names, Node's error codes and request ids look like this; a sentence, which might quote something, does not. */
function identifier(value: unknown): string | undefined {
  return typeof value === 'string' && /^[A-Za-z][\w.-]{0,63}$|^[0-9a-f-]{36}$/.test(value) ? value : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
