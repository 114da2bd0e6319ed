import { type XmlElement, XmlError } from './strict-xml.ts';

const SOAP_NAMESPACES = ['http://schemas.xmlsoap.org/soap/envelope/', 'http://www.w3.org/2003/05/soap-envelope'];

/**
 * The one element in the one Body of a SOAP 1.1 or 1.2 envelope.
 * @throws {XmlError} for any other document.
 */
export function soapBodyChild(root: XmlElement): { readonly child: XmlElement; readonly isFault: boolean } {
  const { namespace } = root;
  if (root.name !== 'Envelope' || !SOAP_NAMESPACES.includes(namespace)) throw new XmlError('no SOAP Envelope');
  if (root.children.some((part) => part.namespace !== namespace)) throw new XmlError('a stranger beside the SOAP Body');
  const [body, secondBody] = root.children.filter(({ name }) => name === 'Body');
  if (body === undefined || secondBody !== undefined) throw new XmlError('not exactly one SOAP Body');
  const [child, secondChild] = body.children;
  if (child === undefined || secondChild !== undefined) throw new XmlError('not exactly one element in the SOAP Body');
  if (!isBlank(root.text) || !isBlank(body.text)) throw new XmlError('text beside the elements of the SOAP envelope');
  return { child, isFault: child.name === 'Fault' && child.namespace === namespace };
}

/** Nothing but what XML counts as white space. */
export function isBlank(text: string): boolean {
  return /^[ \t\r\n]*$/.test(text);
}

/** The elements within, at any depth, in document order. */
export function descendants(element: XmlElement): readonly XmlElement[] {
  return element.children.flatMap((child) => [child, ...descendants(child)]);
}
