import { randomUUID } from 'node:crypto';
import { arn, ROLE_ARN } from './aws-account.ts';
import { AwsError } from './aws-request.ts';

/** Why KMS does not let SSM use a key. */
export type KmsKeyState = 'disabled' | 'pending deletion' | 'missing' | 'denied';

/**
 * What SSM answers for a SecureString whose key cannot be used. It passes on KMS's own words, with the name of KMS's
 * exception in brackets; its own exception is `InvalidKeyId`, or `AccessDeniedException` for a missing permission.
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html
 */
export function kmsRefusal(keyId: string, state: KmsKeyState, action: 'kms:Encrypt' | 'kms:Decrypt'): AwsError {
  const key = /^(arn:|alias\/)/.test(keyId) ? keyId : arn('kms', `key/${keyId}`);
  const [type, words, exception] = REFUSALS[state](key, action);
  const origin = `(Service: AWSKMS; Status Code: 400; Error Code: ${exception}; Request ID: ${randomUUID()}; Proxy: null)`;
  return new AwsError(type, `${words} ${origin}`);
}

type Refusal = readonly [type: string, words: string, kmsException: string];

const REFUSALS: Readonly<Record<KmsKeyState, (key: string, action: string) => Refusal>> = {
  disabled: (key) => ['InvalidKeyId', `${key} is disabled.`, 'DisabledException'],
  'pending deletion': (key) => ['InvalidKeyId', `${key} is pending deletion.`, 'KMSInvalidStateException'],
  missing: (key) => ['InvalidKeyId', `Key '${key}' does not exist`, 'NotFoundException'],
  denied: (key, action) => [
    'AccessDeniedException',
    `User: ${ROLE_ARN} is not authorized to perform: ${action} on resource: ${key} because no identity-based policy allows the ${action} action`,
    'AccessDeniedException',
  ],
};
