/** A body, and the Content-Type by which it is read. */
export interface TypedBody {
  readonly contentType: string | undefined;
  readonly body: Uint8Array;
}

/**
 * The part of a `multipart/related` message (MTOM, SOAP with attachments) that holds the envelope: the one whose
 * Content-ID is the parameter `start`, without that parameter the first. Its transfer encoding is undone.
 * @returns the answer itself where it is no such message; undefined where there is no such part, or it is encoded in a way
 * that nobody can undo
 * @see RFC 2387, RFC 2046 section 5.1, RFC 2045 section 6
 */
export function rootPart({ contentType, body }: TypedBody): TypedBody | undefined {
  const [type, parameters] = parseContentType(contentType ?? '');
  if (type !== 'multipart/related') return { contentType, body };
  const boundary = parameters.get('boundary');
  if (!boundary) return undefined;
  // One character a byte, so that lines can be looked for in whatever charset the parts are.
  const parts = partsOf(Buffer.from(body).toString('latin1'), boundary);
  const start = parameters.get('start');
  const part =
    start === undefined ? parts[0] : parts.find(({ headers }) => bareId(headers.get('content-id')) === bareId(start));
  const decoded = part && decodeTransfer(part.body, part.headers.get('content-transfer-encoding'));
  if (part === undefined || decoded === undefined) return undefined;
  return { contentType: part.headers.get('content-type'), body: Buffer.from(decoded, 'latin1') };
}

/** The text between the delimiter lines. What stands before the first is a preamble, and behind the closing one nothing counts. */
function partsOf(message: string, boundary: string) {
  const escaped = boundary.replace(/\W/g, '\\$&');
  const delimiter = (end: string) => new RegExp(`(?<=^|\\n)--${escaped}${end}[^\\S\\n]*(?:\\n|$)`);
  const [counted = ''] = message.split(delimiter('--'));
  const [, ...parts] = counted.split(delimiter(''));
  // The line end before a delimiter belongs to the delimiter.
  return parts.map((part) => parsePart(part.replace(/\r?\n$/, '')));
}

/** A part's headers, by names in small letters, and its body. */
function parsePart(text: string) {
  const blankLine = /(?<=^|\n)\r?\n/.exec(text);
  const unfolded = text.slice(0, blankLine?.index).replace(/\r?\n[ \t]+/g, ' ');
  const headers = [...unfolded.matchAll(/^([^\s:]+)[ \t]*:(.*)$/gm)];
  return {
    headers: new Map(headers.map(([, name = '', value = '']) => [name.toLowerCase(), value.trim()])),
    body: blankLine === null ? '' : text.slice(blankLine.index + blankLine[0].length),
  };
}

function bareId(id = ''): string {
  return id.trim().replace(/^<(.*)>$/, '$1');
}

function decodeTransfer(body: string, encoding = '8bit'): string | undefined {
  switch (encoding.toLowerCase()) {
    case '7bit':
    case '8bit':
    case 'binary':
      return body;
    case 'base64': {
      const digits = body.replace(/[ \t\r\n]/g, '');
      const isWhole = digits.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(digits);
      return isWhole ? Buffer.from(digits, 'base64').toString('latin1') : undefined;
    }
    case 'quoted-printable':
      return decodeQuotedPrintable(body);
    default:
      return undefined;
  }
}

function decodeQuotedPrintable(body: string): string | undefined {
  // White space at the end of a line was added on the way; a "=" there joins two lines.
  const text = body.replace(/(?<![ \t])[ \t]+(?=\r?\n|$)/g, '').replace(/=(?:\r?\n|$)/g, '');
  if (/=(?![0-9A-Fa-f]{2})/.test(text)) return undefined;
  return text.replace(/=([0-9A-Fa-f]{2})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
}

/** The media type in small letters, and its parameters by names in small letters; of two of one name the first. */
function parseContentType(text: string): [type: string, parameters: ReadonlyMap<string, string>] {
  const [type = ''] = text.split(';');
  const parameters = [...text.matchAll(PARAMETER)].map(([, name = '', quoted, plain = '']) => {
    const value = quoted === undefined ? plain.trim() : quoted.replace(/\\(.)/g, '$1');
    return [name.toLowerCase(), value] as const;
  });
  return [type.trim().toLowerCase(), new Map(parameters.reverse())];
}

const PARAMETER = /;\s*([^\s=;"]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;,]*))/g;
