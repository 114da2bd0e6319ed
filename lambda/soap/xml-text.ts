/** Whether XML 1.0 can carry the text at all: most control characters and half a surrogate pair have no spelling in it. */
export function isXmlText(text: string): boolean {
  return /^[\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]*$/u.test(text);
}

/** The characters that XML knows by name (XML 1.0, section 4.6). */
export const PREDEFINED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** The text as an element or a quoted attribute holds it: an XML parser reads back exactly what was given. */
export function escapeXml(text: string): string {
  const names = Object.entries(PREDEFINED);
  // A bare carriage return would be read as a line feed.
  return text.replace(/[&<>"'\r]/g, (sign) => `&${names.find(([, named]) => named === sign)?.[0] ?? '#13'};`);
}
