import { createHash, randomBytes } from 'node:crypto';
import { arn } from './aws-account.ts';
import { AwsError, type AwsRequest, constraintViolated, type Operation } from './aws-request.ts';
import { type KmsKeyState, kmsRefusal } from './kms-key.ts';

const TYPES = ['String', 'StringList', 'SecureString'] as const;
type ParameterType = (typeof TYPES)[number];

const TIERS = ['Standard', 'Advanced', 'Intelligent-Tiering'] as const;
/** What a write may ask for. A stored parameter is Standard or Advanced: Intelligent-Tiering chooses by the size. */
export type AskedTier = (typeof TIERS)[number];
type Tier = Exclude<AskedTier, 'Intelligent-Tiering'>;

/** One version of a parameter. */
export interface StoredParameter {
  readonly name: string;
  readonly type: ParameterType;
  readonly value: string;
  readonly version: number;
  readonly tier: Tier;
  /** Undefined for other types than SecureString. */
  readonly keyId: string | undefined;
  readonly lastModified: Date;
  readonly labels: readonly string[];
}

/** What an account may have set, and what a test may make of it. */
export interface ParameterStoreSettings {
  /** The tier of a write that names none: "Standard" unless somebody has changed the account's default. */
  defaultTier: AskedTier;
  /** Quota of parameters in the account and region: 10,000 as delivered. */
  maxParameters: number;
  /** Two writes of one parameter within this time are "concurrent updates", which SSM refuses; 0 refuses none. */
  minMsBetweenUpdates: number;
}

/** SSM Parameter Store in memory: its operations, and what a test sets and looks at. */
export interface ParameterStore {
  readonly operations: {
    readonly PutParameter: Operation<{ readonly Version: number; readonly Tier: Tier }>;
    readonly GetParameter: Operation<{ readonly Parameter: ParameterAnswer }>;
    readonly GetParameters: Operation<{
      readonly Parameters: readonly ParameterAnswer[];
      readonly InvalidParameters: readonly string[];
    }>;
    readonly GetParametersByPath: Operation<{
      readonly Parameters: readonly ParameterAnswer[];
      readonly NextToken?: string;
    }>;
    readonly DeleteParameter: Operation;
    readonly LabelParameterVersion: Operation;
    readonly GetParameterHistory: Operation;
    readonly DescribeParameters: Operation;
  };
  readonly settings: ParameterStoreSettings;
  /** State of KMS keys by the id, ARN or alias under which a parameter names them; a key that is not in it works. */
  readonly keys: Map<string, KmsKeyState>;
  /** The current version, in the clear. */
  parameter(name: string): StoredParameter | undefined;
  /** Every version that is kept, the oldest first. */
  history(name: string): readonly StoredParameter[];
  /** As a rule of EventBridge does: the listener gets the name of each parameter that is written. */
  subscribe(listener: (name: string) => void): void;
}

interface ParameterAnswer {
  readonly ARN: string;
  readonly DataType: 'text';
  /** Seconds since the epoch. */
  readonly LastModifiedDate: number;
  /** Without the selector, where one was asked for. */
  readonly Name: string;
  /** `:3`, where that version was asked for. */
  readonly Selector?: string;
  readonly Type: ParameterType;
  readonly Value: string;
  readonly Version: number;
}

/** The key of a SecureString for which none was named. */
const AWS_MANAGED_KEY = 'alias/aws/ssm';
/** Bytes of UTF-8, although SSM's own message speaks of characters. */
const MAX_BYTES: Readonly<Record<Tier, number>> = { Standard: 4096, Advanced: 8192 };
const MAX_LEVELS = 15;
const KEPT_VERSIONS = 100;
/** What GetParametersByPath returns at once, at most. */
const PAGE_SIZE = 10;

/**
 * SSM's Parameter Store as a pure state machine in memory: versions, types, tiers, labels and limits as the real one
 * keeps them. A SecureString that is read without decryption comes back as an opaque ciphertext. Policies, selection by
 * label, and paging but of GetParametersByPath, are left out. One function: each operation is a few lines about the same
 * three maps, and would need them all as arguments.
 * @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html for its refusals
 */
export function createParameterStore(settings: Partial<ParameterStoreSettings> = {}): ParameterStore {
  const account: ParameterStoreSettings = {
    defaultTier: 'Standard',
    maxParameters: 10_000,
    minMsBetweenUpdates: 0,
    ...settings,
  };
  const histories = new Map<string, readonly StoredParameter[]>();
  const keys = new Map<string, KmsKeyState>();
  const listeners: ((name: string) => void)[] = [];
  const encryptionSalt = randomBytes(16);

  const find = (nameOrArn: string): StoredParameter | undefined => {
    const { name, version } = parseSelector(nameOrArn);
    const history = histories.get(name);
    if (history === undefined) return undefined;
    return version === undefined ? history.at(-1) : history.find((stored) => stored.version === version);
  };

  const useKey = (keyId: string, action: 'kms:Encrypt' | 'kms:Decrypt'): void => {
    const state = keys.get(keyId);
    if (state !== undefined) throw kmsRefusal(keyId, state, action);
  };

  const shown = ({ type, value, version, keyId }: StoredParameter, withDecryption: boolean): string => {
    if (type !== 'SecureString') return value;
    if (!withDecryption) {
      return createHash('sha512').update(encryptionSalt).update(`${version}:${value}`).digest('base64');
    }
    useKey(keyId ?? AWS_MANAGED_KEY, 'kms:Decrypt');
    return value;
  };

  const asParameter = (
    stored: StoredParameter,
    withDecryption: boolean,
    version: number | undefined,
  ): ParameterAnswer => ({
    ARN: arn('ssm', `parameter/${stored.name.replace(/^\//, '')}`),
    DataType: 'text',
    LastModifiedDate: stored.lastModified.getTime() / 1000,
    Name: stored.name,
    ...(version !== undefined && { Selector: `:${version}` }),
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
    ...(keyId !== undefined && { KeyId: keyId }),
  });

  const existingHistory = (request: AwsRequest): readonly StoredParameter[] => {
    const history = histories.get(request.requiredText('Name'));
    // The real service sends no message here.
    if (history === undefined) throw new AwsError('ParameterNotFound');
    return history;
  };

  function putParameter(request: AwsRequest, now: Date) {
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
    const type = typeOf(request, current);
    const keyId = keyOf(request, type);
    const tier = tierOf(request, value, current, account.defaultTier);
    if (current === undefined && histories.size >= account.maxParameters) {
      throw new AwsError(
        'ParameterLimitExceeded',
        'You have exceeded the number of parameters for this AWS account. Delete one or more parameters and try again.',
      );
    }
    if (current !== undefined && now.getTime() - current.lastModified.getTime() < account.minMsBetweenUpdates) {
      throw new AwsError(
        'TooManyUpdates',
        'There are concurrent updates for a resource that supports one update at a time.',
      );
    }
    if (keyId !== undefined) useKey(keyId, 'kms:Encrypt');
    checkVersionLimit(name, history);
    const version = (current?.version ?? 0) + 1;
    const stored: StoredParameter = { name, type, value, version, tier, keyId, lastModified: now, labels: [] };
    histories.set(name, [...history, stored].slice(-KEPT_VERSIONS));
    for (const listener of listeners) listener(name);
    return { Version: version, Tier: tier };
  }

  function getParameter(request: AwsRequest) {
    const selector = request.requiredText('Name');
    const stored = find(selector);
    const { name, version } = parseSelector(selector);
    if (stored === undefined && histories.has(name)) throw versionNotFound(name, version);
    if (stored === undefined) throw new AwsError('ParameterNotFound');
    return { Parameter: asParameter(stored, request.flag('WithDecryption'), version) };
  }

  function getParameters(request: AwsRequest) {
    const names = request.texts('Names') ?? [];
    if (names.length < 1 || names.length > 10) {
      const rule = `Member must have length ${names.length < 1 ? 'greater than or equal to 1' : 'less than or equal to 10'}`;
      throw constraintViolated(`'[${names.join(', ')}]'`, 'Names', rule);
    }
    const found = names.toSorted().flatMap((selector) => {
      const stored = find(selector);
      if (stored === undefined) return [];
      return [asParameter(stored, request.flag('WithDecryption'), parseSelector(selector).version)];
    });
    return { Parameters: found, InvalidParameters: names.filter((name) => find(name) === undefined) };
  }

  function getParametersByPath(request: AwsRequest) {
    const path = request.requiredText('Path').replace(/\/$/, '');
    const isRecursive = request.flag('Recursive');
    const below = [...histories.keys()]
      .filter((name) => name.startsWith(`${path}/`) && (isRecursive || name.lastIndexOf('/') === path.length))
      .toSorted();
    const start = Number(request.text('NextToken') ?? 0);
    const page = below.slice(start, start + PAGE_SIZE).flatMap((name) => find(name) ?? []);
    return {
      Parameters: page.map((stored) => asParameter(stored, request.flag('WithDecryption'), undefined)),
      ...(start + PAGE_SIZE < below.length && { NextToken: String(start + PAGE_SIZE) }),
    };
  }

  function deleteParameter(request: AwsRequest) {
    if (!histories.delete(request.requiredText('Name'))) throw new AwsError('ParameterNotFound');
    return {};
  }

  /** A label belongs to one version; given to another one, it moves. */
  function labelParameterVersion(request: AwsRequest) {
    const history = existingHistory(request);
    const labels = request.texts('Labels') ?? [];
    const version = request.integer('ParameterVersion') ?? history.at(-1)?.version;
    const name = request.requiredText('Name');
    if (!history.some((stored) => stored.version === version)) throw versionNotFound(name, version);
    histories.set(
      name,
      history.map((stored) => {
        const others = stored.labels.filter((label) => !labels.includes(label));
        return { ...stored, labels: stored.version === version ? [...others, ...labels] : others };
      }),
    );
    return { InvalidLabels: [], ParameterVersion: version };
  }

  function getParameterHistory(request: AwsRequest) {
    return {
      Parameters: existingHistory(request).map((stored) => ({
        ...asMetadata(stored),
        Value: shown(stored, request.flag('WithDecryption')),
        Labels: stored.labels,
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
      GetParametersByPath: getParametersByPath,
      DeleteParameter: deleteParameter,
      LabelParameterVersion: labelParameterVersion,
      GetParameterHistory: getParameterHistory,
      DescribeParameters: describeParameters,
    },
    settings: account,
    keys,
    parameter: (name) => histories.get(name)?.at(-1),
    history: (name) => histories.get(name) ?? [],
    subscribe: (listener) => void listeners.push(listener),
  };
}

/** A parameter is asked for by name or ARN, either of them with `:version` behind it. */
function parseSelector(selector: string): { name: string; version: number | undefined } {
  const [, name = selector, version] =
    /^(?:arn:[^:]*:ssm:[^:]*:[^:]*:parameter)?([^:]+)(?::(\d+))?$/.exec(selector) ?? [];
  return { name, version: version === undefined ? undefined : Number(version) };
}

function versionNotFound(name: string, version: number | undefined): AwsError {
  return new AwsError(
    'ParameterVersionNotFound',
    `Systems Manager could not find version ${version} of ${name}. Verify the version and try again.`,
  );
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

function typeOf(request: AwsRequest, current: StoredParameter | undefined): ParameterType {
  const asked = request.text('Type') ?? current?.type;
  if (asked === undefined) {
    throw new AwsError('ValidationException', 'A parameter type is required when you create a parameter.');
  }
  const type = TYPES.find((one) => one === asked);
  if (type === undefined) throw notInSet(asked, 'Type', TYPES);
  if (current !== undefined && type !== current.type) {
    throw new AwsError(
      'HierarchyTypeMismatchException',
      "Parameter Store doesn't support changing a parameter type in a hierarchy. For example, you can't change a " +
        'parameter from a String type to a SecureString type. You must create a new, unique parameter.',
    );
  }
  return type;
}

function keyOf(request: AwsRequest, type: ParameterType): string | undefined {
  const keyId = request.text('KeyId');
  if (type === 'SecureString') return keyId ?? AWS_MANAGED_KEY;
  if (keyId === undefined) return undefined;
  throw new AwsError('ValidationException', 'KeyId is required for SecureString type parameter only.');
}

/** A write that names no tier gets the account's default; but a parameter that is Advanced stays so. */
function tierOf(
  request: AwsRequest,
  value: string,
  current: StoredParameter | undefined,
  defaultTier: AskedTier,
): Tier {
  const named = request.text('Tier');
  const asked = named ?? (current?.tier === 'Advanced' ? current.tier : defaultTier);
  const tier = TIERS.find((one) => one === asked);
  if (tier === undefined) throw notInSet(asked, 'Tier', TIERS);
  const bytes = Buffer.byteLength(value);
  if (tier === 'Intelligent-Tiering') {
    return tierThatTakes(current?.tier === 'Advanced' || bytes > MAX_BYTES.Standard ? 'Advanced' : 'Standard', bytes);
  }
  if (tier === 'Standard' && current?.tier === 'Advanced') {
    throw new AwsError(
      'ValidationException',
      "This parameter uses the advanced-parameter tier. You can't downgrade a parameter from the advanced-parameter " +
        'tier to the standard-parameter tier. If necessary, you can delete the advanced parameter and recreate it as ' +
        'a standard parameter.',
    );
  }
  return tierThatTakes(tier, bytes);
}

function tierThatTakes(tier: Tier, bytes: number): Tier {
  if (bytes <= MAX_BYTES[tier]) return tier;
  const remedy =
    tier === 'Standard'
      ? ' To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier.'
      : '';
  throw new AwsError(
    'ValidationException',
    `${tier} tier parameters support a maximum parameter value of ${MAX_BYTES[tier]} characters.${remedy}`,
  );
}

/** SSM keeps 100 versions and drops the oldest one, unless somebody has put a label on it. */
function checkVersionLimit(name: string, history: readonly StoredParameter[]): void {
  const [oldest] = history;
  if (oldest === undefined || history.length < KEPT_VERSIONS || oldest.labels.length === 0) return;
  throw new AwsError(
    'ParameterMaxVersionLimitExceeded',
    `You attempted to create a new version of ${name} by calling the PutParameter API with the overwrite flag. ` +
      `Version ${oldest.version}, the oldest version, can't be deleted because it has a label associated with it. ` +
      'Move the label to another version of the parameter, and try again.',
  );
}

function notInSet(value: string, member: string, set: readonly string[]): AwsError {
  return constraintViolated(`'${value}'`, member, `Member must satisfy enum value set: [${set.join(', ')}]`);
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
