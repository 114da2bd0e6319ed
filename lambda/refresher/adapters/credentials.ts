import { GetSecretValueCommand, type GetSecretValueCommandOutput } from '@aws-sdk/client-secrets-manager';
import { RefreshError } from '../../refresh-error.ts';
import type { SecretField } from '../../services/service.ts';
import type { CredentialsSource } from '../dependencies.ts';
import { parseCredentials } from '../parse-credentials.ts';
import { errorName, redactedCause } from '../redact-error.ts';
import { tlsContextFaults } from './tls-context.ts';

/** What is wanted of a Secrets Manager client; `SecretsManagerClient` fits. */
export interface SecretsClient {
  send(
    command: GetSecretValueCommand,
    options: { readonly abortSignal: AbortSignal },
  ): Promise<GetSecretValueCommandOutput>;
}

/**
 * The credentials in Secrets Manager: a JSON object with the fields that the service wants. Read afresh on every tick, so
 * that a correction takes effect with the next one.
 */
export function createCredentialsSource(
  secrets: SecretsClient,
  secretId: string,
  fields: readonly SecretField[],
): CredentialsSource {
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
      const parsed = parseCredentials(secret.SecretString, fields);
      if ('faults' in parsed) throw malformed(secretId, parsed.faults, fields);
      const unusable = tlsContextFaults(parsed.tls);
      if (unusable.length > 0) throw malformed(secretId, unusable, fields);
      return { versionId: secret.VersionId, createdAt: secret.CreatedDate?.getTime(), ...parsed };
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

function malformed(secretId: string, faults: readonly string[], fields: readonly SecretField[]): RefreshError {
  const required = fields.map(({ name }) => `"${name}": "…"`);
  return new RefreshError(
    'CREDENTIALS_MALFORMED',
    `The secret ${secretId} cannot be used: ${faults.join('; ')}. It must be {${required.join(', ')}}`,
  );
}
