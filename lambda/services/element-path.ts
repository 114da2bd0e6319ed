import type { SoapDocument } from '../soap/soap-reply.ts';
import type { XmlElement } from '../soap/strict-xml.ts';

/** Where paths start, and what they may pass. What a path is: `ServiceProfile`. */
export interface PathScope extends SoapDocument {
  /** Besides none; undefined for any. */
  readonly namespaces: readonly string[] | undefined;
}

/**
 * Every element at the end of the path: none where it is absent or there is no path, two where there is a doubt. They are
 * the document's own: callers compare them by identity.
 */
export function elementsAt(path: string | undefined, scope: PathScope): readonly XmlElement[] {
  if (path === undefined) return [];
  let found: readonly XmlElement[] = path.startsWith('/') ? [scope.envelope] : startsOf(scope.child);
  for (const step of stepsOf(path)) {
    found = found.flatMap(({ children }) => children).filter((child) => child.name === step && isAllowed(child, scope));
  }
  return found;
}

/** The element of the Body, and its one child where that only wraps others, as `return` of the rpc style. */
function startsOf(child: XmlElement): readonly XmlElement[] {
  const [only, second] = child.children;
  const wraps = only !== undefined && second === undefined && only.children.length > 0 && ownText(only) === '';
  return wraps ? [child, only] : [child];
}

/** The local names of a path, in order. */
export function stepsOf(path: string): readonly string[] {
  return path.replace(/^\//, '').split('/');
}

/** The local name of the element to which a path leads. */
export function lastStep(path: string): string {
  return stepsOf(path).at(-1) ?? '';
}

/** Whether the element's namespace is one of the service, or none. SOAP's own Header and Body always are. */
export function isAllowed({ name, namespace }: XmlElement, { envelope, namespaces }: PathScope): boolean {
  if (namespaces === undefined || namespace === '' || namespaces.includes(namespace)) return true;
  return namespace === envelope.namespace && (name === 'Header' || name === 'Body');
}

/** The element's own text, without its children's, the white space of XML around it taken off. */
export function ownText({ text }: XmlElement): string {
  // Looks behind: without it, a pattern for the end takes the square of the time on much white space.
  return text.replace(/^[ \t\r\n]+|(?<![ \t\r\n])[ \t\r\n]+$/g, '');
}
