import { readFileSync } from 'node:fs';
import type { SoapReply } from '../../../lambda/soap/soap-reply.ts';

/** What a captured reply means: the token in it, or the code of the error. */
export type Expectation =
  | { readonly kind: 'token'; readonly accessToken: string; readonly expiresIn: number | null }
  | {
      readonly kind: 'error';
      readonly code: 'CREDENTIALS_REFUSED' | 'REQUEST_REFUSED' | 'ENDPOINT_UNAVAILABLE' | 'REPLY_MALFORMED';
    };

/** Raw HTTP answers: captured from real SOAP servers set up with the documented operation, or written by hand. */
export const repliesFolder = new URL('replies/', import.meta.url);

export const expectations: readonly { readonly file: string; readonly expect: Expectation }[] = JSON.parse(
  readFileSync(new URL('manifest.json', repliesFolder), 'utf8'),
);

/** A captured HTTP answer, cut as an HTTP client cuts it: the body ends where Content-Length says. */
export function soapReplyOf(raw: Buffer): SoapReply {
  const end = raw.indexOf('\r\n\r\n');
  const [statusLine = '', ...lines] = raw.subarray(0, end).toString('latin1').split('\r\n');
  const headers = new Map(lines.map((line) => [line.replace(/:.*/, '').toLowerCase(), line.replace(/^[^:]*:\s*/, '')]));
  const body = raw.subarray(end + 4);
  const length = headers.get('content-length');
  return {
    status: Number(statusLine.split(' ')[1]),
    contentType: headers.get('content-type'),
    body: length === undefined ? body : body.subarray(0, Number(length)),
  };
}
