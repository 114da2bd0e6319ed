import { spawnSync } from 'node:child_process';
import { App, type Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { describe, expect, it, vi } from 'vitest';
import cdkJson from '../../../cdk.json' with { type: 'json' };
import { addDashboards, dashboardUrl } from '../../../infra/app/dashboard-stack.ts';
import { readSettings } from '../../../infra/app/read-settings.ts';
import { blocks } from '../../pages.ts';
import { worlds } from '../../refresher/world.ts';
import { environmentOf, only, readable } from '../synthesis.ts';
import { appWith, faultsOf, LEAST_SETTINGS as LEAST, stackOf, stacksOf } from './app-with.ts';
import { ALL, ON_CALL, VPC } from './every-setting.ts';

interface Written {
  readonly _aws: {
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: string }[];
    }[];
  };
}

interface Widget {
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>> & { readonly metrics?: readonly (readonly unknown[])[] };
}

const NAMED = { tokenParameterName: '/service/token' };

const templateOf = (app: App, id: string) => Template.fromStack(stackOf(app, id));
const stackNames = (app: App) => stacksOf(app).map(({ stackName }) => stackName);

/** The outputs of a stack, in which the names of resources are readable. */
function outputsOf(app: App, id: string): Readonly<Record<string, unknown>> {
  const outputs = Object.entries(templateOf(app, id).findOutputs('*'));
  return Object.fromEntries(outputs.map(([name, { Value }]) => [name, readable(Value)]));
}

function alarmsOf(template: Template) {
  return Object.values(template.findResources('AWS::CloudWatch::Alarm')).map(({ Properties }) => Properties);
}

/** The widgets of the dashboard in a stack. */
function widgetsOf(stack: Stack): readonly Widget[] {
  const { DashboardBody } = only(Template.fromStack(stack), 'AWS::CloudWatch::Dashboard');
  return JSON.parse(String(readable(DashboardBody))).widgets;
}

// With CDK's own validator of CloudFormation, which an error ends. The tests of all else do without (vitest.config.ts).
vi.stubEnv('CDK_VALIDATION', 'true');
const everything = appWith({ billing: ALL, service: LEAST });
const full = templateOf(everything, 'TokenRefresher-billing');
vi.unstubAllEnvs();
const shipped = appWith(cdkJson.context.tokens);

describe('the app as it is shipped', () => {
  it('makes one stack for the documented staging service, and one for the dashboard', () => {
    expect(stackNames(shipped)).toEqual(['TokenRefresher-masters-india-staging', 'TokenRefresher-dashboard']);
  });

  it('prints what a person types next', () => {
    const parameter = '/masters-india-staging/access-token';
    const text = '--query Parameter.Value --output text';
    expect(outputsOf(shipped, 'TokenRefresher-masters-india-staging')).toEqual({
      PutCredentials: expect.stringMatching(
        /^aws --region <AWS::Region> secretsmanager put-secret-value --secret-id <RefresherCredentials\w+> --secret-string file:\/\/credentials.json$/,
      ),
      CredentialsFile: '{"username":"...","password":"...","client_id":"...","client_secret":"..."}',
      TokenParameter: parameter,
      TokenKey: expect.stringMatching(/^<RefresherKey\w+\.Arn>$/),
      ReadToken: `aws --region <AWS::Region> ssm get-parameter --name ${parameter} --with-decryption ${text}`,
      ShowStatus: `aws --region <AWS::Region> ssm get-parameters --names ${parameter}/status ${parameter}/attempt --query 'Parameters[].Value' --output text`,
      RefreshNow: expect.stringMatching(
        /^aws --region <AWS::Region> lambda invoke --function-name <RefresherFunction\w+> --cli-read-timeout 90 .* --payload '\{"force":true\}' \/dev\/stdout$/,
      ),
      Dashboard:
        'https://<AWS::Region>.console.aws.amazon.com/cloudwatch/home?region=<AWS::Region>#dashboards/dashboard/TokenRefresher',
    });
  });
});

describe('the outputs', () => {
  const page = 'erin@example.test';
  const KINDS = { TestPage: 'CredentialsRefused', TestTicket: 'TokenRejected' };
  it.each<[string, object, readonly (keyof typeof KINDS)[]]>([
    ['one for each severity', { alarmActions: { page, ticket: page } }, ['TestPage', 'TestTicket']],
    ['one for pages alone', { alarmActions: { page } }, ['TestPage']],
    ['none where nobody would be notified', {}, []],
    ['none while all is paused', { alarmActions: { page }, paused: true }, []],
  ])('have commands that fire an alarm: %s', (_, settings, tests) => {
    const outputs = outputsOf(appWith({ service: { ...LEAST, ...settings } }), 'TokenRefresher-service');
    const command = (kind: string) =>
      `aws --region <AWS::Region> cloudwatch set-alarm-state --alarm-name ${kind}/service/access-token --state-value ALARM --state-reason 'A test: nothing is wrong'`;
    expect(Object.entries(outputs).filter(([name]) => name.startsWith('Test'))).toEqual(
      tests.map((name) => [name, command(KINDS[name])]),
    );
  });

  it('name alarms that exist, have no warm-up, and notify whom the test is for', () => {
    const mail = expect.stringMatching(/:sns:.*:TokenRefresher-team-example-test-[0-9a-f]{8}$/);
    for (const [kind, target] of [
      ['CredentialsRefused', ON_CALL],
      ['TokenRejected', mail],
    ] as const) {
      const alarm = only(full, 'AWS::CloudWatch::Alarm', { AlarmName: `${kind}/billing/token` });
      expect(alarm).toMatchObject({ AlarmActions: [target] });
      expect(alarm).not.toHaveProperty('WarmUpConfiguration');
    }
  });
});

describe('cdk-nag', () => {
  it.each(Object.entries({ shipped, everything }))('has nothing to say about the app %s', (_, app) => {
    expect(() => app.synth({ force: true })).not.toThrow();
  });

  it('does look: a bucket without any protection does not pass', () => {
    const app = appWith({ service: LEAST });
    new Bucket(stackOf(app, 'TokenRefresher-service'), 'Careless');
    expect(() => app.synth()).toThrow(/[Vv]alidation/);
  });
});

describe('settings', () => {
  it('reach the stack, and every resource that takes tags, the schedule group among them', () => {
    const { terminationProtection, tags } = stackOf(everything, 'TokenRefresher-billing');
    expect([terminationProtection, tags.tagValues()]).toEqual([true, { team: 'billing' }]);
    for (const type of ['AWS::Scheduler::ScheduleGroup', 'AWS::Lambda::Function', 'AWS::Logs::LogGroup'])
      expect(only(full, type)).toMatchObject({ Tags: [{ Key: 'team', Value: 'billing' }] });
  });

  it('reach function, log and alarms', () => {
    expect(environmentOf({ template: full })).toMatchObject({
      CREDENTIALS_SECRET_ID: ALL.credentialsSecretArn,
      TOKEN_ENDPOINT: ALL.endpoint,
      TOKEN_PARAMETER_NAME: '/billing/token',
      TOKEN_KMS_KEY_ID: ALL.encryptionKeyArn,
      REFRESH_EVERY_SECONDS: '5400',
      CHECK_EVERY_SECONDS: '600',
      TOKEN_LIFETIME_SECONDS: '21600',
      RENEWAL_WINDOW_SECONDS: '3600',
      SOAP_ACTION: ALL.soapAction,
    });
    const { subnetIds: SubnetIds, securityGroupIds: SecurityGroupIds } = VPC;
    expect(only(full, 'AWS::Lambda::Function')).toMatchObject({ VpcConfig: { SubnetIds, SecurityGroupIds } });
    expect(only(full, 'AWS::Logs::LogGroup')).toMatchObject({ RetentionInDays: 90 });
    expect(JSON.stringify(alarmsOf(full))).toContain('https://wiki.example.test/token');
  });

  it('name a service, and the output says what its secret holds, under a key of the company', () => {
    const app = appWith({ tax: { ...LEAST, service: 'finanzonline', credentialsKeyArn: ALL.credentialsKeyArn } });
    expect(outputsOf(app, 'TokenRefresher-tax').CredentialsFile).toBe(
      '{"tid":"...","benid":"...","pin":"...","herstellerid":"..."}',
    );
    const secret = only(templateOf(app, 'TokenRefresher-tax'), 'AWS::SecretsManager::Secret');
    expect(secret).toMatchObject({ KmsKeyId: ALL.credentialsKeyArn });
  });

  it('make a mail of an address: alarms of the account may publish to its topic, by TLS only', () => {
    const mail = templateOf(everything, 'TokenRefresher-mail');
    mail.hasResourceProperties('AWS::SNS::Subscription', { Protocol: 'email', Endpoint: 'team@example.test' });
    const publishing = { Action: 'sns:Publish', Resource: expect.stringMatching(/^<team\w+>$/) };
    const byTls = { Bool: { 'aws:SecureTransport': 'false' } };
    const ofAccount = { StringEquals: { 'aws:SourceAccount': '<AWS::AccountId>' } };
    const Principal = { Service: 'cloudwatch.amazonaws.com' };
    expect(only(mail, 'AWS::SNS::TopicPolicy').PolicyDocument).toMatchObject({
      Statement: [
        { ...publishing, Effect: 'Deny', Condition: byTls },
        { ...publishing, Effect: 'Allow', Principal, Condition: ofAccount },
      ],
    });
  });

  it('make one topic of an address, whatever tokens and severities notify it, with one mail to confirm', () => {
    const [erin, team] = ['erin@example.test', 'team@example.test'];
    const tokens = {
      one: { ...LEAST, alarmActions: { page: erin, ticket: erin } },
      two: { ...LEAST, alarmActions: { page: erin, ticket: team } },
      three: LEAST,
    };
    const app = appWith(tokens, { prefix: 'billing' });
    const mail = templateOf(app, 'billing-TokenRefresher-mail');
    const names = Object.values(mail.findResources('AWS::SNS::Topic')).map(({ Properties }) => Properties.TopicName);
    expect(names).toEqual([
      expect.stringMatching(/^billing-TokenRefresher-erin-example-test-[0-9a-f]{8}$/),
      expect.stringMatching(/^billing-TokenRefresher-team-example-test-[0-9a-f]{8}$/),
    ]);
    mail.resourceCountIs('AWS::SNS::Subscription', 2);
    const notified = Object.keys(tokens).map((name) => {
      const stack = stackOf(app, `billing-TokenRefresher-${name}`);
      const actions = alarmsOf(Template.fromStack(stack)).flatMap(({ AlarmActions = [] }) => readable(AlarmActions));
      const topics = actions.map((arn) => names.indexOf(String(arn).split(':').at(-1)));
      return [[...new Set(topics)].toSorted(), stack.dependencies.map(({ stackName }) => stackName)];
    });
    // Each stack waits for the topics, and holds no reference to them.
    const waits = ['billing-TokenRefresher-mail'];
    expect(notified).toEqual([
      [[0], waits],
      [[0, 1], waits],
      [[], []],
    ]);
    expect(stackNames(shipped)).not.toContain('TokenRefresher-mail');
  });

  it('give the stacks of dashboard and mail the tags that all tokens share', () => {
    const alarmActions = { page: 'erin@example.test' };
    const app = appWith({
      one: { ...LEAST, alarmActions, tags: { team: 'billing', cost: '1', stage: 'dev' } },
      two: { ...LEAST, tags: { team: 'billing', cost: '2' } },
    });
    for (const [name, type] of [
      ['TokenRefresher-dashboard', 'AWS::CloudWatch::Dashboard'],
      ['TokenRefresher-mail', 'AWS::SNS::Topic'],
    ] as const) {
      const stack = stackOf(app, name);
      expect(stack.tags.tagValues()).toEqual({ team: 'billing' });
      expect(only(Template.fromStack(stack), type)).toMatchObject({ Tags: [{ Key: 'team', Value: 'billing' }] });
    }
  });

  const elsewhere = (service: string, resource: string) => `arn:aws:${service}:eu-west-1:123456789012:${resource}`;
  const topic = elsewhere('sns', 'on-call');
  const ELSEWHERE = {
    'alarmActions.page': { alarmActions: { page: topic } },
    'alarmActions.ticket': { alarmActions: { page: 'erin@example.test', ticket: topic } },
    credentialsSecretArn: { credentialsSecretArn: elsewhere('secretsmanager', 'secret:s-a1B2c3') },
    encryptionKeyArn: { encryptionKeyArn: elsewhere('kms', 'key/1') },
  };

  it('refuse a foreign secret without its key where cdk alone knows the account', () => {
    vi.stubEnv('CDK_DEFAULT_ACCOUNT', '111111111111');
    const [, ...faults] = faultsOf({ service: { ...LEAST, ...ELSEWHERE.credentialsSecretArn } });
    vi.unstubAllEnvs();
    expect(faults).toEqual([
      expect.stringMatching(/credentialsSecretArn is "arn:.*": give its key too: account 1{12} /),
    ]);
  });

  const duration = /use a whole number and a unit: "90 seconds", "15 minutes", "4 hours", "1 day"$/;
  const alarms = /say whom the alarms notify/;
  const vpc = /give \{ "vpcId"/;
  const didYouMean = (meant: string) => new RegExp(`there is no such setting; did you mean ${meant}\\?`);
  it.each<[string, string, unknown, RegExp]>([
    ['allowHttp as text', 'allowHttp', 'true', /use true or false/],
    ['a secret by its name', 'credentialsSecretArn', 'service', /give the complete ARN/],
    ['a key by its alias', 'credentialsKeyArn', 'alias/mine', /give the ARN of the key/],
    ['a bare number of seconds', 'tokenLifetime', 14_400, duration],
    ['an ISO 8601 duration', 'checkEvery', 'PT15M', duration],
    ['alarms without a page', 'alarmActions', { ticket: 'team@example.test' }, alarms],
    ['an alarm for somebody unknown', 'alarmActions', { page: 'erin' }, alarms],
    ['a misspelt ticket', 'alarmActions', { page: 'erin@example.test', tiket: 1 }, didYouMean('ticket')],
    ['a ticket for somebody unknown', 'alarmActions', { page: 'erin@example.test', ticket: 1 }, alarms],
    ['reserving "one"', 'reservedConcurrency', 'one', /use a whole number/],
    ['31 days of log', 'logRetention', '31 days', /use a time that CloudWatch Logs offers, in days: 1, 3, .* 30, /],
    ['a VPC without subnets', 'vpc', { ...VPC, subnetIds: [] }, vpc],
    ['a subnet that is none', 'vpc', { ...VPC, subnetIds: ['sg-0a1b2c3d'] }, vpc],
    ['a security group that is none', 'vpc', { ...VPC, securityGroupIds: ['default'] }, vpc],
    ['a misspelt setting of the VPC', 'vpc', { ...VPC, subnets: [] }, didYouMean('subnetIds')],
    ['a tag that is no text', 'tags', { team: 1 }, /use at most 256 letters/],
    ['a tag of 257 letters', 'tags', { team: 'x'.repeat(257) }, /use at most 256 letters/],
    ['a key of 129 letters', 'tags', { ['x'.repeat(129)]: 'x' }, /use at most 128 letters/],
    [
      '51 tags',
      'tags',
      Object.fromEntries([...Array(51).keys()].map((key) => [`key${key}`, ''])),
      /give an object of at most 50/,
    ],
    ['a tag that AWS keeps for itself', 'tags', { 'aws:team': 'x' }, /use at most 128 letters/],
    ['null', 'runbookUrl', null, /use text/],
    ['a setting from nowhere', 'colour', 'red', /there is no such setting; remove it/],
  ])('refuse %s (%s)', (_, name, value, remedy) => {
    expect(faultsOf({ service: { ...LEAST, [name]: value } })).toEqual([
      'cdk.json, context: 1 fault',
      expect.stringMatching(new RegExp(`^  - tokens\\.service\\.${name}[\\w.:]* is .*: ${remedy.source}`)),
    ]);
  });

  const badNames = ['', 'under_score', '-dash', 'a.b', 'dashboard', 'dashboard-2', 'mail', 'x'.repeat(101)];
  const late = { dev: { tokens: { service: { checkEvery: '61 minutes' } } } };
  const twoRegions = { ...LEAST, credentialsSecretArn: ALL.credentialsSecretArn, ...ELSEWHERE['alarmActions.page'] };
  type Refused = [RegExp, unknown, object?];
  it.each<Refused>([
    ...[undefined, {}, [], 'text', null].map(
      (none) => [/^tokens is .*: describe at least one token/, none] satisfies Refused,
    ),
    ...[5, 'text', [], null].map(
      (none) => [/^tokens\.one is .*: give an object of settings$/, { one: none }] satisfies Refused,
    ),
    ...badNames.map((name) => [/: name the token with letters/, { [name]: { ...LEAST, ...NAMED } }] satisfies Refused),
    ...['a_b', '1a', 'a-', 'a--b', 'x'.repeat(41), 7].map(
      (prefix) => [/^prefix is .*: use at most 40 letters/, { service: LEAST }, { prefix }] satisfies Refused,
    ),
    [/^prefx is "billing": there is no such setting; did you mean prefix\?$/, { service: LEAST }, { prefx: 'billing' }],
    [/^dashboard is false: leave it out, or say "none"$/, { service: LEAST }, { dashboard: false }],
    [/credentialsSecretArn is .*: use one of eu-west-1, the region of alarmActions\.page$/, { service: twoRegions }],
    ...Object.entries(ELSEWHERE).map(([setting, settings]) => {
      const stages = { prod: { region: 'ap-south-1', tokens: { service: settings } } };
      const fault = `^stages\\.prod\\.tokens\\.service\\.${setting} is "arn:.*": use one of ap-south-1, the region of the stack$`;
      return [new RegExp(fault), { service: LEAST }, { stages, stage: 'prod' }] satisfies Refused;
    }),
    // Where it stands, though it does not go together with what is described once.
    [/^stages\.dev\.tokens\.service\.checkEvery is .*one failed/, { service: LEAST }, { stages: late, stage: 'dev' }],
  ])('refuse with %s alone: %j %j', (fault, tokens, others) => {
    expect(faultsOf(tokens, others).map((line) => line.replace(/^ {2}- /, ''))).toEqual([
      'cdk.json, context: 1 fault',
      expect.stringMatching(fault),
    ]);
  });

  it('refuse a token that is no object', () => {
    expect(faultsOf({ service: 'https://soap.example.test' })[1]).toMatch(/tokens\.service is .*: give an object/);
  });

  it('are not compared with what could not be read', () => {
    expect(faultsOf({ service: { ...LEAST, tokenLifetime: 'long', checkEvery: '3 hours' } })).toHaveLength(3);
  });
});

describe('two apps in one account and region', () => {
  /** The fixed names that CloudFormation would have to make for an app: of stacks, and of what stands in them. */
  const namesOf = (app: App) =>
    stacksOf(app).flatMap((stack) => {
      const text = JSON.stringify(Template.fromStack(stack).toJSON());
      const fixed = /"(?:AlarmName|LogGroupName|DashboardName|TokenParameter":\{"Value)":"([^"]+)"/g;
      return [stack.stackName, ...[...text.matchAll(fixed)].map(([, name = '']) => name)];
    });
  const plain = namesOf(appWith({ service: LEAST }));

  it('share no name where their prefixes differ', () => {
    const [billing, sales] = ['billing', 'sales'].map((prefix) => namesOf(appWith({ service: LEAST }, { prefix })));
    expect(new Set([...plain, ...(billing ?? []), ...(sales ?? [])]).size).toBe(3 * plain.length);
    expect(billing).toEqual(
      expect.arrayContaining([
        'billing-TokenRefresher-service',
        'billing-TokenRefresher-dashboard',
        'billing-TokenRefresher',
        '/billing/service/access-token',
        'TokenExpiring/billing/service/access-token',
      ]),
    );
  });

  it('are refused by CloudFormation where both name one parameter: names of alarms and log are made of it alone', () => {
    const one = { service: { ...LEAST, tokenParameterName: '/service/access-token' } };
    const shared = namesOf(appWith(one, { prefix: 'billing' })).filter((name) => plain.includes(name));
    expect(shared).toEqual(
      expect.arrayContaining(['TokenExpiring/service/access-token', '/token-refresher/service/access-token']),
    );
  });

  it('links each to its own dashboard', () => {
    const { Dashboard } = outputsOf(
      appWith({ service: LEAST }, { prefix: 'billing' }),
      'billing-TokenRefresher-service',
    );
    expect(Dashboard).toMatch(/#dashboards\/dashboard\/billing-TokenRefresher$/);
  });

  it('refuse names that make the name of a stack too long', () => {
    const name = 'n'.repeat(100);
    expect(faultsOf({ [name]: LEAST }, { prefix: 'p'.repeat(12) })).toEqual([]);
    expect(faultsOf({ [name]: LEAST }, { prefix: 'p'.repeat(13) })[1]).toMatch(/CloudFormation takes 128 characters$/);
  });

  it('let contexts be that are not ours', () => {
    expect(faultsOf({ service: LEAST }, { prefix: '' })).toEqual([]);
    expect(faultsOf({ service: LEAST }, { team: 'billing', '@aws-cdk/core:prefix': true })).toEqual([]);
  });
});

describe('stages', () => {
  const stages = {
    dev: { tokens: { service: { endpoint: 'https://dev.example.test' } } },
    prod: {
      account: '123456789012',
      region: 'ap-south-1',
      prefix: 'prod',
      tokens: { service: { endpoint: 'https://prod.example.test', alarmActions: { page: 'erin@example.test' } } },
    },
  };
  const tokens = { service: { soapAction: 'urn:once', alarmActions: 'none' } };
  const stageOf = (stage: string) => readSettings({ stages, tokens, stage });

  it('take what differs from the one that is chosen, and all else from what is described once', () => {
    const once = { soapAction: 'urn:once' };
    expect(stageOf('dev')).toMatchObject({
      prefix: '',
      tokens: [{ ...once, endpoint: 'https://dev.example.test', alarmActions: 'none' }],
    });
    const alarmActions = { page: { email: 'erin@example.test' } };
    const tokenParameterName = '/prod/service/access-token';
    expect(stageOf('prod')).toMatchObject({
      prefix: 'prod',
      tokens: [{ ...once, endpoint: 'https://prod.example.test', alarmActions, tokenParameterName }],
    });
  });

  it('are bound to the account and the region that they name, and otherwise to none', () => {
    const environments = ['dev', 'prod'].map((stage) =>
      appWith(tokens, { stages, stage })
        .synth()
        .stacks.map(({ environment }) => environment.name),
    );
    const [nowhere, prod] = ['aws://unknown-account/unknown-region', 'aws://123456789012/ap-south-1'];
    // The third sends the mails.
    expect(environments).toEqual([
      [nowhere, nowhere],
      [prod, prod, prod],
    ]);
  });

  it.each([
    ['prdo', stages, 'there are dev, prod; did you mean prod?'],
    ['quality', stages, 'there are dev, prod'],
    ['prod', undefined, 'the context of cdk.json describes no "stages"'],
  ])('that do not exist are refused in one line (%s)', (stage, described, why) => {
    expect(faultsOf({}, { stages: described, stage, prefix: 7 })).toEqual([`There is no stage "${stage}": ${why}`]);
  });

  it('are pointed at where what is missing may stand in one of them', () => {
    expect(faultsOf(tokens, { stages })).toEqual([
      'cdk.json, context: 1 fault',
      '  - tokens.service.endpoint is not set: give the address of the SOAP endpoint',
      'No stage is chosen. Should it be one? --context stage=dev or stage=prod',
    ]);
  });

  it('are checked all at once, whichever is chosen, and name the place of a fault of theirs or of a token', () => {
    const faulty = {
      dev: { acount: '1', tokens: { servise: {}, service: { endpont: 'x', vpc: { vpcID: 1 } } } },
      prod: { account: 123, region: 'Mumbai', prefix: '-', tokens: { service: { tokenLifetime: '1 h' } } },
      test: 'there',
    };
    const described = {
      service: { ...LEAST, ...tokens.service },
      one: { endpont: 'https://soap.example.test' },
      two: { ...LEAST, checkEvery: '61 minutes' },
      three: { ...LEAST, vpc: { vpcId: 'vpc-1', subnetIds: ['subnet-0a1b2c3d', 'x'] } },
    };
    const faults = faultsOf(described, { stages: faulty, stage: 'dev' });
    const places = faults.map((line) => line.replace(/^( {2}- \S+) is .*?(: there is no .*)?$/, '$1$2'));
    expect(places.map((line) => line.replace(/ is (?!no ).*/, '')).toSorted()).toEqual([
      '  - stages.dev.acount: there is no such setting; did you mean account?',
      '  - stages.dev.tokens.service.endpont: there is no such setting; did you mean endpoint?',
      '  - stages.dev.tokens.service.vpc.subnetIds',
      '  - stages.dev.tokens.service.vpc.vpcID: there is no such setting; did you mean vpcId?',
      '  - stages.dev.tokens.service.vpc.vpcId',
      '  - stages.dev.tokens.servise: there is no such token in the context "tokens"; did you mean service?',
      '  - stages.prod.account',
      '  - stages.prod.prefix',
      '  - stages.prod.region',
      '  - stages.prod.tokens.service.tokenLifetime',
      '  - stages.test',
      '  - tokens.one.alarmActions',
      '  - tokens.one.endpoint',
      '  - tokens.one.endpont: there is no such setting; did you mean endpoint?',
      '  - tokens.three.vpc.subnetIds.1',
      '  - tokens.three.vpc.vpcId',
      '  - tokens.two.checkEvery',
      'cdk.json, context: 17 faults',
    ]);
  });
});

describe('the stages of disaster.md', () => {
  const [json = ''] = blocks('docs/disaster.md', 'json');
  const { tokens, ...others } = JSON.parse(json);

  it.each([
    ['prod', 'ap-south-1', 'ENABLED'],
    ['standby', 'ap-southeast-1', 'DISABLED'],
  ])('%s synthesises for %s, with its schedule %s', (stage, region, state) => {
    const app = appWith(tokens, { ...others, stage });
    app.synth();
    expect(stackOf(app, 'TokenRefresher-e-invoicing').region).toBe(region);
    const template = templateOf(app, 'TokenRefresher-e-invoicing');
    for (const type of ['AWS::Scheduler::Schedule', 'AWS::Events::Rule'])
      expect(only(template, type)).toMatchObject({ State: state });
    expect(environmentOf({ template })).toMatchObject({
      TOKEN_PARAMETER_NAME: '/e-invoicing/access-token',
      CREDENTIALS_SECRET_ID: expect.stringContaining(`:${region}:`),
    });
    const notifying = alarmsOf(template).map(({ ActionsEnabled }) => ActionsEnabled);
    expect(new Set(notifying)).toEqual(new Set([state === 'ENABLED']));
  });
});

describe('the dashboard', () => {
  it('and its link are left out where dashboard is "none"', () => {
    const app = appWith({ service: LEAST }, { dashboard: 'none' });
    expect(stackNames(app)).toEqual(['TokenRefresher-service']);
    expect(outputsOf(app, 'TokenRefresher-service')).not.toHaveProperty('Dashboard');
  });

  const ALARM = 'arn:<AWS::Partition>:cloudwatch:<AWS::Region>:<AWS::AccountId>:alarm:';
  const many = new App();
  const described = Object.fromEntries(Array.from({ length: 260 }, (_, index) => [`token-${index}`, LEAST]));
  const settings = readSettings({ tokens: described });
  addDashboards(many, settings);
  const widgets = widgetsOf(stackOf(many, 'TokenRefresher-dashboard-3'));
  const ofType = (type: string) => widgets.filter((widget) => widget.type === type).map(({ properties }) => properties);

  it('shows every alarm of every token, at most a hundred in a widget', () => {
    const shown = ofType('alarm').map(({ alarms }) => alarms);
    expect(shown).toEqual([100, 100, 40].map((count) => expect.toSatisfy(({ length }) => length === count)));
    expect(shown.flat()).toContain(`${ALARM}TokenExpiring/token-259/access-token`);
  });

  it("shows a token by the timing of its service's profile, at which its alarm fires", () => {
    const app = appWith({ parcels: { ...LEAST, service: 'dpd' } });
    expect(widgetsOf(stackOf(app, 'TokenRefresher-dashboard'))[1]?.properties).toMatchObject({
      title: '/parcels/access-token: how long it still lives',
      annotations: { horizontal: [{ value: 1 / 60 }] },
      metrics: [expect.anything(), expect.arrayContaining([expect.objectContaining({ period: 60 })])],
    });
  });

  it("shows the alarm on the credentials' age where there is one", () => {
    const shown = JSON.stringify(widgetsOf(stackOf(everything, 'TokenRefresher-dashboard')));
    expect(shown).toContain('alarm:CredentialsAging/billing/token');
    expect(shown).not.toContain('alarm:CredentialsAging/service/access-token');
  });

  it("answers four questions for every token, one by the alarm on Lambda's own count of failed runs", () => {
    const shown = ofType('metric').filter(({ title }) => String(title).startsWith('/token-207/access-token: '));
    expect(shown.map(({ title }) => String(title).replace(/.*: /, ''))).toEqual([
      'how long it still lives',
      'do runs fail?',
      'are credentials and token accepted?',
      'how slow is the endpoint?',
    ]);
    const alarm = `${ALARM}RefreshFailing/token-207/access-token`;
    expect(shown[1]).toMatchObject({ annotations: { alarms: [alarm] } });
    expect(ofType('metric')).toHaveLength(240);
  });

  it('lists what failed, from the logs of at most fifty tokens in a query', () => {
    const sources = ofType('log').map(({ query }) => String(query).match(/SOURCE '/g)?.length);
    expect(sources).toEqual([50, 10]);
    expect(ofType('log')[0]?.query).toContain("SOURCE '/token-refresher/token-200/access-token'");
  });

  it('is one for each hundred tokens, and no template is larger than CloudFormation takes', () => {
    expect(stackNames(many)).toEqual(['', '-2', '-3'].map((number) => `TokenRefresher-dashboard${number}`));
    for (const stack of stacksOf(many)) {
      const template = Template.fromStack(stack);
      expect(JSON.stringify(template.toJSON()).length).toBeLessThan(1_000_000);
      const name = stack.stackName.replace('-dashboard', '');
      expect(only(template, 'AWS::CloudWatch::Dashboard').DashboardName).toBe(name);
      expect(widgetsOf(stack).length).toBeLessThanOrEqual(500);
    }
    const links = settings.tokens.slice(99, 101).map((token) => dashboardUrl(settings, token).replace(/.*\//, ''));
    expect(links).toEqual(['TokenRefresher', 'TokenRefresher-2']);
  });

  it('depends on no other stack', () => {
    expect(stackOf(everything, 'TokenRefresher-dashboard').dependencies).toEqual([]);
  });
});

describe('what is watched', () => {
  const world = worlds();

  it('a run with the deployed environment writes every metric that an alarm or a widget watches', async () => {
    const { parameterName, secretId, soap, tick, metrics } = await world();
    const local = {
      endpoint: soap.url,
      allowHttp: true,
      tokenParameterName: parameterName,
      alarmActions: 'none',
      credentialsMaxAge: '80 days',
    };
    const app = appWith({ local });
    const template = templateOf(app, 'TokenRefresher-local');
    const env = { ...environmentOf({ template }), CREDENTIALS_SECRET_ID: secretId, TOKEN_KMS_KEY_ID: 'alias/local' };
    await tick({}, { env });

    const watched = [...watchedByAlarms(template), ...watchedByWidgets(stackOf(app, 'TokenRefresher-dashboard'))];
    const texts = (metrics: readonly unknown[]) =>
      [...new Set(metrics.map((metric) => JSON.stringify(metric)))].toSorted();
    expect(texts(watched)).toEqual(texts(writtenMetrics(metrics())));
  });
});

/** Each metric as its namespace, its name, and the one dimension with its value. */
type Watched = readonly unknown[];

function writtenMetrics(line: Readonly<Record<string, unknown>>): readonly Watched[] {
  const { _aws } = line as Readonly<Record<string, unknown>> & Written;
  return _aws.CloudWatchMetrics.flatMap(({ Namespace, Dimensions, Metrics }) =>
    Dimensions.flatMap((names) =>
      Metrics.map(({ Name }) => [Namespace, Name, ...names.flatMap((name) => [name, line[name]])]),
    ),
  );
}

function watchedByAlarms(template: Template): readonly Watched[] {
  return alarmsOf(template)
    .flatMap(({ Metrics = [], ...own }) => [
      own,
      ...Metrics.map((one: { MetricStat?: { Metric: object } }) => one.MetricStat?.Metric),
    ])
    .filter((metric) => metric?.Namespace?.startsWith('AWS/') === false)
    .map(({ Namespace, MetricName, Dimensions }) => [Namespace, MetricName, ...Dimensions.flatMap(Object.values)]);
}

function watchedByWidgets(stack: Stack): readonly Watched[] {
  const metrics = widgetsOf(stack).flatMap(({ properties }) => properties.metrics ?? []);
  return metrics.filter(([namespace]) => typeof namespace === 'string').map((metric) => metric.slice(0, 4));
}

describe('the program that cdk runs', () => {
  it('ends with the list of faults and without a stack trace', () => {
    const { status, stderr } = spawnSync(process.execPath, ['infra/app/app.ts'], {
      encoding: 'utf8',
      env: { ...process.env, CDK_CONTEXT_JSON: JSON.stringify({ tokens: { service: { ...LEAST, checkEvry: 1 } } }) },
    });
    expect([status, stderr]).toEqual([
      1,
      'cdk.json, context: 1 fault\n' +
        '  - tokens.service.checkEvry is 1: there is no such setting; did you mean checkEvery?\n',
    ]);
  });
});
