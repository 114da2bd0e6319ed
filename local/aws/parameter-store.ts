import { createHash, randomBytes } from 'node:crypto';
import { arn } from './aws-account.ts';
import { AwsError, type AwsRequest, constraintViolated, type Operation } from './aws-request.ts';

export interface StoredParameter {
  readonly name: string;
  readonly type: string;
  readonly value: string;
  readonly version: number;
  readonly tier: string;
  readonly keyId: string | undefined;
  readonly lastModified: Date;
}

export interface ParameterStore {
  readonly operations: Readonly<Record<string, Operation>>;
  /** The current version, in the clear. */
  parameter(name: string): StoredParameter | undefined;
  /** Every version that is kept, the oldest first. */
  history(name: string): readonly StoredParameter[];
}

const TYPES = ['String', 'StringList', 'SecureString'];
const STANDARD_TIER_CHARACTERS = 4096;
const ADVANCED_TIER_CHARACTERS = 8192;
const MAX_LEVELS = 15;
const KEPT_VERSIONS = 100;

/**
 * SSM's Parameter Store in memory: versions, types, tiers and limits as the real one keeps them. A SecureString that
 * is read without decryption comes back as an opaque ciphertext. Labels, policies and paging are left out.
 */
export function createParameterStore(now: () => Date): ParameterStore {
  const histories = new Map<string, StoredParameter[]>();
  const encryptionSalt = randomBytes(16);

  const find = (nameOrArn: string): StoredParameter | undefined => {
    const { name, version } = parseSelector(nameOrArn);
    const history = histories.get(name);
    if (history === undefined) return undefined;
    return version === undefined ? history.at(-1) : history.find((stored) => stored.version === version);
  };

  const shown = (stored: StoredParameter, withDecryption: boolean): string =>
    stored.type === 'SecureString' && !withDecryption
      ? createHash('sha512').update(encryptionSalt).update(`${stored.version}:${stored.value}`).digest('base64')
      : stored.value;

  const asParameter = (stored: StoredParameter, withDecryption: boolean) => ({
    ARN: arn('ssm', `parameter/${stored.name.replace(/^\//, '')}`),
    DataType: 'text',
    LastModifiedDate: stored.lastModified.getTime() / 1000,
    Name: stored.name,
    Type: stored.type,
    Value: shown(stored, withDecryption),
    Version: stored.version,
  });

  const asMetadata = ({ name, type, version, tier, keyId, lastModified }: StoredParameter) => ({
    Name: name,
    Type: type,
    Version: version,
    Tier: tier,
    DataType: 'text',
    LastModifiedDate: lastModified.getTime() / 1000,
    ...(type === 'SecureString' && { KeyId: keyId ?? 'alias/aws/ssm' }),
  });

  function putParameter(request: AwsRequest) {
    const name = request.requiredText('Name');
    checkName(name);
    const value = request.requiredText('Value');
    const history = histories.get(name) ?? [];
    const current = history.at(-1);
    if (current !== undefined && !request.flag('Overwrite')) {
      throw new AwsError(
        'ParameterAlreadyExists',
        'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
      );
    }
    const type = request.text('Type') ?? current?.type;
    if (type === undefined) {
      throw new AwsError('ValidationException', 'A parameter type is required when you create a parameter.');
    }
    if (!TYPES.includes(type)) {
      throw constraintViolated(`'${type}'`, 'Type', `Member must satisfy enum value set: [${TYPES.join(', ')}]`);
    }
    const keyId = request.text('KeyId');
    if (keyId !== undefined && type !== 'SecureString') {
      throw new AwsError('ValidationException', 'KeyId is required for SecureString type parameter only.');
    }
    const stored: StoredParameter = {
      name,
      type,
      value,
      version: (current?.version ?? 0) + 1,
      tier: effectiveTier(request.text('Tier') ?? current?.tier ?? 'Standard', value, current),
      keyId,
      lastModified: now(),
    };
    histories.set(name, [...history, stored].slice(-KEPT_VERSIONS));
    return { Version: stored.version, Tier: stored.tier };
  }

  function getParameter(request: AwsRequest) {
    const selector = request.requiredText('Name');
    const stored = find(selector);
    const { name, version } = parseSelector(selector);
    if (stored === undefined && histories.has(name)) {
      throw new AwsError(
        'ParameterVersionNotFound',
        `Systems Manager could not find version ${version} of ${name}. Verify the version and try again.`,
      );
    }
    // The real service sends no message here.
    if (stored === undefined) throw new AwsError('ParameterNotFound');
    return { Parameter: asParameter(stored, request.flag('WithDecryption')) };
  }

  function getParameters(request: AwsRequest) {
    const names = request.texts('Names') ?? [];
    if (names.length < 1 || names.length > 10) {
      const rule = `Member must have length ${names.length < 1 ? 'greater than or equal to 1' : 'less than or equal to 10'}`;
      throw constraintViolated(`'[${names.join(', ')}]'`, 'Names', rule);
    }
    const found = names.map(find).filter((stored) => stored !== undefined);
    return {
      Parameters: found.map((stored) => asParameter(stored, request.flag('WithDecryption'))),
      InvalidParameters: names.filter((name) => find(name) === undefined),
    };
  }

  function deleteParameter(request: AwsRequest) {
    if (!histories.delete(request.requiredText('Name'))) throw new AwsError('ParameterNotFound');
    return {};
  }

  function getParameterHistory(request: AwsRequest) {
    const history = histories.get(request.requiredText('Name'));
    if (history === undefined) throw new AwsError('ParameterNotFound');
    return {
      Parameters: history.map((stored) => ({
        ...asMetadata(stored),
        Value: shown(stored, request.flag('WithDecryption')),
        Labels: [],
      })),
    };
  }

  function describeParameters(request: AwsRequest) {
    const filters = request.records('ParameterFilters').map(nameFilter);
    const current = [...histories.values()].flatMap((history) => history.slice(-1));
    return { Parameters: current.filter(({ name }) => filters.every((accepts) => accepts(name))).map(asMetadata) };
  }

  return {
    operations: {
      PutParameter: putParameter,
      GetParameter: getParameter,
      GetParameters: getParameters,
      DeleteParameter: deleteParameter,
      GetParameterHistory: getParameterHistory,
      DescribeParameters: describeParameters,
    },
    parameter: (name) => histories.get(name)?.at(-1),
    history: (name) => histories.get(name) ?? [],
  };
}

/** A parameter is asked for by name or ARN, either of them with `:version` behind it. */
function parseSelector(selector: string): { name: string; version: number | undefined } {
  const [, name = selector, version] =
    /^(?:arn:[^:]*:ssm:[^:]*:[^:]*:parameter)?([^:]+)(?::(\d+))?$/.exec(selector) ?? [];
  return { name, version: version === undefined ? undefined : Number(version) };
}

function checkName(name: string): void {
  if (name.includes('/') && !name.startsWith('/')) {
    throw new AwsError('ValidationException', 'Parameter name must be a fully qualified name.');
  }
  if (!/^[A-Za-z0-9._/-]+$/.test(name) || /^\/?(aws|ssm)/i.test(name)) {
    throw new AwsError(
      'ValidationException',
      'Parameter name: can\'t be prefixed with "ssm" or "aws" (case-insensitive) and may hold letters, numbers and .-_ only.',
    );
  }
  if (name.split('/').length - 1 > MAX_LEVELS) {
    throw new AwsError(
      'HierarchyLevelLimitExceededException',
      `A hierarchy can have a maximum of ${MAX_LEVELS} levels.`,
    );
  }
}

function effectiveTier(asked: string, value: string, current: StoredParameter | undefined): string {
  const tier =
    asked !== 'Intelligent-Tiering' ? asked : value.length > STANDARD_TIER_CHARACTERS ? 'Advanced' : 'Standard';
  if (tier === 'Standard' && current?.tier === 'Advanced') {
    throw new AwsError(
      'ValidationException',
      "This parameter uses the advanced-parameter tier. You can't downgrade a parameter from the advanced-parameter " +
        'tier to the standard-parameter tier.',
    );
  }
  const limit = tier === 'Standard' ? STANDARD_TIER_CHARACTERS : ADVANCED_TIER_CHARACTERS;
  if (value.length > limit) {
    throw new AwsError(
      'ValidationException',
      `${tier} tier parameters support a maximum parameter value of ${limit} characters.`,
    );
  }
  return tier;
}

function nameFilter(filter: AwsRequest): (name: string) => boolean {
  const key = filter.requiredText('Key');
  if (key !== 'Name') throw new AwsError('InvalidFilterKey', `The local service filters by Name, not by ${key}.`);
  const values = filter.texts('Values') ?? [];
  const option = filter.text('Option') ?? 'Equals';
  if (option === 'Equals') return (name) => values.includes(name);
  if (option === 'BeginsWith') return (name) => values.some((value) => name.startsWith(value));
  if (option === 'Contains') return (name) => values.some((value) => name.includes(value));
  throw new AwsError('InvalidFilterOption', `${option} is not an option of the filter Name.`);
}
