import { createHash, randomBytes } from 'node:crypto';
import { arn } from './aws-account.ts';
import { AwsError, type AwsRequest, constraintViolated, type Operation } from './aws-request.ts';

const TYPES = ['String', 'StringList', 'SecureString'] as const;
type ParameterType = (typeof TYPES)[number];
const TIERS = ['Standard', 'Advanced'] as const;
type Tier = (typeof TIERS)[number];

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
}

/** SSM Parameter Store in memory: its operations, and what a test looks at. */
export interface ParameterStore {
  readonly operations: {
    readonly PutParameter: Operation<{ readonly Version: number; readonly Tier: Tier }>;
    readonly GetParameter: Operation;
    readonly GetParameters: Operation<{
      readonly Parameters: readonly ParameterAnswer[];
      readonly InvalidParameters: readonly string[];
    }>;
    readonly GetParametersByPath: Operation;
    readonly DeleteParameter: Operation;
  };
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
const KEPT_VERSIONS = 100;
/** What GetParametersByPath returns at once, at most. */
const PAGE_SIZE = 10;

/**
 * SSM's Parameter Store as a pure state machine in memory: versions, types and tiers as the real one keeps them, for what
 * this project and its readers ask. A SecureString that is read without decryption comes back as an opaque ciphertext.
 * Labels, policies, histories, quotas and the state of keys are left out.
 * @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html for its refusals
 */
export function createParameterStore(): ParameterStore {
  const histories = new Map<string, readonly StoredParameter[]>();
  const listeners: ((name: string) => void)[] = [];
  const encryptionSalt = randomBytes(16);

  const find = (nameOrArn: string): StoredParameter | undefined => {
    const { name, version } = parseSelector(nameOrArn);
    const history = histories.get(name);
    return version === undefined ? history?.at(-1) : history?.find((stored) => stored.version === version);
  };

  const shown = ({ type, value, version }: StoredParameter, withDecryption: boolean): string =>
    type === 'SecureString' && !withDecryption
      ? createHash('sha512').update(encryptionSalt).update(`${version}:${value}`).digest('base64')
      : value;

  /** @param selector as it was asked for */
  const asParameter = (stored: StoredParameter, request: AwsRequest, selector: string): ParameterAnswer => {
    const { version } = parseSelector(selector);
    return {
      ARN: arn('ssm', `parameter/${stored.name.replace(/^\//, '')}`),
      DataType: 'text',
      LastModifiedDate: stored.lastModified.getTime() / 1000,
      Name: stored.name,
      ...(version !== undefined && { Selector: `:${version}` }),
      Type: stored.type,
      Value: shown(stored, request.flag('WithDecryption')),
      Version: stored.version,
    };
  };

  function putParameter(request: AwsRequest, now: Date) {
    const name = request.requiredText('Name');
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
    const tier = tierOf(request, value, current);
    const keyId = type === 'SecureString' ? (request.text('KeyId') ?? AWS_MANAGED_KEY) : undefined;
    const version = (current?.version ?? 0) + 1;
    const stored: StoredParameter = { name, type, value, version, tier, keyId, lastModified: now };
    histories.set(name, [...history, stored].slice(-KEPT_VERSIONS));
    for (const listener of listeners) listener(name);
    return { Version: version, Tier: tier };
  }

  function getParameter(request: AwsRequest) {
    const selector = request.requiredText('Name');
    const stored = find(selector);
    if (stored !== undefined) return { Parameter: asParameter(stored, request, selector) };
    const { name, version } = parseSelector(selector);
    if (!histories.has(name)) throw notFound();
    throw new AwsError(
      'ParameterVersionNotFound',
      `Systems Manager could not find version ${version} of ${name}. Verify the version and try again.`,
    );
  }

  function getParameters(request: AwsRequest) {
    const names = request.texts('Names') ?? [];
    if (names.length > 10) {
      throw constraintViolated(`'[${names.join(', ')}]'`, 'Names', 'Member must have length less than or equal to 10');
    }
    const found = names.toSorted().flatMap((selector) => {
      const stored = find(selector);
      return stored === undefined ? [] : [asParameter(stored, request, selector)];
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
      Parameters: page.map((stored) => asParameter(stored, request, stored.name)),
      ...(start + PAGE_SIZE < below.length && { NextToken: String(start + PAGE_SIZE) }),
    };
  }

  function deleteParameter(request: AwsRequest) {
    if (!histories.delete(request.requiredText('Name'))) throw notFound();
    return {};
  }

  return {
    operations: {
      PutParameter: putParameter,
      GetParameter: getParameter,
      GetParameters: getParameters,
      GetParametersByPath: getParametersByPath,
      DeleteParameter: deleteParameter,
    },
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

/** The real service sends no message here. */
function notFound(): AwsError {
  return new AwsError('ParameterNotFound');
}

function typeOf(request: AwsRequest, current: StoredParameter | undefined): ParameterType {
  const type = request.oneOf('Type', TYPES) ?? current?.type;
  if (type === undefined) {
    throw new AwsError('ValidationException', 'A parameter type is required when you create a parameter.');
  }
  if (current !== undefined && type !== current.type) {
    throw new AwsError(
      'HierarchyTypeMismatchException',
      "Parameter Store doesn't support changing a parameter type in a hierarchy. For example, you can't change a " +
        'parameter from a String type to a SecureString type. You must create a new, unique parameter.',
    );
  }
  return type;
}

/** A write that names no tier leaves a parameter in its own. */
function tierOf(request: AwsRequest, value: string, current: StoredParameter | undefined): Tier {
  const tier = request.oneOf('Tier', TIERS) ?? current?.tier ?? 'Standard';
  if (tier === 'Standard' && current?.tier === 'Advanced') {
    throw new AwsError(
      'ValidationException',
      "This parameter uses the advanced-parameter tier. You can't downgrade a parameter from the advanced-parameter " +
        'tier to the standard-parameter tier. If necessary, you can delete the advanced parameter and recreate it as ' +
        'a standard parameter.',
    );
  }
  if (Buffer.byteLength(value) <= MAX_BYTES[tier]) return tier;
  const remedy =
    tier === 'Standard'
      ? ' To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier.'
      : '';
  throw new AwsError(
    'ValidationException',
    `${tier} tier parameters support a maximum parameter value of ${MAX_BYTES[tier]} characters.${remedy}`,
  );
}
