import { Stack } from 'aws-cdk-lib';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IConstruct } from 'constructs';
import { rejectedParameterName, statusParameterName } from '../lambda/token-status.ts';

/** A token's parameters and its key, as policies name them. */
export interface TokenArns {
  readonly token: string;
  readonly status: string;
  readonly rejected: string;
  readonly key: string;
}

/**
 * Every key id has 36 characters, those of multi-Region keys too. With "*" cdk-nag and its like would refuse the reader's
 * own role (AwsSolutions-IAM5); what keeps the grant narrow are its conditions.
 */
const ANY_KEY_ID = '?'.repeat(36);

/** The ARNs in the scope's account and region. */
export function tokenArns(scope: IConstruct, parameterName: string, encryptionKey: IKey | undefined): TokenArns {
  const stack = Stack.of(scope);
  const parameterArn = (name: string) => stack.formatArn({ service: 'ssm', resource: `parameter${name}` });
  return {
    token: parameterArn(parameterName),
    status: parameterArn(statusParameterName(parameterName)),
    rejected: parameterArn(rejectedParameterName(parameterName)),
    key: encryptionKey?.keyArn ?? stack.formatArn({ service: 'kms', resource: 'key', resourceName: ANY_KEY_ID }),
  };
}

/** The key may be shared: only through SSM, and only for what is bound to this very parameter. */
export function grantKey(scope: IConstruct, arns: TokenArns, grantee: IGrantable, ...actions: string[]): Grant {
  return Grant.addToPrincipal({
    grantee,
    actions,
    resourceArns: [arns.key],
    conditions: {
      StringEquals: {
        'kms:ViaService': `ssm.${Stack.of(scope).region}.amazonaws.com`,
        'kms:EncryptionContext:PARAMETER_ARN': arns.token,
      },
    },
  });
}
