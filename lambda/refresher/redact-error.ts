import { isObject } from '../parse-json.ts';
import { RefreshError } from '../refresh-error.ts';

/**
 * What may be logged of an error of the AWS SDK or of the network: names and numbers. Messages, responses, raw bytes and
 * causes stay behind: a validation error of SSM, for one, quotes the value that was to be stored.
 */
export function redactedCause(error: unknown): Error {
  const { name, status, requestId } = describe(error);
  const cause = new Error([name, status && `HTTP ${status}`, requestId].filter(Boolean).join(', '));
  cause.name = name;
  // The stack would lead through the SDK's middleware, and starts with the message.
  delete cause.stack;
  return cause;
}

/**
 * A failure as a value. What is no RefreshError is a mistake in this program.
 * @param isSafeToRepeat whether nothing was sent to the service by then
 */
export function refreshErrorOf(error: unknown, isSafeToRepeat = false): RefreshError {
  if (error instanceof RefreshError) return error;
  const message = `An error of the refresher itself: ${errorName(error)}. Report it, with the log line`;
  return new RefreshError('INTERNAL_ERROR', message, { cause: redactedCause(error), isSafeToRepeat });
}

/** The name for what went wrong: AWS's, such as `AccessDeniedException`, or Node's, such as `ECONNREFUSED`. */
export function errorName(error: unknown): string {
  return describe(error).name;
}

/** The status of the HTTP answer; undefined when there was none. */
export function httpStatus(error: unknown): number | undefined {
  return describe(error).status;
}

function describe(error: unknown): { name: string; status: number | undefined; requestId: string | undefined } {
  const { name, code, $metadata } = isObject(error) ? error : {};
  const metadata = isObject($metadata) ? $metadata : {};
  return {
    name: identifier(code) ?? identifier(name) ?? 'UnknownError',
    status: typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined,
    requestId: identifier(metadata.requestId),
  };
}

/** Error names, Node's error codes and request ids look like this; a sentence, which might quote something, does not. */
function identifier(value: unknown): string | undefined {
  return typeof value === 'string' && /^[A-Za-z][\w.-]{0,63}$|^[0-9a-f-]{36}$/.test(value) ? value : undefined;
}
