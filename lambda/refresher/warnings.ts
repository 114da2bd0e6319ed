import type { Attempt } from '../attempt-record.ts';
import type { TokenRecord } from '../token-status.ts';
import type { Config } from './config.ts';
import { type Credentials, fieldWarnings } from './parse-credentials.ts';
import { hasDied } from './rules/attempt.ts';
import { isReported, recordOfStored, type StoredState } from './rules/stored-state.ts';
import { type IssuedToken, isSame } from './rules/token-record.ts';
import { tlsWarnings } from './tls-credentials.ts';

/** Settings that do not fit the service, so that thresholds and due times miss. The operator can set them right. */
export function lifetimeWarnings(
  { issuedAt, expiresAt, warning, fingerprint }: IssuedToken,
  recorded: TokenRecord | undefined,
  { tokenLifetimeSeconds: configuredSeconds, renewalWindowSeconds }: Config,
): readonly string[] {
  if (recorded !== undefined && isSame(recorded.fingerprint, fingerprint)) {
    // Asked for ever more often, such a service still lets TokenExpiring fire before every renewal.
    const advice = 'set renewalWindow to how long before the expiry it makes a new one';
    return renewalWindowSeconds === undefined ? [`The service handed out the same token again: ${advice}`] : [];
  }
  if (warning !== undefined) return [warning];
  const livesSeconds = Math.round((expiresAt - issuedAt) / 1000);
  if (Math.abs(livesSeconds - configuredSeconds) <= configuredSeconds / 10) return [];
  return [`The token lives ${livesSeconds} s, not the configured ${configuredSeconds} s: correct tokenLifetime`];
}

/** What in the credentials a person should look at: it may be why the service refuses them. */
export function credentialWarnings(
  { values, tls }: Credentials,
  { service, endpoint }: Config,
  now: number,
): readonly string[] {
  return [...fieldWarnings(values, service.fields), ...tlsWarnings(tls, endpoint, now)];
}

/** Past an age that the operator chose, ahead of the day on which the vendor ends the password. */
export function ageWarnings(
  credentialsAgeSeconds: number | undefined,
  credentialsMaxAgeSeconds: number | undefined,
): readonly string[] {
  if (credentialsAgeSeconds === undefined || credentialsMaxAgeSeconds === undefined) return [];
  if (credentialsAgeSeconds < credentialsMaxAgeSeconds) return [];
  const days = Math.floor(credentialsAgeSeconds / 86_400);
  return [`The credentials have not been changed for ${days} days: put new ones before the service ends them`];
}

/** A run that ended between announcing and concluding: what became of its login, nobody knows. */
export function attemptWarnings(before: Attempt | undefined, now: number): readonly string[] {
  if (before === undefined || !hasDied(before, now)) return [];
  const when = `How the attempt announced at ${before.at} ended`;
  return [`${when} was never recorded: its run may have died, or its login been lost`];
}

/** Readers report the stored token as rejected. */
export function reportWarnings(stored: StoredState, now: number): readonly string[] {
  const { report } = stored;
  if (report !== undefined && 'fault' in report)
    return [`A reader's report is not heard: ${report.parameterName} ${report.fault}`];
  const token = recordOfStored(stored);
  if (token === undefined || !isReported(stored)) return [];
  const ageSeconds = Math.round((now - Date.parse(token.issuedAt)) / 1000);
  return [
    `Readers report that the service rejects token version ${token.version}, ${ageSeconds} s after it was issued`,
  ];
}
