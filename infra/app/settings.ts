import { Duration } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { isObject } from '../../lambda/parse-json.ts';
import { rejectedParameterName, statusParameterName } from '../../lambda/token-status.ts';
import { type Fault, faultList } from '../fault.ts';
import { type CheckedProps, propFaults } from '../token-refresher-props.ts';
import { SettingReader } from './setting-reader.ts';

/** One entry of the context `tokens`. What is not said here is said at the prop of the same name. */
export interface TokenSettings extends Omit<CheckedProps, 'alarmActions'> {
  /** Names the stack, and the parameter unless `tokenParameterName` does. */
  readonly name: string;
  readonly alarmActions: { readonly page: AlarmTarget; readonly ticket?: AlarmTarget } | 'none';
  /** An existing secret, by its complete ARN. */
  readonly credentialsSecretArn?: string;
  /** The customer-managed key of that secret, if it has one. */
  readonly credentialsKeyArn?: string;
  /** An existing key for the token. */
  readonly encryptionKeyArn?: string;
  readonly logRetention?: RetentionDays;
  readonly paused?: boolean;
  readonly vpc?: VpcSettings;
  readonly tags?: Readonly<Record<string, string>>;
  /** Whether CloudFormation refuses to delete the stack. */
  readonly terminationProtection?: boolean;
}

/** Whom an alarm tells: an SNS topic, by its ARN, or an e-mail address. */
export type AlarmTarget = { readonly topicArn: string } | { readonly email: string };

/** Where the function runs in a VPC. Identifiers only: a look-up would need credentials at synth. */
export interface VpcSettings {
  readonly vpcId: string;
  readonly subnetIds: readonly string[];
  readonly securityGroupIds?: readonly string[];
}

/** What is wrong with cdk.json, for the person who wrote it: no stack trace helps there. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

/** The dashboard's stack is called so. */
export const RESERVED_NAME = 'dashboard';

/**
 * The context `tokens` of cdk.json: a name and its settings for each token.
 * @throws SettingsError that lists every fault of every token.
 */
export function readSettings(context: unknown): readonly TokenSettings[] {
  const faults: Fault[] = [];
  if (!isObject(context) || Object.keys(context).length === 0) {
    faults.push({
      names: ['tokens'],
      value: context,
      remedy:
        'describe at least one token in the context of cdk.json: { "my-service": { "endpoint": …, "alarmActions": … } }',
    });
  }
  const tokens = isObject(context)
    ? Object.entries(context).flatMap(([name, value]) => readToken(name, value, faults) ?? [])
    : [];
  faults.push(...sharedParameterFaults(tokens));
  if (faults.length > 0) throw new SettingsError(faultList('cdk.json, context "tokens"', faults));
  return tokens;
}

function readToken(name: string, settings: unknown, faults: Fault[]): TokenSettings | undefined {
  const at = `tokens.${name}`;
  if (!/^[A-Za-z0-9][A-Za-z0-9-]{0,99}$/.test(name) || name === RESERVED_NAME) {
    faults.push({
      names: [at],
      value: name,
      remedy: `name the token with letters, digits and "-", as part of a stack's name, and not "${RESERVED_NAME}"`,
    });
  }
  if (!isObject(settings)) {
    faults.push({ names: [at], value: settings, remedy: 'give an object of settings' });
    return undefined;
  }
  const reader = new SettingReader(at, settings, faults);
  const token = {
    name,
    endpoint: reader.required('endpoint', 'give the address of the SOAP endpoint', text) ?? '',
    allowHttp: reader.optional('allowHttp', 'use true or false', flag),
    soapAction: reader.optional('soapAction', 'use text', text),
    credentialsSecretArn: reader.optional('credentialsSecretArn', SECRET_ARN_RULE, matching(SECRET_ARN)),
    credentialsKeyArn: reader.optional('credentialsKeyArn', KEY_ARN_RULE, matching(KEY_ARN)),
    tokenParameterName: reader.optional('tokenParameterName', 'use text', text) ?? `/${name}/access-token`,
    encryptionKeyArn: reader.optional('encryptionKeyArn', KEY_ARN_RULE, matching(KEY_ARN)),
    tokenLifetime: reader.optional('tokenLifetime', DURATION_RULE, duration),
    refreshEvery: reader.optional('refreshEvery', DURATION_RULE, duration),
    checkEvery: reader.optional('checkEvery', DURATION_RULE, duration),
    renewalWindow: reader.optional('renewalWindow', DURATION_RULE, duration),
    alarmActions: reader.required('alarmActions', ALARM_ACTIONS_RULE, alarmActions) ?? 'none',
    runbookUrl: reader.optional('runbookUrl', 'use text', text),
    paused: reader.optional('paused', 'use true or false', flag),
    reservedConcurrency: reader.optional('reservedConcurrency', 'use a whole number from 1, or "none"', concurrency),
    logRetention: reader.optional('logRetention', RETENTION_RULE, retention),
    vpc: reader.optional('vpc', VPC_RULE, vpc),
    tags: reader.optional('tags', 'give an object of texts, such as { "team": "invoicing" }', tags),
    terminationProtection: reader.optional('terminationProtection', 'use true or false', flag),
  };
  reader.refuseUnknown();
  if (token.credentialsKeyArn !== undefined && token.credentialsSecretArn === undefined) {
    faults.push({
      names: [`${at}.credentialsKeyArn`],
      value: token.credentialsKeyArn,
      remedy: 'give credentialsSecretArn too, or leave both out: a new secret has no key of its own',
    });
  }
  const unreadable = reader.faultyNames;
  for (const fault of propFaults(token)) {
    // What could not be read has been reported, and rules that compare it with others would only confuse.
    if (fault.names.some((setting) => unreadable.has(setting))) continue;
    faults.push({ ...fault, names: [`${at}.${fault.names[0]}`] });
  }
  return token;
}

/** Two refreshers that write to one parameter would undo each other's work for ever. */
function* sharedParameterFaults(tokens: readonly TokenSettings[]): Iterable<Fault> {
  const owners = new Map<string, string>();
  for (const { name, tokenParameterName } of tokens) {
    const below = [statusParameterName(tokenParameterName), rejectedParameterName(tokenParameterName)];
    for (const parameter of [tokenParameterName, ...below]) {
      const owner = owners.get(parameter);
      if (owner !== undefined) {
        yield {
          names: [`tokens.${name}.tokenParameterName`],
          value: tokenParameterName,
          remedy: `choose another one: ${parameter} is written by tokens.${owner}`,
        };
        break;
      }
      owners.set(parameter, name);
    }
  }
}

const SECRET_ARN = /^arn:[a-z-]+:secretsmanager:[a-z0-9-]+:\d{12}:secret:\S+-[A-Za-z0-9]{6}$/;
const SECRET_ARN_RULE = 'give the complete ARN of the secret, with the six characters at its end';
const KEY_ARN = /^arn:[a-z-]+:kms:[a-z0-9-]+:\d{12}:key\/\S+$/;
const KEY_ARN_RULE = 'give the ARN of the key (arn:…:key/…), not of an alias';
const TOPIC_ARN = /^arn:[a-z-]+:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]+$/;
const EMAIL = /^[^\s@:]+@[^\s@:]+\.[^\s@:]+$/;
const ALARM_ACTIONS_RULE =
  'say whom the alarms tell: { "page": …, "ticket": … }, each an SNS topic ARN or an e-mail address ("ticket" may be left out), or "none"';
const DURATION_RULE = 'use a whole number and a unit: "90 seconds", "15 minutes", "4 hours", "1 day"';
const RETENTION_DAYS = Object.values(RetentionDays).filter((days) => typeof days === 'number' && days < 9999);
const RETENTION_RULE = `use a time that CloudWatch Logs offers, in days: ${RETENTION_DAYS.join(', ')}, for example "30 days"`;
const VPC_RULE =
  'give { "vpcId": "vpc-…", "subnetIds": ["subnet-…"] } and, if you like, "securityGroupIds": ["sg-…"], and nothing else';

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function flag(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined;
}

function matching(pattern: RegExp): (value: unknown) => string | undefined {
  return (value) => (typeof value === 'string' && pattern.test(value) ? value : undefined);
}

function concurrency(value: unknown): number | 'none' | undefined {
  return typeof value === 'number' || value === 'none' ? value : undefined;
}

function duration(value: unknown): Duration | undefined {
  const [, amount, unit] = /^(\d{1,8}) (second|minute|hour|day)s?$/.exec(text(value) ?? '') ?? [];
  switch (unit) {
    case 'second':
      return Duration.seconds(Number(amount));
    case 'minute':
      return Duration.minutes(Number(amount));
    case 'hour':
      return Duration.hours(Number(amount));
    case 'day':
      return Duration.days(Number(amount));
    default:
      return undefined;
  }
}

function retention(value: unknown): RetentionDays | undefined {
  const days = (duration(value)?.toSeconds() ?? 0) / 86_400;
  return RETENTION_DAYS.find((offered): offered is RetentionDays => offered === days);
}

function alarmActions(value: unknown): TokenSettings['alarmActions'] | undefined {
  if (value === 'none') return 'none';
  if (!isObject(value)) return undefined;
  const { page, ticket, ...others } = value;
  const pageTarget = alarmTarget(page);
  const ticketTarget = alarmTarget(ticket);
  if (pageTarget === undefined || (ticket !== undefined && ticketTarget === undefined)) return undefined;
  return Object.keys(others).length > 0 ? undefined : { page: pageTarget, ticket: ticketTarget };
}

function alarmTarget(value: unknown): AlarmTarget | undefined {
  if (typeof value !== 'string') return undefined;
  if (TOPIC_ARN.test(value)) return { topicArn: value };
  return EMAIL.test(value) ? { email: value } : undefined;
}

function vpc(value: unknown): VpcSettings | undefined {
  if (!isObject(value)) return undefined;
  const { vpcId, subnetIds, securityGroupIds, ...others } = value;
  const subnets = idList(subnetIds, resourceId('subnet'));
  const groups = idList(securityGroupIds, resourceId('sg'));
  const id = matching(resourceId('vpc'))(vpcId);
  if (id === undefined || subnets === undefined || Object.keys(others).length > 0) return undefined;
  if (securityGroupIds !== undefined && groups === undefined) return undefined;
  return { vpcId: id, subnetIds: subnets, securityGroupIds: groups };
}

/** EC2 makes identifiers of 8 or 17 digits. */
function resourceId(kind: string): RegExp {
  return new RegExp(`^${kind}-(?:[0-9a-f]{8}|[0-9a-f]{17})$`);
}

function idList(value: unknown, pattern: RegExp): readonly string[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const ids = value.filter((id) => typeof id === 'string' && pattern.test(id));
  return ids.length === value.length ? ids : undefined;
}

function tags(value: unknown): Readonly<Record<string, string>> | undefined {
  if (!isObject(value)) return undefined;
  const entries = Object.entries(value).flatMap(([key, tag]) => (typeof tag === 'string' ? [[key, tag] as const] : []));
  return entries.length === Object.keys(value).length ? Object.fromEntries(entries) : undefined;
}
