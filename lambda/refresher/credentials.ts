import { GetSecretValueCommand, type GetSecretValueCommandOutput } from '@aws-sdk/client-secrets-manager';
import type { CredentialsSource } from './dependencies.ts';
import { parseCredentials } from './parse-credentials.ts';
import { errorName, redactedCause } from './redact-error.ts';
import { RefreshError } from './refresh-error.ts';
import type { TokenRequestFields } from './soap/token-request.ts';

/** What one version of the secret holds. */
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
      return { versionId: secret.VersionId, fields: fieldsOrThrow(secretId, secret.SecretString) };
    },
  };
}

function unreadable(secretId: string, reason: string): string {
  switch (reason) {
    case 'ResourceNotFoundException':
      return `The secret ${secretId} does not exist or has no value yet: put the credentials in it as JSON`;
    case 'InvalidRequestException':
      return `The secret ${secretId} is marked for deletion: restore it (aws secretsmanager restore-secret), or name another`;
    default:
      return `Secrets Manager did not hand out the secret ${secretId}: ${reason}`;
  }
}

function fieldsOrThrow(secretId: string, text: string | undefined): TokenRequestFields {
  const parsed = parseCredentials(text);
  if (!('faults' in parsed)) return parsed;
  throw new RefreshError(
    'CREDENTIALS_MALFORMED',
    `The secret ${secretId} cannot be used: ${parsed.faults.join('; ')}. ` +
      'It must be {"username": "…", "password": "…", "client_id": "…", "client_secret": "…"}',
  );
}
