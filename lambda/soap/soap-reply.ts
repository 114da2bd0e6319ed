import { isBlank, parseXml, type XmlElement, XmlError } from './strict-xml.ts';

/** One HTTP answer of the endpoint, with any content coding undone. */
export interface SoapReply {
  readonly status: number;
  readonly contentType: string | undefined;
  readonly body: Uint8Array | UnreadableBody;
  /** Whether the answer holds `Retry-After`: then it is not asked again at once. */
  readonly retryAfter?: boolean;
  /** Whether the connection broke before its end: it may have said more. */
  readonly wasCut?: boolean;
}

/** Why there is no body to read. */
export type UnreadableBody = 'larger than 64 KiB' | 'not in its declared content coding';

/** The namespace of an envelope of SOAP 1.1. */
export const SOAP_11 = 'http://schemas.xmlsoap.org/soap/envelope/';
/** The same of SOAP 1.2. */
export const SOAP_12 = 'http://www.w3.org/2003/05/soap-envelope';

/** A SOAP 1.1 or 1.2 envelope with one element in its one Body. */
export interface SoapDocument {
  readonly envelope: XmlElement;
  /** The one element in the Body. */
  readonly child: XmlElement;
  readonly isFault: boolean;
}

/** @returns why it is no such document, as a text that holds nothing of it, where it is none */
export function parseSoap(xml: string): SoapDocument | string {
  try {
    return documentOf(parseXml(xml));
  } catch (error) {
    if (error instanceof XmlError) return error.message;
    throw error;
  }
}

function documentOf(envelope: XmlElement): SoapDocument | string {
  const { name, namespace, children } = envelope;
  if (name !== 'Envelope' || ![SOAP_11, SOAP_12].includes(namespace)) return 'no SOAP Envelope';
  if (children.some((part) => part.namespace !== namespace)) return 'a stranger beside the SOAP Body';
  const [body, secondBody] = children.filter((part) => part.name === 'Body');
  if (body === undefined || secondBody !== undefined) return 'not exactly one SOAP Body';
  const [child, secondChild] = body.children;
  if (secondChild?.name === 'multiRef') return 'references to elements of their own (href, Axis) are not followed';
  if (child === undefined || secondChild !== undefined) return 'not exactly one element in the SOAP Body';
  if (!isBlank(envelope.text + body.text)) return 'text beside the elements of the SOAP envelope';
  return { envelope, child, isFault: child.name === 'Fault' && child.namespace === namespace };
}

/** Any of 200 to 299. */
export function isSuccess(status: number): boolean {
  return status >= 200 && status <= 299;
}

/** Whether the status speaks of something that passes: 408, 429 and 500 to 599. */
export function isTransient(status: number): boolean {
  return status === 408 || status === 429 || (status >= 500 && status <= 599);
}

/** A page; or a part of one, as PHP prints for a fatal error, unless the answer was announced as XML. */
export function isHtml(text: string, contentType = ''): boolean {
  const isPage = /^\s*(?:<\?xml[^>]*\?>\s*)?<(?:!doctype\s+html|html)\b/i.test(text);
  return isPage || (/^\s*(?:text\/html|application\/xhtml)\b/i.test(contentType) && /^\s*<(?!\?)[!a-z]/i.test(text));
}
