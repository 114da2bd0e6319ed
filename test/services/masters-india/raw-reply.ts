import type { SoapReply } from '../../../lambda/soap/soap-reply.ts';

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
