import { createHash, randomBytes } from 'node:crypto';
import type { GetParametersCommandOutput, Parameter, PutParameterCommandOutput } from '@aws-sdk/client-ssm';
import { arn } from './aws-account.ts';
import { AwsError, type AwsRequest, constraintViolated, type Operation } from './aws-request.ts';

const TYPES = ['String', 'StringList', 'SecureString'] as const;
type ParameterType = (typeof TYPES)[number];
const TIERS = ['Standard', 'Advanced'] as const;
type Tier = (typeof TIERS)[number];

/** One version of a parameter. */
interface StoredParameter {
  readonly name: string;
  readonly type: ParameterType;
  readonly value: string;
  readonly version: number;
  readonly tier: Tier;
  /** Undefined for other types than SecureString. */
  readonly keyId: string | undefined;
  readonly lastModified: Date;
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
export function createParameterStore() {
  const histories = new Map<string, readonly StoredParameter[]>();
  const listeners: ((name: string) => void)[] = [];
  const encryptionSalt = randomBytes(16);

  const history = (name: string) => histories.get(name) ?? [];

  function encrypted({ version, value }: StoredParameter): string {
    return createHash('sha512').update(encryptionSalt).update(`${version}:${value}`).digest('base64');
  }

  /** @param selector name or ARN, either of them with `:version` behind it */
  function find(selector: string, request: AwsRequest): Parameter | undefined {
    const { name, version } = parseSelector(selector);
    const stored = history(name).findLast((one) => version === undefined || one.version === version);
    if (stored === undefined) return undefined;
    const isHidden = stored.type === 'SecureString' && !request.flag('WithDecryption');
    return {
      ARN: arn('ssm', `parameter/${name.replace(/^\//, '')}`),
      DataType: 'text',
      LastModifiedDate: stored.lastModified,
      Name: name,
      ...(version !== undefined && { Selector: `:${version}` }),
      Type: stored.type,
      Value: isHidden ? encrypted(stored) : stored.value,
      Version: stored.version,
    };
  }

  const operations = {
    PutParameter(request, now): Omit<PutParameterCommandOutput, '$metadata'> {
      const name = request.requiredText('Name');
      const value = request.requiredText('Value');
      const current = history(name).at(-1);
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
      const stored = { name, type, value, version, tier, keyId, lastModified: now };
      histories.set(name, [...history(name), stored].slice(-KEPT_VERSIONS));
      for (const listener of listeners) listener(name);
      return { Version: version, Tier: tier };
    },
    GetParameter(request) {
      const selector = request.requiredText('Name');
      const found = find(selector, request);
      if (found !== undefined) return { Parameter: found };
      const { name, version } = parseSelector(selector);
      if (!histories.has(name)) throw notFound();
      throw new AwsError(
        'ParameterVersionNotFound',
        `Systems Manager could not find version ${version} of ${name}. Verify the version and try again.`,
      );
    },
    GetParameters(request): Omit<GetParametersCommandOutput, '$metadata'> {
      const names = request.texts('Names');
      if (names.length > 10) {
        throw constraintViolated(
          `'[${names.join(', ')}]'`,
          'Names',
          'Member must have length less than or equal to 10',
        );
      }
      return {
        Parameters: names.toSorted().flatMap((name) => find(name, request) ?? []),
        InvalidParameters: names.filter((name) => find(name, request) === undefined),
      };
    },
    GetParametersByPath(request) {
      const path = request.requiredText('Path').replace(/\/$/, '');
      const isRecursive = request.flag('Recursive');
      const below = [...histories.keys()]
        .filter((name) => name.startsWith(`${path}/`) && (isRecursive || name.lastIndexOf('/') === path.length))
        .toSorted();
      const start = Number(request.text('NextToken') ?? 0);
      const end = start + PAGE_SIZE;
      return {
        Parameters: below.slice(start, end).map((name) => find(name, request)),
        ...(end < below.length && { NextToken: String(end) }),
      };
    },
    DeleteParameter(request) {
      if (!histories.delete(request.requiredText('Name'))) throw notFound();
      return {};
    },
  } satisfies Record<string, Operation>;

  return {
    operations,
    /** The current version, in the clear. */
    parameter: (name: string) => history(name).at(-1),
    /** Every version that is kept, the oldest first. */
    history,
    /** As a rule of EventBridge does: the listener gets the name of each parameter that is written. */
    subscribe: (listener: (name: string) => void) => void listeners.push(listener),
  };
}

function parseSelector(selector: string): { name: string; version: number | undefined } {
  const [, name = selector, version] =
    /^(?:arn:[^:]*:ssm:[^:]*:[^:]*:parameter)?([^:]+)(?::(\d+))?$/.exec(selector) ?? [];
  return { name, version: version === undefined ? undefined : Number(version) };
}

/** The real service sends no message here. */
function notFound(): AwsError {
  return new AwsError('ParameterNotFound');
}

function invalid(message: string): AwsError {
  return new AwsError('ValidationException', message);
}

function typeOf(request: AwsRequest, current: StoredParameter | undefined): ParameterType {
  const type = request.oneOf('Type', TYPES) ?? current?.type;
  if (type === undefined) throw invalid('A parameter type is required when you create a parameter.');
  if (current === undefined || type === current.type) return type;
  throw new AwsError(
    'HierarchyTypeMismatchException',
    "Parameter Store doesn't support changing a parameter type in a hierarchy. For example, you can't change a " +
      'parameter from a String type to a SecureString type. You must create a new, unique parameter.',
  );
}

/** A write that names no tier leaves a parameter in its own. */
function tierOf(request: AwsRequest, value: string, current: StoredParameter | undefined): Tier {
  const tier = request.oneOf('Tier', TIERS) ?? current?.tier ?? 'Standard';
  if (tier === 'Standard' && current?.tier === 'Advanced') {
    throw invalid(
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
  throw invalid(`${tier} tier parameters support a maximum parameter value of ${MAX_BYTES[tier]} characters.${remedy}`);
}
