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

/** Carries out one operation on the members of its request. @throws AwsError */
export type Operation = (request: AwsRequest) => object;

/** The members of one request; those of another type than the service's model names are refused, as AWS does. */
export interface AwsRequest {
  text(name: string): string | undefined;
  requiredText(name: string): string;
  texts(name: string): readonly string[] | undefined;
  flag(name: string): boolean;
  records(name: string): readonly AwsRequest[];
}

export function awsRequest(members: Readonly<Record<string, unknown>>): AwsRequest {
  const member = <T>(name: string, isOfType: (value: unknown) => value is T): T | undefined => {
    const value = members[name] ?? undefined;
    if (value === undefined || isOfType(value)) return value;
    throw new AwsError('SerializationException', `The member ${name} has the wrong type.`);
  };
  const text = (name: string) => member(name, isText);
  return {
    text,
    requiredText: (name) => {
      const value = text(name);
      if (value !== undefined && value !== '') return value;
      const rule =
        value === undefined ? 'Member must not be null' : 'Member must have length greater than or equal to 1';
      throw constraintViolated(value === undefined ? 'null' : `'${value}'`, name, rule);
    },
    texts: (name) => member(name, isTexts),
    flag: (name) => member(name, isFlag) ?? false,
    records: (name) => (member(name, isRecords) ?? []).map(awsRequest),
  };
}

export function constraintViolated(shownValue: string, member: string, rule: string): AwsError {
  const name = member.charAt(0).toLowerCase() + member.slice(1);
  return new AwsError(
    'ValidationException',
    `1 validation error detected: Value ${shownValue} at '${name}' failed to satisfy constraint: ${rule}`,
  );
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isFlag(value: unknown): value is boolean {
  return typeof value === 'boolean';
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every(isText);
}

function isRecords(value: unknown): value is Record<string, unknown>[] {
  return Array.isArray(value) && value.every(isRecord);
}
