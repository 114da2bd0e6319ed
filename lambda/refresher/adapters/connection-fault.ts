import { isObject } from '../../parse-json.ts';
import type { RefreshErrorCode } from '../../refresh-error.ts';
import { errorName } from '../redact-error.ts';

/** What is wrong with a connection, in words of this file or of OpenSSL, never of the other side. */
export interface ConnectionFault {
  readonly code: Extract<RefreshErrorCode, 'ENDPOINT_UNAVAILABLE' | 'REPLY_MALFORMED'>;
  /** Undefined for a name that is not known here. */
  readonly what?: string;
  /** What a person does about it. */
  readonly remedy?: string;
}

/** What an error of `node:http` or `node:https` means. The parser's own error carries the raw bytes. */
export function connectionFault(error: unknown): ConnectionFault {
  const name = errorName(error);
  if (name.startsWith('HPE_')) {
    const what = HTTP_RULES[name] ?? 'it breaks a rule of HTTP/1.1';
    return { code: 'REPLY_MALFORMED', what, remedy: 'Compare scheme and port with what the vendor names' };
  }
  const code = 'ENDPOINT_UNAVAILABLE';
  const known = CONNECTION[name];
  if (known !== undefined) return { code, what: known[0], remedy: known[1] };
  const remedy = remedyFor(name, CERTIFICATE_REMEDIES);
  if (remedy !== undefined) return { code, what: verifyReason(name, error), remedy };
  const what = openSslReason(error);
  return what === undefined ? { code } : { code, what, remedy: remedyFor(what, TLS_REMEDIES) };
}

/** What to do, by a pattern of what is wrong; the first that fits counts. */
type Remedies = Readonly<Record<string, string>>;

function remedyFor(text: string, remedies: Remedies): string | undefined {
  return Object.entries(remedies).find(([pattern]) => new RegExp(pattern).test(text))?.[1];
}

/** Whether it is the server's certificate that does not verify. @param name Node's code of the error */
export function isCertificateFault(name: string): boolean {
  return remedyFor(name, CERTIFICATE_REMEDIES) !== undefined;
}

/** RFC 9112, by the name that Node's parser gives to the breach. */
const HTTP_RULES: Readonly<Record<string, string>> = {
  HPE_INVALID_CONSTANT: 'the first line does not start with "HTTP/"',
  HPE_INVALID_VERSION: 'the first line names no known version of HTTP',
  HPE_INVALID_STATUS: 'the status is not a number of three digits',
  HPE_INVALID_HEADER_TOKEN:
    'a header name or value holds a character that is forbidden there, such as a space in a name',
  HPE_UNEXPECTED_CONTENT_LENGTH: 'there is more than one Content-Length header',
  HPE_INVALID_CONTENT_LENGTH: 'Content-Length is not a number',
  HPE_INVALID_TRANSFER_ENCODING: 'Transfer-Encoding does not end in "chunked"',
  HPE_INVALID_CHUNK_SIZE: 'the size of a chunk is not a hexadecimal number',
  HPE_HEADER_OVERFLOW: 'the headers are larger than 256 KiB',
  HPE_CR_EXPECTED: 'a line of the headers does not end as it must',
  HPE_LF_EXPECTED: 'a line of the headers does not end as it must',
  HPE_INVALID_EOF_STATE: 'the answer ends in the middle of its headers',
};

const NO_WAY = [
  'there is no way to it',
  'If it stays so, ask the vendor whether your address must be on a list, and your network for the way out',
] as const;
const CUT = [
  'it was cut',
  'If it stays so, compare scheme and port with what the vendor names: a TLS port that is asked with http ends so',
] as const;

/** What Node and the system name by a code, with what to do. */
const CONNECTION: Readonly<Record<string, readonly [what: string, remedy: string]>> = {
  ENOTFOUND: [
    'there is no such host',
    'Compare it with what the vendor names, letter by letter; if it is right, it may be known within a VPN only',
  ],
  EAI_AGAIN: [
    'the host could not be looked up',
    'If it stays so, look up another one from there: either the network has no DNS, or the host is wrong',
  ],
  ECONNREFUSED: [
    'nothing listens at this port',
    'If it stays so, compare scheme and port with what the vendor names: http means 80 and https 443 unless the address says otherwise',
  ],
  CONNECT_TIMEOUT: NO_WAY,
  ETIMEDOUT: NO_WAY,
  EHOSTUNREACH: NO_WAY,
  ENETUNREACH: NO_WAY,
  ECONNRESET: CUT,
  EPIPE: CUT,
  CONNECTION_CLOSED: CUT,
  ABORT_ERR: ['no whole answer in time', 'If it stays so, compare port and path, then ask the vendor'],
  PROXY_REFUSED: ['the proxy opened no tunnel', 'Ask whoever runs the proxy to let this host pass, without a password'],
};

const VENDOR = "Write to the vendor now: its server's certificate is at fault, for every client";
const AUTHORITY =
  'Either a private authority signed it (put its certificate into the secret, as tls_ca), or a proxy on the way breaks ' +
  'TLS open (exempt this host there), or the server does not send its intermediate certificate (write to the vendor)';

/** What to do about a server's certificate that does not verify, by Node's code for it. Nothing was sent. */
const CERTIFICATE_REMEDIES: Remedies = {
  '^(UNABLE_TO_(GET_ISSUER|VERIFY_LEAF)|SELF_SIGNED_CERT|DEPTH_ZERO_SELF_SIGNED|CERT_UNTRUSTED)': AUTHORITY,
  '^(CERT_(HAS_EXPIRED|NOT_YET_VALID|REVOKED|SIGNATURE_FAILURE)|UNSPECIFIED)$': VENDOR,
  '^ERR_TLS_CERT_ALTNAME_INVALID$':
    'Compare the host in the endpoint with what the vendor names, then write to the vendor',
};

const TLS_REMEDIES: Remedies = {
  'wrong version number|packet length too long|http request':
    'This port does not speak TLS: compare the endpoint with what the vendor names',
  'certificate required|unknown ca|bad certificate':
    'The server wants a client certificate (tls_certificate and tls_key in the secret), or does not know who signed it: ask the vendor',
  'certificate (?:expired|revoked|unknown)|unsupported certificate':
    'The server does not take the client certificate: look at tls_certificate in the secret and at its end, then ask the vendor',
  'internal error|unrecognized name':
    'The server does not know this host name, or is in trouble: compare the endpoint with what the vendor names, then write to the vendor',
  'handshake failure':
    'Write to the vendor now: its server accepts none of the ciphers that are still safe, or wants a client certificate',
  '.': 'Write to the vendor now: its server offers no TLS that is still accepted. Every tick fails until that changes',
};

/** The message is OpenSSL's reason, behind which Node may add an advice; but of host names, it quotes those of the certificate. */
function verifyReason(name: string, error: unknown): string {
  if (name === 'ERR_TLS_CERT_ALTNAME_INVALID') return 'the certificate is for other host names';
  return /^[A-Za-z][A-Za-z -]{2,59}(?=;|$)/.exec(messageOf(error))?.[0] ?? 'the certificate does not verify';
}

/** The reason within `error:0A000102:SSL routines:function:reason:file`: letters, digits and little else, so no text of others. */
export function openSslReason(error: unknown): string | undefined {
  return /\berror:[0-9A-F]{8}:SSL routines:\w*:([a-z0-9][a-z0-9 /_-]{2,59})(?::|$)/i.exec(messageOf(error))?.[1];
}

function messageOf(error: unknown): string {
  return isObject(error) && typeof error.message === 'string' ? error.message : '';
}
