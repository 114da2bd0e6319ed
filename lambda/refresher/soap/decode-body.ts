/**
 * The body as text: by its byte order mark, else by the header's charset, else by the XML declaration's, else UTF-8.
 * @returns undefined for a charset that nobody knows and for bytes that are not text in it.
 */
export function decodeBody(body: Uint8Array, contentType: string | undefined): string | undefined {
  const charset = byteOrderMark(body) ?? headerCharset(contentType) ?? declaredEncoding(body) ?? 'utf-8';
  try {
    return new TextDecoder(charset, { fatal: true }).decode(body);
  } catch {
    return undefined;
  }
}

/** A byte order mark outranks the header (RFC 7303, section 3.3). */
function byteOrderMark(body: Uint8Array): string | undefined {
  if (body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf) return 'utf-8';
  if (body[0] === 0xfe && body[1] === 0xff) return 'utf-16be';
  if (body[0] === 0xff && body[1] === 0xfe) return 'utf-16le';
  return undefined;
}

function headerCharset(contentType = ''): string | undefined {
  return /;\s*charset\s*=\s*["']?([^\s"';]+)/i.exec(contentType)?.[1];
}

function declaredEncoding(body: Uint8Array): string | undefined {
  const start = new TextDecoder('latin1').decode(body.subarray(0, 200));
  return /^<\?xml\s[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._-]+)["']/.exec(start)?.[1];
}
