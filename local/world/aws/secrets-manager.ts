import { randomBytes, randomUUID } from 'node:crypto';
import type { GetSecretValueCommandOutput } from '@aws-sdk/client-secrets-manager';
import { arn } from './aws-account.ts';
import { AwsError, type AwsRequest, type Operation } from './aws-request.ts';

/** Without a current value, it has none yet. */
interface Secret {
  readonly ARN: string;
  readonly Name: string;
  readonly current?: Omit<GetSecretValueCommandOutput, '$metadata'>;
}

/**
 * Secrets Manager in memory: the current value of each secret, with the real service's words for a missing secret and for
 * one that has no value yet. Earlier versions, staging labels, deletion and rotation are left out.
 */
export function createSecretsManager() {
  const secrets = new Map<string, Secret>();

  function find(request: AwsRequest): Secret {
    const secret = secrets.get(request.requiredText('SecretId'));
    if (secret === undefined) throw notFound("Secrets Manager can't find the specified secret.");
    return secret;
  }

  function putValue({ ARN, Name }: Secret, request: AwsRequest, now: Date): object {
    const [SecretString, bytes] = [request.text('SecretString'), request.text('SecretBinary')];
    if (SecretString === undefined && bytes === undefined) return { ARN, Name };
    const VersionId = request.text('ClientRequestToken') ?? randomUUID();
    const put = { ARN, Name, VersionId, VersionStages: ['AWSCURRENT'] };
    const SecretBinary = bytes === undefined ? undefined : Buffer.from(bytes, 'base64');
    secrets.set(Name, { ARN, Name, current: { ...put, SecretString, SecretBinary, CreatedDate: now } });
    return put;
  }

  const operations = {
    CreateSecret(request, now) {
      const Name = request.requiredText('Name');
      const ARN = arn('secretsmanager', `secret:${Name}-${randomBytes(3).toString('hex')}`);
      secrets.set(Name, { ARN, Name });
      return putValue({ ARN, Name }, request, now);
    },
    PutSecretValue: (request, now) => putValue(find(request), request, now),
    GetSecretValue(request) {
      const { current } = find(request);
      if (current !== undefined) return current;
      throw notFound("Secrets Manager can't find the specified secret value for staging label: AWSCURRENT");
    },
  } satisfies Record<string, Operation>;

  return {
    operations,
    /** The current value of a secret; undefined where it is binary or there is none. */
    secretString: (name: string) => secrets.get(name)?.current?.SecretString,
  };
}

function notFound(message: string): AwsError {
  return new AwsError('ResourceNotFoundException', message);
}
