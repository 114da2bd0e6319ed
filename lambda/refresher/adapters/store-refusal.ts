import { errorName } from '../redact-error.ts';

/**
 * What SSM refuses or cannot do, by a pattern of its error's name, and what to do about it. SSM's own messages stay behind,
 * for some quote the value that was to be stored.
 * @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html#API_PutParameter_Errors
 */
const REMEDIES: Readonly<Record<string, string>> = {
  '^(HierarchyTypeMismatchException|UnsupportedParameterType)$':
    'there is a parameter of another type under this name, and SSM cannot change a type: delete it, and the next tick writes it anew',
  '^ParameterMaxVersionLimitExceeded$':
    'the oldest of its 100 versions carries a label, so SSM cannot drop it: take the label off (aws ssm unlabel-parameter-version)',
  '^(InvalidKeyId|KMS.*|DisabledException|NotFoundException)$':
    'its KMS key is disabled, pending deletion or not there: enable the key or cancel its deletion, or configure another one',
  '^AccessDenied(Exception)?$':
    "the function's role lacks ssm:PutParameter or ssm:GetParameters on it, or the right to use its KMS key",
  '^(ParameterLimitExceeded)$':
    "the account's quota of parameters in this region is used up: delete some, or ask AWS for more",
  '^ValidationException$':
    'SSM does not take such a value for this parameter; if it was made in the Advanced tier, which cannot be left, delete it',
  'Throttl|^TooMany':
    'SSM throttles: the calls of this account and region are above its rate. The next tick tries again',
  '^(AbortError|TimeoutError)$': 'SSM did not answer in time. The next tick tries again',
};

/** What to do about it, to be added to a message; empty where nobody knows it. */
export function storeRemedy(error: unknown): string {
  const remedy = Object.entries(REMEDIES).find(([errors]) => new RegExp(errors).test(errorName(error)))?.[1];
  return remedy === undefined ? '' : ` (${remedy})`;
}
