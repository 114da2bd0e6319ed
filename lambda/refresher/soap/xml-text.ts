/** Whether XML 1.0 can carry the text at all: most control characters and half a surrogate pair have no spelling in it. */
export function isXmlText(text: string): boolean {
  return /^[\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]*$/u.test(text);
}
