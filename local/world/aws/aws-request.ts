/** An answer in which an AWS service says no. Some answers of the real services carry no message at all. */
export class AwsError extends Error {
  readonly type: string;
  readonly status: number;

  constructor(type: string, message = '', status = 400) {
    super(message);
    this.type = type;
    this.status = status;
  }
}

/**
 * Carries out one operation on the members of its request. The time is an argument: a server passes the clock's, a
 * simulation its own. The output is the SDK's, with its dates and bytes.
 * @throws AwsError
 */
export type Operation<Output extends object = object> = (request: AwsRequest, now: Date) => Omit<Output, '$metadata'>;

/** The members of one request, read with AwsError for one that breaks its rule. */
export type AwsRequest = ReturnType<typeof awsRequest>;

/** Reads the members of a request. */
export function awsRequest(members: Readonly<Record<string, unknown>>) {
  const text = (name: string) => (typeof members[name] === 'string' ? members[name] : undefined);
  return {
    text,
    requiredText(name: string): string {
      const value = text(name);
      if (value) return value;
      throw constraintViolated('null', name, 'Member must have length greater than or equal to 1');
    },
    oneOf<Text extends string>(name: string, set: readonly Text[]): Text | undefined {
      const value = text(name);
      const found = set.find((one) => one === value);
      if (found !== undefined || value === undefined) return found;
      throw constraintViolated(`'${value}'`, name, `Member must satisfy enum value set: [${set.join(', ')}]`);
    },
    texts: (name: string) => (Array.isArray(members[name]) ? members[name].map(String) : []),
    flag: (name: string) => members[name] === true,
  };
}

/** The error of a member that breaks a rule, in AWS's own words. */
export function constraintViolated(shownValue: string, member: string, rule: string): AwsError {
  const name = member.charAt(0).toLowerCase() + member.slice(1);
  return new AwsError(
    'ValidationException',
    `1 validation error detected: Value ${shownValue} at '${name}' failed to satisfy constraint: ${rule}`,
  );
}
