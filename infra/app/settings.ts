import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { z } from 'zod';
import { PROFILES } from '../../lambda/services/profiles.ts';
import {
  CHECK_EVERY_SECONDS,
  DURATION_PATTERN,
  DURATION_RULE,
  durationSeconds,
  durationText,
  REFRESH_EVERY_SECONDS,
  TOKEN_LIFETIME_SECONDS,
} from '../../lambda/timing.ts';
import type { ObjectProp } from '../prop-rules.ts';
import type { TokenRefresherProps } from '../token-refresher-props.ts';
import { PROFILE_RULE, readProfile } from './read-profile.ts';

/** The dashboard's stack is called so. */
export const RESERVED_NAME = 'dashboard';
/** The stack of mail topics is called so. */
export const MAIL_NAME = 'mail';

const NAME = matching(
  new RegExp(`^(?!(?:${MAIL_NAME}|${RESERVED_NAME}(?:-\\d+)?)$)[A-Za-z0-9][A-Za-z0-9-]{0,99}$`),
  `name the token with letters, digits and "-", as part of a stack's name, and neither "${MAIL_NAME}" nor "${RESERVED_NAME}", with a number or without`,
);
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
  'say whom the alarms notify: { "page": …, "ticket": … }, each an SNS topic ARN or an e-mail address ("ticket" may be left out), or "none"';
const TOPIC_ARN = matching(/^arn:[a-z-]+:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]+$/, ALARM_ACTIONS_RULE);
const EMAIL = matching(/^[^\s@:]+@[^\s@:]+\.[^\s@:]+$/, ALARM_ACTIONS_RULE);
const ALARM_TARGET = z.union(
  [TOPIC_ARN.transform((topicArn) => ({ topicArn })), EMAIL.transform((email) => ({ email }))],
  ALARM_ACTIONS_RULE,
);
/** What a person writes for a duration. */
const DURATION = matching(DURATION_PATTERN, DURATION_RULE).transform((text) => Duration.seconds(durationSeconds(text)));
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
const TAG_VALUE = matching(
  /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u,
  'use at most 256 letters, digits, spaces and _.:/=+-@ in the value of a tag',
);
const FLAG = z.boolean('use true or false');
const TEXT = z.string('use text');

const SERVICE = z.string(`give ${PROFILE_RULE}`).transform((nameOrPath, { addIssue }) => {
  const { profile, faults } = readProfile(nameOrPath);
  for (const message of faults) addIssue(message);
  return profile ?? z.NEVER;
});

const VPC = settingsObject(
  {
    vpcId: resourceId('vpc'),
    subnetIds: z.array(resourceId('subnet'), VPC_RULE).min(1, VPC_RULE),
    securityGroupIds: z.array(resourceId('sg'), VPC_RULE).min(1, VPC_RULE).optional(),
  },
  VPC_RULE,
);

type PlainProp = Exclude<keyof TokenRefresherProps, ObjectProp | 'tokenParameterName'>;

/** The settings that may be left out. */
const OPTIONAL = {
  allowHttp: FLAG.meta({
    description: 'lets credentials and token travel unencrypted: for test hosts that offer nothing better',
    default: false,
  }),
  soapAction: TEXT.meta({ description: 'value of the SOAPAction header', default: '' }),
  service: SERVICE.meta({
    description: `which service hands out the token: ${[...PROFILES.keys()].map((name) => `\`"${name}"\``).join(', ')}, or the path of a JSON file such as \`"./acme.service.json"\`; see [services](services.md). Not set: Masters India`,
  }),
  proxy: TEXT.describe('`http://host:port` of a proxy through which the SOAP service is asked, and nothing else'),
  tokenParameterName: TEXT.describe(
    'where the token goes; at most 14 levels and 200 characters. Not set: `/<name>/access-token`',
  ),
  tokenLifetime: DURATION.meta({
    description: "what the service promises; sets the alarm's threshold, so keep it true",
    default: durationText(TOKEN_LIFETIME_SECONDS),
  }),
  refreshEvery: DURATION.meta({
    description: 'how old a token may grow; half of its lifetime where that is shorter',
    default: durationText(REFRESH_EVERY_SECONDS),
  }),
  checkEvery: DURATION.meta({
    description:
      'how often a tick looks: whole minutes, at most 8 hours. Equal to `refreshEvery`, every tick refreshes',
    default: durationText(CHECK_EVERY_SECONDS),
  }),
  renewalWindow: DURATION.describe(
    'for services that hand out a new token only shortly before the old one expires: how long before. Takes the place of `refreshEvery`; at least 3 × `checkEvery`',
  ),
  renewal: z
    .literal('at expiry', 'give "at expiry", or leave it out')
    .describe(
      "for services that hand out a new token only after the old one's end: readers have none for up to `checkEvery`, which is then 1 minute unless set. Not together with `refreshEvery` or `renewalWindow`",
    ),
  loginsPerDay: z
    .number('give a whole number from 2 to 200')
    .describe('how many logins the service allows in 24 hours; one is kept for a person who forces a refresh'),
  credentialsSecretArn: SECRET_ARN.describe('an existing secret, by its complete ARN. Not set: a new, empty one'),
  credentialsKeyArn: KEY_ARN.describe(
    'the customer-managed key of `credentialsSecretArn`, if it has one, or of the new secret',
  ),
  encryptionKeyArn: KEY_ARN.describe('an existing key for the token; several tokens may share one. Not set: a new one'),
  credentialsMaxAge: DURATION.describe(
    'from which age of the credentials on CredentialsAging makes a ticket, ahead of the day on which the vendor ends the password: `"80 days"`, say. $0.40 a month',
  ),
  owner: TEXT.describe('whom the token serves, in at most 60 characters: a team, say; every alarm carries the line'),
  runbookUrl: TEXT.describe('your runbook; every alarm carries the address'),
  paused: FLAG.meta({ description: 'stops the schedule and silences the alarms together', default: false }),
  reservedConcurrency: z.union([z.number(), z.literal('none')], 'use a whole number from 1, or "none"').meta({
    description:
      'a number sets runs aside for this function. Nothing needs it, and where the Lambda quota is 10, as in new accounts, it fails the deployment',
    default: 'none',
  }),
  logRetention: z
    .enum([...RETENTIONS.keys()], RETENTION_RULE)
    .transform((text) => RETENTIONS.get(text))
    .meta({ description: 'how long the log is kept', default: '30 days' }),
  reportRule: FLAG.meta({
    description:
      'whether a report of a reader starts a tick at once, for one of the 300 rules of the event bus; `false`: the next scheduled tick finds it',
    default: true,
  }),
  removalPolicy: z
    .enum(['retain', 'destroy'], 'use "retain" or "destroy"')
    .transform((policy) => (policy === 'destroy' ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN))
    .meta({
      description:
        '`"destroy"` takes the new secret and the new key along when the stack is deleted: for environments that live for a day',
      default: 'retain',
    }),
  vpc: VPC.describe(
    '`{ "vpcId", "subnetIds", "securityGroupIds"? }`, for services that admit fixed addresses only: private subnets behind a NAT gateway with an Elastic IP',
  ),
  tags: z
    .record(TAG_KEY, TAG_VALUE, TAGS_RULE)
    .refine((tags) => Object.keys(tags).length <= 50, TAGS_RULE)
    .describe("tags of the stack and all in it; those that all tokens share are the dashboard's too"),
  terminationProtection: FLAG.meta({
    description: 'CloudFormation refuses to delete the stack',
    default: false,
  }),
};

/**
 * The list of settings. The table of docs/settings.md and the JSON Schema for editors are made of it; `default` and
 * description stand there. A prop of the construct that is missing here does not compile.
 */
const SETTINGS = {
  endpoint: z.string('give the address of the SOAP endpoint').describe('address of the SOAP endpoint, https'),
  alarmActions: z
    .union(
      [z.literal('none'), settingsObject({ page: ALARM_TARGET, ticket: ALARM_TARGET.optional() }, ALARM_ACTIONS_RULE)],
      ALARM_ACTIONS_RULE,
    )
    .describe(
      '`{ "page": …, "ticket": … }`, each an SNS topic ARN or an e-mail address; `ticket` may be left out, then its alarms notify nobody. Or an explicit `"none"`',
    ),
  ...z.object(OPTIONAL).partial().shape,
} satisfies { readonly [Prop in PlainProp]-?: z.ZodType<TokenRefresherProps[Prop]> } & Record<string, z.ZodType>;

const TOKEN = settingsObject(SETTINGS, 'give an object of settings');

/** The settings of the whole app, beside those of its tokens. */
const APP_SETTINGS = {
  prefix: PREFIX.optional().meta({
    description:
      'goes in front of the names of stacks and dashboard (`<prefix>-TokenRefresher-<name>`) and of the default parameter names (`/<prefix>/<name>/access-token`). The second app of an account and region needs one',
    default: '',
  }),
  dashboard: z
    .literal('none', 'leave it out, or say "none"')
    .optional()
    .describe('`"none"` makes no dashboard. Not set: one for each hundred tokens, $3.00 a month'),
};

/** Where a stage is deployed. */
const DEPLOYMENT = {
  account: matching(/^\d{12}$/, 'give the 12 digits of the account, as text').optional(),
  region: matching(/^[a-z]{2,}(?:-[a-z]+)+-\d+$/, 'give the region as AWS writes it: "ap-south-1"').optional(),
};

/** One entry of `stages`: where it is deployed, and what differs there from what is described once for all. */
const STAGE = settingsObject(
  {
    ...DEPLOYMENT,
    ...APP_SETTINGS,
    tokens: z.record(NAME, TOKEN.partial(), 'give the names of tokens, each with the settings that differ').optional(),
  },
  'give an object: { "account": …, "region": …, "prefix": …, "tokens": { "my-service": { "endpoint": … } } }',
);

/** What the context of cdk.json holds, beside the tokens. */
const CONTEXT = {
  ...APP_SETTINGS,
  stages: z
    .record(z.string(), STAGE, 'give an object: { "dev": { … }, "prod": { … } }')
    .optional()
    .describe(
      '`{ "prod": { "account", "region", "prefix", "dashboard", "tokens": { "<name>": { … } } }, … }`, all of which may be left out: where each stage is deployed, and which settings differ there',
    ),
  stage: TEXT.optional().describe('which entry of `stages` counts, by `--context stage=prod` as a rule'),
};

const TOKENS_RULE =
  'describe at least one token in the context of cdk.json: { "my-service": { "endpoint": …, "alarmActions": … } }';

/** The context, with what the chosen stage says already in its place. */
export const APP = z.object({
  ...CONTEXT,
  ...DEPLOYMENT,
  tokens: z
    .record(NAME, TOKEN.required({ tokenParameterName: true }), TOKENS_RULE)
    .refine((tokens) => Object.keys(tokens).length > 0, TOKENS_RULE),
});

/** For editors: what cdk.json may hold. */
export const JSON_SCHEMA = z.toJSONSchema(
  z.looseObject({ context: z.looseObject({ ...CONTEXT, tokens: z.record(NAME, TOKEN) }) }),
  {
    io: 'input',
    // Of what is transformed, zod would drop the default.
    override: ({ zodSchema, jsonSchema }) => Object.assign(jsonSchema, z.globalRegistry.get(zodSchema)),
  },
);

/** Whom an alarm notifies: an SNS topic, by its ARN, or an e-mail address. */
export type AlarmTarget = z.output<typeof ALARM_TARGET>;

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

function matching(pattern: RegExp, rule: string) {
  return z.string(rule).regex(pattern, rule);
}

/** Settings and nothing else. For a key that is none of them, the message lists those that there are, with spaces between. */
function settingsObject<Shape extends z.core.$ZodLooseShape>(shape: Shape, rule: string) {
  return z.strictObject(shape, {
    error: ({ code }) => (code === 'unrecognized_keys' ? Object.keys(shape).join(' ') : rule),
  });
}

/** EC2 makes identifiers of 8 or 17 digits. */
function resourceId(kind: string) {
  return matching(new RegExp(`^${kind}-(?:[0-9a-f]{8}|[0-9a-f]{17})$`), VPC_RULE);
}
