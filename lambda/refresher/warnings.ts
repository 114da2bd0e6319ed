import type { TokenRecord } from '../token-status.ts';
import type { Credentials } from './credentials.ts';
import type { IssuedToken } from './request-token.ts';

/** A lifetime other than the configured one makes thresholds and due times miss: the operator can set it right. */
export function lifetimeWarnings(
  { expiresInSeconds, fingerprint }: IssuedToken,
  recorded: TokenRecord | undefined,
  configuredSeconds: number,
): readonly string[] {
  if (expiresInSeconds === undefined) {
    return [`The reply holds no usable expires_in; the configured tokenLifetime of ${configuredSeconds} s is assumed`];
  }
  // The same token again has less time left: that is no news.
  const isSameToken = recorded?.fingerprint === fingerprint;
  const isOff = Math.abs(expiresInSeconds - configuredSeconds) > configuredSeconds / 10;
  return isOff && !isSameToken
    ? [`The token lives ${expiresInSeconds} s, not the configured ${configuredSeconds} s: correct tokenLifetime`]
    : [];
}

/** NuSOAP decodes requests to ISO-8859-1 by default and puts "?" for whatever that cannot hold. */
export function credentialWarnings({ fields }: Credentials): readonly string[] {
  const isLatin1 = Object.values(fields).every((value) => !/[\u0100-\uffff]/.test(value));
  return isLatin1 ? [] : ['The credentials hold characters beyond ISO-8859-1, which the SOAP service may misread'];
}
