import { isObject } from '../../lambda/parse-json.ts';
import type { ServiceProfile } from '../../lambda/services/profile.ts';
import type { TypedBody } from '../../lambda/services/root-part.ts';
import { decodeBody } from '../../lambda/soap/decode-body.ts';
import { isBlank, parseXml, withDescendants, type XmlElement, XmlError } from '../../lambda/soap/strict-xml.ts';
import { SOAP_11, SOAP_12, soapNamespace } from '../world/soap/soap-envelope.ts';

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

/** Names that everybody knows, in words. */
const KNOWN_NAMESPACES: Readonly<Record<string, string>> = {
  [SOAP_11]: 'SOAP 1.1',
  [SOAP_12]: 'SOAP 1.2',
  'http://schemas.xmlsoap.org/wsdl/': 'WSDL 1.1',
  'http://www.w3.org/ns/wsdl': 'WSDL 2.0',
  'http://www.w3.org/2001/XMLSchema': 'XML Schema',
  'http://www.w3.org/1999/xhtml': 'XHTML',
};
const MAX_NAME = 80;

/** Describes a whole or cut-off body. `redact` sees every name that is shown. */
export function answerStructure(typed: TypedBody, redact: Redact, profile: ServiceProfile): AnswerStructure {
  const { contentType, body } = typed;
  const { text } = decodeBody(body, contentType);
  if (isBlank(text)) return { kind: 'empty', lines: ['nothing'] };
  if (/<html[\s>]|<!doctype\s+html/i.test(text.slice(0, 2000))) return htmlStructure(text);
  const root = xmlRoot(text);
  if (root !== undefined) return { kind: xmlKind(root, profile), lines: counted(xmlLines(root, '', '', redact)) };
  const json = parsedJson(text);
  if (json !== undefined) return { kind: 'JSON', lines: jsonLines('', json, '', redact) };
  if (/^\s*(?:text\/html|application\/xhtml)/i.test(contentType ?? '')) return htmlStructure(text);
  // A description may be longer than what is read of an answer.
  const tag = /<(?![?!])(?:[\w.-]+:)?([\w.-]+)/.exec(text)?.[1];
  if (tag === undefined) return { kind: 'text', lines: [`text that is neither XML nor JSON, ${count(text)}`] };
  const lines = [`${shown(tag, redact)}, ${count(text)}, not well-formed or not whole`];
  return { kind: isDescription(tag) ? 'WSDL' : 'XML', lines };
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

function isDescription(name: string): boolean {
  return name === 'definitions' || name === 'description';
}

function xmlKind({ name, namespace, children }: XmlElement, profile: ServiceProfile): AnswerKind {
  if (isDescription(name) && /wsdl/i.test(namespace)) return 'WSDL';
  if (name !== 'Envelope' || (namespace !== SOAP_11 && namespace !== SOAP_12)) return 'XML';
  const isOtherVersion = namespace !== soapNamespace(profile.request);
  const answer = children.find((child) => child.name === 'Body')?.children[0];
  if (answer?.name === 'Fault' && answer.namespace === namespace) {
    const codes = answer.children.filter((child) => child.name === 'faultcode' || child.name === 'Code');
    const isMismatch = codes.flatMap(withDescendants).some(({ text }) => text.includes('VersionMismatch'));
    return isMismatch || isOtherVersion ? 'other SOAP version' : 'SOAP fault';
  }
  if (answer !== undefined && isOurs(answer, profile)) return 'this service';
  return isOtherVersion ? 'other SOAP version' : 'another service';
}

function isOurs({ name, namespace }: XmlElement, { answer, refusal, namespaces }: ServiceProfile): boolean {
  return [answer, refusal].includes(name) && (namespace === '' || (namespaces?.includes(namespace) ?? true));
}

/** A namespace is shown where it differs from the one around it. */
function xmlLines(element: XmlElement, around: string, indent: string, redact: Redact): readonly string[] {
  const { name, namespace, children, text } = element;
  const facts = [
    ...(namespace === '' || namespace === around ? [] : [KNOWN_NAMESPACES[namespace] ?? shown(namespace, redact)]),
    ...(children.length === 0 || !isBlank(text) ? [count(text)] : []),
  ];
  const line = `${indent}${shown(name, redact)}${facts.length > 0 ? ` (${facts.join(', ')})` : ''}`;
  // What was asked for is in the Body; the Header says who sent it when, in many elements.
  const isHeader = (child: XmlElement) => name === 'Envelope' && child.name === 'Header';
  const others = children.filter((child) => !isHeader(child));
  return [
    line,
    ...others.flatMap((child) => xmlLines(child, namespace, `${indent}  `, redact)),
    ...children.filter(isHeader).map((header) => `${indent}  ${headerLine(header, redact)}`),
  ];
}

/** `Header: Security/BinarySecurityToken, MessageHeader/From` */
function headerLine({ children }: XmlElement, redact: Redact): string {
  const paths = children.flatMap((child) => leafPaths(child, redact));
  return paths.length === 0 ? 'Header' : `Header: ${paths.join(', ')}`;
}

function leafPaths({ name, children }: XmlElement, redact: Redact): readonly string[] {
  const below = children.flatMap((child) => leafPaths(child, redact).map((path) => `/${path}`));
  return (below.length === 0 ? [''] : below).map((path) => `${shown(name, redact)}${path}`);
}

function htmlStructure(text: string): AnswerStructure {
  const asksForPassword = /<input\b[^>]*\btype\s*=\s*["']?password/i.test(text);
  const form = asksForPassword ? 'a form that asks for a password' : /<form[\s>]/i.test(text) ? 'a form' : 'no form';
  return { kind: asksForPassword ? 'login page' : 'HTML page', lines: [`HTML with ${form} (${count(text)})`] };
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
  const start = `${indent}${name === '' ? '' : `${shown(name, redact)}: `}`;
  if (Array.isArray(value)) return [`${start}list of ${value.length}`];
  if (!isObject(value)) return [`${start}${typeof value === 'string' ? `text (${count(value)})` : typeof value}`];
  const members = Object.entries(value).flatMap(([key, member]) => jsonLines(key, member, `${indent}  `, redact));
  return [`${start}object`, ...members];
}

/** `item × 40` for equal neighbours. */
function counted(lines: readonly string[]): readonly string[] {
  const runs: { readonly line: string; times: number }[] = [];
  for (const line of lines) {
    const last = runs.at(-1);
    if (last?.line === line) last.times += 1;
    else runs.push({ line, times: 1 });
  }
  return runs.map(({ line, times }) => (times === 1 ? line : `${line} × ${times}`));
}

function count({ length }: string): string {
  return length === 1 ? '1 char' : `${length} chars`;
}

/** Piece by piece: a whole namespace looks like one long token. */
function shown(name: string, redact: Redact): string {
  const pieces = name.slice(0, MAX_NAME).split(/([/:.#?&=])/);
  const text = pieces.map((piece) => (piece.length < 4 ? piece : redact(piece))).join('');
  return name.length > MAX_NAME ? `${text}…` : text;
}
