import { Stack } from 'aws-cdk-lib';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IConstruct } from 'constructs';
import { attemptParameterName } from '../lambda/attempt-record.ts';
import { rejectedParameterName, statusParameterName } from '../lambda/token-status.ts';
import type { Place } from './resource-rules.ts';

/**
 * Every key id has 36 characters, those of multi-Region keys too. With "*" cdk-nag and its like would refuse the reader's
 * own role (AwsSolutions-IAM5); what keeps the grant narrow are its conditions.
 */
const ANY_KEY_ID = '?'.repeat(36);

/**
 * An earlier version is read as `<name>:<version>`. Nobody has tried yet on a real account whether IAM asks for the
 * parameter's ARN or for one with the version, so both are allowed: a version of up to six digits, without "*" as above.
 */
const VERSIONS = Array.from({ length: 6 }, (_, index) => `:${'?'.repeat(index + 1)}`);

/** A token's parameters and its key, as policies name them. */
export type TokenArns = ReturnType<typeof tokenArns>;

/** The ARNs in that account and region; without, in the scope's own. */
export function tokenArns(scope: IConstruct, parameterName: string, encryptionKey?: IKey, place: Place = {}) {
  const stack = Stack.of(scope);
  const parameterArn = (name: string) => stack.formatArn({ service: 'ssm', resource: `parameter${name}`, ...place });
  const attempt = parameterArn(attemptParameterName(parameterName));
  return {
    region: place.region ?? stack.region,
    token: parameterArn(parameterName),
    status: parameterArn(statusParameterName(parameterName)),
    /** The attempt parameter and its earlier versions. */
    attempt: [attempt, ...VERSIONS.map((version) => `${attempt}${version}`)],
    rejected: parameterArn(rejectedParameterName(parameterName)),
    key:
      encryptionKey?.keyArn ?? stack.formatArn({ service: 'kms', resource: 'key', resourceName: ANY_KEY_ID, ...place }),
  };
}

/** The key may be shared: only through SSM, and only for what is bound to this very parameter. */
export function grantKey(arns: TokenArns, grantee: IGrantable, ...actions: string[]): Grant {
  return Grant.addToPrincipal({
    grantee,
    actions,
    resourceArns: [arns.key],
    conditions: {
      StringEquals: {
        'kms:ViaService': `ssm.${arns.region}.amazonaws.com`,
        'kms:EncryptionContext:PARAMETER_ARN': arns.token,
      },
    },
  });
}
