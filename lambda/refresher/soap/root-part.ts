/** A body with its type; one part of a MIME message, or all of an answer. */
export interface Part {
  readonly contentType: string | undefined;
  readonly body: Uint8Array;
}

/**
 * The SOAP message of an MTOM or SwA answer (`multipart/related`, RFC 2387): the part that `start` names, else the first.
 * Anything else stays what it is. Parts in a transfer encoding (base64, quoted-printable) are not read.
 */
export function rootPart(whole: Part): Part {
  const { contentType = '' } = whole;
  const boundary = parameter(contentType, 'boundary');
  if (!/^\s*multipart\/related\b/i.test(contentType) || boundary === undefined) return whole;
  // One character for each byte, so that the cuts fall where they are.
  const text = Buffer.from(whole.body).toString('latin1');
  const [, ...parts] = `\r\n${text}`.split(`\n--${boundary}`);
  const start = parameter(contentType, 'start');
  const root = parts.find((part) => start !== undefined && headerOf(part, 'content-id') === start) ?? parts[0] ?? '';
  const end = /\r?\n\r?\n/.exec(root);
  const isPlain = /^(?:binary|7bit|8bit)?$/i.test(headerOf(root, 'content-transfer-encoding') ?? '');
  if (end === null || !isPlain) return whole;
  const body = root.slice(end.index + end[0].length).replace(/\r$/, '');
  return { contentType: headerOf(root, 'content-type'), body: Buffer.from(body, 'latin1') };
}

function parameter(contentType: string, name: string): string | undefined {
  const [, quoted, bare] = new RegExp(`;\\s*${name}=(?:"([^"]*)"|([^\\s";]+))`, 'i').exec(contentType) ?? [];
  return quoted ?? bare;
}

function headerOf(part: string, name: string): string | undefined {
  const headers = part.slice(0, Math.max(0, part.search(/\r?\n\r?\n/)));
  return new RegExp(`\\n${name}:[ \\t]*([^\\r\\n]*)`, 'i').exec(headers)?.[1]?.trim();
}
