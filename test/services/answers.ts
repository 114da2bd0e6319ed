import type { JudgedToken, NoToken } from '../../lambda/services/judged-answer.ts';
import type { SoapReply } from '../../lambda/soap/soap-reply.ts';

const SOAP_11 = 'http://schemas.xmlsoap.org/soap/envelope/';
const SOAP_12 = 'http://www.w3.org/2003/05/soap-envelope';

/** A SOAP 1.1 envelope. */
export function soap11(body: string, header = ''): string {
  return `<s:Envelope xmlns:s="${SOAP_11}">${header && `<s:Header>${header}</s:Header>`}<s:Body>${body}</s:Body></s:Envelope>`;
}

/** A SOAP 1.2 envelope. */
export function soap12(body: string, header = ''): string {
  return soap11(body, header).replace(SOAP_11, SOAP_12);
}

/** A SOAP 1.1 fault in its envelope. */
export function fault11(code: string, text = '', detail = ''): string {
  return soap11(
    `<s:Fault><faultcode>${code}</faultcode><faultstring>${text}</faultstring><detail>${detail}</detail></s:Fault>`,
  );
}

/** A SOAP 1.2 fault in its envelope. */
export function fault12(code: string, subcode = '', text = '', detail = ''): string {
  const within = subcode && `<s:Subcode><s:Value>${subcode}</s:Value></s:Subcode>`;
  return soap12(
    `<s:Fault><s:Code><s:Value>${code}</s:Value>${within}</s:Code><s:Reason><s:Text xml:lang="en">${text}</s:Text></s:Reason>` +
      `<s:Detail>${detail}</s:Detail></s:Fault>`,
  );
}

/** An answer as it comes from the network. */
export function reply(
  body: string | Uint8Array,
  { status = 200, contentType = 'text/xml; charset=utf-8' }: { status?: number; contentType?: string } = {},
): SoapReply {
  return { status, contentType, body: typeof body === 'string' ? Buffer.from(body) : body };
}

/** What an answer is taken for, in one word. */
export type Outcome = 'token' | 'credentials' | 'request' | 'unavailable' | 'malformed';

const WORDS = {
  CREDENTIALS_REFUSED: 'credentials',
  REQUEST_REFUSED: 'request',
  ENDPOINT_UNAVAILABLE: 'unavailable',
  REPLY_MALFORMED: 'malformed',
} as const satisfies Record<NoToken['code'], Outcome>;

export function outcomeOf(answer: JudgedToken | NoToken): Outcome {
  return 'code' in answer ? WORDS[answer.code] : 'token';
}
