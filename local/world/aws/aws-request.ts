import { isObject } from '../../../lambda/parse-json.ts';

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
 * simulation its own. The output is what goes over the wire, so an instant in it is a number of seconds.
 * @throws AwsError
 */
export type Operation<Output extends object = object> = (request: AwsRequest, now: Date) => Output;

/** The members of one request; those of another type than the service's model names are refused, as AWS does. */
export interface AwsRequest {
  text(name: string): string | undefined;
  requiredText(name: string): string;
  texts(name: string): readonly string[] | undefined;
  flag(name: string): boolean;
  integer(name: string): number | undefined;
  records(name: string): readonly AwsRequest[];
}

/** Reads the members of a request. @throws AwsError `SerializationException` for one of the wrong type, `ValidationException` for one that is required */
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
    integer: (name) => member(name, isInteger),
    flag: (name) => member(name, isFlag) ?? false,
    records: (name) => (member(name, isRecords) ?? []).map(awsRequest),
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

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isFlag(value: unknown): value is boolean {
  return typeof value === 'boolean';
}

function isInteger(value: unknown): value is number {
  return Number.isInteger(value);
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every(isText);
}

function isRecords(value: unknown): value is Record<string, unknown>[] {
  return Array.isArray(value) && value.every(isObject);
}
