import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { App, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { AccountPrincipal, AnyPrincipal, Effect, PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { ResourcePolicy, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { describe, expect, it } from 'vitest';
import { alarmRules } from '../../infra/alarm-rules.ts';
import { type IRefreshedToken, RefreshedToken } from '../../infra/refreshed-token.ts';
import { bundleFolder } from '../../infra/refresher-code.ts';
import { timingOfProps } from '../../infra/timing-props.ts';
import { METRIC_NAMESPACE, METRICS, TOKEN_DIMENSION } from '../../lambda/refresher/metric-names.ts';
import manifest from '../../package.json' with { type: 'json' };
import { ROOT, read } from '../pages.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { deployed, only, type PropsFor, readable, readerIn, statementsOf, TOKEN, team } from './synthesis.ts';

const KEY_ARN = 'arn:aws:kms:ap-south-1:123456789012:key/abc';

// First what holds every type of resource: CDK makes its validator anew, in seconds, for a type that it has not met.
const inVpc = deployed((stack) => ({
  vpc: new Vpc(stack, 'Vpc', { maxAzs: 2, natGateways: 1 }),
  alarmActions: { page: new SnsAction(new Topic(stack, 'Page')) },
}));
const standard = deployed();
const paused = deployed((stack) => ({
  paused: true,
  alarmActions: { page: new SnsAction(new Topic(stack, 'Page')) },
  reservedConcurrency: 'none',
}));

const WAITS = { RetryPolicy: { MaximumRetryAttempts: 3, MaximumEventAgeInSeconds: 120 } };
const EVERY_TWO_MINUTES = { checkEvery: Duration.minutes(2) };
const secretKey: PropsFor = (stack) => ({ credentialsEncryptionKey: Key.fromKeyArn(stack, 'SecretKey', KEY_ARN) });
const companyLog: PropsFor = (stack) => ({ logGroup: LogGroup.fromLogGroupName(stack, 'Logs', 'company/logs') });
const onFailure: PropsFor = (stack) => ({ onFailure: new SqsDestination(new Queue(stack, 'Failed')) });
const RECORD = { DestinationConfig: { OnFailure: { Destination: expect.stringMatching(/^<Failed/) } } };
// What the usual props make stands in docs/contract.md, which contract.test.ts compares; here is what others change.
it.each<[string, string, PropsFor, object]>([
  ['reservedConcurrency', 'Lambda::Function', () => ({ reservedConcurrency: 1 }), { ReservedConcurrentExecutions: 1 }],
  ['logRetention', 'Logs::LogGroup', () => ({ logRetention: RetentionDays.ONE_YEAR }), { RetentionInDays: 365 }],
  ['checkEvery', 'Scheduler::Schedule', () => EVERY_TWO_MINUTES, { Target: WAITS }],
  ['checkEvery', 'Events::Rule', () => EVERY_TWO_MINUTES, { Targets: [WAITS] }],
  ['credentialsEncryptionKey', 'SecretsManager::Secret', secretKey, { KmsKeyId: KEY_ARN }],
  ['logGroup', 'Lambda::Function', companyLog, { LoggingConfig: { LogGroup: 'company/logs' } }],
  ['onFailure', 'Lambda::EventInvokeConfig', onFailure, { ...RECORD, MaximumRetryAttempts: 0 }],
])('with %s, %s follows it', (_, type, props, expected) => {
  expect(only(deployed(props).template, `AWS::${type}`)).toMatchObject(expected);
});

const PARTIAL_ARN = 'arn:aws:secretsmanager:ap-south-1:123456789012:secret:service';
const partialSecret: PropsFor = (stack) => ({ credentials: Secret.fromSecretPartialArn(stack, 'Given', PARTIAL_ARN) });
const sharedKey: PropsFor = (stack) => ({ encryptionKey: Key.fromKeyArn(stack, 'Shared', KEY_ARN) });
const throughSecretsManager = { StringEquals: { 'kms:ViaService': 'secretsmanager.<AWS::Region>.amazonaws.com' } };
const toLog = ['logs:CreateLogStream', 'logs:PutLogEvents'];
// The statement, and what is then not made.
it.each<[string, PropsFor, Action: unknown, Resource: string, others?: object, without?: string]>([
  ['a new secret under a key of the company', secretKey, 'kms:Decrypt', KEY_ARN, { Condition: throughSecretsManager }],
  [
    'a partial ARN',
    partialSecret,
    'secretsmanager:GetSecretValue',
    `${PARTIAL_ARN}-??????`,
    {},
    'SecretsManager::Secret',
  ],
  ['a log group of the company', companyLog, toLog, expect.stringContaining('company/logs'), {}, 'Logs::LogGroup'],
  ['a shared key', sharedKey, 'kms:Encrypt', KEY_ARN, { Condition: expect.anything() }, 'KMS::Key'],
])('the function may use %s', (_, props, Action, Resource, others, without) => {
  const { template } = deployed(props);
  if (without !== undefined) template.resourceCountIs(`AWS::${without}`, 0);
  expect(statementsOf(template, 'Refreshes')).toContainEqual({ Effect: 'Allow', Action, Resource, ...others });
});

it("reserves no concurrency with 'none'", () => {
  expect(only(paused.template, 'AWS::Lambda::Function')).not.toHaveProperty('ReservedConcurrentExecutions');
});

it('makes the schedule after everything that its first run needs', () => {
  const [schedule] = Object.values(standard.template.findResources('AWS::Scheduler::Schedule'));
  expect(schedule?.DependsOn).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^RefresherScheduleGroup/),
      expect.stringMatching(/^RefresherScheduleRoleDefaultPolicy/),
      expect.stringMatching(/^RefresherFunctionEventInvokeConfig/),
    ]),
  );
});

it('the credentials take a resource policy as the docstring says', () => {
  const { stack, refresher } = team();
  const policy = new ResourcePolicy(stack, 'Policy', { secret: refresher.credentials });
  const everybody = { principals: [new AnyPrincipal()], actions: ['secretsmanager:*'], resources: ['*'] };
  policy.document.addStatements(new PolicyStatement({ effect: Effect.DENY, ...everybody }));
  expect(only(Template.fromStack(stack), 'AWS::SecretsManager::ResourcePolicy')).toMatchObject({
    SecretId: expect.stringMatching(/^<RefresherCredentials/),
    ResourcePolicy: { Statement: [{ Effect: 'Deny' }] },
  });
});

it('takes what settings.md says of the quotas of an account', () => {
  const types = Object.values(standard.template.toJSON().Resources as object).map(({ Type }) => Type);
  const page = read('docs/settings.md');
  const row = (quota: string) => Number(new RegExp(`^\\| ${quota} +\\| [^|]+ \\| (\\d+)`, 'm').exec(page)?.[1]);
  expect(row('resources of a stack')).toBe(types.length);
  expect(page).toContain(`a stack of your own holds ${Math.floor(500 / types.length)}`);
  for (const [quota, type] of [
    ['rules of the event bus', 'AWS::Events::Rule'],
    ['schedule groups', 'AWS::Scheduler::ScheduleGroup'],
    ['roles', 'AWS::IAM::Role'],
    ['alarms', 'AWS::CloudWatch::Alarm'],
  ] as const)
    expect([quota, row(quota)]).toEqual([quota, types.filter((one) => one === type).length]);
});

it('the rule for reports may be left out: the bus of an account has 300', () => {
  const { template } = deployed(() => ({ reportRule: false }));
  template.resourceCountIs('AWS::Events::Rule', 0);
  template.resourceCountIs('AWS::Lambda::Permission', 0);
});

describe('removalPolicy', () => {
  const destroyed = deployed(() => ({ removalPolicy: RemovalPolicy.DESTROY }));

  it('DESTROY leaves nothing that costs: every resource goes with the stack, the key as soon as KMS lets it', () => {
    expect(JSON.stringify(destroyed.template.toJSON())).not.toContain('Retain');
    for (const type of ['AWS::SecretsManager::Secret', 'AWS::KMS::Key', 'AWS::Logs::LogGroup']) {
      destroyed.template.hasResource(type, { DeletionPolicy: 'Delete', UpdateReplacePolicy: 'Delete' });
    }
    expect(only(destroyed.template, 'AWS::KMS::Key')).toMatchObject({ PendingWindowInDays: 7 });
  });

  it('DESTROY prints the command that removes what the function and readers wrote', () => {
    const [{ Value } = {}] = Object.values(destroyed.template.findOutputs('*'));
    expect(readable(Value)).toBe(
      `aws --region <AWS::Region> ssm delete-parameters --names ${TOKEN} ${TOKEN}/status ${TOKEN}/attempt ${TOKEN}/rejected`,
    );
    expect(standard.template.findOutputs('*')).toEqual({});
  });

  it('RETAIN is what is done without it', () => {
    const { template } = deployed(() => ({ removalPolicy: RemovalPolicy.RETAIN }));
    expect(template.toJSON()).toEqual(standard.template.toJSON());
  });
});

describe('permissions', () => {
  it('name every action and resource, in policies of their own: no wildcard stands there, and no policy of AWS', () => {
    expect(JSON.stringify(standard.template.findResources('AWS::IAM::Policy'))).not.toContain('*');
    expect(JSON.stringify(standard.template.findResources('AWS::IAM::Role'))).not.toContain('ManagedPolicyArns');
  });

  it('to write can be granted by nobody who has the token: a reader could grant them to itself', () => {
    const { stack, refresher } = team();
    const grants = (token: object) =>
      Object.getOwnPropertyNames(Object.getPrototypeOf(token)).filter((one) => /^grant/.test(one));
    for (const token of [refresher.token, RefreshedToken.fromParameterName(stack, 'Token', TOKEN)])
      expect(grants(token)).toEqual(['grantRead', 'grantReport']);
  });

  const exported = { 'Fn::ImportValue': expect.stringMatching(/^Team:ExportsOutputFnGetAttRefresherKey/) };
  const byName = (stack: Stack) => RefreshedToken.fromParameterName(stack, 'Token', TOKEN);
  const byKey = (stack: Stack) => {
    const encryptionKey = Key.fromKeyArn(stack, 'Key', KEY_ARN);
    return RefreshedToken.fromParameterName(stack, 'Token', TOKEN, { encryptionKey });
  };
  it.each<[string, (reading: Stack, owner: ReturnType<typeof team>) => IRefreshedToken, unknown]>([
    ['of another stack of the app under the very key', (_, { refresher }) => refresher.token, exported],
    ['that knows the key under that one', byKey, KEY_ARN],
  ])('let a reader %s decrypt, but this token only', (_, tokenOf, Resource) => {
    const owner = team();
    const reading = new Stack(owner.stack.node.root, 'Reading');
    const token = tokenOf(reading, owner);
    token.grantRead(readerIn(reading));
    const Condition = {
      StringEquals: {
        'kms:ViaService': 'ssm.<AWS::Region>.amazonaws.com',
        'kms:EncryptionContext:PARAMETER_ARN': `arn:<AWS::Partition>:ssm:<AWS::Region>:<AWS::AccountId>:parameter${TOKEN}`,
      },
    };
    const statement = { Effect: 'Allow', Action: 'kms:Decrypt', Resource, Condition };
    expect(statementsOf(Template.fromStack(reading), 'Reader')).toContainEqual(statement);
  });

  it('reach another account through a role that it may assume, and that may read', () => {
    const { stack, refresher } = team();
    refresher.token.readerRole(stack, 'Invoicing', { assumedBy: new AccountPrincipal('210987654321') });
    const template = Template.fromStack(stack);
    const Principal = { AWS: 'arn:<AWS::Partition>:iam::210987654321:root' };
    const reads = { Description: Match.stringLikeRegexp('^Reads') };
    expect(only(template, 'AWS::IAM::Role', reads)).toMatchObject({
      AssumeRolePolicyDocument: { Statement: [{ Action: 'sts:AssumeRole', Principal }] },
    });
    expect(statementsOf(template, 'Reads')).toContainEqual(expect.objectContaining({ Action: 'kms:Decrypt' }));
  });

  it('are refused to a role of another account, with the way to go', () => {
    const stack = new Stack(new App(), 'Reading', { env: { account: '123456789012', region: 'ap-south-1' } });
    const foreign = Role.fromRoleArn(stack, 'Foreign', 'arn:aws:iam::210987654321:role/reader');
    const token = byName(stack);
    for (const grant of ['grantRead', 'grantReport'] as const)
      expect(() => token[grant](foreign)).toThrow(/account 210987654321 cannot be granted.*readerRole\(\)/);
  });

  it('stay inside the boundary of the context key of CDK', () => {
    const { template } = deployed(undefined, { '@aws-cdk/core:permissionsBoundary': { name: 'team-boundary' } });
    const boundaries = Object.values(template.findResources('AWS::IAM::Role')).map(({ Properties }) =>
      readable(Properties.PermissionsBoundary),
    );
    const boundary = 'arn:<AWS::Partition>:iam::<AWS::AccountId>:policy/team-boundary';
    expect(boundaries).toEqual([boundary, boundary]);
  });
});

it('in a VPC, the function stands in the private subnets, behind a security group of its own', () => {
  const { VpcConfig } = only(inVpc.template, 'AWS::Lambda::Function', { Runtime: 'nodejs24.x' });
  expect(VpcConfig).toMatchObject({
    SubnetIds: [expect.stringContaining('PrivateSubnet1'), expect.stringContaining('PrivateSubnet2')],
    SecurityGroupIds: [expect.stringContaining('RefresherFunctionSecurityGroup')],
  });
});

// What version 3 finds is in compliance.test.ts.
it('version 2 of cdk-nag finds the reasons where it looks for them: in the metadata of the resources', () => {
  const rules = (type: string) =>
    Object.values(inVpc.template.findResources(type)).flatMap(
      ({ Metadata }): unknown[] => Metadata?.cdk_nag?.rules_to_suppress ?? [],
    );
  expect(rules('AWS::SecretsManager::Secret')).toEqual([
    { id: 'AwsSolutions-SMG4', reason: expect.stringContaining('a person puts new ones') },
  ]);
  expect(rules('AWS::IAM::Role')).toEqual([
    {
      id: 'AwsSolutions-IAM4',
      reason: expect.stringContaining('network interfaces'),
      applies_to: ['Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaENIManagementAccess'],
    },
  ]);
});

describe('alarms', () => {
  const alarm = ({ template }: { template: typeof standard.template }, kind: string) =>
    only(template, 'AWS::CloudWatch::Alarm', { AlarmName: `${kind}${TOKEN}` });

  it.each([
    ['three checks and the time to see them', { checkEvery: Duration.minutes(30) }, 92],
    ['no more than a token has left when it is due', { checkEvery: Duration.minutes(60) }, 120],
    ['no more than the renewal window', { renewalWindow: Duration.minutes(10), checkEvery: Duration.minutes(3) }, 10],
    ['a third of a renewal window', { renewalWindow: Duration.hours(3) }, 60],
  ])('TokenExpiring leaves %s', (_, props, minutesLeft) => {
    expect(timingOfProps(props).pageBelowSeconds).toBe(minutesLeft * 60);
  });

  it('are handed out by their names, for more actions', () => {
    const { alarms } = team(() => ({ credentialsMaxAge: Duration.days(80) })).refresher;
    const fields = Object.entries(alarms).filter(([, value]) => value instanceof Alarm);
    expect(fields.map(([name, { node }]) => [name.toLowerCase(), node.id])).toEqual(
      alarmRules(timingOfProps({}), 1).map(({ kind }) => [kind.toLowerCase(), kind]),
    );
  });

  it.each(['RefreshFailing', 'TokenRejected'])('%s notifies nobody where only page is given', (kind) => {
    expect(alarm(paused, kind)).not.toHaveProperty('AlarmActions');
  });

  it('name the page of the repository as soon as package.json says where that is', () => {
    const [, page = ''] =
      /\nMore: (\S+)#tokenexpiring/.exec(`${alarm(paused, 'TokenExpiring').AlarmDescription}`) ?? [];
    expect(page.startsWith('https://')).toBe('repository' in manifest);
    expect(existsSync(join(ROOT, page.replace(/^https:.*(?=docs\/)/, '')))).toBe(true);
  });

  it('have descriptions that CloudWatch takes, however long the names are', () => {
    const runbookUrl = `https://wiki.example.test/${'r'.repeat(174)}`;
    const { template } = deployed(() => ({
      tokenParameterName: `/${'n'.repeat(199)}`,
      owner: 'o'.repeat(60),
      runbookUrl,
      credentialsMaxAge: Duration.seconds(99_999_999),
    }));
    const lengths = Object.values(template.findResources('AWS::CloudWatch::Alarm')).map(({ Properties }) => {
      const text = String(readable(Properties.AlarmDescription));
      // What is left out is what somebody misses least.
      expect(text).toContain(`\nOwner: ${'o'.repeat(60)}\nRunbook: ${runbookUrl}`);
      expect(text).not.toContain('\nMore:');
      return text.replaceAll(/<AWS::Region>/g, 'ap-southeast-99').replaceAll(/<\w+>/g, 'f'.repeat(64)).length;
    });
    expect(Math.max(...lengths)).toBeLessThanOrEqual(1024);
  });
});

it('paused stops the schedule, lets no report start a tick and silences every alarm', () => {
  for (const type of ['AWS::Scheduler::Schedule', 'AWS::Events::Rule'])
    expect(only(paused.template, type)).toMatchObject({ State: 'DISABLED' });
  const alarms = Object.values(paused.template.findResources('AWS::CloudWatch::Alarm'));
  expect(alarms.map(({ Properties }) => Properties.ActionsEnabled)).toEqual([false, false, false, false]);
});

it.each([
  ['metricSecondsRemaining', METRICS.secondsRemaining, 'Minimum'],
  ['metricCredentialsRefused', METRICS.credentialsRefused, 'Maximum'],
  ['metricTokenRejected', METRICS.tokenRejected, 'Maximum'],
  ['metricCredentialsAge', METRICS.credentialsAge, 'Maximum'],
  ['metricEndpointLatency', METRICS.endpointLatency, 'Maximum'],
] as const)('%s gives %s under the names of the function, every checkEvery', (method, metricName, statistic) => {
  const { period, ...metric } = standard.refresher[method]();
  const dimensions = { [TOKEN_DIMENSION]: TOKEN };
  expect(metric).toMatchObject({ namespace: METRIC_NAMESPACE, metricName, dimensions, statistic });
  expect(period.toMinutes()).toBe(15);
});

describe('the bundle', () => {
  const { folder: root, file } = temporaryFolder();

  it.each([
    ['the source tree', 'source/dist/refresher', 'source/infra'],
    ['the published package', 'package/dist/refresher', 'package/dist/infra'],
  ])('is found in %s', (_, bundle, infra) => {
    mkdirSync(join(root, bundle), { recursive: true });
    file(join(bundle, 'handler.mjs'), '');
    expect(bundleFolder(join(root, infra))).toBe(join(root, bundle));
  });

  it('is asked for when it is missing', () => {
    expect(() => bundleFolder(join(root, 'nothing/infra'))).toThrow('Run: npm run build');
  });
});
