import { type IRuleTarget, Rule } from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';

/** Notifies `target` of each new token, within seconds. The event names the parameter and never holds the token. */
export function onTokenRefreshed(scope: Construct, id: string, tokenParameterName: string, target: IRuleTarget): Rule {
  return new Rule(scope, id, {
    description: `The access token ${tokenParameterName} was replaced`,
    eventPattern: {
      source: ['aws.ssm'],
      detailType: ['Parameter Store Change'],
      detail: { name: [tokenParameterName], operation: ['Create', 'Update'] },
    },
    targets: [target],
  });
}
