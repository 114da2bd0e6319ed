import { createHash } from 'node:crypto';
import { Aws, Stack } from 'aws-cdk-lib';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';
import { type AppSettings, MAIL_NAME, type TokenSettings, withPrefix } from './settings.ts';
import { sharedStack } from './stack-tags.ts';

/**
 * One topic for each address to which alarms of the app go, so that each is confirmed once, whatever tokens come later.
 * @returns their stack; undefined where there is no address
 */
export function addMailTopics(scope: Construct, app: AppSettings): Stack | undefined {
  const addresses = mailAddresses(app.tokens);
  if (addresses.length === 0) return undefined;
  const stack = sharedStack(scope, app, MAIL_NAME, 'Sends the alarms of access tokens by mail');
  for (const address of addresses) {
    const topic = new Topic(stack, address, { topicName: topicName(app.prefix, address), enforceSSL: true });
    topic.addSubscription(new EmailSubscription(address));
    // enforceSSL gives the topic a policy, and with it takes away the default one, which lets alarms of the account publish.
    const conditions = { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } };
    topic.grantPublish(new ServicePrincipal('cloudwatch.amazonaws.com', { conditions }));
  }
  return stack;
}

/** The addresses to which alarms of these tokens go. */
export function mailAddresses(tokens: readonly TokenSettings[]): readonly string[] {
  const targets = tokens.flatMap(({ alarmActions }) => (alarmActions === 'none' ? [] : Object.values(alarmActions)));
  return [...new Set(targets.flatMap((target) => ('email' in target ? [target.email] : [])))];
}

/** The topic of an address, by its name alone: the stacks of tokens hold no reference to another stack. */
export function mailTopicArn(scope: Construct, prefix: string, address: string): string {
  return Stack.of(scope).formatArn({ service: 'sns', resource: topicName(prefix, address) });
}

function topicName(prefix: string, address: string): string {
  const digest = createHash('sha256').update(address).digest('hex').slice(0, 8);
  return withPrefix(prefix, `TokenRefresher-${address.replaceAll(/[^A-Za-z0-9]+/g, '-').slice(0, 100)}-${digest}`);
}
