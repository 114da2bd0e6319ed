import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Duration, RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { AccountPrincipal, AnyPrincipal, Effect, PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { ResourcePolicy, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { AwsSolutionsChecks } from 'cdk-nag';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { alarmRules } from '../../infra/alarm-rules.ts';
import { propFaults, propWarnings } from '../../infra/prop-rules.ts';
import { RefreshedToken } from '../../infra/refreshed-token.ts';
import { bundleFolder } from '../../infra/refresher-code.ts';
import { timingOfProps } from '../../infra/timing-props.ts';
import { TokenRefresher } from '../../infra/token-refresher.ts';
import type { TokenRefresherProps } from '../../infra/token-refresher-props.ts';
import { METRIC_NAMESPACE, METRICS, TOKEN_DIMENSION } from '../../lambda/refresher/metric-names.ts';
import { pageCouldComeTooLate, type Timing } from '../../lambda/timing.ts';
import { deployed, LEAST, only, readable, readerIn, statementsOf, TOKEN, team } from './synthesis.ts';

const TOKEN_ARN = `arn:<AWS::Partition>:ssm:<AWS::Region>:<AWS::AccountId>:parameter${TOKEN}`;
const THROUGH_SSM_FOR_THE_TOKEN = {
  StringEquals: {
    'kms:ViaService': 'ssm.<AWS::Region>.amazonaws.com',
    'kms:EncryptionContext:PARAMETER_ARN': TOKEN_ARN,
  },
};

const VPC = { vpcId: 'vpc-0a1b2c3d', availabilityZones: ['ap-south-1a'], privateSubnetIds: ['subnet-0a1b2c3d'] };

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

// What the usual props make stands in docs/contract.md, which contract.test.ts compares; here is what others change.
it.each<[string, Partial<TokenRefresherProps>, string, object]>([
  ['reservedConcurrency', { reservedConcurrency: 1 }, 'AWS::Lambda::Function', { ReservedConcurrentExecutions: 1 }],
  ['logRetention', { logRetention: RetentionDays.ONE_YEAR }, 'AWS::Logs::LogGroup', { RetentionInDays: 365 }],
  [
    'checkEvery, for how long an event of the schedule waits',
    { checkEvery: Duration.minutes(2) },
    'AWS::Scheduler::Schedule',
    { Target: { RetryPolicy: { MaximumRetryAttempts: 3, MaximumEventAgeInSeconds: 120 } } },
  ],
  [
    'checkEvery, for how long an event of the rule waits',
    { checkEvery: Duration.minutes(2) },
    'AWS::Events::Rule',
    { Targets: [{ RetryPolicy: { MaximumRetryAttempts: 3, MaximumEventAgeInSeconds: 120 } }] },
  ],
])('follows %s', (_, props, type, expected) => {
  expect(only(deployed(() => props).template, type)).toMatchObject(expected);
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

describe('the credentials', () => {
  it('take a resource policy as the docstring says', () => {
    const { stack, refresher } = team();
    const policy = new ResourcePolicy(stack, 'Policy', { secret: refresher.credentials });
    const everybody = { principals: [new AnyPrincipal()], actions: ['secretsmanager:*'], resources: ['*'] };
    policy.document.addStatements(new PolicyStatement({ effect: Effect.DENY, ...everybody }));
    expect(only(Template.fromStack(stack), 'AWS::SecretsManager::ResourcePolicy')).toMatchObject({
      SecretId: expect.stringMatching(/^<RefresherCredentials/),
      ResourcePolicy: { Statement: [{ Effect: 'Deny' }] },
    });
  });

  it('can be an existing secret of which six characters are not known', () => {
    const { template } = deployed((stack) => ({
      credentials: Secret.fromSecretPartialArn(
        stack,
        'Existing',
        'arn:aws:secretsmanager:ap-south-1:123456789012:secret:service',
      ),
    }));
    template.resourceCountIs('AWS::SecretsManager::Secret', 0);
    expect(statementsOf(template, 'Refreshes')).toContainEqual({
      Effect: 'Allow',
      Action: 'secretsmanager:GetSecretValue',
      Resource: 'arn:aws:secretsmanager:ap-south-1:123456789012:secret:service-??????',
    });
  });
});

it('takes what settings.md says of the quotas of an account', () => {
  const types = Object.values(standard.template.toJSON().Resources as object).map(({ Type }) => Type);
  const page = readFileSync(join(import.meta.dirname, '../../docs/settings.md'), 'utf8');
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

describe('company rules', () => {
  const company = deployed((stack) => ({
    credentialsEncryptionKey: Key.fromKeyArn(stack, 'SecretKey', 'arn:aws:kms:ap-south-1:123456789012:key/abc'),
    logGroup: LogGroup.fromLogGroupName(stack, 'Logs', 'company/logs'),
    onFailure: new SqsDestination(new Queue(stack, 'Failed')),
  }));

  it('the new secret may have a key of the company, which the function may use through Secrets Manager only', () => {
    const KmsKeyId = 'arn:aws:kms:ap-south-1:123456789012:key/abc';
    expect(only(company.template, 'AWS::SecretsManager::Secret')).toMatchObject({ KmsKeyId });
    expect(statementsOf(company.template, 'Refreshes')).toContainEqual({
      Effect: 'Allow',
      Action: 'kms:Decrypt',
      Resource: KmsKeyId,
      Condition: { StringEquals: { 'kms:ViaService': 'secretsmanager.<AWS::Region>.amazonaws.com' } },
    });
  });

  it('the function may log to a group of the company, and to no other', () => {
    company.template.resourceCountIs('AWS::Logs::LogGroup', 0);
    expect(only(company.template, 'AWS::Lambda::Function')).toMatchObject({
      LoggingConfig: { LogGroup: 'company/logs' },
    });
    expect(statementsOf(company.template, 'Refreshes')).toContainEqual(
      expect.objectContaining({
        Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        Resource: expect.stringContaining('log-group:company/logs'),
      }),
    );
  });

  it('a record of each failed run may go to a queue', () => {
    expect(only(company.template, 'AWS::Lambda::EventInvokeConfig')).toMatchObject({
      DestinationConfig: { OnFailure: { Destination: expect.stringMatching(/^<Failed/) } },
      MaximumRetryAttempts: 0,
    });
  });

  it('the rule for reports may be left out: the bus of an account has 300', () => {
    const { template } = deployed(() => ({ reportRule: false }));
    template.resourceCountIs('AWS::Events::Rule', 0);
    template.resourceCountIs('AWS::Lambda::Permission', 0);
  });
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
  it('come from no managed policy outside of a VPC', () => {
    const roles = Object.values(standard.template.findResources('AWS::IAM::Role'));
    expect(roles.filter(({ Properties }) => 'ManagedPolicyArns' in Properties)).toEqual([]);
  });

  it('name every action and resource: no wildcard stands in any policy of a role', () => {
    expect(JSON.stringify(standard.template.findResources('AWS::IAM::Policy'))).not.toContain('*');
  });

  it('to write can be granted by nobody who has the token: a reader could grant them to itself', () => {
    const { stack, refresher } = team();
    const grants = (token: object) =>
      Object.getOwnPropertyNames(Object.getPrototypeOf(token)).filter((one) => /^grant/.test(one));
    for (const token of [refresher.token, RefreshedToken.fromParameterName(stack, 'Token', TOKEN)])
      expect(grants(token)).toEqual(['grantRead', 'grantReport']);
  });

  it('let a reader of another stack of the app read, under the very key', () => {
    const { stack, refresher } = team();
    const reading = new Stack(stack.node.root, 'Reading');
    refresher.token.grantRead(readerIn(reading));
    expect(statementsOf(Template.fromStack(reading), 'Reader')).toContainEqual(
      expect.objectContaining({
        Action: 'kms:Decrypt',
        Resource: { 'Fn::ImportValue': expect.stringMatching(/^Team:ExportsOutputFnGetAttRefresherKey/) },
      }),
    );
  });

  it('let a reader that knows the name alone decrypt under any key of the account, but this token only', () => {
    const stack = new Stack(new App(), 'Reading');
    RefreshedToken.fromParameterName(stack, 'Token', TOKEN).grantRead(readerIn(stack));
    expect(statementsOf(Template.fromStack(stack), 'Reader')).toContainEqual({
      Effect: 'Allow',
      Action: 'kms:Decrypt',
      Resource: 'arn:<AWS::Partition>:kms:<AWS::Region>:<AWS::AccountId>:key/????????????????????????????????????',
      Condition: THROUGH_SSM_FOR_THE_TOKEN,
    });
  });

  it('are held to one key where the reader knows it', () => {
    const stack = new Stack(new App(), 'Reading');
    const encryptionKey = Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:ap-south-1:123456789012:key/abc');
    const token = RefreshedToken.fromParameterName(stack, 'Token', TOKEN, { encryptionKey });
    token.readerRole(stack, 'Role', { assumedBy: new AccountPrincipal('210987654321') });
    expect(statementsOf(Template.fromStack(stack), 'Reads')).toContainEqual(
      expect.objectContaining({ Action: 'kms:Decrypt', Resource: 'arn:aws:kms:ap-south-1:123456789012:key/abc' }),
    );
  });

  it('reach another account through a role that it may assume', () => {
    const { stack, refresher } = team();
    refresher.token.readerRole(stack, 'Invoicing', { assumedBy: new AccountPrincipal('210987654321') });
    expect(
      only(Template.fromStack(stack), 'AWS::IAM::Role', { Description: Match.stringLikeRegexp('^Reads') }),
    ).toMatchObject({
      AssumeRolePolicyDocument: {
        Statement: [{ Action: 'sts:AssumeRole', Principal: { AWS: 'arn:<AWS::Partition>:iam::210987654321:root' } }],
      },
    });
  });

  it('are refused to a role of another account, with the way to go', () => {
    const stack = new Stack(new App(), 'Reading', { env: { account: '123456789012', region: 'ap-south-1' } });
    const foreign = Role.fromRoleArn(stack, 'Foreign', 'arn:aws:iam::210987654321:role/reader');
    const token = RefreshedToken.fromParameterName(stack, 'Token', TOKEN);
    expect(() => token.grantRead(foreign)).toThrow(/account 210987654321 cannot be granted.*readerRole\(\)/);
    expect(() => token.grantReport(foreign)).toThrow(/account 210987654321 cannot be granted.*readerRole\(\)/);
  });

  it('stay inside the boundary of the context key of CDK', () => {
    const { template } = deployed(undefined, { '@aws-cdk/core:permissionsBoundary': { name: 'team-boundary' } });
    const boundaries = Object.values(template.findResources('AWS::IAM::Role')).map(({ Properties }) =>
      readable(Properties.PermissionsBoundary),
    );
    expect(boundaries).toHaveLength(2);
    expect(new Set(boundaries)).toEqual(new Set(['arn:<AWS::Partition>:iam::<AWS::AccountId>:policy/team-boundary']));
  });
});

describe('the key', () => {
  it('can be shared', () => {
    const { template } = deployed((stack) => ({
      encryptionKey: Key.fromKeyArn(stack, 'Shared', 'arn:aws:kms:ap-south-1:123456789012:key/abc'),
    }));
    template.resourceCountIs('AWS::KMS::Key', 0);
    expect(statementsOf(template, 'Refreshes')).toContainEqual(
      expect.objectContaining({ Action: 'kms:Encrypt', Resource: 'arn:aws:kms:ap-south-1:123456789012:key/abc' }),
    );
  });
});

describe('in a VPC', () => {
  it('the function stands in the private subnets, behind a security group of its own', () => {
    const { VpcConfig } = only(inVpc.template, 'AWS::Lambda::Function', { Runtime: 'nodejs24.x' });
    expect(VpcConfig).toMatchObject({
      SubnetIds: [expect.stringContaining('PrivateSubnet1'), expect.stringContaining('PrivateSubnet2')],
      SecurityGroupIds: [expect.stringContaining('RefresherFunctionSecurityGroup')],
    });
  });
});

describe('cdk-nag in the app of whoever uses the construct', () => {
  it('version 3 has nothing to say about it, in a VPC too, nor about a role that was granted the token', () => {
    const { stack } = team((stack) => ({ vpc: Vpc.fromVpcAttributes(stack, 'Vpc', VPC) }));
    const token = RefreshedToken.fromParameterName(stack, 'Token', TOKEN);
    const reader = readerIn(stack);
    token.grantRead(reader);
    token.grantReport(reader);
    expect(new AwsSolutionsChecks(stack).validateScope(stack).violations).toEqual([]);
    const careless = new Bucket(stack, 'Careless');
    expect(new AwsSolutionsChecks(stack).validateScope(careless).violations).not.toEqual([]);
  });

  it('version 2 finds the reasons where it looks for them: in the metadata of the resources', () => {
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
});

describe('alarms', () => {
  const alarm = ({ template }: { template: typeof standard.template }, kind: string) =>
    only(template, 'AWS::CloudWatch::Alarm', { AlarmName: `${kind}${TOKEN}` });

  it.each([
    ['three checks and the time to see them', { checkEvery: Duration.minutes(30) }, 92],
    ['no more than a token has left when it is due', { checkEvery: Duration.minutes(60) }, 120],
    ['no more than the renewal window', { renewalWindow: Duration.minutes(10), checkEvery: Duration.minutes(3) }, 10],
    ['a third of a renewal window', { renewalWindow: Duration.hours(3) }, 60],
  ])('TokenExpiring leaves %s', (_, timing, minutesLeft) => {
    const { template } = deployed(() => timing);
    expect(alarm({ template }, 'TokenExpiring')).toMatchObject({ Threshold: minutesLeft * 60 });
  });

  it.each(['RefreshFailing', 'TokenRejected'])(
    '%s notifies nobody where only page is given: it wakes no one',
    (kind) => {
      expect(alarm(paused, kind)).not.toHaveProperty('AlarmActions');
    },
  );

  it('name the page of the repository as soon as package.json says where that is', () => {
    const root = join(import.meta.dirname, '../..');
    const { repository } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const [, page = ''] =
      /\nMore: (\S+)#tokenexpiring/.exec(`${alarm(paused, 'TokenExpiring').AlarmDescription}`) ?? [];
    expect(page.startsWith('https://')).toBe(repository !== undefined);
    expect(existsSync(join(root, page.replace(/^https:.*(?=docs\/)/, '')))).toBe(true);
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
  expect(only(paused.template, 'AWS::Scheduler::Schedule')).toMatchObject({ State: 'DISABLED' });
  expect(only(paused.template, 'AWS::Events::Rule')).toMatchObject({ State: 'DISABLED' });
  const alarms = Object.values(paused.template.findResources('AWS::CloudWatch::Alarm'));
  expect(alarms.map(({ Properties }) => Properties.ActionsEnabled)).toEqual([false, false, false, false]);
});

describe('metrics', () => {
  it.each([
    ['metricSecondsRemaining', METRICS.secondsRemaining, 'Minimum'],
    ['metricCredentialsRefused', METRICS.credentialsRefused, 'Maximum'],
    ['metricTokenRejected', METRICS.tokenRejected, 'Maximum'],
    ['metricCredentialsAge', METRICS.credentialsAge, 'Maximum'],
    ['metricEndpointLatency', METRICS.endpointLatency, 'Maximum'],
  ] as const)('%s gives %s under the names of the function, every checkEvery', (method, metricName, statistic) => {
    const metric = standard.refresher[method]();
    expect(metric).toMatchObject({
      namespace: METRIC_NAMESPACE,
      metricName,
      dimensions: { [TOKEN_DIMENSION]: TOKEN },
      statistic,
    });
    expect(metric.period.toMinutes()).toBe(15);
  });
});

describe('props', () => {
  const minutes = Duration.minutes;
  it.each<[string, Partial<TokenRefresherProps>, RegExp]>([
    [
      'an endpoint that is no address',
      { endpoint: 'soap.example.test' },
      /endpoint is "soap\.example\.test": give the whole https/,
    ],
    ['an endpoint of another scheme', { endpoint: 'ftp://soap.example.test' }, /endpoint is "ftp:/],
    ['an endpoint with white space', { endpoint: 'https://soap.example.test/ api' }, /endpoint is/],
    ['an endpoint that is unknown at synth', { endpoint: Token.asString({ Ref: 'Endpoint' }) }, /known at synth/],
    ['a SOAP action in quotation marks', { soapAction: '"urn:server"' }, /soapAction is .*quotation marks/],
    [
      'a parameter name that is unknown at synth',
      { tokenParameterName: Token.asString({ Ref: 'Name' }) },
      /tokenParameterName/,
    ],
    ['a parameter name with 15 levels', { tokenParameterName: '/a'.repeat(15) }, /at most 14 levels/],
    ['a parameter name that SSM keeps for itself', { tokenParameterName: '/aws/token' }, /SSM keeps names/],
    ['half seconds', { tokenLifetime: Duration.millis(14_400_500) }, /tokenLifetime is .*whole seconds/],
    ['a duration of nothing', { refreshEvery: Duration.seconds(0) }, /refreshEvery is .*from 1 to/],
    ['an age of nothing', { credentialsMaxAge: Duration.seconds(0) }, /credentialsMaxAge is .*from 1 to/],
    [
      'a duration that is unknown at synth',
      { refreshEvery: Duration.seconds(Token.asNumber({ Ref: 'Seconds' })) },
      /refreshEvery is .*literal/,
    ],
    [
      'checks that no alarm can watch',
      { checkEvery: Duration.hours(9), refreshEvery: Duration.hours(9), tokenLifetime: Duration.days(3) },
      /checkEvery is 9 hours: .*at most 8 hours/,
    ],
    [
      'checks rarer than refreshing',
      { checkEvery: minutes(30), refreshEvery: minutes(20) },
      /checkEvery is 30 minutes: make it at most refreshEvery/,
    ],
    [
      'a renewal window longer than the token',
      { renewalWindow: Duration.hours(5) },
      /renewalWindow is 5 hours: make it at most tokenLifetime/,
    ],
    [
      'fewer than three checks in the renewal window',
      { renewalWindow: minutes(44) },
      /checkEvery is 15 minutes: make it at most a third of renewalWindow/,
    ],
    ['a runbook that is no address', { runbookUrl: 'the wiki' }, /runbookUrl is "the wiki"/],
    ['a runbook address of 201 characters', { runbookUrl: `https://${'r'.repeat(193)}` }, /at most 200 characters/],
    ['reserving half a run', { reservedConcurrency: 1.5 }, /reservedConcurrency is 1.5/],
  ])('refuse %s', (_, props, message) => {
    expect(() => new TokenRefresher(new Stack(), 'Refresher', { ...LEAST, ...props } as TokenRefresherProps)).toThrow(
      message,
    );
  });

  it('refuse everything that is wrong in one error', () => {
    const props = { ...LEAST, endpoint: 'here', tokenParameterName: 'token', checkEvery: Duration.seconds(90) };
    expect(() => new TokenRefresher(new Stack(), 'Refresher', props)).toThrow(
      /^TokenRefresher Default\/Refresher: 3 faults\n {2}- endpoint .*\n {2}- tokenParameterName .*\n {2}- checkEvery .*$/,
    );
  });

  it('are not compared with a duration that is wrong for itself', () => {
    const faults = propFaults({ ...LEAST, refreshEvery: Duration.seconds(0) });
    expect(faults.map(({ names: [name] }) => name)).toEqual(['refreshEvery']);
  });

  it.each(['http://erin:hunter2@soap.example.test', 'https://erin:hunter 2@soap.example.test'])(
    'do not repeat a password that stands in the endpoint',
    (endpoint) => {
      const create = () => new TokenRefresher(new Stack(), 'Refresher', { ...LEAST, endpoint });
      expect(create).toThrow('endpoint is "(not shown)"');
      expect(create).not.toThrow('hunter');
    },
  );

  it('take the edges of what is allowed', () => {
    const atTheEdges: readonly Partial<TokenRefresherProps>[] = [
      { checkEvery: minutes(60), refreshEvery: minutes(120) },
      { checkEvery: minutes(1) },
      { loginsPerDay: 14 },
      { checkEvery: Duration.hours(8), refreshEvery: Duration.hours(8), tokenLifetime: Duration.hours(24) },
      { renewalWindow: minutes(45) },
      { tokenParameterName: '/a'.repeat(14) },
      { endpoint: 'http://soap.example.test', allowHttp: true },
    ];
    expect(atTheEdges.flatMap((props) => propFaults({ ...LEAST, ...props }))).toEqual([]);
  });

  it('are advised so that a page cannot come after the token has expired', () => {
    const warnings = (checkEvery: Duration) => propWarnings({ ...LEAST, checkEvery }).map(([, { remedy }]) => remedy);
    expect(warnings(minutes(35))).toEqual([expect.stringMatching(/Make checkEvery at most 30 minutes$/)]);
    expect(warnings(minutes(30))).toEqual([]);
  });

  const timings = fc.record(
    {
      tokenLifetime: fc.integer({ min: 1, max: 3000 }).map(minutes),
      refreshEvery: fc.integer({ min: 1, max: 1500 }).map(minutes),
      checkEvery: fc.integer({ min: 1, max: 500 }).map(minutes),
      renewalWindow: fc.integer({ min: 1, max: 1500 }).map(minutes),
    },
    { requiredKeys: [] },
  );
  const accepted = timings.filter((timing) => propFaults({ ...LEAST, ...timing }).length === 0).map(timingOfProps);

  it.each<[string, (timing: Timing) => boolean]>([
    [
      'let no single failed tick cost a token: due just after a tick, failed on the next, replaced by the one after',
      ({ replacedAfterSeconds, checkEverySeconds, tokenLifetimeSeconds }) =>
        replacedAfterSeconds + 2 * checkEverySeconds <= tokenLifetimeSeconds,
    ],
    [
      'page while the token lives, if not warned of: three ticks and two minutes after it falls below the threshold',
      (timing) => pageCouldComeTooLate(timing) || timing.pageBelowSeconds - 3 * timing.checkEverySeconds - 120 >= 0,
    ],
    [
      'never page for a token that is not due yet',
      ({ pageBelowSeconds, replacedAfterSeconds, tokenLifetimeSeconds }) =>
        pageBelowSeconds <= tokenLifetimeSeconds - replacedAfterSeconds,
    ],
    [
      'give alarms that CloudWatch takes',
      (timing) =>
        alarmRules(timing, 1).every(
          ({ periodSeconds, evaluationPeriods }) =>
            periodSeconds % 60 === 0 &&
            periodSeconds <= 86_400 &&
            periodSeconds * evaluationPeriods <= (periodSeconds < 3600 ? 86_400 : 604_800),
        ),
    ],
  ])('that are taken %s', (_, law) => {
    fc.assert(fc.property(accepted, law));
  });
});

describe('the bundle', () => {
  const root = mkdtempSync(join(tmpdir(), 'bundle-'));
  afterAll(() => rmSync(root, { recursive: true }));
  const bundleAt = (path: string) => {
    mkdirSync(join(root, path), { recursive: true });
    writeFileSync(join(root, path, 'handler.mjs'), '');
    return join(root, path);
  };

  it('is found in the source tree', () => {
    const folder = bundleAt('source/dist/refresher');
    expect(bundleFolder(join(root, 'source/infra'))).toBe(folder);
  });

  it('is found in the published package', () => {
    const folder = bundleAt('package/dist/refresher');
    expect(bundleFolder(join(root, 'package/dist/infra'))).toBe(folder);
  });

  it('is asked for when it is missing', () => {
    expect(() => bundleFolder(join(root, 'nothing/infra'))).toThrow('Run: npm run build');
  });
});
