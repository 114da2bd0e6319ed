/** Whether XML 1.0 can carry the text at all: most control characters and half a surrogate pair have no spelling in it. */
export function isXmlText(text: string): boolean {
  return /^[\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]*$/u.test(text);
}

// A bare carriage return would be read as a line feed.
const ESCAPES: Readonly<Record<string, string>> = {
  '&': 'amp',
  '<': 'lt',
  '>': 'gt',
  '"': 'quot',
  "'": 'apos',
  '\r': '#13',
};

/** The text as an element or a quoted attribute holds it: an XML parser reads back exactly what was given. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"'\r]/g, (character) => `&${ESCAPES[character]};`);
}
