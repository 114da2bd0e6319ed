import { once } from 'node:events';
import { isIP } from 'node:net';
import { connect, type PeerCertificate } from 'node:tls';

const TIMEOUT_MS = 3_000;

/**
 * Who a server that failed verification says it is, who vouches for it, until when and for which names. Text of the
 * server, cleaned. Nothing is sent to it. Undefined when it shows no certificate in time.
 */
export async function peerCertificate(endpoint: string): Promise<string | undefined> {
  const { hostname, port } = new URL(endpoint);
  const host = hostname.replace(/^\[|\]$/g, '');
  const servername = isIP(host) === 0 ? host : undefined;
  // Only to look at it: the connection ends here.
  const socket = connect({ host, port: Number(port || 443), servername, rejectUnauthorized: false });
  try {
    await once(socket, 'secureConnect', { signal: AbortSignal.timeout(TIMEOUT_MS) });
    const certificate = socket.getPeerCertificate();
    // An empty object where there is none.
    return certificate.subject && shown(certificate);
  } catch {
    return undefined;
  } finally {
    socket.destroy();
  }
}

function shown({ subject, issuer, valid_to: validTo, subjectaltname: names }: PeerCertificate): string {
  const [holder, authority] = [subject, issuer].map(({ CN, O }) => clean(CN ?? O));
  return `${holder}, issued by ${authority}, valid to ${clean(validTo)}, for ${clean(names || holder)}`;
}

function clean(text: string | readonly string[] | undefined = '(no name)'): string {
  const printable = String(text).replace(/[\p{C}\p{Z}]+/gu, ' ');
  return printable.length > 80 ? `${printable.slice(0, 80)}…` : printable;
}
