import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack, Validations } from 'aws-cdk-lib';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Key } from 'aws-cdk-lib/aws-kms';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import {
  AwsSolutionsChecks,
  HIPAASecurityChecks,
  NIST80053R4Checks,
  NIST80053R5Checks,
  PCIDSS321Checks,
} from 'cdk-nag';
import { expect, it } from 'vitest';
import { TokenRefresher } from '../../infra/token-refresher.ts';
import type { TokenRefresherProps } from '../../infra/token-refresher-props.ts';
import { markdownTable } from '../markdown-table.ts';
import { replaceBetweenMarkers } from '../markers.ts';
import { LEAST, readerIn } from './synthesis.ts';

const PAGE = join(import.meta.dirname, '../../docs/compliance.md');
const PACKS = [AwsSolutionsChecks, HIPAASecurityChecks, NIST80053R4Checks, NIST80053R5Checks, PCIDSS321Checks];

/** What the packs find without props, and why it is so; `prop` takes the finding away. */
const FINDINGS: Readonly<Record<string, { readonly prop?: string; readonly reason: string }>> = {
  CloudWatchAlarmAction: { prop: '`alarmActions`', reason: '`"none"` is for whoever looks at the console only' },
  CloudWatchLogGroupEncrypted: {
    prop: '`logGroup` with a key',
    reason: 'CloudWatch encrypts with a key of its own, and the log holds no secret',
  },
  IAMNoInlinePolicy: {
    reason: 'each policy is for one role of one stack, and goes with it; nobody else could use a managed one',
  },
  LambdaConcurrency: {
    prop: '`reservedConcurrency`',
    reason: 'new accounts cannot reserve any, and the token needs none',
  },
  LambdaDLQ: {
    reason:
      'the next tick is the retry, and an old event is of no use. `onFailure` keeps a record; the rule does not know it',
  },
  LambdaInsideVPC: {
    prop: '`vpc`',
    reason: 'the service stands in the internet; a function outside of a VPC has no way in',
  },
  SecretsManagerRotationEnabled: {
    reason:
      'the service offers no way to change the credentials by a program. `credentialsMaxAge` asks a person in time',
  },
  SecretsManagerUsingKMSKey: {
    prop: '`credentialsEncryptionKey`',
    reason: "with AWS's own key, the secret's permissions alone decide who may read",
  },
};

/** The rules that find something, each with the packs that have it. */
function findings(
  props: (stack: Stack, company: Stack) => Partial<TokenRefresherProps>,
): ReadonlyMap<string, string[]> {
  const app = new App();
  const [stack, company] = [new Stack(app, 'Team'), new Stack(app, 'Company')];
  const { token } = new TokenRefresher(stack, 'Refresher', { ...LEAST, ...props(stack, company) });
  const reader = readerIn(stack);
  token.grantRead(reader);
  token.grantReport(reader);
  Validations.of(stack).addPlugins(...PACKS.map((Pack) => new Pack()));
  expect(() => app.synth()).toThrow();
  const report: {
    pluginReports: {
      violations: { ruleName: string; severity: string; violatingConstructs: { constructPath: string }[] }[];
    }[];
  } = JSON.parse(readFileSync(join(app.outdir, 'validation-report.json'), 'utf8'));
  const found = new Map<string, string[]>();
  for (const { ruleName, severity, violatingConstructs } of report.pluginReports.flatMap(
    ({ violations }) => violations,
  )) {
    if (severity !== 'error' || !violatingConstructs.some(({ constructPath }) => constructPath.startsWith('Team/')))
      continue;
    const [, pack = '', rule = ''] = /^(.*)-(\w+)$/.exec(ruleName) ?? [];
    found.set(rule, [...(found.get(rule) ?? []), pack]);
  }
  return found;
}

it('the page lists what the five packs of cdk-nag find, and why', async () => {
  const found = findings(() => ({}));
  expect([...found.keys()].toSorted()).toEqual(Object.keys(FINDINGS));
  const rows = Object.entries(FINDINGS).map(([rule, { prop = 'nothing', reason }]) => [
    `\`${rule}\``,
    (found.get(rule) ?? []).join(', '),
    prop,
    reason,
  ]);
  const table = markdownTable(['rule', 'packs', 'goes with', 'why it is so without'], rows);
  await expect(replaceBetweenMarkers(readFileSync(PAGE, 'utf8'), 'test: compliance', table)).toMatchFileSnapshot(PAGE);
});

it('with the props that the page names, the packs find only what has none', () => {
  const topic = (stack: Stack, id: string) =>
    new SnsAction(Topic.fromTopicArn(stack, id, 'arn:aws:sns:ap-south-1:123456789012:on-call'));
  const found = findings((stack, company) => ({
    credentialsEncryptionKey: new Key(company, 'SecretKey', { enableKeyRotation: true }),
    logGroup: new LogGroup(company, 'Log', { encryptionKey: new Key(company, 'LogKey', { enableKeyRotation: true }) }),
    vpc: Vpc.fromVpcAttributes(stack, 'Vpc', {
      vpcId: 'vpc-0a1b2c3d',
      availabilityZones: ['ap-south-1a'],
      privateSubnetIds: ['subnet-0a1b2c3d'],
    }),
    onFailure: new SqsDestination(new Queue(company, 'Failed')),
    reservedConcurrency: 1,
    alarmActions: { page: topic(stack, 'Page'), ticket: topic(stack, 'Ticket') },
  }));
  const without = Object.entries(FINDINGS).filter(([, { prop }]) => prop === undefined);
  expect([...found.keys()].toSorted()).toEqual(without.map(([rule]) => rule));
});
