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

/** The contract between the function and whatever deploys it. Lambda hands every value over as text. */
export interface Environment {
  /** Name or ARN of the secret that holds the credentials as JSON. */
  readonly CREDENTIALS_SECRET_ID: string;
  /** http(s) address of the SOAP endpoint. */
  readonly TOKEN_ENDPOINT: string;
  /** Name of the SecureString parameter; the status goes to `<name>/status`. */
  readonly TOKEN_PARAMETER_NAME: string;
  /** Key that encrypts the token; without it, SSM's own `aws/ssm` key. */
  readonly TOKEN_KMS_KEY_ID?: string;
  /** How old a token may grow before it is replaced. */
  readonly REFRESH_EVERY_SECONDS: string;
  /** How often the schedule fires. */
  readonly CHECK_EVERY_SECONDS: string;
  /** Lifetime to expect; used where the reply's own is unusable. */
  readonly TOKEN_LIFETIME_SECONDS: string;
  /** For services that issue a new token only this shortly before the old one expires. */
  readonly RENEWAL_WINDOW_SECONDS?: string;
  /** Value of the SOAPAction header; the quotation marks are added. */
  readonly SOAP_ACTION?: string;
  /** The service's profile as JSON; without it, the service is Masters India's. */
  readonly SERVICE?: string;
  /** How many logins the service allows in 24 hours; one of them is kept for a person. */
  readonly LOGINS_PER_DAY?: string;
  /** `http://host:port` of a proxy through which the SOAP service is asked, and nothing else. */
  readonly PROXY_URL?: string;
  /** From which age on somebody should put new credentials; without it, nobody looks at their age. */
  readonly CREDENTIALS_MAX_AGE_SECONDS?: string;
}

/** The environment, read and checked. Units are in the names; what may be undefined was not set. */
export interface Config {
  readonly credentialsSecretId: string;
  readonly endpoint: string;
  readonly tokenParameterName: string;
  readonly tokenKmsKeyId: string | undefined;
  readonly refreshEverySeconds: number;
  readonly checkEverySeconds: number;
  readonly tokenLifetimeSeconds: number;
  readonly renewalWindowSeconds: number | undefined;
  readonly soapAction: string;
  readonly service: Service;
  /** What describes the service. */
  readonly profile: ServiceProfile;
  readonly loginsPerDay: number | undefined;
  readonly proxyUrl: string | undefined;
  readonly credentialsMaxAgeSeconds: number | undefined;
}

/** One thing that is wrong: `name` is the variable or the event's key, `remedy` what to do about it. */
export interface ConfigFault {
  readonly name: string;
  readonly remedy: string;
}

/** Everything that is wrong with the environment or the event, by name. */
export class ConfigError extends RefreshError {
  readonly faults: readonly ConfigFault[];
  /** Where that one is right: such a tick still emits metrics. */
  readonly tokenParameterName: string | undefined;

  constructor(faults: readonly ConfigFault[], tokenParameterName: string | undefined) {
    super('CONFIG_INVALID', faults.map(({ name, remedy }) => `${name}: ${remedy}`).join('; '));
    this.faults = faults;
    this.tokenParameterName = tokenParameterName;
  }
}

/**
 * Reads and checks the whole environment.
 * @returns the configuration, or an error that lists every fault. Values are never repeated: an operator may have put a
 * secret there.
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config | ConfigError {
  const faults: ConfigFault[] = [];
  // A blank variable counts as one that is not set: templates often render a missing value so.
  const optional = (
    name: keyof Environment,
    remediesOf: (text: string) => readonly string[] = () => [],
  ): string | undefined => {
    const text = env[name]?.trim() || undefined;
    if (text !== undefined) faults.push(...remediesOf(text).map((remedy) => ({ name, remedy })));
    return text;
  };
  const required = (name: keyof Environment, remediesOf?: (text: string) => readonly string[]): string => {
    const text = optional(name, remediesOf);
    if (text === undefined) faults.push({ name, remedy: 'set it' });
    return text ?? '';
  };
  const seconds = (text: string): number => (/^\d{1,8}$/.test(text) ? Number(text) : Number.NaN);
  const secondsText = (text: string) => secondsRemedies(seconds(text));
  const requiredSeconds = (name: keyof Environment): number => seconds(required(name, secondsText));

  // 0: the service gives out a new token only after the old one's end.
  const renewalWindow = optional('RENEWAL_WINDOW_SECONDS', (text) => (text === '0' ? [] : secondsText(text)));
  const loginsPerDay = optional('LOGINS_PER_DAY', (text) => loginsPerDayRemedies(Number(text)));
  const soapAction = optional('SOAP_ACTION', soapActionRemedies) ?? '';
  const serviceText = optional('SERVICE');
  const { profile = mastersIndia, faults: profileFaults = [] } =
    serviceText === undefined ? {} : checkProfile(parseJsonObject(serviceText));
  faults.push(...profileFaults.map(({ key, remedy }) => ({ name: 'SERVICE', remedy: `${key}: ${remedy}` })));
  const credentialsMaxAge = optional('CREDENTIALS_MAX_AGE_SECONDS', secondsText);
  const config: Config = {
    credentialsSecretId: required('CREDENTIALS_SECRET_ID', secretIdRemedies),
    endpoint: required('TOKEN_ENDPOINT', endpointRemedies),
    tokenParameterName: required('TOKEN_PARAMETER_NAME', parameterNameRemedies),
    tokenKmsKeyId: optional('TOKEN_KMS_KEY_ID'),
    refreshEverySeconds: requiredSeconds('REFRESH_EVERY_SECONDS'),
    checkEverySeconds: requiredSeconds('CHECK_EVERY_SECONDS'),
    tokenLifetimeSeconds: requiredSeconds('TOKEN_LIFETIME_SECONDS'),
    renewalWindowSeconds: renewalWindow === undefined ? undefined : seconds(renewalWindow),
    soapAction,
    service: serviceOf(profile, soapAction),
    profile,
    loginsPerDay: loginsPerDay === undefined ? undefined : Number(loginsPerDay),
    proxyUrl: optional('PROXY_URL', proxyRemedies),
    credentialsMaxAgeSeconds: credentialsMaxAge === undefined ? undefined : seconds(credentialsMaxAge),
  };
  if (faults.length === 0) return config;
  const hasName = !faults.some(({ name }) => name === 'TOKEN_PARAMETER_NAME');
  return new ConfigError(faults, hasName ? config.tokenParameterName : undefined);
}

/** Errors name the secret; were the credentials themselves put here by mistake, they must not pass for a name. */
function secretIdRemedies(text: string): readonly string[] {
  return /^[\w/+=.@:-]{1,2048}$/.test(text) ? [] : ['give the name or the ARN of a secret'];
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
