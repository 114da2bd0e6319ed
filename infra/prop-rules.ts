import { Duration, RemovalPolicy, Token } from 'aws-cdk-lib';
import { isObject } from '../lambda/parse-json.ts';
import { SETTINGS, variablesOf } from '../lambda/refresher/config.ts';
import { checkProfile } from '../lambda/services/check-profile.ts';
import type { ServiceProfile } from '../lambda/services/profile.ts';
import { parseHttpUrl } from '../lambda/setting-rules.ts';
import { durationText, pageCouldComeTooLate, type Timing } from '../lambda/timing.ts';
import type { Fault } from './fault.ts';
import { functionSettings } from './function-settings.ts';
import {
  aliasFaults,
  foreignSecretFaults,
  foreignWarnings,
  type NamedResources,
  regionFaults,
} from './resource-rules.ts';
import { timingOfProps } from './timing-props.ts';
import type { TokenRefresherProps } from './token-refresher-props.ts';

type Value = string | number | boolean | Duration | ServiceProfile;

/** All others are objects in code, and names in cdk.json. */
export type ObjectProp = {
  [Prop in keyof TokenRefresherProps]-?: NonNullable<TokenRefresherProps[Prop]> extends Value ? never : Prop;
}[keyof TokenRefresherProps];

/** What the rules look at: props that can be wrong although they compile, and what they name. */
export type CheckedProps = Partial<Omit<TokenRefresherProps, ObjectProp>> & {
  readonly [Prop in ObjectProp]?: unknown;
} & {
  readonly resources?: NamedResources;
  /** The refreshers of the same app that are known so far, in this account and region. */
  readonly others?: readonly OtherRefresher[];
  /** Whether the function would have no way out of its subnets. */
  readonly isIsolated?: boolean;
};

/** A refresher beside the one that is checked. */
export interface OtherRefresher {
  /** For a message: where it is described. */
  readonly where: string;
  readonly tokenParameterName: string;
  readonly secretArn?: string;
}

type Rule = (props: CheckedProps) => Iterable<Fault>;

/** The rules of the construct and of cdk.json, for props that can be read: what each finds is refused. */
export const RULES = {
  renewal: renewalFaults,
  setting: settingFaults,
  variables: variablesFaults,
  http: httpFaults,
  // Keeps the alarms' names and the function's description, which carry the name, below 256 characters.
  nameLength: one(
    'tokenParameterName',
    (name) => name.length <= 200,
    'use at most 200 characters: alarms and descriptions carry the name, and have limits of their own',
  ),
  sharedName: sharedNameFaults,
  checkEvery: timed(checkEveryFaults),
  timing: timed(relationFaults),
  loginsPerDay: timed(loginsPerDayFaults),
  // The type says so already, but only to those who compile.
  alarmActions: ({ alarmActions }) => {
    if (alarmActions === 'none' || (isObject(alarmActions) && alarmActions.page)) return [];
    const remedy = "say whom the alarms notify: { page, ticket }, or 'none'";
    return [{ names: [isObject(alarmActions) ? 'alarmActions.page' : 'alarmActions'], value: undefined, remedy }];
  },
  // Leaves room in the alarms' descriptions for what to do.
  owner: one(
    'owner',
    (owner) => owner.length <= 60 && /^[^\p{Cc}]+$/u.test(owner),
    'give a line of at most 60 characters',
  ),
  runbookUrl: runbookUrlFaults,
  reservedConcurrency: one(
    'reservedConcurrency',
    (reserved) => reserved === 'none' || (Number.isInteger(reserved) && reserved >= 1),
    'use a whole number from 1, or "none"; to stop the function, set paused to true',
  ),
  // The type says so already, but only to those who compile.
  removalPolicy: one(
    'removalPolicy',
    (policy) => [RemovalPolicy.RETAIN, RemovalPolicy.DESTROY].includes(policy),
    'use RemovalPolicy.RETAIN or RemovalPolicy.DESTROY',
  ),
  credentialsKey: apart(
    ['credentialsEncryptionKey', 'credentials'],
    'leave it out: it is for the new secret, and the one that is given has its own',
  ),
  logGroup: apart(['logRetention', 'logGroup'], 'leave it out: the log group that is given has its own'),
  alias: ({ resources = {} }) => aliasFaults(resources),
  region: ({ resources = {} }) => regionFaults(resources),
  foreignSecret: ({ resources = {} }) => foreignSecretFaults(resources),
  isolatedSubnets: isolatedSubnetsFaults,
} satisfies Readonly<Record<string, Rule>>;

/** What each of these finds may be meant, and is warned of. */
export const WARNINGS = {
  'page-could-come-too-late': timed(latePageWarnings),
  service: profileRule('warnings'),
  'endpoint-in-plain-sight': endpointWarnings,
  'another-account': ({ resources = {} }) => foreignWarnings(resources),
  'shared-credentials': sharedSecretWarnings,
} satisfies Readonly<Record<string, Rule>>;

/** Everything that is wrong with the props, all at once. @param unreadable names of those that are left out for that */
export function propFaults(given: CheckedProps, unreadable: readonly string[] = []): readonly Fault[] {
  const unusable = [...unresolvedFaults(given), ...profileRule('faults')(given)];
  const leftOut = new Set([...unreadable, ...unusable.flatMap(({ names }) => names)]);
  const props = Object.fromEntries(Object.entries(given).filter(([name]) => !leftOut.has(name)));
  const faults = Object.values<Rule>(RULES).flatMap((rule) => [...rule(props)]);
  // Without one of its props, a rule that compares several would only confuse.
  return [...unusable, ...faults.filter(({ names }) => !names.some((name) => leftOut.has(name)))];
}

/** What may be meant, by the name of its rule. @param props without faults */
export function propWarnings(props: CheckedProps): readonly (readonly [rule: string, warning: Fault])[] {
  return Object.entries<Rule>(WARNINGS).flatMap(([name, rule]) =>
    [...rule(props)].map((warning) => [name, warning] as const),
  );
}

/** A rule for one prop, where that is given. */
function one<Name extends keyof CheckedProps>(
  name: Name,
  isRight: (value: NonNullable<CheckedProps[Name]>) => boolean,
  remedy: string,
): Rule {
  return ({ [name]: value }) => {
    if (value === undefined || value === null || isRight(value)) return [];
    return [{ names: [name], value, remedy }];
  };
}

/** The first of the two does not go with the second. */
function apart(names: readonly [keyof CheckedProps, keyof CheckedProps], remedy: string): Rule {
  return (props) => (names.every((name) => props[name] !== undefined) ? [{ names, remedy }] : []);
}

const DURATIONS = ['tokenLifetime', 'refreshEvery', 'checkEvery', 'renewalWindow'];

/** A rule that compares durations, where each of them is right for itself. */
function timed(rule: (timing: Timing, props: CheckedProps) => Iterable<Fault>): Rule {
  return (props) => {
    const wrong = [...settingFaults(props)].map(({ names: [name] }) => name);
    return DURATIONS.some((name) => wrong.includes(name)) ? [] : rule(timingOfProps(props), props);
  };
}

/** What is known only when deploying cannot be checked. */
function* unresolvedFaults(props: CheckedProps): Iterable<Fault> {
  for (const [name, value] of Object.entries(props)) {
    // The SOAPAction is compared with nothing, and the function checks it too.
    const isKnown = value instanceof Duration ? !value.isUnresolved() : !Token.isUnresolved(value);
    if (isKnown || name === 'soapAction') continue;
    const remedy = 'give a literal value that is known at synth, where it is checked';
    yield { names: [name], value: 'a value known only when deploying', remedy };
  }
}

function profileRule(kind: 'faults' | 'warnings'): Rule {
  return ({ service }) => {
    if (service === undefined) return [];
    return checkProfile(service)[kind].map(({ key, remedy }) => ({ names: [`service.${key}`, 'service'], remedy }));
  };
}

/** What a caller without a compiler may leave out. */
const MISSING: Readonly<Record<string, unknown>> = { endpoint: '', tokenParameterName: '' };

/** The function's own rules for what it is given. */
function* settingFaults(props: CheckedProps): Iterable<Fault> {
  const { profile: _, ...settings }: Readonly<Record<string, unknown>> = functionSettings(props);
  for (const [name, { check }] of Object.entries(SETTINGS)) {
    const value = settings[name] ?? MISSING[name];
    if (value === undefined || Token.isUnresolved(value)) continue;
    // A prop of CDK carries its unit in its type.
    const prop = name.replace(/Seconds$|Url$/, '');
    for (const remedy of check(value).remedies) yield { names: [prop], value: shown(name, settings[name]), remedy };
  }
}

function shown(name: string, value: unknown): unknown {
  if (typeof value === 'number' && name.endsWith('Seconds')) return duration(value);
  return ['endpoint', 'proxyUrl'].includes(name) ? withoutPassword(value) : value;
}

/** What stands before an "@" may be a password. */
function withoutPassword(value: unknown): unknown {
  return `${value}`.includes('@') ? '(not shown)' : value;
}

/** Lambda allows 4 KB for all variables together. */
const MAX_VARIABLES_BYTES = 4096;
/** For one that is known when deploying only: the longest that there may be. */
const ANY_ARN = 'x'.repeat(200);

function* variablesFaults({ resources = {}, ...props }: CheckedProps): Iterable<Fault> {
  const { endpoint = '', tokenParameterName = '', ...settings } = functionSettings(props);
  const [credentialsSecretId, tokenKmsKeyId] = [resources.secret?.arn ?? ANY_ARN, resources.tokenKey?.arn ?? ANY_ARN];
  const variables = variablesOf({ ...settings, endpoint, tokenParameterName, credentialsSecretId, tokenKmsKeyId });
  const whole = Object.entries(variables).map(([name, value]) => [name, Token.isUnresolved(value) ? ANY_ARN : value]);
  const bytes = Buffer.byteLength(JSON.stringify(Object.fromEntries(whole)));
  if (bytes <= MAX_VARIABLES_BYTES) return;
  const remedy = `shorten the profile: the function's variables take ${bytes} bytes, and Lambda allows ${MAX_VARIABLES_BYTES}`;
  yield { names: ['service'], remedy };
}

function* renewalFaults(props: CheckedProps): Iterable<Fault> {
  const renewal: unknown = props.renewal ?? props.service?.timing?.renewal;
  if (renewal === undefined) return;
  if (renewal !== 'at expiry')
    yield { names: ['renewal'], value: renewal, remedy: 'give "at expiry", or leave it out' };
  for (const name of ['refreshEvery', 'renewalWindow'] as const) {
    if (props[name] === undefined) continue;
    const remedy = 'leave it out: the service renews at expiry, so a token is replaced at its end';
    yield { names: [name, 'renewal'], value: props[name], remedy };
  }
}

function* httpFaults({ endpoint, allowHttp }: CheckedProps): Iterable<Fault> {
  if (!/^http:/i.test(`${endpoint}`) || allowHttp === true) return;
  const remedy = 'use https, or set allowHttp to true to send the credentials unencrypted';
  yield { names: ['endpoint', 'allowHttp'], value: withoutPassword(endpoint), remedy };
}

/** Two refreshers that write to one parameter would undo each other's work for ever. */
function* sharedNameFaults({ tokenParameterName, others = [] }: CheckedProps): Iterable<Fault> {
  const other = others.find((one) => one.tokenParameterName === tokenParameterName);
  if (other === undefined) return;
  const remedy = `choose another one: ${other.where} writes it`;
  yield { names: ['tokenParameterName'], value: tokenParameterName, remedy };
}

/**
 * CloudWatch takes periods of up to a day, and RefreshFailing looks at three times checkEvery. All periods that an alarm
 * looks at may span a day, or a week where each has an hour or more: the four of TokenRejected stay far below.
 */
const MAX_CHECK_EVERY_SECONDS = 8 * 3600;

function* checkEveryFaults({ checkEverySeconds }: Timing): Iterable<Fault> {
  if (checkEverySeconds % 60 === 0 && checkEverySeconds <= MAX_CHECK_EVERY_SECONDS) return;
  const remedy = 'use whole minutes, at most 8 hours: schedules and CloudWatch periods allow no others';
  yield { names: ['checkEvery'], value: duration(checkEverySeconds), remedy };
}

function* relationFaults(timing: Timing): Iterable<Fault> {
  if (timing.renewalWindowSeconds === 0) return;
  const { tokenLifetimeSeconds, refreshEverySeconds, checkEverySeconds, renewalWindowSeconds: windowSeconds } = timing;
  const checkEvery = duration(checkEverySeconds);
  const [lifetime, refreshEvery] = [durationText(tokenLifetimeSeconds), durationText(refreshEverySeconds)];
  if (windowSeconds !== undefined) {
    if (windowSeconds > tokenLifetimeSeconds) {
      const remedy = `make it at most tokenLifetime (${lifetime})`;
      yield { names: ['renewalWindow', 'tokenLifetime'], value: duration(windowSeconds), remedy };
    }
    if (checkEverySeconds * 3 > windowSeconds) {
      const remedy = `make it at most a third of renewalWindow (${durationText(windowSeconds)}), so that a failed tick is followed by others`;
      yield { names: ['checkEvery', 'renewalWindow'], value: checkEvery, remedy };
    }
    return;
  }
  if (checkEverySeconds > refreshEverySeconds) {
    const remedy = `make it at most refreshEvery (${refreshEvery}), which could not be kept otherwise`;
    yield { names: ['checkEvery', 'refreshEvery'], value: checkEvery, remedy };
  }
  if (timing.replacedAfterSeconds + 2 * checkEverySeconds > tokenLifetimeSeconds) {
    const remedy = `make checkEvery or refreshEvery (${refreshEvery}) shorter: one failed tick could let a token of ${lifetime} expire`;
    yield { names: ['checkEvery', 'refreshEvery', 'tokenLifetime'], value: checkEvery, remedy };
  }
}

/** Whether the schedule alone leaves room in the ration: one login is kept for a person, and one for a failure. */
function* loginsPerDayFaults(timing: Timing, props: CheckedProps): Iterable<Fault> {
  const { loginsPerDay } = functionSettings(props);
  if (loginsPerDay === undefined || SETTINGS.loginsPerDay.check(loginsPerDay).remedies.length > 0) return;
  const needed = Math.ceil(86_400 / timing.replacedAfterSeconds);
  if (needed <= loginsPerDay - 2) return;
  const remedy = `let tokens grow older: the schedule alone needs ${needed} logins a day, and two are kept back`;
  yield { names: ['loginsPerDay'], value: loginsPerDay, remedy };
}

function* runbookUrlFaults({ runbookUrl }: CheckedProps): Iterable<Fault> {
  if (runbookUrl === undefined) return;
  const url = parseHttpUrl(runbookUrl);
  const about = { names: ['runbookUrl'], value: withoutPassword(runbookUrl) } as const;
  if (url?.username || url?.password) {
    yield { ...about, remedy: 'leave user name and password out: whoever sees the alarm would see them' };
  }
  // Keeps the alarms' descriptions below CloudWatch's 1024 characters.
  if (url === undefined || runbookUrl.length > 200)
    yield { ...about, remedy: 'give an http or https address of at most 200 characters' };
}

function* isolatedSubnetsFaults({ isIsolated }: CheckedProps): Iterable<Fault> {
  if (isIsolated !== true) return;
  const remedy =
    'choose subnets with a way to the service, SSM, Secrets Manager and CloudWatch Logs. Those that have another one than a NAT gateway: Vpc.fromVpcAttributes with privateSubnetIds';
  yield { names: ['vpcSubnets'], value: 'isolated subnets only', remedy };
}

function* latePageWarnings(timing: Timing): Iterable<Fault> {
  if (!pageCouldComeTooLate(timing)) return;
  const { checkEverySeconds, tokenLifetimeSeconds, replacedAfterSeconds } = timing;
  const left = tokenLifetimeSeconds - replacedAfterSeconds;
  const remedy =
    `a token has ${durationText(left)} left when it is due, and could expire before TokenExpiring, which needs three ` +
    `checks, has paged. Make checkEvery at most ${Math.max(1, Math.floor(left / 4 / 60))} minutes`;
  yield { names: ['checkEvery'], value: duration(checkEverySeconds), remedy };
}

/** Variables of a function are in plain sight, in the console and in `cdk diff`. */
function* endpointWarnings({ endpoint = '' }: CheckedProps): Iterable<Fault> {
  const url = parseHttpUrl(endpoint);
  const looksSecret = ([name, value]: readonly [string, string]) =>
    value !== '' && /key|token|secret|pass|pwd|pin|auth|sig|credential/i.test(name);
  const [secret] = [...(url?.searchParams ?? [])].filter(looksSecret);
  const part = secret !== undefined ? `?${secret[0]}=…` : url?.hash ? '#…' : undefined;
  if (part === undefined) return;
  const remedy =
    'everybody sees it in the console and in `cdk diff`. If it is a secret, put it into the secret, and send it in the envelope or a header of the profile';
  yield { names: ['endpoint'], value: part, remedy };
}

function* sharedSecretWarnings({ resources: { secret } = {}, others = [] }: CheckedProps): Iterable<Fault> {
  const other = secret && others.find(({ secretArn }) => areOfOneSecret(secretArn, secret.arn));
  if (secret === undefined || other === undefined) return;
  const remedy = `${other.where} logs in with it too, and where a login ends the tokens before it, each ends the other's`;
  yield { names: [secret.name], value: Token.isUnresolved(secret.arn) ? 'one secret' : secret.arn, remedy };
}

/** Of a name, CDK makes an ARN without the six characters at its end, and with a partition that it does not know. */
function areOfOneSecret(one = '', other = ''): boolean {
  const [a = '', b = ''] = [one, other].map((arn) => arn.replace(/^arn:[^:]+/, '')).toSorted();
  return a === b || (a !== '' && b.replace(/-\w{6}$/, '') === a);
}

function duration(seconds: number): Duration {
  return Duration.millis(seconds * 1000);
}
