import { randomBytes, randomUUID } from 'node:crypto';
import { arn } from './aws-account.ts';
import { AwsError, type AwsRequest, type Operation } from './aws-request.ts';

/** One version of a secret. As on the wire: a binary value is base64. */
interface SecretVersion {
  readonly versionId: string;
  readonly SecretString: string | undefined;
  readonly SecretBinary: string | undefined;
  readonly created: Date;
}

interface SecretValueAnswer {
  readonly ARN: string;
  readonly Name: string;
  readonly VersionId: string;
  readonly SecretString: string | undefined;
  readonly SecretBinary: string | undefined;
  readonly VersionStages: readonly string[];
  /** Seconds since the epoch. */
  readonly CreatedDate: number;
}

/** A secret, and its current version once it has a value. */
interface Secret {
  readonly ARN: string;
  readonly Name: string;
  current: SecretVersion | undefined;
}

/** Secrets Manager in memory: its operations, and what a test looks at. */
export interface SecretsManager {
  readonly operations: {
    readonly CreateSecret: Operation;
    readonly PutSecretValue: Operation;
    readonly GetSecretValue: Operation<SecretValueAnswer>;
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

  function putValue(secret: Secret, request: AwsRequest, created: Date) {
    const [SecretString, SecretBinary] = [request.text('SecretString'), request.text('SecretBinary')];
    const { ARN, Name } = secret;
    if (SecretString === undefined && SecretBinary === undefined) return { ARN, Name };
    const versionId = request.text('ClientRequestToken') ?? randomUUID();
    secret.current = { versionId, SecretString, SecretBinary, created };
    return { ARN, Name, VersionId: versionId, VersionStages: CURRENT };
  }

  return {
    operations: {
      CreateSecret(request, now) {
        const Name = request.requiredText('Name');
        const ARN = arn('secretsmanager', `secret:${Name}-${randomBytes(3).toString('hex')}`);
        const secret: Secret = { ARN, Name, current: undefined };
        secrets.set(Name, secret);
        return putValue(secret, request, now);
      },
      PutSecretValue: (request, now) => putValue(find(request), request, now),
      GetSecretValue(request) {
        const { ARN, Name, current } = find(request);
        if (current === undefined) {
          throw notFound("Secrets Manager can't find the specified secret value for staging label: AWSCURRENT");
        }
        const { versionId, SecretString, SecretBinary, created } = current;
        const CreatedDate = created.getTime() / 1000;
        return { ARN, Name, VersionId: versionId, SecretString, SecretBinary, VersionStages: CURRENT, CreatedDate };
      },
    },
    secretString: (name) => secrets.get(name)?.current?.SecretString,
  };
}

const CURRENT = ['AWSCURRENT'];

function notFound(message: string): AwsError {
  return new AwsError('ResourceNotFoundException', message);
}
