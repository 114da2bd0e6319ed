import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { beforeAll, expect, it } from 'vitest';
import { InvoicingStack } from '../../examples/downstream/invoicing-stack.ts';
import { TokenRefresher } from '../../infra/token-refresher.ts';
import { LEAST, readable, statementsOf, TOKEN } from '../infra/synthesis.ts';

const ENDPOINT = 'https://soap.example.test/api.einvoice.php';
const TOKEN_ARN = `arn:<AWS::Partition>:ssm:<AWS::Region>:<AWS::AccountId>:parameter${TOKEN}`;

// Bundling takes a second and adds nothing to what is asserted here.
const newApp = () => new App({ context: { 'aws:cdk:bundling-stacks': [] } });

let template: Template;
beforeAll(() => {
  const stack = new InvoicingStack(newApp(), 'Invoicing', { tokenParameterName: TOKEN, endpoint: ENDPOINT });
  template = Template.fromStack(stack);
});

it('may read this token, its status and the last attempt, decrypt what is bound to this token through SSM, report it, and nothing else', () => {
  const policies = Object.values(template.findResources('AWS::IAM::Policy'));
  expect(policies.map(({ Properties }) => readable(Properties.PolicyDocument.Statement))).toEqual([
    [
      {
        Effect: 'Allow',
        Action: ['ssm:GetParameter', 'ssm:GetParameters'],
        Resource: [
          TOKEN_ARN,
          `${TOKEN_ARN}/status`,
          ...['', ':?', ':??', ':???', ':????', ':?????', ':??????'].map((version) => `${TOKEN_ARN}/attempt${version}`),
        ],
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

it('finds the parameter name in its environment', () => {
  template.hasResourceProperties('AWS::Lambda::Function', {
    Environment: { Variables: { TOKEN_PARAMETER_NAME: TOKEN, E_INVOICE_ENDPOINT: ENDPOINT } },
  });
});

it('is deployed on its own: the refresher may live in any other stack of the account', () => {
  expect(JSON.stringify(template)).not.toContain('Fn::ImportValue');
});

it('in one app with the refresher, a stack may take the token itself, and then decrypts with its one key only', () => {
  const app = newApp();
  const { token } = new TokenRefresher(new Stack(app, 'Owner'), 'Refresher', LEAST);
  const stack = new Stack(app, 'Downstream');
  token.grantRead(
    new Role(stack, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com'), description: 'Reader' }),
  );
  expect(statementsOf(Template.fromStack(stack), 'Reader')).toMatchObject([
    { Action: ['ssm:GetParameter', 'ssm:GetParameters'], Resource: expect.arrayContaining([`${TOKEN_ARN}/attempt`]) },
    { Action: 'kms:Decrypt', Resource: { 'Fn::ImportValue': expect.stringMatching(/^Owner:.*Key/) } },
  ]);
});
