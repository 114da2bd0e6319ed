import { parseXml, XmlError } from '../../../lambda/soap/strict-xml.ts';
import { escapeXml } from '../../../lambda/soap/xml-text.ts';

/** One request as the service sees it. */
export interface SoapMessage {
  readonly body: string;
  /** All of them, their names in small letters; those that Masters India is sent if left out. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** What goes back over HTTP. */
export interface SoapAnswer {
  readonly status: number;
  readonly contentType: string;
  /** Every character fits into ISO-8859-1. */
  readonly body: string;
  /** What became of a login; undefined for everything else. */
  readonly login?: 'granted' | 'refused';
}

/** The namespaces of SOAP's two versions. */
export const SOAP_11 = 'http://schemas.xmlsoap.org/soap/envelope/';
export const SOAP_12 = 'http://www.w3.org/2003/05/soap-envelope';
const SERVICE_NAMESPACE = 'urn:server';
/** Of NuSOAP's answers. */
export const ANSWER_CONTENT_TYPE = 'text/xml; charset=ISO-8859-1';

/**
 * What a request in a SOAP 1.1 envelope asks for: the operation and its arguments by position, because PHP servers bind
 * them so. Undefined when the text is no envelope or speaks of another service.
 */
export function readRequest(text: string) {
  try {
    const { name, namespace, children } = parseXml(text);
    if (name !== 'Envelope' || namespace !== SOAP_11) return undefined;
    const operation = children.find((part) => part.name === 'Body')?.children[0];
    if (operation?.namespace !== SERVICE_NAMESPACE) return undefined;
    return { operation: operation.name, arguments: operation.children.map((argument) => argument.text) };
  } catch (error) {
    if (error instanceof XmlError) return undefined;
    throw error;
  }
}

/** The version in which a profile's request is written. */
export function soapNamespace(request: string): string {
  return request.includes(SOAP_12) ? SOAP_12 : SOAP_11;
}

/** One element `<ns1:name>` with the given fields, in the envelope that NuSOAP prints for a success. */
export function successEnvelope(name: string, fields: Readonly<Record<string, string>>): string {
  const children = Object.entries(fields).map(([field, value]) => `<${field}>${escapeXml(value)}</${field}>`);
  return envelopeOf('', `<ns1:${name} xmlns:ns1="${SERVICE_NAMESPACE}">${children.join('')}</ns1:${name}>`);
}

/** What access_new_token answers to a login that it grants. */
export function tokenEnvelope(token: string, seconds: number): string {
  const fields = { access_token: token, expires_in: String(seconds), token_type: 'bearer', error_description: '' };
  return successEnvelope('access_new_tokenResponse', fields);
}

/** A refusal as documented: bare text in the answer, and the operation's description where the encoding style belongs. */
export function refusalEnvelope(name: string, code: string): string {
  return envelopeOf(
    'SOAP-ENV:encodingStyle="Get Access token" ',
    `<ns1:${name} xmlns:ns1="${SERVICE_NAMESPACE}">${escapeXml(code)}</ns1:${name}>`,
  );
}

/** A SOAP 1.1 fault as NuSOAP writes it; `code` is whose mistake it was. */
export function faultEnvelope(code: 'Client' | 'Server', text: string): string {
  return envelopeOf(
    'SOAP-ENV:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/" ',
    `<SOAP-ENV:Fault><faultcode xsi:type="xsd:string">SOAP-ENV:${code}</faultcode>` +
      `<faultstring xsi:type="xsd:string">${escapeXml(text)}</faultstring>` +
      '<faultactor xsi:type="xsd:string"></faultactor><detail xsi:type="xsd:string"></detail></SOAP-ENV:Fault>',
  );
}

function envelopeOf(attribute: string, body: string): string {
  return (
    `<?xml version="1.0" encoding="ISO-8859-1"?><SOAP-ENV:Envelope ${attribute}xmlns:SOAP-ENV="${SOAP_11}" ` +
    'xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" ' +
    'xmlns:SOAP-ENC="http://schemas.xmlsoap.org/soap/encoding/">' +
    `<SOAP-ENV:Body>${body}</SOAP-ENV:Body></SOAP-ENV:Envelope>`
  );
}
