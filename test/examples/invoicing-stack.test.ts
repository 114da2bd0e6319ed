import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { beforeAll, expect, it } from 'vitest';
import { InvoicingStack } from '../../examples/downstream/invoicing-stack.ts';
import { onTokenRefreshed } from '../../examples/downstream/refreshed-rule.ts';
import { only, readable, TOKEN } from '../infra/synthesis.ts';

const ENDPOINT = 'https://soap.example.test/api.einvoice.php';
const TOKEN_ARN = `arn:<AWS::Partition>:ssm:<AWS::Region>:<AWS::AccountId>:parameter${TOKEN}`;

let template: Template;
beforeAll(() => {
  // Bundling takes a second and adds nothing to what is asserted here.
  const app = new App({ context: { 'aws:cdk:bundling-stacks': [] } });
  template = Template.fromStack(
    new InvoicingStack(app, 'Invoicing', { tokenParameterName: TOKEN, endpoint: ENDPOINT }),
  );
});

it('may read this token, its status and the last attempt, decrypt what is bound to this token through SSM, report it, and nothing else', () => {
  const policies = Object.values(template.findResources('AWS::IAM::Policy'));
  const versions = ['', ':?', ':??', ':???', ':????', ':?????', ':??????'];
  expect(policies.map(({ Properties }) => readable(Properties.PolicyDocument.Statement))).toEqual([
    [
      {
        Effect: 'Allow',
        Action: ['ssm:GetParameter', 'ssm:GetParameters'],
        Resource: [TOKEN_ARN, `${TOKEN_ARN}/status`, ...versions.map((version) => `${TOKEN_ARN}/attempt${version}`)],
      },
      {
        Effect: 'Allow',
        Action: 'kms:Decrypt',
        Resource: 'arn:<AWS::Partition>:kms:<AWS::Region>:<AWS::AccountId>:key/????????????????????????????????????',
        Condition: {
          StringEquals: {
            'kms:ViaService': 'ssm.<AWS::Region>.amazonaws.com',
            'kms:EncryptionContext:PARAMETER_ARN': TOKEN_ARN,
          },
        },
      },
      { Effect: 'Allow', Action: ['ssm:GetParameters', 'ssm:PutParameter'], Resource: `${TOKEN_ARN}/rejected` },
    ],
  ]);
});

it('finds the parameter name in its environment, and needs no stack of the refresher in its app', () => {
  template.hasResourceProperties('AWS::Lambda::Function', {
    Environment: { Variables: { TOKEN_PARAMETER_NAME: TOKEN, E_INVOICE_ENDPOINT: ENDPOINT } },
  });
  expect(JSON.stringify(template)).not.toContain('Fn::ImportValue');
});

it('a rule hears of new tokens of this one parameter, not of its status and not of deletions', () => {
  const stack = new Stack();
  onTokenRefreshed(stack, 'Refreshed', TOKEN, new SnsTopic(new Topic(stack, 'Consumers')));
  expect(only(Template.fromStack(stack), 'AWS::Events::Rule')).toMatchObject({
    EventPattern: {
      source: ['aws.ssm'],
      'detail-type': ['Parameter Store Change'],
      detail: { name: [TOKEN], operation: ['Create', 'Update'] },
    },
    Targets: [{ Arn: expect.stringContaining('Consumers') }],
  });
});
