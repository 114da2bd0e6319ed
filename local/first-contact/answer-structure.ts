import { isObject } from '../../lambda/parse-json.ts';
import type { ServiceProfile } from '../../lambda/services/profile.ts';
import { decodeBody } from '../../lambda/soap/decode-body.ts';
import { parseXml, withDescendants, type XmlElement, XmlError } from '../../lambda/soap/strict-xml.ts';

/** What an answer is made of: names, namespaces and lengths. No value of it is in here. */
export interface AnswerStructure {
  readonly kind: AnswerKind;
  /** Top down, indented by two spaces a level; equal neighbours are one line. */
  readonly lines: readonly string[];
}

/** What an answer looks like to somebody who expected the token. */
export type AnswerKind =
  | 'empty'
  /** An envelope with the answer or the refusal in it that the profile names. */
  | 'this service'
  | 'another service'
  | 'SOAP fault'
  /** Wanted by the service, and not what was sent. */
  | 'other SOAP version'
  | 'WSDL'
  | 'XML'
  | 'login page'
  | 'HTML page'
  | 'JSON'
  | 'text';

/** Takes out of a name what must not be shown, such as a secret that came back in it. */
export type Redact = (name: string) => string;

const SOAP_11 = 'http://schemas.xmlsoap.org/soap/envelope/';
const SOAP_12 = 'http://www.w3.org/2003/05/soap-envelope';
/** Names that everybody knows, in words. */
export const KNOWN_NAMESPACES: Readonly<Record<string, string>> = {
  [SOAP_11]: 'SOAP 1.1',
  [SOAP_12]: 'SOAP 1.2',
  'http://schemas.xmlsoap.org/wsdl/': 'WSDL 1.1',
  'http://www.w3.org/ns/wsdl': 'WSDL 2.0',
  'http://www.w3.org/2001/XMLSchema': 'XML Schema',
  'http://www.w3.org/1999/xhtml': 'XHTML',
};
const MAX_NAME = 80;

/**
 * Describes a whole or cut-off body. `redact` sees every name that is shown.
 */
export function answerStructure(
  body: Uint8Array,
  contentType: string | undefined,
  redact: Redact,
  profile: ServiceProfile,
): AnswerStructure {
  const { text } = decodeBody(body, contentType);
  if (/^\s*$/.test(text)) return { kind: 'empty', lines: ['nothing'] };
  if (/<html[\s>]|<!doctype\s+html/i.test(text.slice(0, 2000))) return htmlStructure(text);
  const root = xmlRoot(text);
  if (root !== undefined) return { kind: xmlKind(root, profile), lines: counted(xmlLines(root, '', '', redact)) };
  const json = parsedJson(text);
  if (json !== undefined) return { kind: 'JSON', lines: jsonLines('', json, '', redact) };
  if (/^\s*(?:text\/html|application\/xhtml)/i.test(contentType ?? '')) return htmlStructure(text);
  // A description may be longer than what is read of an answer.
  const tag = /<(?![?!])(?:[\w.-]+:)?([\w.-]+)/.exec(text)?.[1];
  if (tag === undefined) return { kind: 'text', lines: [`text that is neither XML nor JSON, ${count(text.length)}`] };
  const lines = [`${shown(tag, redact)}, ${count(text.length)}, not well-formed or not whole`];
  return { kind: /^(?:definitions|description)$/.test(tag) ? 'WSDL' : 'XML', lines };
}

function xmlRoot(text: string): XmlElement | undefined {
  try {
    // Allowed in front of a description, not in a SOAP message.
    return parseXml(text.replace(/^\ufeff?\s*/, '').replace(/<\?xml-stylesheet[^>]*\?>/, ''));
  } catch (error) {
    if (error instanceof XmlError) return undefined;
    throw error;
  }
}

function xmlKind(root: XmlElement, profile: ServiceProfile): AnswerKind {
  if (/^(?:definitions|description)$/.test(root.name) && /wsdl/i.test(root.namespace)) return 'WSDL';
  if (root.name !== 'Envelope') return 'XML';
  if (root.namespace !== SOAP_11 && root.namespace !== SOAP_12) return 'XML';
  const isOtherVersion = root.namespace !== soapNamespace(profile);
  const answer = root.children.find(({ name }) => name === 'Body')?.children[0];
  if (answer?.name === 'Fault' && answer.namespace === root.namespace) {
    const codes = answer.children
      .filter(({ name }) => name === 'faultcode' || name === 'Code')
      .flatMap(withDescendants);
    const isMismatch = codes.some(({ text }) => /VersionMismatch/.test(text));
    return isMismatch || isOtherVersion ? 'other SOAP version' : 'SOAP fault';
  }
  if (answer !== undefined && isOurs(answer, profile)) return 'this service';
  return isOtherVersion ? 'other SOAP version' : 'another service';
}

/** Of the envelope that is sent. */
export function soapNamespace({ request }: ServiceProfile): string {
  return request.includes(SOAP_12) ? SOAP_12 : SOAP_11;
}

function isOurs({ name, namespace }: XmlElement, profile: ServiceProfile): boolean {
  return (
    [profile.answer, profile.refusal].includes(name) &&
    (namespace === '' || (profile.namespaces?.includes(namespace) ?? true))
  );
}

/** A namespace is shown where it differs from the one around it. */
function xmlLines(element: XmlElement, around: string, indent: string, redact: Redact): readonly string[] {
  const { name, namespace, children, text } = element;
  const known = KNOWN_NAMESPACES[namespace] ?? shown(namespace, redact);
  const facts = [
    ...(namespace === '' || namespace === around ? [] : [known]),
    ...(children.length === 0 || text.trim() !== '' ? [count(text.length)] : []),
  ];
  const line = `${indent}${shown(name, redact)}${facts.length > 0 ? ` (${facts.join(', ')})` : ''}`;
  const deeper = (child: XmlElement) => xmlLines(child, namespace, `${indent}  `, redact);
  if (name !== 'Envelope') return [line, ...children.flatMap(deeper)];
  // What was asked for is in the Body; the Header says who sent it when, in many elements.
  const [headers, others] = [children.filter(isHeader), children.filter((child) => !isHeader(child))];
  return [line, ...others.flatMap(deeper), ...headers.map((header) => headerLine(header, `${indent}  `, redact))];
}

function isHeader({ name }: XmlElement): boolean {
  return name === 'Header';
}

/** `Header: Security/BinarySecurityToken, MessageHeader/From` */
function headerLine(header: XmlElement, indent: string, redact: Redact): string {
  const paths = header.children.flatMap((child) => leafPaths(child, '', redact));
  return `${indent}${['Header', paths.join(', ')].filter((text) => text !== '').join(': ')}`;
}

function leafPaths({ name, children }: XmlElement, above: string, redact: Redact): readonly string[] {
  const path = `${above}${shown(name, redact)}`;
  return children.length === 0 ? [path] : children.flatMap((child) => leafPaths(child, `${path}/`, redact));
}

function htmlStructure(text: string): AnswerStructure {
  const forms = text.match(/<form[\s>]/gi)?.length ?? 0;
  const asksForPassword = /<input\b[^>]*\btype\s*=\s*["']?password/i.test(text);
  const form = asksForPassword ? 'a form that asks for a password' : forms > 0 ? 'a form' : 'no form';
  return {
    kind: asksForPassword ? 'login page' : 'HTML page',
    lines: [`HTML with ${form} (${count(text.length)})`],
  };
}

function parsedJson(text: string): unknown {
  if (!/^\s*[{[]/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function jsonLines(name: string, value: unknown, indent: string, redact: Redact): readonly string[] {
  const label = name === '' ? '' : `${shown(name, redact)}: `;
  if (Array.isArray(value)) return [`${indent}${label}list of ${value.length}`];
  if (isObject(value)) {
    const members = Object.entries(value).flatMap(([key, member]) => jsonLines(key, member, `${indent}  `, redact));
    return [`${indent}${label}object`, ...members];
  }
  return [`${indent}${label}${typeof value === 'string' ? `text (${count(value.length)})` : typeof value}`];
}

function counted(lines: readonly string[]): readonly string[] {
  const runs: { readonly line: string; times: number }[] = [];
  for (const line of lines) {
    const last = runs.at(-1);
    if (last?.line === line) last.times += 1;
    else runs.push({ line, times: 1 });
  }
  return runs.map(({ line, times }) => (times === 1 ? line : `${line} × ${times}`));
}

function count(characters: number): string {
  return characters === 1 ? '1 char' : `${characters} chars`;
}

/** Piece by piece: a whole namespace looks like one long token. */
function shown(name: string, redact: Redact): string {
  const pieces = name.slice(0, MAX_NAME).split(/([/:.#?&=])/);
  const text = pieces.map((piece) => (piece.length < 4 ? piece : redact(piece))).join('');
  return name.length > MAX_NAME ? `${text}…` : text;
}
