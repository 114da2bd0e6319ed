import { createHash } from 'node:crypto';
import { RefreshError } from './refresh-error.ts';

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
}

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
}

/** What may be wrong with the environment: `name` is the variable, `rule` what its value must be. */
export interface ConfigFault {
  readonly name: string;
  readonly rule: string;
}

const MAX_SECONDS = 99_999_999;

/**
 * Reads and checks the whole environment.
 * @returns the configuration and every fault in it; it is fit for use when there are none. Values are never repeated: an
 * operator may have put a secret there.
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): {
  readonly config: Config;
  readonly faults: readonly ConfigFault[];
} {
  const faults: ConfigFault[] = [];
  // A blank variable counts as one that is not set: templates often render a missing value so.
  const value = (name: keyof Environment): string | undefined => env[name]?.trim() || undefined;
  const required = (name: keyof Environment): string => {
    const text = value(name);
    if (text === undefined) faults.push({ name, rule: 'must be set' });
    return text ?? '';
  };
  const seconds = (name: keyof Environment, text: string): number => {
    if (text === '') return 0;
    const number = /^\d{1,8}$/.test(text) ? Number(text) : 0;
    if (number < 1) faults.push({ name, rule: `must be a whole number of seconds from 1 to ${MAX_SECONDS}` });
    return number;
  };
  const requiredSeconds = (name: keyof Environment): number => seconds(name, required(name));

  const endpoint = required('TOKEN_ENDPOINT');
  if (endpoint !== '' && !isEndpoint(endpoint)) {
    faults.push({ name: 'TOKEN_ENDPOINT', rule: 'must be an http or https address without a user name or a password' });
  }
  const tokenParameterName = required('TOKEN_PARAMETER_NAME');
  if (tokenParameterName !== '' && !isParameterName(tokenParameterName)) {
    faults.push({
      name: 'TOKEN_PARAMETER_NAME',
      rule: 'must start with "/", not with "/aws" or "/ssm", hold letters, digits, ".", "-" and "_" between slashes, and have at most 14 levels',
    });
  }
  const credentialsSecretId = required('CREDENTIALS_SECRET_ID');
  // Errors name the secret; were the credentials themselves put here by mistake, they must not pass for a name.
  if (credentialsSecretId !== '' && !/^[\w/+=.@:-]{1,2048}$/.test(credentialsSecretId)) {
    faults.push({ name: 'CREDENTIALS_SECRET_ID', rule: 'must be the name or the ARN of a secret' });
  }
  const soapAction = value('SOAP_ACTION') ?? '';
  if (!/^[\x21\x23-\x7e]*$/.test(soapAction)) {
    faults.push({ name: 'SOAP_ACTION', rule: 'must hold printable ASCII without spaces and quotation marks' });
  }
  const renewalWindow = value('RENEWAL_WINDOW_SECONDS');
  const config: Config = {
    credentialsSecretId,
    endpoint,
    // Blank if it breaks the rule, for it goes into the log and the metrics even so.
    tokenParameterName: isParameterName(tokenParameterName) ? tokenParameterName : '',
    tokenKmsKeyId: value('TOKEN_KMS_KEY_ID'),
    refreshEverySeconds: requiredSeconds('REFRESH_EVERY_SECONDS'),
    checkEverySeconds: requiredSeconds('CHECK_EVERY_SECONDS'),
    tokenLifetimeSeconds: requiredSeconds('TOKEN_LIFETIME_SECONDS'),
    renewalWindowSeconds: renewalWindow === undefined ? undefined : seconds('RENEWAL_WINDOW_SECONDS', renewalWindow),
    soapAction,
  };
  return { config, faults };
}

/** One error that lists every fault, by name. */
export function configInvalid(faults: readonly ConfigFault[]): RefreshError {
  return new RefreshError('CONFIG_INVALID', faults.map(({ name, rule }) => `${name} ${rule}`).join('; '));
}

/**
 * A short hash of everything besides the credentials that decides which token comes back and how it is kept. It is
 * part of the status, so that a corrected endpoint or a new key takes effect with the next tick.
 */
export function configurationHash({ endpoint, soapAction, tokenKmsKeyId }: Config): string {
  const digest = createHash('sha256').update(JSON.stringify([endpoint, soapAction, tokenKmsKeyId ?? null]));
  return `sha256:${digest.digest('hex')}`;
}

function isEndpoint(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '';
}

/** SSM allows 15 levels; the status takes the last one. */
function isParameterName(text: string): boolean {
  return /^(?!\/(?:aws|ssm))(?:\/[A-Za-z0-9._-]+){1,14}$/i.test(text);
}
