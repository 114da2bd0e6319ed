import { App, Duration, RemovalPolicy, Stack, Stage, Token } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import type { Role } from 'aws-cdk-lib/aws-iam';
import { Alias, type IAlias, type IKey, Key } from 'aws-cdk-lib/aws-kms';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Topic } from 'aws-cdk-lib/aws-sns';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alarmRules } from '../../infra/alarm-rules.ts';
import { addStacks } from '../../infra/app/stacks.ts';
import { faultText } from '../../infra/fault.ts';
import { propFaults, propWarnings, RULES, WARNINGS } from '../../infra/prop-rules.ts';
import { RefreshedToken } from '../../infra/refreshed-token.ts';
import { timingOfProps } from '../../infra/timing-props.ts';
import { TokenRefresher } from '../../infra/token-refresher.ts';
import type { TokenRefresherProps } from '../../infra/token-refresher-props.ts';
import { dpd } from '../../lambda/services/dpd.ts';
import type { ServiceProfile } from '../../lambda/services/profile.ts';
import { pageCouldComeTooLate, type Timing } from '../../lambda/timing.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { appWith, faultsOf, LEAST_SETTINGS, stacksOf, warningsOf } from './app/app-with.ts';
import { deployed, environmentOf, LEAST, readerIn, statementsOf, TOKEN } from './synthesis.ts';

const ENV = { account: '123456789012', region: 'ap-south-1' };
const secretArn = ({ account, region } = ENV) => `arn:aws:secretsmanager:${region}:${account}:secret:service-a1B2c3`;
const keyArn = ({ account, region } = ENV) => `arn:aws:kms:${region}:${account}:key/1111`;
const topicArn = ({ account, region } = ENV) => `arn:aws:sns:${region}:${account}:on-call`;
const ALIAS_ARN = keyArn().replace('key/1111', 'alias/tokens');
const ELSEWHERE = { ...ENV, region: 'eu-west-1' };
const FOREIGN = { ...ENV, account: '210987654321' };

const { minutes, hours } = Duration;

const { file } = temporaryFolder();
const fileOf = (name: string, profile: ServiceProfile) => file(name, JSON.stringify(profile));
const WRONG_PROFILE = { ...dpd, token: '//' };
const LONG_PROFILE = { ...dpd, soapAction: `urn:${'x'.repeat(1500)}` };
const CARELESS_PROFILE = { ...dpd, request: dpd.request.replace('{{password}}', 'hunter2') };

type PropsIn = (stack: Stack) => Partial<TokenRefresherProps>;

/** What breaks a rule, as props and as settings; where cdk.json cannot say it, why not. */
interface Case {
  readonly remedy: RegExp;
  readonly settings: object | string;
  readonly props: PropsIn;
  /** The same of the token before it, which else has the secret of this one. */
  readonly beside?: object;
}

/** Without objects of CDK. @param props where they are not written as the settings are */
const plain = (remedy: RegExp, settings: object, props: object = settings): Case => ({
  remedy,
  settings,
  props: () => props,
});

const secretIn = (stack: Stack, place?: typeof ENV, encryptionKey?: IKey) =>
  Secret.fromSecretAttributes(stack, 'Secret', { secretCompleteArn: secretArn(place), encryptionKey });
const keyIn = (stack: Stack, place?: typeof ENV) => Key.fromKeyArn(stack, 'Key', keyArn(place));
const ofSecret = (remedy: RegExp, place: typeof ENV): Case => ({
  remedy,
  settings: { credentialsSecretArn: secretArn(place) },
  props: (stack) => ({ credentials: secretIn(stack, place) }),
});

const ONE = { tokenParameterName: '/one/token' };
const LONG = { service: LONG_PROFILE, soapAction: 'y'.repeat(1500) };
const AT_EXPIRY = { renewal: 'at expiry' };
const LATE_AT_EXPIRY = { ...AT_EXPIRY, refreshEvery: hours(3) };
const { SNAPSHOT } = RemovalPolicy;
const ISOLATED = { name: 'isolated', subnetType: SubnetType.PRIVATE_ISOLATED };

const CASES: Readonly<Record<'profile' | keyof typeof RULES | keyof typeof WARNINGS, Case>> = {
  profile: plain(
    /service.*join local names by/,
    { service: fileOf('wrong.json', WRONG_PROFILE) },
    { service: WRONG_PROFILE },
  ),
  renewal: plain(/refreshEvery is .*leave it out/, { ...AT_EXPIRY, refreshEvery: '3 hours' }, LATE_AT_EXPIRY),
  setting: plain(/proxy is .*give http:\/\/host:port/, { proxy: 'https://proxy.test' }),
  variables: plain(
    /service: shorten .* variables take \d{4} bytes/,
    { ...LONG, service: fileOf('long.json', LONG_PROFILE) },
    LONG,
  ),
  http: plain(/endpoint is .*set allowHttp to true/, { endpoint: 'http://soap.example.test' }),
  nameLength: plain(/at most 200 characters/, { tokenParameterName: `/${'n'.repeat(200)}` }),
  sharedName: { ...plain(/tokenParameterName is "\/one\/token": choose another one: \S+ writes it/, ONE), beside: ONE },
  checkEvery: plain(/use whole minutes/, { checkEvery: '90 seconds' }, { checkEvery: Duration.seconds(90) }),
  timing: plain(/one failed tick/, { checkEvery: '61 minutes' }, { checkEvery: minutes(61) }),
  loginsPerDay: plain(/loginsPerDay is 13: let tokens grow older/, { loginsPerDay: 13 }),
  alarmActions: plain(/alarmActions is not set: say whom the alarms notify/, { alarmActions: undefined }),
  owner: plain(/owner is "x+": give a line of at most 60/, { owner: 'x'.repeat(61) }),
  runbookUrl: plain(/runbookUrl is "\(not shown\)": leave/, { runbookUrl: 'https://erin:hunter2@wiki.test' }),
  reservedConcurrency: plain(/reservedConcurrency is 0: use a whole number/, { reservedConcurrency: 0 }),
  removalPolicy: plain(
    /removalPolicy is "snapshot": use ("retain"|R\w+\.RETAIN) or/,
    { removalPolicy: 'snapshot' },
    { removalPolicy: SNAPSHOT },
  ),
  credentialsKey: {
    remedy: /credentialsEncryptionKey: leave it out/,
    settings: 'one setting names the key, of whichever secret there is',
    props: (stack) => ({ credentials: secretIn(stack), credentialsEncryptionKey: keyIn(stack) }),
  },
  logGroup: {
    remedy: /logRetention: leave it out/,
    settings: 'it has no setting for a log group',
    props: (stack) => ({ logGroup: new LogGroup(stack, 'Group'), logRetention: RetentionDays.ONE_YEAR }),
  },
  alias: {
    remedy: /encryptionKey.* is "\S*alias\/tokens": give the (key itself|ARN of the key)/,
    settings: { encryptionKeyArn: ALIAS_ARN },
    props: (stack) => ({ encryptionKey: Alias.fromAliasName(stack, 'Alias', 'alias/tokens') }),
  },
  region: ofSecret(/credentials\w* is "arn:\S+": use one of ap-south-1, the region of the stack/, ELSEWHERE),
  foreignSecret: ofSecret(/credentials\w* is "arn:\S+": give its key too/, FOREIGN),
  isolatedSubnets: {
    remedy: /vpcSubnets is "isolated subnets only": choose subnets with a way/,
    settings: 'it names subnets, whose routes nobody can see without asking AWS',
    props: (stack) => ({ vpc: new Vpc(stack, 'Vpc', { natGateways: 0, subnetConfiguration: [ISOLATED] }) }),
  },
  'page-could-come-too-late': plain(
    /checkEvery is 35 minutes: a token has 2 hours left.*Make checkEvery at most 30 minutes /,
    { checkEvery: '35 minutes' },
    { checkEvery: minutes(35) },
  ),
  service: plain(
    /service\.request: the text of <password> is fixed(?!.*hunter2)/,
    { service: fileOf('careless.json', CARELESS_PROFILE) },
    { service: CARELESS_PROFILE },
  ),
  'endpoint-in-plain-sight': plain(/endpoint is "\?api_key=…": everybody sees it/, {
    endpoint: 'https://soap.example.test/?wsdl&api_key=hunter2',
  }),
  'another-account': {
    remedy: /encryptionKey\w* is "arn:\S+": it belongs to another account than 123456789012.*"kms:Encrypt"/,
    settings: { encryptionKeyArn: keyArn(FOREIGN) },
    props: (stack) => ({ encryptionKey: keyIn(stack, FOREIGN) }),
  },
  'shared-credentials': {
    ...ofSecret(/credentials is "arn:\S+": \S+ logs in with it too/, ENV),
    beside: { credentialsSecretArn: secretArn() },
  },
};

it('every rule is played here, in the construct and in cdk.json', () => {
  expect(Object.keys(CASES)).toEqual(['profile', ...Object.keys(RULES), ...Object.keys(WARNINGS)]);
  expect(Object.keys(CASES)).toHaveLength(26);
});

/** All that the construct says of these props: the error, or the warnings. */
function saidByConstruct(props: PropsIn, beside?: object): readonly string[] {
  const stack = new Stack(new App(), 'Team', { env: ENV });
  const given = props(stack);
  if (beside !== undefined) {
    const first = { ...LEAST, tokenParameterName: '/first/token', credentials: given.credentials, ...beside };
    new TokenRefresher(stack, 'First', first);
  }
  try {
    new TokenRefresher(stack, 'Refresher', { ...LEAST, ...given });
  } catch (error) {
    return String(error).split('\n').slice(1);
  }
  return warningsOf(stack);
}

const IN_ENV = { stages: { prod: ENV }, stage: 'prod' };

/** All that synth says of these settings. */
function saidBySynth(settings: object, beside: object | undefined): readonly string[] {
  const first = beside && { first: { ...LEAST_SETTINGS, ...beside } };
  const tokens = { ...first, service: { ...LEAST_SETTINGS, ...settings } };
  const faults = faultsOf(tokens, IN_ENV).slice(1);
  if (faults.length > 0) return faults;
  // Without the context of cdk.json, by which synth writes each warning to the terminal.
  const app = new App({ context: { ...IN_ENV, tokens } });
  addStacks(app);
  return stacksOf(app).flatMap(warningsOf);
}

it.each(Object.entries(CASES))('the construct has the rule %s', (_, { props, beside, remedy }) => {
  expect(saidByConstruct(props, beside)).toEqual([expect.stringMatching(remedy)]);
});

const inCdkJson = Object.entries(CASES).filter(([, { settings }]) => typeof settings === 'object');

it.each(inCdkJson)('cdk.json has the rule %s', (_, { settings, beside, remedy }) => {
  expect(saidBySynth(Object(settings), beside)).toEqual([expect.stringMatching(remedy)]);
});

it('cdk.json has all rules but those that it says why it cannot have', () => {
  const others = Object.keys(CASES).filter((name) => !inCdkJson.some(([one]) => one === name));
  expect(others).toEqual(['credentialsKey', 'logGroup', 'isolatedSubnets']);
});

const UNRESOLVED = Duration.seconds(Token.asNumber({ Ref: 'Seconds' }));

// What the function refuses too is tried in config.test.ts; here is how the construct says it, and what it compares.
it.each<[RegExp, Partial<TokenRefresherProps>]>([
  [/^endpoint is not set: give the whole https/, { endpoint: undefined }],
  [/^endpoint is "soap\.test": give the whole https/, { endpoint: 'soap.test' }],
  [/^endpoint is "https:\/\/soap\.test\/ api"/, { endpoint: 'https://soap.test/ api' }],
  [/^endpoint is "\(not shown\)"(?!.*hunter)/, { endpoint: 'https://erin:hunter 2@soap.test' }],
  [/^endpoint is .*known at synth/, { endpoint: Token.asString({ Ref: 'Endpoint' }) }],
  [/^soapAction is .*quotation marks/, { soapAction: '"urn:server"' }],
  [/^tokenParameterName is not set: start with/, { tokenParameterName: undefined }],
  [/^tokenParameterName is .*known at synth/, { tokenParameterName: Token.asString({ Ref: 'Name' }) }],
  [/^tokenParameterName is .*at most 14 levels/, { tokenParameterName: '/a'.repeat(15) }],
  [/^tokenParameterName is .*SSM keeps names/, { tokenParameterName: '/aws/token' }],
  [/^proxy is "\(not shown\)"/, { proxy: 'http://erin:secret@proxy.test' }],
  [/^tokenLifetime is .*whole seconds/, { tokenLifetime: Duration.millis(14_400_500) }],
  // Alone: nothing is compared with it.
  [/^refreshEvery is 0 [a-z]+: .*from 1 to/, { refreshEvery: minutes(0) }],
  [/^refreshEvery is .*literal/, { refreshEvery: UNRESOLVED }],
  [/^tokenLifetime is .*literal/, { tokenLifetime: UNRESOLVED, checkEvery: hours(3), refreshEvery: hours(3) }],
  [/^credentialsMaxAge is .*from 1 to/, { credentialsMaxAge: minutes(0) }],
  [
    /^checkEvery is 9 hours: .*at most 8 hours/,
    { checkEvery: hours(9), refreshEvery: hours(9), tokenLifetime: hours(72) },
  ],
  [/^checkEvery is 30 minutes: make .* refreshEvery/, { checkEvery: minutes(30), refreshEvery: minutes(20) }],
  [/^checkEvery is 15 minutes: make .* a third of renewalWindow/, { renewalWindow: minutes(44) }],
  [/^renewalWindow is 5 hours: make it at most tokenLifetime/, { renewalWindow: hours(5) }],
  [/^refreshEvery is 3 hours: leave it out/, { service: dpd, refreshEvery: hours(3) }],
  [/^renewal is "never": give "at expiry"/, JSON.parse('{ "renewal": "never" }')],
  [/^renewalWindow is 1 hour: leave it out/, { renewal: 'at expiry', renewalWindow: hours(1) }],
  [/^loginsPerDay is 1: give a whole number/, { service: dpd, loginsPerDay: 1 }],
  [/^runbookUrl is "\(not shown\)": leave/, { runbookUrl: 'https://:hunter2@wiki.test' }],
  [/^runbookUrl is "the wiki"/, { runbookUrl: 'the wiki' }],
  [/^runbookUrl is .*at most 200 characters/, { runbookUrl: `https://${'r'.repeat(193)}` }],
  [/^reservedConcurrency is 1.5/, { reservedConcurrency: 1.5 }],
  // From JavaScript: its alarms would notify nobody, in silence.
  ...[{}, { ticket: {} }, [], 'page', null].map((alarmActions): [RegExp, object] => [
    /^alarmActions(\.page)? is not set: say whom/,
    { alarmActions },
  ]),
])('props are refused with %s', (text, props) => {
  expect(propFaults({ ...LEAST, ...props }).map(faultText)).toEqual([expect.stringMatching(text)]);
});

it('everything that is wrong is refused in one error, without a password that stands in the endpoint', () => {
  const props = {
    ...LEAST,
    endpoint: 'http://erin:hunter2@soap.test',
    tokenParameterName: 'token',
    checkEvery: Duration.seconds(90),
  };
  expect(() => new TokenRefresher(new Stack(), 'Refresher', props)).toThrow(
    /^TokenRefresher Default\/Refresher: 4 faults\n {2}- endpoint is "\(not shown\)".*\n {2}- tokenParameterName .*\n {2}- endpoint is "\(not shown\)".*\n {2}- checkEvery .*$/,
  );
});

it('the edges of what is allowed are taken', () => {
  const atTheEdges: readonly Partial<TokenRefresherProps>[] = [
    { checkEvery: minutes(60), refreshEvery: minutes(120) },
    { checkEvery: minutes(1) },
    { loginsPerDay: 14 },
    { checkEvery: hours(8), refreshEvery: hours(8), tokenLifetime: hours(24) },
    { renewalWindow: minutes(45) },
    { renewalWindow: hours(4) },
    { tokenParameterName: '/a'.repeat(14) },
    { endpoint: 'http://soap.example.test', allowHttp: true },
    { service: LONG_PROFILE },
  ];
  expect(atTheEdges.flatMap((props) => propFaults({ ...LEAST, ...props }))).toEqual([]);
  expect(propWarnings({ ...LEAST, checkEvery: minutes(30) })).toEqual([]);
});

it('counts the variables as Lambda does, an ARN that is known only when deploying at its full length', () => {
  const [CREDENTIALS_SECRET_ID, TOKEN_KMS_KEY_ID] = ['x'.repeat(200), 'x'.repeat(200)];
  const given = environmentOf(deployed(() => ({ service: LONG_PROFILE })));
  const variables = JSON.stringify({ ...given, CREDENTIALS_SECRET_ID, TOKEN_KMS_KEY_ID, SOAP_ACTION: '' });
  const secret = { name: 'credentials', arn: Token.asString({ Ref: 'Secret' }) };
  const faultsAt = (bytes: number) => {
    const soapAction = 'y'.repeat(bytes - Buffer.byteLength(variables));
    return propFaults({ ...LEAST, service: LONG_PROFILE, soapAction, resources: { secret } });
  };
  expect([faultsAt(4096).length, faultsAt(4097).length]).toEqual([0, 1]);
});

const upTo = (max: number) => fc.integer({ min: 1, max }).map(minutes);
const timings = fc.record(
  { tokenLifetime: upTo(3000), refreshEvery: upTo(1500), checkEvery: upTo(500), renewalWindow: upTo(1500) },
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
])('timings that are taken %s', (_, law) => {
  fc.assert(fc.property(accepted, law));
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

  const refresher = (stack: Stack, props: Partial<TokenRefresherProps>) =>
    new TokenRefresher(stack, 'Refresher', { ...LEAST, ...props });
  it.each<[string, (stack: Stack, alias: IAlias) => unknown]>([
    ['a secret', (stack, alias) => refresher(stack, { credentials: secretIn(stack, ENV, alias) })],
    ['a new secret', (stack, alias) => refresher(stack, { credentialsEncryptionKey: alias })],
    ['a reader', (stack, encryptionKey) => RefreshedToken.fromParameterName(stack, 'Token', TOKEN, { encryptionKey })],
    ['an ARN', (stack) => refresher(stack, { encryptionKey: Key.fromKeyArn(stack, 'Key', ALIAS_ARN) })],
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

it('a secret of another account is warned of with both policies that it needs', () => {
  const said = saidByConstruct((stack) => ({ credentials: secretIn(stack, FOREIGN, keyIn(stack, FOREIGN)) }));
  const allowed = { Effect: 'Allow', Resource: '*', Principal: { AWS: 'arn:aws:iam::123456789012:root' } };
  const Condition = { StringEquals: { 'kms:ViaService': 'secretsmanager.ap-south-1.amazonaws.com' } };
  expect(policiesIn(said)).toEqual([
    { ...allowed, Action: 'secretsmanager:GetSecretValue' },
    { ...allowed, Action: 'kms:Decrypt', Condition },
  ]);
});

it('a topic of another region is refused, for alarms notify none, and one of another account warned of, with the statement that its policy needs', () => {
  const topic = (stack: Stack, id: string, place: typeof ENV) =>
    new SnsAction(Topic.fromTopicArn(stack, id, topicArn(place)));
  const saidOf = (page: typeof ENV, ticket = ENV) =>
    saidByConstruct((stack) => ({
      alarmActions: { page: topic(stack, 'Page', page), ticket: topic(stack, 'Ticket', ticket) },
    }));
  expect(saidOf(ENV)).toEqual([]);
  expect(saidOf(ENV, ELSEWHERE)).toEqual([expect.stringMatching(/alarmActions\.ticket is "arn:\S+": use one of/)]);
  expect(saidOf(ELSEWHERE)).toEqual([expect.stringMatching(/alarmActions\.page is "arn:\S+": use one of ap-south-1/)]);
  expect(saidOf(FOREIGN)).toEqual([expect.stringMatching(/alarmActions\.page is "arn:.*kms:GenerateDataKey\*\. /)]);
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

describe('the name of a token', () => {
  it.each([
    ['/team/*', 'use letters'],
    ['*', 'start with "/"'],
    ['/x/token:3', 'use letters'],
    ['/x/token/status', 'end otherwise'],
    ['/x/token/attempt', 'end otherwise'],
    ['/x/token/rejected', 'end otherwise'],
  ])('%s is refused, to a refresher and to a reader', (name, remedy) => {
    const stack = new Stack(new App(), 'Team', { env: ENV });
    expect(() => new TokenRefresher(stack, 'Refresher', { ...LEAST, tokenParameterName: name })).toThrow(remedy);
    expect(() => RefreshedToken.fromParameterName(stack, 'Token', name)).toThrow(remedy);
  });

  it('that is known only when deploying is taken from a reader on trust', () => {
    const name = Token.asString({ Ref: 'Name' });
    expect(RefreshedToken.fromParameterName(new Stack(), 'Token', name).parameterName).toBe(name);
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
  const encryptionKey = keyIn(stack);
  const tokenIn = (region?: string) =>
    RefreshedToken.fromParameterName(stack, `Token${region}`, TOKEN, { region, encryptionKey });
  expect(() => tokenIn('eu-west-1')).toThrow(
    /encryptionKey is "arn:\S+": use one of eu-west-1, the region of the token/,
  );
  expect(() => [tokenIn(), tokenIn(ENV.region)]).not.toThrow();
});

const byName = (stack: Stack) => Secret.fromSecretNameV2(stack, 'ByName', 'service');

it.each<[string, (stack: Stack) => ISecret | undefined, (stack: Stack, first: TokenRefresher) => ISecret]>([
  ['that the first has made', () => undefined, (_, first) => first.credentials],
  ['by ARN and by name', (stack) => secretIn(stack), byName],
  ['by name and by ARN', byName, (stack) => secretIn(stack)],
])('two tokens on one secret are warned of: %s', (_, first, second) => {
  const stack = new Stack(new App(), 'Team', { env: ENV });
  const tokenParameterName = '/first/token';
  const one = new TokenRefresher(stack, 'First', { ...LEAST, tokenParameterName, credentials: first(stack) });
  new TokenRefresher(stack, 'Second', { ...LEAST, credentials: second(stack, one) });
  expect(warningsOf(stack)).toEqual([
    expect.stringMatching(/credentials is "(?:one secret|arn:aws:[^$]+)": Team\/First logs in with it too/),
  ]);
});

it('a region of two words is a region', () => {
  const region = 'eusc-de-east-1';
  const [page, encryptionKeyArn, credentialsSecretArn] = [topicArn, keyArn, secretArn].map((arn) =>
    arn({ ...ENV, region }).replace('arn:aws:', 'arn:aws-eusc:'),
  );
  const service = { ...LEAST_SETTINGS, alarmActions: { page }, encryptionKeyArn, credentialsSecretArn };
  const app = appWith({ service }, { stages: { sovereign: { ...ENV, region } }, stage: 'sovereign' });
  expect(stacksOf(app).map((stack) => stack.region)).toEqual([region, region]);
});

it.each([
  ['https://soap.example.test/?wsdl', []],
  ['https://soap.example.test/?version=2&key=', []],
  ['https://soap.example.test/#hunter2', [expect.stringMatching(/^endpoint is "#…": everybody sees it/)]],
])('the endpoint %s is looked at for a secret', (endpoint, warnings) => {
  expect(propWarnings({ ...LEAST, endpoint }).map(([, warning]) => faultText(warning))).toEqual(warnings);
});
