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
  const [type = '', parameters] = parseContentType(contentType ?? '');
  if (type !== 'multipart/related') return { contentType, body };
  const boundary = parameters.get('boundary');
  if (boundary === undefined || boundary === '') return undefined;
  // One character a byte, so that lines can be looked for in whatever charset the parts are.
  const parts = partsOf(Buffer.from(body).toString('latin1'), boundary);
  const start = parameters.get('start');
  const part =
    start === undefined ? parts[0] : parts.find(({ headers }) => bareId(headers.get('content-id')) === bareId(start));
  const decoded = part && decodeTransfer(part.body, part.headers.get('content-transfer-encoding'));
  if (part === undefined || decoded === undefined) return undefined;
  return { contentType: part.headers.get('content-type'), body: Buffer.from(decoded, 'latin1') };
}

interface Part {
  /** By names in small letters. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** The text between the delimiter lines. What stands before the first is a preamble, and behind the closing one nothing counts. */
function partsOf(message: string, boundary: string): readonly Part[] {
  const parts: string[] = [];
  let open: number | undefined;
  for (const { from, to, next } of lines(message)) {
    const line = message.slice(from, to);
    if (!line.startsWith(`--${boundary}`)) continue;
    const rest = line.slice(boundary.length + 2).trimEnd();
    if (rest !== '' && rest !== '--') continue;
    // The line end before a delimiter belongs to the delimiter.
    if (open !== undefined) parts.push(message.slice(open, Math.max(open, from)).replace(/\r?\n$/, ''));
    open = rest === '' ? next : undefined;
    if (rest === '--') return parts.map(parsePart);
  }
  if (open !== undefined) parts.push(message.slice(open));
  return parts.map(parsePart);
}

function* lines(text: string): Generator<{ readonly from: number; readonly to: number; readonly next: number }> {
  for (let from = 0; from < text.length; ) {
    const end = text.indexOf('\n', from);
    const next = end < 0 ? text.length : end + 1;
    yield { from, to: end < 0 ? text.length : end, next };
    from = next;
  }
}

function parsePart(text: string): Part {
  const headers = new Map<string, string>();
  let last = '';
  for (const { from, to, next } of lines(text)) {
    const line = text.slice(from, to).replace(/\r$/, '');
    if (line === '') return { headers, body: text.slice(next) };
    const [, name, value = ''] = /^([^\s:]+)[ \t]*:(.*)$/.exec(line) ?? [];
    if (name !== undefined) {
      last = name.toLowerCase();
      headers.set(last, value.trim());
    } else if (/^[ \t]/.test(line)) headers.set(last, `${headers.get(last) ?? ''} ${line.trim()}`);
  }
  return { headers, body: '' };
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
  const lines = body.split(/\r?\n/).map((line) => line.replace(/(?<![ \t])[ \t]+$/, ''));
  const joined = lines.map((line, index) =>
    line.endsWith('=') ? line.slice(0, -1) : index < lines.length - 1 ? `${line}\r\n` : line,
  );
  const text = joined.join('');
  if (/=(?![0-9A-Fa-f]{2})/.test(text)) return undefined;
  return text.replace(/=([0-9A-Fa-f]{2})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
}

/** The media type in small letters, and its parameters by names in small letters; of two of one name the first. */
function parseContentType(text: string): [type: string, parameters: ReadonlyMap<string, string>] {
  const type = /^[^;]*/.exec(text)?.[0] ?? '';
  const parameters = new Map<string, string>();
  for (const [, name = '', quoted, plain = ''] of text.slice(type.length).matchAll(PARAMETER)) {
    const value = quoted === undefined ? plain.trim() : quoted.replace(/\\(.)/g, '$1');
    if (!parameters.has(name.toLowerCase())) parameters.set(name.toLowerCase(), value);
  }
  return [type.trim().toLowerCase(), parameters];
}

const PARAMETER = /;\s*([^\s=;"]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;,]*))/g;
