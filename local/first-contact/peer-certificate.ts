import { connect, type PeerCertificate } from 'node:tls';

/** Who a server says it is, and who vouches for it. Text of the server, cleaned. */
export interface ShownCertificate {
  readonly subject: string;
  readonly issuer: string;
  /** As the certificate says it, such as `Nov 25 11:00:00 2026 GMT`. */
  readonly validTo: string;
  readonly names: string;
}

const TIMEOUT_MS = 3_000;

/** The certificate of a server that failed verification. Nothing is sent to it. Undefined when it shows none in time. */
export function peerCertificate(endpoint: string): Promise<ShownCertificate | undefined> {
  const { hostname, port } = new URL(endpoint);
  const host = hostname.replace(/^\[|\]$/g, '');
  return new Promise((resolve) => {
    const isName = /[a-z]/i.test(host) && !host.includes(':');
    const socket = connect({
      host,
      port: Number(port || 443),
      ...(isName && { servername: host }),
      // Only to look at it: the connection ends here.
      rejectUnauthorized: false,
    });
    const finish = (certificate?: PeerCertificate) => {
      socket.destroy();
      resolve(certificate?.subject === undefined ? undefined : shown(certificate));
    };
    socket.setTimeout(TIMEOUT_MS, () => finish());
    socket.once('error', () => finish());
    socket.once('secureConnect', () => finish(socket.getPeerCertificate()));
  });
}

function shown({ subject, issuer, valid_to: validTo, subjectaltname: names = '' }: PeerCertificate): ShownCertificate {
  return {
    subject: clean(subject.CN ?? subject.O),
    issuer: clean(issuer.CN ?? issuer.O),
    validTo: clean(validTo),
    names: clean(names),
  };
}

function clean(text: string | readonly string[] | undefined = '(no name)'): string {
  const printable = String(text).replace(/[\p{C}\p{Z}]+/gu, ' ');
  return printable.length > 80 ? `${printable.slice(0, 80)}…` : printable;
}
