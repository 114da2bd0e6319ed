import { createPrivateKey, X509Certificate } from 'node:crypto';

/** What a secret may hold for the connection to the SOAP service, as PEM. */
export interface TlsCredentials {
  /** The client's certificate, its chain behind it. */
  readonly certificate?: string;
  readonly key?: string;
  /** The authorities that may have signed the server's certificate, in place of the public ones. */
  readonly authorities?: string;
}

/** Whether the field of the secret is for the connection; all of them are optional. */
export function isTlsField(name: string): boolean {
  return ['tls_certificate', 'tls_key', 'tls_ca'].includes(name);
}

/** Reads them from the secret's JSON. @param fault takes what is wrong, a sentence for each, which quotes no value */
export function parseTlsCredentials(
  secret: Readonly<Record<string, unknown>>,
  fault: (sentence: string) => void,
): TlsCredentials {
  const read = <Read>(name: string, kind: string, parse: (pem: string) => Read): Read | undefined => {
    const value = secret[name];
    if (value === undefined) return undefined;
    try {
      if (typeof value === 'string') return parse(value);
    } catch {
      // Said below: the parser's own words may quote the value.
    }
    fault(`"${name}" is no ${kind} in PEM: copy the file as it is, line ends included`);
    return undefined;
  };
  const chain = read('tls_certificate', 'certificate', certificatesOf);
  const key = read('tls_key', 'private key without a passphrase', createPrivateKey);
  const authorities = read('tls_ca', 'certificate', certificatesOf);
  for (const [one, other] of [['tls_certificate', 'tls_key'] as const, ['tls_key', 'tls_certificate'] as const]) {
    if (secret[one] !== undefined && secret[other] === undefined) fault(`"${other}" is missing beside "${one}"`);
  }
  if (chain !== undefined && key !== undefined && chain[0]?.checkPrivateKey(key) !== true) {
    fault('"tls_key" is not the key of "tls_certificate": of a chain, the client\'s own certificate comes first');
  }
  return {
    ...(chain && key && { certificate: pemOf(chain), key: String(secret.tls_key) }),
    ...(authorities && { authorities: pemOf(authorities) }),
  };
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

function certificatesOf(pem: string): readonly X509Certificate[] {
  const certificates = [...pem.matchAll(CERTIFICATE)].map(([block]) => new X509Certificate(block));
  // One that was cut off would be left out without a word.
  const begun = pem.match(/-----BEGIN CERTIFICATE-----/g) ?? [];
  if (certificates.length === 0 || certificates.length < begun.length) throw new TypeError('no whole certificate');
  return certificates;
}

/** Written anew: OpenSSL refuses two files that were joined without a line end, and says so only when it connects. */
function pemOf(certificates: readonly X509Certificate[]): string {
  return certificates.map(String).join('');
}

const DAY_MS = 86_400_000;
const NOTICE_DAYS = 30;

/** What a person should look at before it fails. @param now milliseconds since the epoch */
export function tlsWarnings(
  { certificate, authorities }: TlsCredentials,
  endpoint: string,
  now: number,
): readonly string[] {
  if (certificate === undefined && authorities === undefined) return [];
  const warnings: string[] = [];
  if (endpoint.startsWith('http:')) {
    warnings.push('The secret holds a certificate, but the endpoint is http: nothing is encrypted, and it is not used');
  }
  const own = certificate && certificatesOf(certificate)[0];
  const daysLeft = own ? Math.floor((own.validToDate.getTime() - now) / DAY_MS) : Number.POSITIVE_INFINITY;
  if (daysLeft < NOTICE_DAYS) {
    const when = daysLeft < 0 ? 'has ended' : `ends in ${daysLeft} days`;
    warnings.push(`"tls_certificate" in the secret ${when}: put its successor there`);
  }
  return warnings;
}

/** What no log may show of them: the lines that are no headings. Authorities are no secret. */
export function tlsSecrets({ certificate, key }: TlsCredentials): readonly string[] {
  return [certificate, key].flatMap((pem) => pem?.replace(/-----[^-]+-----/g, '') ?? []);
}
