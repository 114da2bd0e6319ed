import { createSecureContext } from 'node:tls';
import type { TlsCredentials } from '../tls-credentials.ts';
import { openSslReason } from './connection-fault.ts';

/**
 * Tries certificates and key as the connection will use them: OpenSSL refuses some that are read without complaint, such as
 * a key of 1,024 bits.
 * @returns what is wrong, naming the fields, with OpenSSL's reason
 */
export function tlsContextFaults({ certificate, key, authorities }: TlsCredentials): readonly string[] {
  const trials = [
    ...(certificate ? [['"tls_certificate" and "tls_key"', { cert: certificate, key }] as const] : []),
    ...(authorities ? [['"tls_ca"', { ca: authorities }] as const] : []),
  ];
  return trials.flatMap(([fields, options]) => {
    try {
      createSecureContext(options);
      return [];
    } catch (error) {
      const reason = openSslReason(error) ?? 'unusable';
      return [`${fields} cannot be used for a connection (OpenSSL: ${reason}): ${remedyFor(reason)}`];
    }
  });
}

function remedyFor(reason: string): string {
  if (/key too (?:small|weak)/.test(reason)) return 'the key is too short, ask for one of 2,048 bits';
  if (/md too weak/.test(reason)) return 'ask for one that is signed with SHA-256';
  return 'ask whoever issued it for another one';
}
