import { XMLParser } from 'fast-xml-parser';
import { isXmlText, PREDEFINED } from './xml-text.ts';

/** An element of a document that was read whole. */
export interface XmlElement {
  /** Namespace name; empty for none. */
  readonly namespace: string;
  readonly name: string;
  readonly children: readonly XmlElement[];
  /** The element's own character data, references decoded, nothing trimmed; that of its children is not in it. */
  readonly text: string;
}

/** The text is not one namespace-well-formed XML 1.0 document. The message holds nothing of the text. */
export class XmlError extends Error {
  override readonly name = 'XmlError';
}

/**
 * Parses one document the way a SOAP receiver must. fast-xml-parser alone accepts tags that do not match, two roots, a
 * DOCTYPE, undefined entities and unbound prefixes: so the spelling is checked first, and the namespaces are resolved here.
 * @throws {XmlError} and nothing else.
 */
export function parseXml(text: string): XmlElement {
  checkSpelling(text);
  const root = parseTree(text).find((node) => elementName(node) !== undefined);
  if (root === undefined) throw new XmlError('no root element');
  return resolve(root, OUTERMOST);
}

/** Nothing but what XML counts as white space. */
export function isBlank(text: string): boolean {
  return /^[ \t\r\n]*$/.test(text);
}

/** The element and those within, at any depth, in document order. */
export function withDescendants(element: XmlElement): readonly XmlElement[] {
  return [element, ...element.children.flatMap(withDescendants)];
}

const XML_NAMESPACE = 'http://www.w3.org/XML/1998/namespace';
const XMLNS_NAMESPACE = 'http://www.w3.org/2000/xmlns/';
const MAX_DEPTH = 32;

// The productions of XML 1.0 and Namespaces in XML that a SOAP message may use: no DOCTYPE, no processing instruction.
const NAME_START =
  'A-Z_a-z\\u00C0-\\u00D6\\u00D8-\\u00F6\\u00F8-\\u02FF\\u0370-\\u037D\\u037F-\\u1FFF\\u200C\\u200D\\u2070-\\u218F\\u2C00-\\u2FEF\\u3001-\\uD7FF\\uF900-\\uFDCF\\uFDF0-\\uFEFE\\uFF00-\\uFFFD\\u{10000}-\\u{EFFFF}';
const NCNAME = `[${NAME_START}][-.0-9\\u00B7\\u0300-\\u036F\\u203F\\u2040${NAME_START}]*`;
const QNAME = `${NCNAME}(?::${NCNAME})?`;
const SPACE = '[ \\t\\r\\n]';
const REFERENCE = '&(?:amp|lt|gt|quot|apos|#[0-9]+|#x[0-9A-Fa-f]+);';
const ATTRIBUTE = `${SPACE}+${QNAME}${SPACE}*=${SPACE}*(?:"(?:[^<&"]|${REFERENCE})*"|'(?:[^<&']|${REFERENCE})*')`;
const PIECES = new RegExp(
  [
    `(?<text>(?:(?!\\]\\]>)[^<&]|${REFERENCE})+)`,
    `(?<comment><!--(?:(?!--)[^])*-->)`,
    `(?<cdata><!\\[CDATA\\[(?:(?!\\]\\]>)[^])*\\]\\]>)`,
    `</(?<end>${QNAME})${SPACE}*>`,
    `<(?<start>${QNAME})(?:${ATTRIBUTE})*${SPACE}*(?<empty>/)?>`,
  ].join('|'),
  'uy',
);
const DECLARATION = new RegExp(
  `^<\\?xml${SPACE}+version${SPACE}*=${SPACE}*["']1\\.0["'](?:${SPACE}+encoding${SPACE}*=${SPACE}*["'][A-Za-z][-A-Za-z0-9._]*["'])?(?:${SPACE}+standalone${SPACE}*=${SPACE}*["'](?:yes|no)["'])?${SPACE}*\\?>`,
);

function checkSpelling(text: string): void {
  if (!isXmlText(text)) throw new XmlError('a character that XML forbids');
  const open: string[] = [];
  let roots = 0;
  PIECES.lastIndex = DECLARATION.exec(text)?.[0].length ?? 0;
  while (PIECES.lastIndex < text.length) {
    const piece = PIECES.exec(text)?.groups;
    if (piece === undefined) throw new XmlError('markup that is not well-formed or not allowed in SOAP');
    const isOutside = open.length === 0;
    if (isOutside && !isBlank(piece.text ?? piece.cdata ?? '')) throw new XmlError('text outside the root element');
    if (isOutside && piece.start !== undefined) roots += 1;
    if (piece.start !== undefined && piece.empty === undefined) open.push(piece.start);
    const isMatched = piece.end === undefined || piece.end === open.pop();
    if (!isMatched || open.length > MAX_DEPTH) throw new XmlError('elements that do not nest or nest too deep');
  }
  if (open.length !== 0 || roots !== 1) throw new XmlError('not one whole root element');
}

/** What fast-xml-parser returns for `preserveOrder`: a list of nodes with one key each, attributes under ':@'. */
type Node = Readonly<Record<string, unknown>>;

const CDATA = '#cdata';
const TEXT = '#text';
const ATTRIBUTES = ':@';

function parseTree(text: string): readonly Node[] {
  const parser = new XMLParser({
    preserveOrder: true,
    ignoreAttributes: false,
    attributeNamePrefix: '',
    parseTagValue: false,
    parseAttributeValue: false,
    trimValues: false,
    // References are decoded below: the library leaves numeric ones alone, and would decode HTML's names.
    processEntities: false,
    textNodeName: TEXT,
    cdataPropName: CDATA,
    maxNestedTags: MAX_DEPTH,
    // By default `toString` comes back as `__toString`. What would touch a prototype is refused all the same.
    onDangerousProperty: (name) => name,
  });
  try {
    // Its validation finds an attribute given twice, of which the parser keeps one.
    return nodeList(parser.parse(text, true));
  } catch {
    // The library's own messages quote the document.
    throw new XmlError('not well-formed');
  }
}

/** Namespace names by prefix. What is declared further out is inherited, for copies would cost their square. */
type Scope = Readonly<Record<string, string>>;

const OUTERMOST: Scope = Object.assign(Object.create(null), { '': '', xml: XML_NAMESPACE });

function resolve(node: Node, around: Scope): XmlElement {
  const tag = elementName(node) ?? '';
  const attributes = Object.entries(node[ATTRIBUTES] ?? {}).map(
    ([name, value]) => [name, decodeReferences(String(value))] as const,
  );
  const scope = declare(attributes, around);
  const qualified = attributes
    .filter(([name]) => name.includes(':') && !name.startsWith('xmlns:'))
    .map(([name]) => `{${namespaceOf(name, scope)}}${localName(name)}`);
  if (new Set(qualified).size < qualified.length) throw new XmlError('an attribute given twice');

  const children: XmlElement[] = [];
  let text = '';
  for (const child of nodeList(node[tag])) {
    if (TEXT in child) text += decodeReferences(String(child[TEXT]));
    else if (CDATA in child) for (const part of nodeList(child[CDATA])) text += String(part[TEXT]);
    else if (elementName(child) !== undefined) children.push(resolve(child, scope));
  }
  return { namespace: namespaceOf(tag, scope), name: localName(tag), children, text };
}

function declare(attributes: readonly (readonly [name: string, value: string])[], around: Scope): Scope {
  const scope: Record<string, string> = Object.create(around);
  for (const [name, namespace] of attributes.filter(([name]) => /^xmlns(?::|$)/.test(name))) {
    const prefix = name === 'xmlns' ? '' : localName(name);
    // Only the default namespace can be taken back, and these two prefixes and names belong together for good.
    const isReserved =
      prefix === 'xmlns' || namespace === XMLNS_NAMESPACE || (prefix === 'xml') !== (namespace === XML_NAMESPACE);
    if (isReserved || (namespace === '' && prefix !== '')) throw new XmlError('a forbidden namespace declaration');
    scope[prefix] = namespace;
  }
  return scope;
}

function namespaceOf(qualifiedName: string, scope: Scope): string {
  const namespace = scope[qualifiedName.slice(0, Math.max(0, qualifiedName.indexOf(':')))];
  if (namespace === undefined) throw new XmlError('an unbound prefix');
  return namespace;
}

function localName(qualifiedName: string): string {
  return qualifiedName.slice(qualifiedName.indexOf(':') + 1);
}

function decodeReferences(text: string): string {
  return text.replace(/&([^;]*);/g, (_, name: string) => {
    if (!name.startsWith('#')) return PREDEFINED[name] ?? '';
    const code = Number(name.replace('#x', '0x').replace('#', ''));
    if (code > 0x10ffff || !isXmlText(String.fromCodePoint(code)))
      throw new XmlError('a reference to a character that XML forbids');
    return String.fromCodePoint(code);
  });
}

function elementName(node: Node): string | undefined {
  return Object.keys(node).find((key) => key !== ATTRIBUTES && !key.startsWith('#') && !key.startsWith('?'));
}

function nodeList(value: unknown): readonly Node[] {
  return Array.isArray(value) ? value : [];
}
