import { randomBytes, randomUUID } from 'node:crypto';
import { arn } from './aws-account.ts';
import { AwsError, type AwsRequest, type Operation } from './aws-request.ts';

/** The current value of a secret, as GetSecretValue answers it. */
interface SecretValue {
  readonly ARN: string;
  readonly Name: string;
  readonly VersionId: string;
  readonly SecretString: string | undefined;
  /** In base64. */
  readonly SecretBinary: string | undefined;
  readonly VersionStages: readonly string[];
  /** Seconds since the epoch. */
  readonly CreatedDate: number;
}

/** Without one, it has no value yet. */
type Secret = Pick<SecretValue, 'ARN' | 'Name'> & { readonly current?: SecretValue };

/** Secrets Manager in memory: its operations, and what a test looks at. */
export interface SecretsManager {
  readonly operations: {
    readonly CreateSecret: Operation;
    readonly PutSecretValue: Operation;
    readonly GetSecretValue: Operation<SecretValue>;
  };
  /** The current value of a secret; undefined where it is binary or there is none. */
  secretString(name: string): string | undefined;
}

/**
 * Secrets Manager in memory: the current value of each secret, with the real service's words for a missing secret and for
 * one that has no value yet. Earlier versions, staging labels, deletion and rotation are left out.
 */
export function createSecretsManager(): SecretsManager {
  const secrets = new Map<string, Secret>();

  function find(request: AwsRequest): Secret {
    const secret = secrets.get(request.requiredText('SecretId'));
    if (secret === undefined) throw notFound("Secrets Manager can't find the specified secret.");
    return secret;
  }

  function putValue({ ARN, Name }: Secret, request: AwsRequest, now: Date): object {
    const [SecretString, SecretBinary] = [request.text('SecretString'), request.text('SecretBinary')];
    if (SecretString === undefined && SecretBinary === undefined) return { ARN, Name };
    const VersionId = request.text('ClientRequestToken') ?? randomUUID();
    const [VersionStages, CreatedDate] = [['AWSCURRENT'], now.getTime() / 1000];
    const current = { ARN, Name, VersionId, SecretString, SecretBinary, VersionStages, CreatedDate };
    secrets.set(Name, { ARN, Name, current });
    return { ARN, Name, VersionId, VersionStages };
  }

  return {
    operations: {
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
    },
    secretString: (name) => secrets.get(name)?.current?.SecretString,
  };
}

function notFound(message: string): AwsError {
  return new AwsError('ResourceNotFoundException', message);
}
