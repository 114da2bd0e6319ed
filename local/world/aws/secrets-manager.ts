import { randomInt, randomUUID } from 'node:crypto';
import { arn } from './aws-account.ts';
import { AwsError, type AwsRequest, type Operation } from './aws-request.ts';

/** One version of a secret, with its staging labels. */
export interface SecretVersion {
  readonly versionId: string;
  readonly value: SecretValue;
  readonly stages: readonly string[];
  readonly created: Date;
}

/** As on the wire: a binary value is base64. */
type SecretValue = { readonly SecretString: string } | { readonly SecretBinary: string };

interface SecretValueAnswer {
  readonly ARN: string;
  readonly Name: string;
  readonly VersionId: string;
  readonly SecretString?: string;
  readonly SecretBinary?: string;
  readonly VersionStages: readonly string[];
  /** Seconds since the epoch. */
  readonly CreatedDate: number;
}

interface Secret {
  readonly arn: string;
  readonly name: string;
  readonly created: Date;
  versions: readonly SecretVersion[];
}

/** Secrets Manager in memory: its operations, and what a test looks at. */
export interface SecretsManager {
  readonly operations: {
    readonly CreateSecret: Operation;
    readonly PutSecretValue: Operation;
    readonly GetSecretValue: Operation<SecretValueAnswer>;
    readonly DescribeSecret: Operation;
  };
  /** Every version of a secret, the oldest first. */
  versions(name: string): readonly SecretVersion[];
}

/**
 * Secrets Manager in memory: values, versions and staging labels, with the real service's words for a missing secret
 * and for one that has no value yet. Deletion, rotation and paging are left out.
 */
export function createSecretsManager(): SecretsManager {
  const secrets = new Map<string, Secret>();

  const find = (request: AwsRequest): Secret => {
    const id = request.requiredText('SecretId');
    // An ARN may be given without the six characters that Secrets Manager puts behind the name.
    const secret =
      secrets.get(id) ?? [...secrets.values()].find((one) => one.arn === id || one.arn.slice(0, -7) === id);
    if (secret === undefined) throw notFound("Secrets Manager can't find the specified secret.");
    return secret;
  };

  function createSecret(request: AwsRequest, now: Date) {
    const name = request.requiredText('Name');
    if (secrets.has(name)) {
      throw new AwsError('ResourceExistsException', `The operation failed because the secret ${name} already exists.`);
    }
    const secret: Secret = {
      arn: arn('secretsmanager', `secret:${name}-${randomSuffix()}`),
      name,
      created: now,
      versions: [],
    };
    const value = secretValue(request);
    const versionId = request.text('ClientRequestToken') ?? randomUUID();
    if (value !== undefined) addVersion(secret, { versionId, value, created: now }, ['AWSCURRENT']);
    secrets.set(name, secret);
    return { ARN: secret.arn, Name: name, ...(value !== undefined && { VersionId: versionId }) };
  }

  function putSecretValue(request: AwsRequest, now: Date) {
    const secret = find(request);
    const value = secretValue(request);
    if (value === undefined) {
      throw new AwsError('InvalidParameterException', 'You must provide either SecretString or SecretBinary.');
    }
    const versionId = request.text('ClientRequestToken') ?? randomUUID();
    const stages = request.texts('VersionStages') ?? ['AWSCURRENT'];
    addVersion(secret, { versionId, value, created: now }, stages);
    return { ARN: secret.arn, Name: secret.name, VersionId: versionId, VersionStages: stages };
  }

  function getSecretValue(request: AwsRequest) {
    const secret = find(request);
    const versionId = request.text('VersionId');
    const stage = request.text('VersionStage') ?? (versionId === undefined ? 'AWSCURRENT' : undefined);
    const version = secret.versions.find(
      (one) =>
        (versionId === undefined || one.versionId === versionId) && (stage === undefined || one.stages.includes(stage)),
    );
    if (version === undefined) {
      const asked = versionId === undefined ? `staging label: ${stage}` : `VersionId: ${versionId}`;
      throw notFound(`Secrets Manager can't find the specified secret value for ${asked}`);
    }
    return {
      ARN: secret.arn,
      Name: secret.name,
      VersionId: version.versionId,
      ...version.value,
      VersionStages: version.stages,
      CreatedDate: version.created.getTime() / 1000,
    };
  }

  function describeSecret(request: AwsRequest) {
    const secret = find(request);
    const staged = secret.versions.filter(({ stages }) => stages.length > 0);
    return {
      ARN: secret.arn,
      Name: secret.name,
      CreatedDate: secret.created.getTime() / 1000,
      LastChangedDate: (secret.versions.at(-1)?.created ?? secret.created).getTime() / 1000,
      ...(staged.length > 0 && {
        VersionIdsToStages: Object.fromEntries(staged.map(({ versionId, stages }) => [versionId, stages])),
      }),
    };
  }

  return {
    operations: {
      CreateSecret: createSecret,
      PutSecretValue: putSecretValue,
      GetSecretValue: getSecretValue,
      DescribeSecret: describeSecret,
    },
    versions: (name) => secrets.get(name)?.versions ?? [],
  };
}

function addVersion(
  secret: Secret,
  version: Pick<SecretVersion, 'versionId' | 'value' | 'created'>,
  stages: readonly string[],
): void {
  const { versionId, value } = version;
  const same = secret.versions.find((one) => one.versionId === versionId);
  if (same !== undefined && JSON.stringify(same.value) !== JSON.stringify(value)) {
    throw new AwsError(
      'ResourceExistsException',
      `You can't modify an existing version, you can only create a new version. Version ${versionId} exists already.`,
    );
  }
  if (same !== undefined) return;
  const older = secret.versions.map((one) => ({ ...one, stages: withoutStages(one.stages, stages) }));
  secret.versions = [...older, { ...version, stages }];
}

/** A staging label belongs to one version; the version that loses AWSCURRENT becomes AWSPREVIOUS. */
function withoutStages(stages: readonly string[], taken: readonly string[]): readonly string[] {
  if (!taken.includes('AWSCURRENT')) return stages.filter((stage) => !taken.includes(stage));
  if (stages.includes('AWSCURRENT')) return ['AWSPREVIOUS'];
  return stages.filter((stage) => stage !== 'AWSPREVIOUS' && !taken.includes(stage));
}

function secretValue(request: AwsRequest): SecretValue | undefined {
  const SecretString = request.text('SecretString');
  const SecretBinary = request.text('SecretBinary');
  if (SecretString !== undefined && SecretBinary !== undefined) {
    throw new AwsError(
      'InvalidParameterException',
      "You can't specify both a binary secret value and a string secret value in the same secret.",
    );
  }
  if (SecretString !== undefined) return { SecretString };
  return SecretBinary === undefined ? undefined : { SecretBinary };
}

function notFound(message: string): AwsError {
  return new AwsError('ResourceNotFoundException', message);
}

function randomSuffix(): string {
  const characters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
  return Array.from({ length: 6 }, () => characters[randomInt(characters.length)]).join('');
}
