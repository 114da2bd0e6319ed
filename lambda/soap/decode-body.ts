/**
 * The body as text: by its byte order mark, else by the header's charset, else by the XML declaration's, else UTF-8.
 * Labels are often wrong. Bytes that are all ASCII have one reading, whatever the label.
 * @returns `isCertain: false` where the bytes are not text in their charset, or nobody knows it: good for a refusal in
 * plain sight, not for a token.
 */
export function decodeBody(
  body: Uint8Array,
  contentType: string | undefined,
): { readonly text: string; readonly isCertain: boolean } {
  const said = headerCharset(contentType) ?? declaredEncoding(body) ?? 'utf-8';
  const charset = sniffed(body) ?? (isUtf8(said, body) ? 'utf-8' : said);
  try {
    return { text: new TextDecoder(charset, { fatal: true }).decode(body), isCertain: true };
  } catch {
    return { text: new TextDecoder('windows-1252').decode(body), isCertain: false };
  }
}

/** By the byte order mark, which outranks the header (RFC 7303, section 3.3), or by a first "<" of two bytes. */
function sniffed([first, second, third]: Uint8Array): string | undefined {
  if (first === 0xef && second === 0xbb && third === 0xbf) return 'utf-8';
  if ((first === 0xfe && second === 0xff) || (first === 0 && second === 0x3c)) return 'utf-16be';
  if ((first === 0xff && second === 0xfe) || (first === 0x3c && second === 0)) return 'utf-16le';
  return undefined;
}

/** Whatever the label says: another spelling (`UTF_8`, `utf8mb4`), .NET's UTF-16, which was in memory only, or plain ASCII. */
function isUtf8(label: string, body: Uint8Array): boolean {
  if (/^utf[-_]?8/i.test(label)) return true;
  if (body.includes(0)) return false;
  if (/^(?:utf[-_]?16|unicode$)/i.test(label)) return true;
  // Charsets that write other letters with ASCII bytes are left out.
  return !/utf-?7|^hz|iso-?2022/i.test(label) && body.every((byte) => byte < 0x80);
}

/** Some proxies join two types; then the label ends at the comma. */
function headerCharset(contentType = ''): string | undefined {
  return /;\s*charset\s*=\s*["']?([^\s"';,]+)/i.exec(contentType)?.[1];
}

function declaredEncoding(body: Uint8Array): string | undefined {
  const start = new TextDecoder('latin1').decode(body.subarray(0, 200));
  return /^<\?xml\s[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._-]+)["']/.exec(start)?.[1];
}
