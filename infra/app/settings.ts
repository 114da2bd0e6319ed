import { readFileSync } from 'node:fs';
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { z } from 'zod';
import { didYouMean } from '../../lambda/did-you-mean.ts';
import { isObject, parseJsonObject } from '../../lambda/parse-json.ts';
import { PROFILES, type ServiceProfile } from '../../lambda/services/profiles.ts';
import {
  CHECK_EVERY_SECONDS,
  DURATION_PATTERN,
  DURATION_RULE,
  durationSeconds,
  durationText,
  REFRESH_EVERY_SECONDS,
  TOKEN_LIFETIME_SECONDS,
} from '../../lambda/timing.ts';
import { rejectedParameterName, statusParameterName } from '../../lambda/token-status.ts';
import { type Fault, faultList } from '../fault.ts';
import { propFaults } from '../prop-rules.ts';
import type { TokenRefresherProps } from '../token-refresher-props.ts';

/** What is wrong with cdk.json, for the person who wrote it: no stack trace helps there. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

/** The dashboard's stack is called so. */
export const RESERVED_NAME = 'dashboard';

const NAME_RULE = `name the token with letters, digits and "-", as part of a stack's name, and not "${RESERVED_NAME}"`;
const NAME = matching(new RegExp(`^(?!${RESERVED_NAME}$)[A-Za-z0-9][A-Za-z0-9-]{0,99}$`), NAME_RULE);
const PREFIX = matching(
  /^(?:[A-Za-z](?:-?[A-Za-z0-9]){0,39})?$/,
  'use at most 40 letters, digits and single "-", a letter first, as part of names of stacks and parameters',
);
const KEY_ARN = matching(
  /^arn:[a-z-]+:kms:[a-z0-9-]+:\d{12}:key\/\S+$/,
  'give the ARN of the key (arn:…:key/…), not of an alias',
);
const SECRET_ARN = matching(
  /^arn:[a-z-]+:secretsmanager:[a-z0-9-]+:\d{12}:secret:\S+-[A-Za-z0-9]{6}$/,
  'give the complete ARN of the secret, with the six characters at its end',
);
const ALARM_ACTIONS_RULE =
  'say whom the alarms tell: { "page": …, "ticket": … }, each an SNS topic ARN or an e-mail address ("ticket" may be left out), or "none"';
const ALARM_TARGET = z.union(
  [
    matching(/^arn:[a-z-]+:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]+$/, ALARM_ACTIONS_RULE).transform((topicArn) => ({
      topicArn,
    })),
    matching(/^[^\s@:]+@[^\s@:]+\.[^\s@:]+$/, ALARM_ACTIONS_RULE).transform((email) => ({ email })),
  ],
  ALARM_ACTIONS_RULE,
);
/** What a person writes for a duration. */
export const DURATION = matching(DURATION_PATTERN, DURATION_RULE).transform((text) =>
  Duration.seconds(durationSeconds(text)),
);
const RETENTION_DAYS = Object.values(RetentionDays).filter((days) => typeof days === 'number' && days < 9999);
const RETENTIONS = new Map(RETENTION_DAYS.map((days) => [days === 1 ? '1 day' : `${days} days`, Number(days)]));
const RETENTION_RULE = `use a time that CloudWatch Logs offers, in days: ${RETENTION_DAYS.join(', ')}, for example "30 days"`;
const VPC_RULE =
  'give { "vpcId": "vpc-…", "subnetIds": ["subnet-…"] } and, if you like, "securityGroupIds": ["sg-…"], and nothing else';
const TAGS_RULE = 'give an object of at most 50 texts, such as { "team": "invoicing" }';
/** @see https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html */
const TAG_KEY = matching(
  /^(?!aws:)[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/iu,
  'use at most 128 letters, digits, spaces and _.:/=+-@ in the key of a tag, and no "aws:" in front',
);
/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html */
const MAX_STACK_NAME_LENGTH = 128;
const TAG_VALUE = matching(
  /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u,
  'use at most 256 letters, digits, spaces and _.:/=+-@ in the value of a tag',
);
const FLAG = z.boolean('use true or false');
const TEXT = z.string('use text');

const SERVICE_RULE = `give ${[...PROFILES.keys()].map((name) => `"${name}"`).join(', ')}, or the path of a JSON file that describes the service`;
/** The profile itself is checked with the other props. */
const SERVICE = z.string(SERVICE_RULE).transform((name, context) => {
  const profile = PROFILES.get(name) ?? readProfile(name);
  if (typeof profile !== 'string') return profile;
  context.addIssue({ code: 'custom', message: profile });
  return z.NEVER;
});

const VPC = z.strictObject(
  {
    vpcId: resourceId('vpc'),
    subnetIds: z.array(resourceId('subnet'), VPC_RULE).min(1, VPC_RULE),
    securityGroupIds: z.array(resourceId('sg'), VPC_RULE).min(1, VPC_RULE).optional(),
  },
  VPC_RULE,
);

/** These are objects in code and names in cdk.json. */
type ObjectProps = 'credentials' | 'encryptionKey' | 'alarmActions' | 'vpc' | 'vpcSubnets' | 'securityGroups';
type PlainProps = Omit<TokenRefresherProps, ObjectProps | 'tokenParameterName'>;

/**
 * The list of settings. The table of docs/settings.md and the JSON Schema for editors are made of it; `default` and
 * description stand there. A prop of the construct that is missing here does not compile.
 */
const SETTINGS = {
  endpoint: z
    .string('give the address of the SOAP endpoint')
    .meta({ description: 'address of the SOAP endpoint, https' }),
  alarmActions: z
    .union(
      [z.literal('none'), z.strictObject({ page: ALARM_TARGET, ticket: ALARM_TARGET.optional() })],
      ALARM_ACTIONS_RULE,
    )
    .meta({
      description:
        '`{ "page": …, "ticket": … }`, each an SNS topic ARN or an e-mail address; `ticket` may be left out, then its alarms tell nobody. Or an explicit `"none"`',
    }),
  allowHttp: FLAG.optional().meta({
    description: 'lets credentials and token travel unencrypted: for test hosts that offer nothing better',
    default: false,
  }),
  soapAction: TEXT.optional().meta({ description: 'value of the SOAPAction header', default: '' }),
  service: SERVICE.optional().meta({
    description: `which service hands out the token: ${[...PROFILES.keys()].map((name) => `\`"${name}"\``).join(', ')}, or the path of a JSON file such as \`"./acme.service.json"\`; see [services](services.md). Not set: Masters India`,
  }),
  proxy: TEXT.optional().meta({
    description: '`http://host:port` of a proxy through which the SOAP service is asked, and nothing else',
  }),
  tokenParameterName: TEXT.optional().meta({
    description: 'where the token goes; at most 14 levels and 200 characters. Not set: `/<name>/access-token`',
  }),
  tokenLifetime: DURATION.optional().meta({
    description: "what the service promises; sets the alarm's threshold, so keep it true",
    default: durationText(TOKEN_LIFETIME_SECONDS),
  }),
  refreshEvery: DURATION.optional().meta({
    description: 'how old a token may grow; half of its lifetime where that is shorter',
    default: durationText(REFRESH_EVERY_SECONDS),
  }),
  checkEvery: DURATION.optional().meta({
    description:
      'how often a tick looks: whole minutes, at most 8 hours. Equal to `refreshEvery`, every tick refreshes',
    default: durationText(CHECK_EVERY_SECONDS),
  }),
  renewalWindow: DURATION.optional().meta({
    description:
      'for services that hand out a new token only shortly before the old one expires: how long before. Takes the place of `refreshEvery`; at least 3 × `checkEvery`',
  }),
  renewal: z.literal('at expiry', 'give "at expiry", or leave it out').optional().meta({
    description:
      "for services that hand out a new token only after the old one's end: readers have none for up to `checkEvery`, which is then 1 minute unless set. Not together with `refreshEvery` or `renewalWindow`",
  }),
  loginsPerDay: z.number('give a whole number from 2 to 200').optional().meta({
    description: 'how many logins the service allows in 24 hours; one is kept for a person who forces a refresh',
  }),
  credentialsSecretArn: SECRET_ARN.optional().meta({
    description: 'an existing secret, by its complete ARN. Not set: a new, empty one',
  }),
  credentialsKeyArn: KEY_ARN.optional().meta({
    description: 'the customer-managed key of `credentialsSecretArn`, if it has one',
  }),
  encryptionKeyArn: KEY_ARN.optional().meta({
    description: 'an existing key for the token; several tokens may share one. Not set: a new one',
  }),
  credentialsMaxAge: DURATION.optional().meta({
    description:
      'from which age of the credentials on CredentialsAging makes a ticket, ahead of the day on which the vendor ends the password: `"80 days"`, say. $0.40 a month',
  }),
  runbookUrl: TEXT.optional().meta({ description: 'your runbook; every alarm carries the address' }),
  paused: FLAG.optional().meta({ description: 'stops the schedule and silences the alarms together', default: false }),
  reservedConcurrency: z
    .union([z.number(), z.literal('none')], 'use a whole number from 1, or "none"')
    .optional()
    .meta({
      description:
        'a number sets runs aside for this function. Nothing needs it, and where the Lambda quota is 10, as in new accounts, it fails the deployment',
      default: 'none',
    }),
  logRetention: z
    .enum([...RETENTIONS.keys()], RETENTION_RULE)
    .transform((text) => RETENTIONS.get(text))
    .optional()
    .meta({ description: 'how long the log is kept', default: '30 days' }),
  removalPolicy: z
    .enum(['retain', 'destroy'], 'use "retain" or "destroy"')
    .transform((policy) => (policy === 'destroy' ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN))
    .optional()
    .meta({
      description:
        '`"destroy"` takes the new secret and the new key along when the stack is deleted: for environments that live for a day',
      default: 'retain',
    }),
  vpc: VPC.optional().meta({
    description:
      '`{ "vpcId", "subnetIds", "securityGroupIds"? }`, for services that admit fixed addresses only: private subnets behind a NAT gateway with an Elastic IP',
  }),
  tags: z
    .record(TAG_KEY, TAG_VALUE, TAGS_RULE)
    .refine((tags) => Object.keys(tags).length <= 50, TAGS_RULE)
    .optional()
    .meta({ description: "tags of the stack and all in it; those that all tokens share are the dashboard's too" }),
  terminationProtection: FLAG.optional().meta({
    description: 'CloudFormation refuses to delete the stack',
    default: false,
  }),
} satisfies { readonly [Prop in keyof PlainProps]-?: z.ZodType<PlainProps[Prop]> } & Record<string, z.ZodType>;

const TOKEN = z.strictObject(SETTINGS, 'give an object of settings');

/** The settings of the whole app, beside those of its tokens. */
const APP_SETTINGS = {
  prefix: PREFIX.optional().meta({
    description:
      'goes in front of the names of stacks and dashboard (`<prefix>-TokenRefresher-<name>`) and of the default parameter names (`/<prefix>/<name>/access-token`). The second app of an account and region needs one',
    default: '',
  }),
  dashboard: z.literal('none', 'leave it out, or say "none"').optional().meta({
    description: '`"none"` makes no dashboard. Not set: one for all tokens, $3.00 a month',
  }),
};

/** One entry of `stages`: where it is deployed, and what differs there from what is described once for all. */
const STAGE = z.strictObject(
  {
    account: matching(/^\d{12}$/, 'give the 12 digits of the account, as text').optional(),
    region: matching(/^[a-z]{2}(?:-[a-z]+)+-\d$/, 'give the region as AWS writes it: "ap-south-1"').optional(),
    ...APP_SETTINGS,
    tokens: z.record(NAME, TOKEN.partial(), 'give the names of tokens, each with the settings that differ').optional(),
  },
  'give an object: { "account": …, "region": …, "prefix": …, "tokens": { "my-service": { "endpoint": … } } }',
);
const APP = z.object({
  ...APP_SETTINGS,
  stages: z.record(z.string(), STAGE, 'give an object: { "dev": { … }, "prod": { … } }').optional().meta({
    description:
      '`{ "prod": { "account", "region", "prefix", "dashboard", "tokens": { "<name>": { … } } }, … }`, all of which may be left out: where each stage is deployed, and which settings differ there',
  }),
  stage: TEXT.optional().meta({
    description: 'which entry of `stages` counts, by `--context stage=prod` as a rule',
  }),
});

/** For editors: what cdk.json may hold. */
export const JSON_SCHEMA = z.toJSONSchema(
  z.looseObject({ context: z.looseObject({ ...APP.shape, tokens: z.record(NAME, TOKEN) }) }),
  {
    io: 'input',
    // Of what is transformed, zod would drop the default.
    override: ({ zodSchema, jsonSchema }) => Object.assign(jsonSchema, z.globalRegistry.get(zodSchema)),
  },
);

/** Whom an alarm tells: an SNS topic, by its ARN, or an e-mail address. */
export type AlarmTarget = z.output<typeof ALARM_TARGET>;
/** Where the function runs if it is to run in a VPC. */
export type VpcSettings = z.output<typeof VPC>;

/** One entry of the context `tokens`. What is not said here is said at the prop of the same name. */
export interface TokenSettings extends z.output<typeof TOKEN> {
  /** Names the stack, and the parameter unless `tokenParameterName` does. */
  readonly name: string;
  readonly tokenParameterName: string;
}

/** What cdk.json describes. */
export interface AppSettings {
  /** In front of the names of stacks and dashboard; empty for none. */
  readonly prefix: string;
  readonly hasDashboard: boolean;
  /** Where the stacks go. What is not set is decided by whoever deploys. */
  readonly env: { readonly account?: string; readonly region?: string };
  readonly tokens: readonly TokenSettings[];
}

/** A name of a stack or of the dashboard. */
export function withPrefix(prefix: string, name: string): string {
  return prefix === '' ? name : `${prefix}-${name}`;
}

/** The name of a token's stack, and of the dashboard's. */
export function stackName(prefix: string, name: string): string {
  return withPrefix(prefix, `TokenRefresher-${name}`);
}

/**
 * Reads the context of cdk.json, into which `--context` puts its own.
 * @throws SettingsError that names a stage which does not exist, or else lists every fault of the app and of every token.
 */
export function readSettings(context: Readonly<Record<string, unknown>>): AppSettings {
  const { tokens: described, ...others } = context;
  const stage = chosenStage(others);
  const faults: Fault[] = [];
  for (const issue of APP.safeParse(others).error?.issues ?? []) faults.push(...issueFaults(APP, '', others, issue));
  faults.push(...misspeltKeys(others));
  if (!isObject(described) || Object.keys(described).length === 0) {
    faults.push({
      names: ['tokens'],
      value: described,
      remedy:
        'describe at least one token in the context of cdk.json: { "my-service": { "endpoint": …, "alarmActions": … } }',
    });
  }
  const names = isObject(described) ? Object.keys(described) : [];
  faults.push(...strangeTokens(others.stages, names));

  const { prefix = '', dashboard } = readable(z.object(APP_SETTINGS), { ...others, ...stage.settings });
  const { account, region } = readable(STAGE, stage.settings);
  const tokens = names.map((name) => {
    const differing = isObject(stage.settings.tokens) ? stage.settings.tokens[name] : undefined;
    const inStage = { at: `stages.${stage.name}.tokens.${name}`, settings: isObject(differing) ? differing : {} };
    const ofToken = isObject(described) ? described[name] : undefined;
    return readToken({ prefix, region, name, described: ofToken, inStage }, faults);
  });
  faults.push(...sharedParameterFaults(tokens));
  if (faults.length > 0) throw new SettingsError(faultList('cdk.json, context', faults) + stageHint(others));
  return { prefix, hasDashboard: dashboard === undefined, env: { account, region }, tokens };
}

/** The entry of `stages` that the context chooses; one without a name and settings if it chooses none. */
function chosenStage({ stage, stages }: Readonly<Record<string, unknown>>): {
  readonly name: string;
  readonly settings: Readonly<Record<string, unknown>>;
} {
  if (typeof stage !== 'string') return { name: '', settings: {} };
  const names = isObject(stages) ? Object.keys(stages) : [];
  if (isObject(stages) && names.includes(stage)) {
    const settings = stages[stage];
    return { name: stage, settings: isObject(settings) ? settings : {} };
  }
  // Alone, and in one line: what else may be wrong depends on the stage.
  const among = names.length === 0 ? 'the context of cdk.json describes no "stages"' : `there are ${names.join(', ')}`;
  throw new SettingsError(`There is no stage "${stage}": ${among}${didYouMean(stage, names, '; ')}`);
}

/** What a stage says of tokens that are described nowhere reaches nothing. */
function* strangeTokens(stages: unknown, known: readonly string[]): Iterable<Fault> {
  for (const [stage, settings] of Object.entries(isObject(stages) ? stages : {})) {
    const tokens = isObject(settings) && isObject(settings.tokens) ? settings.tokens : {};
    for (const name of Object.keys(tokens).filter((token) => !known.includes(token))) {
      const remedy = `there is no such token in the context "tokens"${didYouMean(name, known, '; ') || '; describe it there'}`;
      yield { names: [`stages.${stage}.tokens.${name}`], value: tokens[name], remedy };
    }
  }
}

/** What is missing may stand in a stage that nobody chose. */
function stageHint({ stage, stages }: Readonly<Record<string, unknown>>): string {
  const names = isObject(stages) ? Object.keys(stages) : [];
  if (stage !== undefined || names.length === 0) return '';
  return `\nNo stage is chosen. Should it be one? --context stage=${names.join(' or stage=')}`;
}

/** The context holds much that is not ours, so only what looks like one of ours is refused. */
function* misspeltKeys(context: Readonly<Record<string, unknown>>): Iterable<Fault> {
  const known = [...Object.keys(APP.shape), 'tokens'];
  for (const [key, value] of Object.entries(context)) {
    if (known.includes(key) || !/^[A-Za-z]+$/.test(key)) continue;
    const meant = didYouMean(key, known, '; ');
    if (meant !== '') yield { names: [key], value, remedy: `there is no such setting${meant}` };
  }
}

/** Those of the settings that can be read. */
function readable<Shape extends z.ZodRawShape>(schema: z.ZodObject<Shape>, settings: object) {
  const faulty = new Set(schema.safeParse(settings).error?.issues.map(({ path: [setting] }) => setting));
  const others = Object.entries(settings).filter(([setting]) => !faulty.has(setting));
  return schema.partial().strip().parse(Object.fromEntries(others));
}

/** What is said of a token: for all stages, and in the chosen one. */
interface DescribedToken {
  readonly prefix: string;
  /** Where it is deployed; undefined where whoever deploys decides. */
  readonly region: string | undefined;
  readonly name: string;
  readonly described: unknown;
  /** `at` is where they stand, for messages. */
  readonly inStage: { readonly at: string; readonly settings: Readonly<Record<string, unknown>> };
}

/** The token, as far as it can be read: rules that compare settings need those that can. */
function readToken({ prefix, region, name, described, inStage }: DescribedToken, faults: Fault[]): TokenSettings {
  const at = `tokens.${name}`;
  if (!NAME.safeParse(name).success) faults.push({ names: [at], value: name, remedy: NAME_RULE });
  if (stackName(prefix, name).length > MAX_STACK_NAME_LENGTH) {
    const remedy = `make it or the prefix shorter: the stack would be called ${stackName(prefix, name)}, and CloudFormation takes ${MAX_STACK_NAME_LENGTH} characters`;
    faults.push({ names: [at], value: name, remedy });
  }
  const settings = isObject(described) ? { ...described, ...inStage.settings } : described;
  const unreadable = TOKEN.safeParse(settings).error?.issues ?? [];
  for (const issue of unreadable) {
    // Faults of what stands in a stage are told with the stage.
    if (!concerned(issue).some((setting) => Object.hasOwn(inStage.settings, setting))) {
      faults.push(...issueFaults(TOKEN, at, settings, issue));
    }
  }
  const faulty = new Set(unreadable.flatMap(concerned));
  const {
    endpoint = '',
    alarmActions = 'none',
    tokenParameterName = `${prefix === '' ? '' : `/${prefix}`}/${name}/access-token`,
    ...others
  } = readable(TOKEN, isObject(settings) ? settings : {});
  const token = { ...others, name, endpoint, alarmActions, tokenParameterName };
  if (!isObject(settings)) return token;
  const place = (setting: string) =>
    `${Object.hasOwn(inStage.settings, setting.replace(/\..*/, '')) ? inStage.at : at}.${setting}`;
  if (others.credentialsKeyArn !== undefined && settings.credentialsSecretArn === undefined) {
    faults.push({
      names: [place('credentialsKeyArn')],
      value: others.credentialsKeyArn,
      remedy: 'give credentialsSecretArn too, or leave both out: a new secret has no key of its own',
    });
  }
  for (const fault of [...propFaults(token), ...regionFaults(token, region)]) {
    // What could not be read has been reported, and rules that compare it with others would only confuse.
    if (fault.names.some((setting) => faulty.has(setting))) continue;
    faults.push({ ...fault, names: [place(fault.names[0])] });
  }
  return token;
}

/** The settings of an object that an issue is about. */
function concerned(issue: z.core.$ZodIssue): readonly string[] {
  const [setting] = issue.path;
  if (setting !== undefined) return [String(setting)];
  return issue.code === 'unrecognized_keys' ? issue.keys : [];
}

/** @param schema what the settings were read by */
function issueFaults(schema: z.ZodType, at: string, settings: unknown, issue: z.core.$ZodIssue): readonly Fault[] {
  const path = issue.path.map(String);
  const value = path.reduce<unknown>(
    (within, key) => (isObject(within) || Array.isArray(within) ? Reflect.get(within, key) : undefined),
    settings,
  );
  const fault = (more: readonly string[], value: unknown, remedy: string): Fault => ({
    names: [[...(at === '' ? [] : [at]), ...path, ...more].join('.')],
    value,
    remedy,
  });
  if (issue.code === 'invalid_key') return [fault([], value, issue.issues[0]?.message ?? issue.message)];
  if (issue.code !== 'unrecognized_keys') return [fault([], value, issue.message)];
  const known = settingsAt(schema, path);
  return issue.keys.map((key) => {
    const remedy = `there is no such setting${didYouMean(key, known, '; ') || '; remove it'}`;
    return fault([key], isObject(value) ? value[key] : undefined, remedy);
  });
}

/** The names of the settings that an object at this path may have. */
function settingsAt(schema: unknown, [key, ...deeper]: readonly string[]): readonly string[] {
  if (schema instanceof z.ZodOptional) return settingsAt(schema.unwrap(), key === undefined ? [] : [key, ...deeper]);
  if (schema instanceof z.ZodUnion) {
    return schema.options.flatMap((option) => settingsAt(option, key === undefined ? [] : [key, ...deeper]));
  }
  if (schema instanceof z.ZodRecord && key !== undefined) return settingsAt(schema.valueType, deeper);
  if (!(schema instanceof z.ZodObject)) return [];
  return key === undefined ? Object.keys(schema.shape) : settingsAt(schema.shape[key], deeper);
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

/** @returns the profile, or what is wrong with the file */
function readProfile(path: string): ServiceProfile | string {
  try {
    const profile = parseJsonObject(readFileSync(path, 'utf8').replace(/^\ufeff/, ''));
    // Its shape is checked by the construct, as that of any other profile.
    return profile === undefined ? 'put a JSON object in this file' : (profile as unknown as ServiceProfile);
  } catch {
    return `${SERVICE_RULE}; this file cannot be read${didYouMean(path, PROFILES.keys(), '; ')}`;
  }
}

/** An alarm notifies topics of its own region only, and a key or a secret of another one cannot be used by its ARN. */
function* regionFaults(token: TokenSettings, deployedTo: string | undefined): Iterable<Fault> {
  const { alarmActions, credentialsSecretArn, credentialsKeyArn, encryptionKeyArn } = token;
  const { page, ticket } = alarmActions === 'none' ? {} : alarmActions;
  const arns = {
    'alarmActions.page': page && 'topicArn' in page ? page.topicArn : undefined,
    'alarmActions.ticket': ticket && 'topicArn' in ticket ? ticket.topicArn : undefined,
    credentialsSecretArn,
    credentialsKeyArn,
    encryptionKeyArn,
  };
  let [region, where] = [deployedTo, 'the stage'];
  for (const [setting, arn] of Object.entries(arns)) {
    const own = arn?.split(':')[3];
    if (arn === undefined || own === undefined) continue;
    if (region !== undefined && own !== region) {
      const remedy = `use one of ${region}, the region of ${where}`;
      yield { names: [setting], value: arn, remedy };
    }
    // Where nobody says where the stack goes, all that it names must at least be of one region.
    if (region === undefined) [region, where] = [own, setting];
  }
}

function matching(pattern: RegExp, rule: string) {
  return z.string(rule).regex(pattern, rule);
}

/** EC2 makes identifiers of 8 or 17 digits. */
function resourceId(kind: string) {
  return matching(new RegExp(`^${kind}-(?:[0-9a-f]{8}|[0-9a-f]{17})$`), VPC_RULE);
}
