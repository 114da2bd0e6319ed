import { isBlank, type XmlElement, XmlError } from './strict-xml.ts';

/** One HTTP answer of the endpoint, whole and with any content coding undone. */
export interface SoapReply {
  readonly status: number;
  readonly contentType: string | undefined;
  readonly body: Uint8Array | UnreadableBody;
  /** Whether the answer holds `Retry-After`: then it is not asked again at once. */
  readonly retryAfter?: boolean;
}

/** Why there is no body to read. */
export type UnreadableBody = 'larger than 64 KiB' | 'not in its declared content coding';

const SOAP_NAMESPACES = ['http://schemas.xmlsoap.org/soap/envelope/', 'http://www.w3.org/2003/05/soap-envelope'];

/**
 * The one element in the one Body of a SOAP 1.1 or 1.2 envelope.
 * @throws {XmlError} for any other document.
 */
export function soapBodyChild(envelope: XmlElement): { readonly child: XmlElement; readonly isFault: boolean } {
  const { name, namespace, children } = envelope;
  if (name !== 'Envelope' || !SOAP_NAMESPACES.includes(namespace)) throw new XmlError('no SOAP Envelope');
  if (children.some((part) => part.namespace !== namespace)) throw new XmlError('a stranger beside the SOAP Body');
  const [body, secondBody] = children.filter((part) => part.name === 'Body');
  if (body === undefined || secondBody !== undefined) throw new XmlError('not exactly one SOAP Body');
  const [child, secondChild] = body.children;
  if (secondChild?.name === 'multiRef')
    throw new XmlError('references to elements of their own (href, Axis) are not followed');
  if (child === undefined || secondChild !== undefined) throw new XmlError('not exactly one element in the SOAP Body');
  if (!isBlank(envelope.text + body.text)) throw new XmlError('text beside the elements of the SOAP envelope');
  return { child, isFault: child.name === 'Fault' && child.namespace === namespace };
}

/** Whether the body has parts, as with MTOM and SwA. */
export function isMime(contentType = ''): boolean {
  return /^\s*multipart\//i.test(contentType);
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
