import { createHash } from 'node:crypto';
import { parseJsonObject } from '../parse-json.ts';
import { RefreshError } from '../refresh-error.ts';
import { checkProfile, serviceVariable } from '../services/check-profile.ts';
import { mastersIndia } from '../services/masters-india.ts';
import type { ServiceProfile } from '../services/profile.ts';
import { type Service, serviceOf } from '../services/service.ts';
import {
  endpointRemedies,
  loginsPerDayRemedies,
  parameterNameRemedies,
  proxyRemedies,
  secondsRemedies,
  soapActionRemedies,
} from '../setting-rules.ts';

/** How values of one kind travel as text, and what is wrong with one. */
interface Kind<Value> {
  /** What the text says; where it says nothing, a value that does not pass. */
  readonly parse: (text: string) => unknown;
  readonly check: (value: unknown) => { readonly value?: Value | undefined; readonly remedies: readonly string[] };
}

function text(remediesOf: (value: string) => readonly string[] = () => []): Kind<string> {
  return {
    parse: (given) => given,
    check: (value) =>
      typeof value === 'string' ? { value, remedies: remediesOf(value) } : { remedies: ['give a text'] },
  };
}

function number(remediesOf: (value: number) => readonly string[]): Kind<number> {
  return {
    parse: (given) => (/^\d{1,8}$/.test(given) ? Number(given) : Number.NaN),
    check: (value) =>
      typeof value === 'number' ? { value, remedies: remediesOf(value) } : { remedies: ['give a number'] },
  };
}

const SERVICE_PROFILE: Kind<ServiceProfile> = {
  parse: parseJsonObject,
  check: (given) => {
    const { profile, faults } = checkProfile(given);
    return { value: profile, remedies: faults.map(({ key, remedy }) => `${key}: ${remedy}`) };
  },
};

function required<const Variable extends string, Value>(variable: Variable, kind: Kind<Value>) {
  return { variable, ...kind, isRequired: true } as const;
}

function optional<const Variable extends string, Value>(variable: Variable, kind: Kind<Value>) {
  return { variable, ...kind, isRequired: false } as const;
}

/**
 * The contract between the function and whatever deploys it: each setting with the variable that carries it, and its rule.
 * The types below, `readConfig`, and the variables and rules of the construct follow from this list.
 */
export const SETTINGS = {
  /** Name or ARN of the secret that holds the credentials as JSON. */
  credentialsSecretId: required('CREDENTIALS_SECRET_ID', text(secretIdRemedies)),
  /** http(s) address of the SOAP endpoint. */
  endpoint: required('TOKEN_ENDPOINT', text(endpointRemedies)),
  /** Name of the SecureString parameter; the status goes to `<name>/status`. */
  tokenParameterName: required('TOKEN_PARAMETER_NAME', text(parameterNameRemedies)),
  /** Key that encrypts the token; without it, SSM's own `aws/ssm` key. */
  tokenKmsKeyId: optional('TOKEN_KMS_KEY_ID', text()),
  /** How old a token may grow before it is replaced. */
  refreshEverySeconds: required('REFRESH_EVERY_SECONDS', number(secondsRemedies)),
  /** How often the schedule fires. */
  checkEverySeconds: required('CHECK_EVERY_SECONDS', number(secondsRemedies)),
  /** Lifetime to expect; used where the reply's own is unusable. */
  tokenLifetimeSeconds: required('TOKEN_LIFETIME_SECONDS', number(secondsRemedies)),
  /** For services that issue a new token only this shortly before the old one expires; 0: only after its end. */
  renewalWindowSeconds: optional(
    'RENEWAL_WINDOW_SECONDS',
    number((seconds) => (seconds === 0 ? [] : secondsRemedies(seconds))),
  ),
  /** Value of the SOAPAction header; the quotation marks are added. */
  soapAction: optional('SOAP_ACTION', text(soapActionRemedies)),
  /** The service's profile as JSON; without it, the service is Masters India's. */
  profile: optional('SERVICE', SERVICE_PROFILE),
  /** How many logins the service allows in 24 hours; one of them is kept for a person. */
  loginsPerDay: optional('LOGINS_PER_DAY', number(loginsPerDayRemedies)),
  /** `http://host:port` of a proxy through which the SOAP service is asked, and nothing else. */
  proxyUrl: optional('PROXY_URL', text(proxyRemedies)),
  /** From which age on somebody should put new credentials; without it, nobody looks at their age. */
  credentialsMaxAgeSeconds: optional('CREDENTIALS_MAX_AGE_SECONDS', number(secondsRemedies)),
};

type List = typeof SETTINGS;
type NamesWhere<IsRequired> = {
  [Name in keyof List]: List[Name]['isRequired'] extends IsRequired ? Name : never;
}[keyof List];
type ValueOf<Name extends keyof List> = NonNullable<ReturnType<List[Name]['check']>['value']>;

/** The function's variables, each as text. */
export type Environment = {
  readonly [Name in NamesWhere<true> as List[Name]['variable']]: string;
} & {
  readonly [Name in NamesWhere<false> as List[Name]['variable']]?: string;
};

/** What they say. Units are in the names; what may be undefined was not set. */
export type FunctionSettings = { readonly [Name in NamesWhere<true>]: ValueOf<Name> } & {
  readonly [Name in NamesWhere<false>]?: ValueOf<Name> | undefined;
};

/** The environment, read and checked. */
export type Config = { readonly [Name in NamesWhere<true>]: ValueOf<Name> } & {
  readonly [Name in NamesWhere<false>]: ValueOf<Name> | undefined;
} & {
  /** Empty where it was not set. */
  readonly soapAction: string;
  readonly service: Service;
  /** What describes the service: Masters India's where it was not set. */
  readonly profile: ServiceProfile;
};

/** One thing that is wrong: `name` is the variable or the event's key, `remedy` what to do about it. */
export interface ConfigFault {
  readonly name: string;
  readonly remedy: string;
}

/** Everything that is wrong with the environment or the event, by name. */
export class ConfigError extends RefreshError {
  readonly faults: readonly ConfigFault[];
  /** Of an environment in which that one is right: its ticks still emit metrics. */
  readonly tokenParameterName: string | undefined;

  constructor(faults: readonly ConfigFault[], tokenParameterName?: string) {
    super('CONFIG_INVALID', faults.map(({ name, remedy }) => `${name}: ${remedy}`).join('; '));
    this.faults = faults;
    this.tokenParameterName = tokenParameterName;
  }
}

/** The whole environment, or every fault in it. Values are never repeated: an operator may have put a secret there. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config | ConfigError {
  const faults: ConfigFault[] = [];
  const readOne = ({ variable, parse, check, isRequired }: List[keyof List]) => {
    // A blank variable counts as one that is not set: templates often render a missing value so.
    const given = env[variable]?.trim() || undefined;
    if (given === undefined) {
      if (isRequired) faults.push({ name: variable, remedy: 'set it' });
      return undefined;
    }
    const { value, remedies } = check(parse(given));
    faults.push(...remedies.map((remedy) => ({ name: variable, remedy })));
    return remedies.length === 0 ? value : undefined;
  };
  const values = Object.fromEntries(Object.entries(SETTINGS).map(([name, setting]) => [name, readOne(setting)]));
  const { tokenParameterName } = values;
  // Each value has passed the rule of its own setting, and none is missing.
  const areAllRight = (read: object): read is Omit<Config, 'service'> => faults.length === 0;
  if (!areAllRight(values)) {
    return new ConfigError(faults, typeof tokenParameterName === 'string' ? tokenParameterName : undefined);
  }
  const { soapAction = '', profile = mastersIndia } = values;
  return { ...values, soapAction, profile, service: serviceOf(profile, soapAction) };
}

/** The variables that carry these settings to the function: those that are set. */
export function variablesOf(settings: FunctionSettings): Readonly<Record<string, string>> {
  const values: Readonly<Record<string, unknown>> = {
    ...settings,
    profile: settings.profile && serviceVariable(settings.profile),
  };
  const set = Object.entries(SETTINGS).filter(([name]) => values[name] !== undefined);
  return Object.fromEntries(set.map(([name, { variable }]) => [variable, String(values[name])]));
}

/** Errors name the secret; were the credentials themselves put here by mistake, they must not pass for a name. */
function secretIdRemedies(text: string): readonly string[] {
  return /^(?:arn:[\w/+=.@:-]{1,2044}|[\w/+=.@-]{1,2048})$/.test(text) ? [] : ['give the name or the ARN of a secret'];
}

const DEFAULT_SERVICE = serviceVariable(mastersIndia);

/**
 * A short hash of everything besides the credentials that decides which token comes back and how it is kept. It is
 * part of the status, so that a corrected endpoint or a new key takes effect with the next tick.
 */
export function configurationHash({ endpoint, soapAction, tokenKmsKeyId, profile }: Config): string {
  const described = serviceVariable(profile);
  // Not the default one, whose lists grow: an upgrade must not log in.
  const parts = [endpoint, soapAction, tokenKmsKeyId ?? null, ...(described === DEFAULT_SERVICE ? [] : [described])];
  const digest = createHash('sha256').update(JSON.stringify(parts));
  return `sha256:${digest.digest('hex')}`;
}
