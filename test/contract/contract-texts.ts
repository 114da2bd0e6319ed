import { App, Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { stringify } from 'yaml';
import { TokenRefresher } from '../../infra/token-refresher.ts';
import type { TokenRefresherProps } from '../../infra/token-refresher-props.ts';
import { isObject } from '../../lambda/parse-json.ts';
import { SETTINGS } from '../../lambda/refresher/config.ts';
import { dpd } from '../../lambda/services/dpd.ts';
import { LEAST, readable, statementsOf, TOKEN } from '../infra/synthesis.ts';
import { markdownTable, tableOf } from '../markdown-table.ts';

type Properties = Readonly<Record<string, unknown>>;
const ALARM = 'AWS::CloudWatch::Alarm';
const ACCOUNT = 'eu-central-1:111111111111';

/** What stands in each variable. */
const MEANINGS: Readonly<Record<keyof typeof SETTINGS, string>> = {
  credentialsSecretId: 'ARN or name of the secret that holds the credentials',
  endpoint: 'address of the SOAP endpoint',
  tokenParameterName: 'name of the token parameter, at most 14 levels: the others stand below it',
  tokenKmsKeyId: 'ARN of the key that encrypts the token; without it `aws/ssm`, which the whole account may use',
  refreshEverySeconds: 'how old a token may grow; half of its lifetime where that is shorter',
  checkEverySeconds: 'how often the schedule fires: the rate below',
  tokenLifetimeSeconds: 'the lifetime to expect, used where an answer names none',
  renewalWindowSeconds:
    'for services that issue a new token only shortly before the old one ends: how long before; `0`: after it',
  soapAction: 'value of the SOAPAction header, without quotation marks',
  profile: 'the [profile](services.md) of the service as JSON; without it, the one of Masters India',
  loginsPerDay: 'how many logins the service allows in 24 hours',
  proxyUrl: '`http://host:port` of a proxy through which the service is asked, and nothing else',
  credentialsMaxAgeSeconds: 'the threshold of CredentialsAging, where there is that alarm',
};

/** Further settings for which the alarms are shown: lifetime, age when refreshed, and check, in minutes. */
const TIMINGS = [
  [240, 120, 15],
  [240, 60, 60],
  [60, 30, 5],
  [1440, 120, 15],
];

/** All refreshers and readers that the page is made of, in one stack. */
function synthesised(): Template {
  // The tests of the construct validate its templates, which takes seconds.
  const stack = new Stack(new App({ builtinCloudFormationValidation: false }), 'Team');
  const refresher = (id: string, props: Partial<TokenRefresherProps> = {}) =>
    new TokenRefresher(stack, id, { ...LEAST, tokenParameterName: `/${id}`, ...props });
  const topic = (name: string) => new SnsAction(Topic.fromTopicArn(stack, name, `arn:aws:sns:${ACCOUNT}:${name}`));
  const credentialsMaxAge = Duration.days(80);

  const alarmActions = { page: topic('page'), ticket: topic('ticket') };
  const { token } = refresher('Refresher', { tokenParameterName: TOKEN, alarmActions, credentialsMaxAge });
  for (const grant of ['grantRead', 'grantReport'] as const) {
    const reader = new Role(stack, grant, {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: grant,
    });
    token[grant](reader);
  }

  refresher('OwnKey', {
    credentials: Secret.fromSecretAttributes(stack, 'Given', {
      secretCompleteArn: `arn:aws:secretsmanager:${ACCOUNT}:secret:given-AbCdEf`,
      encryptionKey: Key.fromKeyArn(stack, 'SecretKey', `arn:aws:kms:${ACCOUNT}:key/of-the-secret`),
    }),
  });
  refresher('Profile', { service: dpd });
  refresher('InVpc', {
    vpc: Vpc.fromVpcAttributes(stack, 'Vpc', {
      vpcId: 'vpc-0123456789abcdef0',
      availabilityZones: ['eu-central-1a'],
      privateSubnetIds: ['subnet-0123456789abcdef0'],
    }),
    securityGroups: [SecurityGroup.fromSecurityGroupId(stack, 'Group', 'sg-0123456789abcdef0')],
  });
  for (const [index, [lifetime = 0, refresh = 0, check = 0]] of TIMINGS.entries()) {
    refresher(`Timing${index}`, {
      tokenLifetime: Duration.minutes(lifetime),
      refreshEvery: Duration.minutes(refresh),
      checkEvery: Duration.minutes(check),
      credentialsMaxAge,
    });
  }
  return Template.fromStack(stack);
}

/** The parts of docs/contract.md that follow from the template, by their markers, and the kinds of resource in it. */
export function contract() {
  const template = synthesised();
  const shown = (...types: readonly string[]) =>
    types.flatMap((type) => resources(template, type).map((properties) => block({ [type]: properties }))).join('\n\n');
  const [{ Environment, Code: _, ...lambda } = {}] = resources(template, 'AWS::Lambda::Function');
  const [trust, schedulesTrust] = resources(template, 'AWS::IAM::Role').map((role) => role.AssumeRolePolicyDocument);
  const texts = {
    variables: variablesTable(Environment),
    function: `${block({ 'AWS::Lambda::Function': lambda })}\n\n${shown('AWS::Lambda::EventInvokeConfig')}`,
    stores: shown('AWS::SecretsManager::Secret', 'AWS::KMS::Key', 'AWS::Logs::LogGroup'),
    rights: block({ trust, statements: statementsOf(template, refreshes(TOKEN)) }),
    'more rights': moreRights(template),
    schedule: [
      shown('AWS::Scheduler::ScheduleGroup', 'AWS::Scheduler::Schedule'),
      block({
        trust: schedulesTrust,
        statements: statementsOf(template, `Fires the refresher of the access token ${TOKEN}`),
      }),
    ].join('\n\n'),
    rule: shown('AWS::Events::Rule', 'AWS::Lambda::Permission'),
    alarms: shown(ALARM),
    thresholds: thresholdsTable(template),
    readers: [
      `To read it:\n\n${block(statementsOf(template, 'grantRead'))}`,
      `To report it, besides:\n\n${block(statementsOf(template, 'grantReport'))}`,
    ].join('\n\n'),
  };
  const found: Readonly<Record<string, { readonly Type: string }>> = template.toJSON().Resources;
  return { texts, types: new Set(Object.values(found).map(({ Type }) => Type)) };
}

/** The properties of the resources of a kind that one refresher has. */
function resources(template: Template, type: string, refresher = 'Refresher'): readonly Properties[] {
  return Object.entries(template.findResources(type))
    .filter(([id]) => id.startsWith(refresher))
    .map(([, { Properties }]) => {
      const properties = readable(Properties);
      return isObject(properties) ? properties : {};
    });
}

/** How the description of a function's role begins. */
function refreshes(tokenParameterName: string): string {
  return `Refreshes the access token ${tokenParameterName}`;
}

/** YAML, in which CDK's own names say what they mean: `<RefresherKey735B1D04.Arn>` is `<Key.Arn>`. */
function block(value: unknown): string {
  return `\`\`\`yaml\n${plain(stringify(value, { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false })).trimEnd()}\n\`\`\``;
}

function plain(text: string): string {
  return text
    .replaceAll(/<(?:Refresher|Profile)(\w+?)[0-9A-F]{8}(\.\w+)?>/g, '<$1$2>')
    .replaceAll(/Team-Refresher-(\w+?)-[0-9A-F]{8}/g, '<$1>')
    .replaceAll(/<AWS::(\w+)>/g, '<$1>')
    .replaceAll('parameter/Profile', `parameter${TOKEN}`);
}

function variablesTable(environment: unknown): string {
  const { Variables = {} } = isObject(environment) ? environment : {};
  const values: Properties = isObject(Variables) ? Variables : {};
  return tableOf(Object.entries(SETTINGS), {
    variable: ([, { variable }]) => `\`${variable}\``,
    '': ([, { isRequired }]) => (isRequired ? 'required' : ''),
    'in the example': ([, { variable }]) => (variable in values ? `\`${plain(String(values[variable]))}\`` : ''),
    'what it says': ([name]) => Object.entries(MEANINGS).find(([key]) => key === name)?.[1] ?? '',
  });
}

/** What the function's role may do besides, by what it is for. */
function moreRights(template: Template): string {
  const actionOf = (statement: unknown) => JSON.stringify(isObject(statement) ? statement.Action : undefined);
  const usual = new Set(statementsOf(template, refreshes(TOKEN)).map(actionOf));
  const added = (name: string) =>
    block(statementsOf(template, refreshes(name)).filter((statement) => !usual.has(actionOf(statement))));
  const [inVpc] = resources(template, 'AWS::IAM::Role', 'InVpc');
  return [
    `Where the secret has a key of its own, besides:\n\n${added('/OwnKey')}`,
    `Where \`SERVICE\` is set, for its tokens may be longer than 4 KiB, in place of the one of \`kms:Encrypt\` alone:\n\n${added('/Profile')}`,
    `In a VPC, a managed policy:\n\n${block(inVpc?.ManagedPolicyArns)}`,
  ].join('\n\n');
}

/** What each alarm compares, for other settings: the threshold, and in how many periods of which length. */
function thresholdsTable(template: Template): string {
  const rows = TIMINGS.map((minutes, index) => [
    ...minutes.map((each) => Duration.minutes(each).toHumanString()),
    ...resources(template, ALARM, `Timing${index}`).map(compared),
  ]);
  const names = resources(template, ALARM).map(({ AlarmName }) => `${AlarmName}`.replace(TOKEN, ''));
  return markdownTable(['`tokenLifetime`', '`refreshEvery`', '`checkEvery`', ...names], rows);
}

function compared({ ComparisonOperator, Threshold, EvaluationPeriods, Period, Metrics }: Properties): string {
  const signs: Readonly<Record<string, string>> = {
    LessThanThreshold: 'below',
    GreaterThanOrEqualToThreshold: 'at least',
  };
  const sign = signs[`${ComparisonOperator}`];
  if (sign === undefined) throw new TypeError(`no words for ${ComparisonOperator}`);
  const period = Period ?? /"Period":(\d+)/.exec(JSON.stringify(Metrics))?.[1];
  return `${sign} ${Threshold}, ${EvaluationPeriods} × ${period} s`;
}
