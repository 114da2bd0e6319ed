import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Duration, RemovalPolicy, Stack, Stage } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import type { Role } from 'aws-cdk-lib/aws-iam';
import { Alias, type IAlias, Key } from 'aws-cdk-lib/aws-kms';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { afterAll, describe, expect, it } from 'vitest';
import { SettingsError } from '../../infra/app/read-settings.ts';
import { addStacks } from '../../infra/app/stacks.ts';
import { RULES, WARNINGS } from '../../infra/prop-rules.ts';
import { RefreshedToken } from '../../infra/refreshed-token.ts';
import { TokenRefresher } from '../../infra/token-refresher.ts';
import type { TokenRefresherProps } from '../../infra/token-refresher-props.ts';
import { dpd } from '../../lambda/services/dpd.ts';
import type { ServiceProfile } from '../../lambda/services/profile.ts';
import { LEAST, readerIn, statementsOf, TOKEN } from './synthesis.ts';

const ENV = { account: '123456789012', region: 'ap-south-1' };
const secretArn = ({ account, region } = ENV) => `arn:aws:secretsmanager:${region}:${account}:secret:service-a1B2c3`;
const keyArn = ({ account, region } = ENV) => `arn:aws:kms:${region}:${account}:key/1111`;
const topicArn = ({ account, region } = ENV) => `arn:aws:sns:${region}:${account}:on-call`;
const ELSEWHERE = { ...ENV, region: 'eu-west-1' };
const FOREIGN = { ...ENV, account: '210987654321' };

const folder = mkdtempSync(join(tmpdir(), 'rules-'));
afterAll(() => rmSync(folder, { recursive: true }));
const WRONG_PROFILE = { ...dpd, token: '//' };
const LONG_PROFILE = { ...dpd, soapAction: `urn:${'x'.repeat(1500)}` };
const LONG_ACTION = 'y'.repeat(1500);
const CARELESS_PROFILE = { ...dpd, request: dpd.request.replace('{{password}}', 'hunter2') };

function profileFile(name: string, profile: ServiceProfile): string {
  const path = join(folder, `${name}.service.json`);
  writeFileSync(path, JSON.stringify(profile));
  return path;
}

/** What breaks a rule, as props and as settings; where cdk.json cannot say it, why not. */
interface Case {
  readonly props: (stack: Stack) => Partial<TokenRefresherProps>;
  readonly settings: object | string;
  /** Of the tokens before it. */
  readonly beside?: { readonly props?: Partial<TokenRefresherProps>; readonly settings?: object };
  readonly remedy: RegExp;
}

const PLAIN = (settings: object, props: object = settings): Pick<Case, 'props' | 'settings'> => ({
  props: () => props,
  settings,
});

const CASES: Readonly<Record<'profile' | keyof typeof RULES | keyof typeof WARNINGS, Case>> = {
  profile: {
    ...PLAIN({ service: profileFile('wrong', WRONG_PROFILE) }, { service: WRONG_PROFILE }),
    remedy: /service.*join local names by/,
  },
  renewal: {
    ...PLAIN(
      { renewal: 'at expiry', refreshEvery: '3 hours' },
      { renewal: 'at expiry', refreshEvery: Duration.hours(3) },
    ),
    remedy: /refreshEvery is .*leave it out/,
  },
  setting: { ...PLAIN({ proxy: 'https://proxy.test' }), remedy: /proxy is .*give http:\/\/host:port/ },
  variables: {
    ...PLAIN(
      { service: profileFile('long', LONG_PROFILE), soapAction: LONG_ACTION },
      { service: LONG_PROFILE, soapAction: LONG_ACTION },
    ),
    remedy: /service: shorten the profile: the function's variables take \d{4} bytes/,
  },
  http: { ...PLAIN({ endpoint: 'http://soap.example.test' }), remedy: /endpoint is .*set allowHttp to true/ },
  nameLength: { ...PLAIN({ tokenParameterName: `/${'n'.repeat(200)}` }), remedy: /at most 200 characters/ },
  sharedName: {
    ...PLAIN({ tokenParameterName: '/one/access-token' }),
    beside: {
      props: { tokenParameterName: '/one/access-token' },
      settings: { tokenParameterName: '/one/access-token' },
    },
    remedy: /tokenParameterName is "\/one\/access-token": choose another one: \S+ writes it/,
  },
  checkEvery: {
    ...PLAIN({ checkEvery: '90 seconds' }, { checkEvery: Duration.seconds(90) }),
    remedy: /use whole minutes/,
  },
  timing: { ...PLAIN({ checkEvery: '61 minutes' }, { checkEvery: Duration.minutes(61) }), remedy: /one failed tick/ },
  loginsPerDay: { ...PLAIN({ loginsPerDay: 13 }), remedy: /loginsPerDay is 13: let tokens grow older/ },
  alarmActions: {
    ...PLAIN({ alarmActions: undefined }),
    remedy: /alarmActions is not set: say whom the alarms notify/,
  },
  owner: { ...PLAIN({ owner: 'x'.repeat(61) }), remedy: /owner is "x+": give a line of at most 60/ },
  runbookUrl: {
    ...PLAIN({ runbookUrl: 'https://erin:hunter2@wiki.test' }),
    remedy: /runbookUrl is "\(not shown\)": leave/,
  },
  reservedConcurrency: { ...PLAIN({ reservedConcurrency: 0 }), remedy: /reservedConcurrency is 0: use a whole number/ },
  removalPolicy: {
    ...PLAIN({ removalPolicy: 'snapshot' }, { removalPolicy: RemovalPolicy.SNAPSHOT }),
    remedy: /removalPolicy is "snapshot": use /,
  },
  credentialsKey: {
    props: (stack) => ({
      credentials: Secret.fromSecretCompleteArn(stack, 'Secret', secretArn()),
      credentialsEncryptionKey: Key.fromKeyArn(stack, 'Key', keyArn()),
    }),
    settings: 'one setting names the key, of whichever secret there is',
    remedy: /credentialsEncryptionKey: leave it out/,
  },
  logGroup: {
    props: (stack) => ({ logGroup: new LogGroup(stack, 'Group'), logRetention: RetentionDays.ONE_YEAR }),
    settings: 'it has no setting for a log group',
    remedy: /logRetention: leave it out/,
  },
  alias: {
    props: (stack) => ({ encryptionKey: Alias.fromAliasName(stack, 'Alias', 'alias/tokens') }),
    settings: { encryptionKeyArn: keyArn().replace('key/1111', 'alias/tokens') },
    remedy: /encryptionKey.* is "\S*alias\/tokens": give the (key itself|ARN of the key)/,
  },
  region: {
    props: (stack) => ({ credentials: Secret.fromSecretCompleteArn(stack, 'Secret', secretArn(ELSEWHERE)) }),
    settings: { credentialsSecretArn: secretArn(ELSEWHERE) },
    remedy: /credentials\w* is "arn:\S+": use one of ap-south-1, the region of the stack/,
  },
  foreignSecret: {
    props: (stack) => ({ credentials: Secret.fromSecretCompleteArn(stack, 'Secret', secretArn(FOREIGN)) }),
    settings: { credentialsSecretArn: secretArn(FOREIGN) },
    remedy: /credentials\w* is "arn:\S+": give its key too/,
  },
  isolatedSubnets: {
    props: (stack) => {
      const isolated = { name: 'isolated', subnetType: SubnetType.PRIVATE_ISOLATED };
      return { vpc: new Vpc(stack, 'Vpc', { natGateways: 0, subnetConfiguration: [isolated] }) };
    },
    settings: 'it names subnets, whose routes nobody can see without asking AWS',
    remedy: /vpcSubnets is "isolated subnets only": choose subnets with a way/,
  },
  'page-could-come-too-late': {
    ...PLAIN({ checkEvery: '35 minutes' }, { checkEvery: Duration.minutes(35) }),
    remedy: /checkEvery is 35 minutes: a token has 2 hours left/,
  },
  service: {
    ...PLAIN({ service: profileFile('careless', CARELESS_PROFILE) }, { service: CARELESS_PROFILE }),
    remedy: /service\.request: the text of <password> is fixed/,
  },
  'endpoint-in-plain-sight': {
    ...PLAIN({ endpoint: 'https://soap.example.test/?wsdl&api_key=hunter2' }),
    remedy: /endpoint is "\?api_key=…": everybody sees it/,
  },
  'another-account': {
    props: (stack) => ({ encryptionKey: Key.fromKeyArn(stack, 'Key', keyArn(FOREIGN)) }),
    settings: { encryptionKeyArn: keyArn(FOREIGN) },
    remedy: /encryptionKey\w* is "arn:\S+": it belongs to another account than 123456789012.*"kms:Encrypt"/,
  },
  'shared-credentials': {
    props: (stack) => ({ credentials: Secret.fromSecretCompleteArn(stack, 'Secret', secretArn()) }),
    settings: { credentialsSecretArn: secretArn() },
    beside: { settings: { credentialsSecretArn: secretArn() } },
    remedy: /credentials is "arn:\S+": \S+ logs in with it too/,
  },
};

it('every rule is played here, in the construct and in cdk.json', () => {
  expect(Object.keys(CASES)).toEqual(['profile', ...Object.keys(RULES), ...Object.keys(WARNINGS)]);
  expect(Object.keys(CASES)).toHaveLength(26);
});

/** All that the construct says of these props: the error, or the warnings. */
function saidByConstruct({ props, beside }: Case): readonly string[] {
  const stack = new Stack(new App(), 'Team', { env: ENV });
  const given = props(stack);
  if (beside !== undefined) {
    const first = { ...LEAST, tokenParameterName: '/first/token', credentials: given.credentials, ...beside.props };
    new TokenRefresher(stack, 'First', first);
  }
  try {
    new TokenRefresher(stack, 'Refresher', { ...LEAST, ...given });
  } catch (error) {
    return String(error).split('\n').slice(1);
  }
  return warningsOf(stack);
}

/** All that synth says of these settings. */
function saidBySynth(settings: object, beside: object | undefined): readonly string[] {
  const least = { endpoint: LEAST.endpoint, alarmActions: 'none' };
  const tokens = { ...(beside && { first: { ...least, ...beside } }), service: { ...least, ...settings } };
  const app = new App({ context: { tokens, stages: { prod: ENV }, stage: 'prod' } });
  try {
    addStacks(app);
  } catch (error) {
    if (error instanceof SettingsError) return error.message.split('\n').slice(1);
    throw error;
  }
  return app.node.children.filter(Stack.isStack).flatMap(warningsOf);
}

function warningsOf(stack: Stack): readonly string[] {
  return Annotations.fromStack(stack)
    .findWarning('*', Match.anyValue())
    .map(({ entry }) => String(entry.data));
}

it.each(Object.entries(CASES))('the construct has the rule %s', (_, rule) => {
  expect(saidByConstruct(rule)).toEqual([expect.stringMatching(rule.remedy)]);
});

const inCdkJson = Object.entries(CASES).filter(([, { settings }]) => typeof settings === 'object');

it.each(inCdkJson)('cdk.json has the rule %s', (_, { settings, beside, remedy }) => {
  expect(saidBySynth(Object(settings), beside?.settings)).toEqual([expect.stringMatching(remedy)]);
});

it('cdk.json has all rules but those that it says why it cannot have', () => {
  const others = Object.keys(CASES).filter((name) => !inCdkJson.some(([one]) => one === name));
  expect(others).toEqual(['credentialsKey', 'logGroup', 'isolatedSubnets']);
});

/** What a role of a stack in ENV may do. */
function statementsFor(grant: (stack: Stack, role: Role) => void): string {
  const stack = new Stack(new App(), 'Team', { env: ENV });
  const role = readerIn(stack);
  grant(stack, role);
  return JSON.stringify(statementsOf(Template.fromStack(stack), 'Reader'));
}

describe('a key that is given by an alias', () => {
  it('is the key itself where CDK knows it: for the token, the secret and a reader', () => {
    const stack = new Stack(new App(), 'Team', { env: ENV });
    const tokens = new Key(stack, 'TokenKey').addAlias('alias/tokens');
    const secrets = new Key(stack, 'SecretKey').addAlias('alias/secrets');
    const credentials = new Secret(stack, 'Secret', { encryptionKey: secrets });
    const refresher = new TokenRefresher(stack, 'Refresher', { ...LEAST, credentials, encryptionKey: tokens });
    const reader = readerIn(stack);
    RefreshedToken.fromParameterName(stack, 'Token', TOKEN, { encryptionKey: tokens }).grantRead(reader);
    expect(refresher.encryptionKey.keyArn).toBe(tokens.aliasTargetKey.keyArn);
    const template = Template.fromStack(stack);
    const granted = JSON.stringify([statementsOf(template, 'Refreshes'), statementsOf(template, 'Reader')]);
    expect(granted).not.toContain('alias/');
    expect(granted.match(/"<TokenKey\w+\.Arn>"/g)).toHaveLength(2);
    expect(granted.match(/"<SecretKey\w+\.Arn>"/g)).toHaveLength(1);
  });

  it.each<[string, (stack: Stack, alias: IAlias) => unknown]>([
    [
      'a secret',
      (stack, encryptionKey) =>
        new TokenRefresher(stack, 'Refresher', {
          ...LEAST,
          credentials: Secret.fromSecretAttributes(stack, 'Secret', { secretCompleteArn: secretArn(), encryptionKey }),
        }),
    ],
    ['a reader', (stack, encryptionKey) => RefreshedToken.fromParameterName(stack, 'Token', TOKEN, { encryptionKey })],
    [
      'an ARN',
      (stack) =>
        new TokenRefresher(stack, 'Refresher', {
          ...LEAST,
          encryptionKey: Key.fromKeyArn(stack, 'Key', keyArn().replace('key/1111', 'alias/tokens')),
        }),
    ],
  ])('is refused where nothing else is known: of %s', (_, make) => {
    const stack = new Stack(new App(), 'Team', { env: ENV });
    const alias = Alias.fromAliasName(stack, 'Alias', 'alias/tokens');
    expect(() => make(stack, alias)).toThrow(/ncryptionKey is "alias\/tokens": give the key itself/);
  });
});

/** The statements, ready to paste, that warnings hold. */
function policiesIn(warnings: readonly string[]): readonly unknown[] {
  return warnings.map((warning) => JSON.parse(/\{"Effect".*\}(?=\.)/.exec(warning)?.[0] ?? 'null'));
}

describe('a secret of another account', () => {
  it('is warned of with both policies that it needs', () => {
    const said = saidByConstruct({
      ...CASES['another-account'],
      props: (stack) => {
        const encryptionKey = Key.fromKeyArn(stack, 'Key', keyArn(FOREIGN));
        return {
          credentials: Secret.fromSecretAttributes(stack, 'Secret', {
            secretCompleteArn: secretArn(FOREIGN),
            encryptionKey,
          }),
        };
      },
    });
    const Principal = { AWS: 'arn:aws:iam::123456789012:root' };
    expect(policiesIn(said)).toEqual([
      { Effect: 'Allow', Resource: '*', Principal, Action: 'secretsmanager:GetSecretValue' },
      {
        Effect: 'Allow',
        Resource: '*',
        Principal,
        Action: 'kms:Decrypt',
        Condition: { StringEquals: { 'kms:ViaService': 'secretsmanager.ap-south-1.amazonaws.com' } },
      },
    ]);
  });
});

describe('a topic', () => {
  const saidOf = (place: typeof ENV) =>
    saidByConstruct({
      ...CASES.region,
      props: (stack) => ({ alarmActions: { page: new SnsAction(Topic.fromTopicArn(stack, 'Page', topicArn(place))) } }),
    });

  it('of another region is refused, for alarms notify none', () => {
    expect(saidOf(ELSEWHERE)).toEqual([
      expect.stringMatching(/alarmActions\.page is "arn:\S+": use one of ap-south-1/),
    ]);
  });

  it('of another account is warned of, with the statement that its policy needs', () => {
    expect(saidOf(ENV)).toEqual([]);
    expect(saidOf(FOREIGN)).toEqual([expect.stringMatching(/alarmActions\.page is "arn:/)]);
    expect(policiesIn(saidOf(FOREIGN))).toEqual([
      {
        Effect: 'Allow',
        Principal: { Service: 'cloudwatch.amazonaws.com' },
        Action: 'sns:Publish',
        Resource: topicArn(FOREIGN),
        Condition: { StringEquals: { 'aws:SourceAccount': ENV.account } },
      },
    ]);
  });
});

describe('the name of a token', () => {
  const refused: readonly (readonly [string, string])[] = [
    ['/team/*', 'use letters'],
    ['*', 'start with "/"'],
    ['my/token', 'start with "/"'],
    ['/x/token:3', 'use letters'],
    ['/x/token/../other/status', 'end otherwise'],
    ['/x/token/status', 'end otherwise'],
    ['/x/token/attempt', 'end otherwise'],
    ['/x/token/rejected', 'end otherwise'],
    [String(undefined), 'start with "/"'],
  ];

  it.each(refused)('%s is refused, to a refresher and to a reader', (name, remedy) => {
    const stack = new Stack(new App(), 'Team', { env: ENV });
    expect(() => new TokenRefresher(stack, 'Refresher', { ...LEAST, tokenParameterName: name })).toThrow(remedy);
    expect(() => RefreshedToken.fromParameterName(stack, 'Token', name)).toThrow(remedy);
  });

  it('may be that of another refresher in another region, or in a stage that goes elsewhere', () => {
    const app = new App();
    for (const env of [ENV, ELSEWHERE, FOREIGN])
      new TokenRefresher(new Stack(app, `In${env.region}${env.account}`, { env }), 'Refresher', LEAST);
    for (const id of ['Dev', 'Prod']) new TokenRefresher(new Stack(new Stage(app, id), 'Team'), 'Refresher', LEAST);
    expect(
      () => new TokenRefresher(new Stack(new Stage(app, 'Same', { env: ENV }), 'Team'), 'Refresher', LEAST),
    ).toThrow('choose another one: Inap-south-1123456789012/Refresher writes it');
  });
});

it('a token of another region is granted there, and one of another account to principals of that one only', () => {
  const granted = statementsFor((stack, role) =>
    RefreshedToken.fromParameterName(stack, 'Token', TOKEN, { region: 'eu-west-1' }).grantRead(role),
  );
  expect(granted).toContain(`:ssm:eu-west-1:123456789012:parameter${TOKEN}"`);
  expect(granted).toContain('"kms:ViaService":"ssm.eu-west-1.amazonaws.com"');
  expect(granted).not.toContain('ap-south-1');
  const { account } = FOREIGN;
  expect(() =>
    statementsFor((stack, role) =>
      RefreshedToken.fromParameterName(stack, 'Token', TOKEN, { account }).grantRead(role),
    ),
  ).toThrow('account 123456789012 cannot be granted');
});

it('a key of another region than the token is refused to a reader', () => {
  const stack = new Stack(new App(), 'Team', { env: ENV });
  const encryptionKey = Key.fromKeyArn(stack, 'Key', keyArn());
  const tokenIn = (region?: string) =>
    RefreshedToken.fromParameterName(stack, `Token${region}`, TOKEN, { region, encryptionKey });
  expect(() => tokenIn('eu-west-1')).toThrow(
    /encryptionKey is "arn:\S+": use one of eu-west-1, the region of the token/,
  );
  expect(() => [tokenIn(), tokenIn(ENV.region)]).not.toThrow();
});

describe('two tokens on one secret', () => {
  const ours = (stack: Stack) => Secret.fromSecretNameV2(stack, 'ByName', 'service');

  it.each<[string, (stack: Stack, first: TokenRefresher) => ISecret, (stack: Stack) => ISecret | undefined]>([
    ['that the first has made', (_, first) => first.credentials, () => undefined],
    ['by name and by ARN', ours, (stack) => Secret.fromSecretCompleteArn(stack, 'Known', secretArn())],
    ['by ARN and by name', (stack) => Secret.fromSecretCompleteArn(stack, 'Known', secretArn()), ours],
  ])('are warned of: %s', (_, second, first) => {
    const stack = new Stack(new App(), 'Team', { env: ENV });
    const one = new TokenRefresher(stack, 'First', {
      ...LEAST,
      tokenParameterName: '/first/token',
      credentials: first(stack),
    });
    new TokenRefresher(stack, 'Second', { ...LEAST, credentials: second(stack, one) });
    expect(warningsOf(stack)).toEqual([expect.stringMatching(/credentials is .*: Team\/First logs in with it too/)]);
  });
});

it('a region of two words is a region', () => {
  const stages = { sovereign: { account: ENV.account, region: 'eusc-de-east-1' } };
  const topic = topicArn(stages.sovereign).replace('arn:aws:', 'arn:aws-eusc:');
  const tokens = {
    service: {
      endpoint: LEAST.endpoint,
      alarmActions: { page: topic },
      encryptionKeyArn: keyArn(stages.sovereign).replace('arn:aws:', 'arn:aws-eusc:'),
      credentialsSecretArn: secretArn(stages.sovereign).replace('arn:aws:', 'arn:aws-eusc:'),
    },
  };
  const app = new App({ context: { tokens, stages, stage: 'sovereign' } });
  addStacks(app);
  expect(app.node.children.filter(Stack.isStack).map(({ region }) => region)).toEqual(
    Array.from({ length: 2 }, () => 'eusc-de-east-1'),
  );
});

it.each([
  ['https://soap.example.test/?wsdl', []],
  ['https://soap.example.test/?version=2&key=', []],
  ['https://soap.example.test/#hunter2', [expect.stringMatching(/endpoint is "#…": everybody sees it/)]],
])('the endpoint %s is looked at for a secret', (endpoint, warnings) => {
  expect(saidByConstruct({ ...CASES.http, props: () => ({ endpoint }) })).toEqual(warnings);
});
