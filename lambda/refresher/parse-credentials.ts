import { parseJsonObject } from '../parse-json.ts';
import type { TokenRequestFields } from './soap/token-request.ts';
import { isXmlText } from './soap/xml-text.ts';

/** What is wrong with the secret, each a sentence with what to do. Nothing of its value is in it. */
export interface CredentialsFault {
  readonly faults: readonly string[];
}

/**
 * The fields in the secret's value: a JSON object with `username`, `password`, `client_id`, `client_secret` and, unless it
 * is `password`, `grant_type`. Values are sent as they are.
 * @param text undefined for a secret that was stored as SecretBinary
 */
export function parseCredentials(text: string | undefined): TokenRequestFields | CredentialsFault {
  if (text === undefined) return { faults: ['it is stored as SecretBinary: store it as SecretString'] };
  // The `aws` command hands it over from a file.
  const json = parseJsonObject(text.replace(/^\ufeff/, ''));
  if (json === undefined) return { faults: [notAnObject(text)] };
  const secret: Readonly<Record<string, unknown>> = { grant_type: 'password', ...json };
  const faults: string[] = [];
  const field = (name: string): string => {
    const value = secret[name];
    if (value === undefined) faults.push(`"${name}" is missing`);
    else if (typeof value !== 'string' || value === '') faults.push(`"${name}" is not a text with something in it`);
    else if (/^\s*(?:\.{3}|…)\s*$/.test(value))
      faults.push(`"${name}" is still the placeholder: put the real value there`);
    else if (!isXmlText(value)) faults.push(`"${name}" holds a character that XML cannot carry`);
    else return value;
    return '';
  };
  const fields: TokenRequestFields = {
    username: field('username'),
    passwd: field('password'),
    client_id: field('client_id'),
    client_secret: field('client_secret'),
    grant_type: field('grant_type'),
  };
  return faults.length > 0 ? { faults } : fields;
}

/** What a person should look at if the service refuses the credentials. Names fields, never values. */
export function fieldWarnings(fields: TokenRequestFields): readonly string[] {
  return Object.entries(fields)
    .filter(([, value]) => ENDS_UNSEEN.test(value))
    .map(([name]) => (name === 'passwd' ? 'password' : name))
    .map((name) => `"${name}" in the secret begins or ends with white space or an invisible character: is that meant?`);
}

/** White space, control and format characters, such as a line end or a zero-width space. */
const ENDS_UNSEEN = /^[\s\p{C}\p{Z}]|[\s\p{C}\p{Z}]$/u;

function notAnObject(text: string): string {
  // An object that was encoded twice, as `--secret-string "$(jq tojson …)"` does.
  return /^\ufeff?\s*"(?:\\[nrt]|\s)*\{/.test(text)
    ? 'it is JSON inside a JSON text: take off the quotes around it and the backslashes in it'
    : 'it is not a JSON object';
}
