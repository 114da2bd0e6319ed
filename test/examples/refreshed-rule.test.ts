import { readFileSync } from 'node:fs';
import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { expect, it } from 'vitest';
import { onTokenRefreshed } from '../../examples/downstream/refreshed-rule.ts';
import { only } from '../infra/synthesis.ts';

const ROOT = new URL('../../', import.meta.url);

it('a rule hears of new tokens of this one parameter, not of its status and not of deletions', () => {
  const stack = new Stack();
  onTokenRefreshed(stack, 'Refreshed', '/my-service/access-token', new SnsTopic(new Topic(stack, 'Consumers')));
  const template = Template.fromStack(stack);
  expect(only(template, 'AWS::Events::Rule')).toMatchObject({
    EventPattern: {
      source: ['aws.ssm'],
      'detail-type': ['Parameter Store Change'],
      detail: { name: ['/my-service/access-token'], operation: ['Create', 'Update'] },
    },
    Targets: [{ Arn: expect.stringContaining('Consumers') }],
  });
});

it('docs/reading.md shows it as it is tested', () => {
  const page = readFileSync(new URL('docs/reading.md', ROOT), 'utf8');
  expect(page).toContain(readFileSync(new URL('examples/downstream/refreshed-rule.ts', ROOT), 'utf8'));
});
