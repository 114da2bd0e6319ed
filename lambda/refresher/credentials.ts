import { GetSecretValueCommand, type GetSecretValueCommandOutput } from '@aws-sdk/client-secrets-manager';
import { parseJsonObject } from '../parse-json.ts';
import type { CredentialsSource } from './dependencies.ts';
import { errorName, redactedCause } from './redact-error.ts';
import { RefreshError } from './refresh-error.ts';
import type { TokenRequestFields } from './soap/token-request.ts';
import { isXmlText } from './soap/xml-text.ts';

export interface Credentials {
  /** The secret's version, by which a refusal is remembered. */
  readonly versionId: string;
  readonly fields: TokenRequestFields;
}

/** What is wanted of a Secrets Manager client; `SecretsManagerClient` fits. */
export interface SecretsClient {
  send(
    command: GetSecretValueCommand,
    options: { readonly abortSignal: AbortSignal },
  ): Promise<GetSecretValueCommandOutput>;
}

/**
 * The credentials in Secrets Manager: a JSON object with `username`, `password`, `client_id`, `client_secret` and, unless
 * it is `password`, `grant_type`. Read afresh on every tick, so that a correction takes effect with the next one.
 */
export function createCredentialsSource(secrets: SecretsClient, secretId: string): CredentialsSource {
  return {
    async read(abortSignal) {
      const secret = await secrets
        .send(new GetSecretValueCommand({ SecretId: secretId }), { abortSignal })
        .catch((error: unknown) => {
          throw new RefreshError('CREDENTIALS_UNREADABLE', unreadable(secretId, errorName(error)), {
            cause: redactedCause(error),
          });
        });
      // A refusal is remembered by the version: without one, it would stand for every value to come.
      if (!secret.VersionId) throw new RefreshError('CREDENTIALS_UNREADABLE', unreadable(secretId, 'no VersionId'));
      return { versionId: secret.VersionId, fields: parseCredentials(secretId, secret.SecretString) };
    },
  };
}

function unreadable(secretId: string, reason: string): string {
  return reason === 'ResourceNotFoundException'
    ? `The secret ${secretId} does not exist or has no value yet: put the credentials in it as JSON`
    : `Secrets Manager did not hand out the secret ${secretId}: ${reason}`;
}

function parseCredentials(secretId: string, text: string | undefined): TokenRequestFields {
  if (text === undefined) throw malformed(secretId, ['it is not text']);
  const json = parseJsonObject(text);
  if (json === undefined) throw malformed(secretId, ['it is not a JSON object']);
  const secret: Readonly<Record<string, unknown>> = { grant_type: 'password', ...json };
  const faults: string[] = [];
  const field = (name: string): string => {
    const value = secret[name];
    if (value === undefined) faults.push(`"${name}" is missing`);
    else if (typeof value !== 'string' || value === '') faults.push(`"${name}" is not a text with something in it`);
    else if (!isXmlText(value)) faults.push(`"${name}" holds a character that XML cannot carry`);
    else return value;
    return '';
  };
  const fields: TokenRequestFields = {
    username: field('username'),
    passwd: field('password'),
    client_id: field('client_id'),
    client_secret: field('client_secret'),
    grant_type: field('grant_type'),
  };
  if (faults.length > 0) throw malformed(secretId, faults);
  return fields;
}

function malformed(secretId: string, faults: readonly string[]): RefreshError {
  return new RefreshError(
    'CREDENTIALS_MALFORMED',
    `The secret ${secretId} cannot be used: ${faults.join('; ')}. ` +
      'It must be {"username": "…", "password": "…", "client_id": "…", "client_secret": "…"}',
  );
}
