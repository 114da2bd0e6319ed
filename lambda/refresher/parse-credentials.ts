import { parseJsonObject } from '../parse-json.ts';
import type { SecretField } from '../services/service.ts';
import { isXmlText } from '../soap/xml-text.ts';
import { isTlsField, parseTlsCredentials, type TlsCredentials, tlsSecrets } from './tls-credentials.ts';

/** What one version of the secret holds for the service. */
export interface Credentials {
  /** By which a refusal is remembered. */
  readonly versionId: string;
  /** Since when that version stands, milliseconds since the epoch. */
  readonly createdAt?: number;
  /** A text for each of the service's fields, by its name. */
  readonly values: Readonly<Record<string, string>>;
  readonly tls: TlsCredentials;
  /** What no log may show of it. */
  readonly secrets: readonly string[];
}

/**
 * Reads the secret's value: a JSON object with a text for each field, and what the connection needs. Values are sent as
 * they are.
 * @param text undefined for a secret that was stored as SecretBinary
 * @returns otherwise what is wrong, each a sentence with what to do. Nothing of the value is in it
 */
export function parseCredentials(
  text: string | undefined,
  fields: readonly SecretField[],
): Omit<Credentials, 'versionId' | 'createdAt'> | { readonly faults: readonly string[] } {
  if (text === undefined) return { faults: ['it is stored as SecretBinary: store it as SecretString'] };
  // The `aws` command hands it over from a file.
  const secret = parseJsonObject(text.replace(/^\ufeff/, ''));
  if (secret === undefined) return { faults: [notAnObject(text)] };
  const faults: string[] = [];
  const values: Record<string, string> = {};
  for (const field of fields) {
    const value = secret[field.name];
    const fault = faultOf(value, field);
    if (fault !== undefined) faults.push(`"${field.name}" ${fault}`);
    else values[field.name] = String(value);
  }
  const tls = parseTlsCredentials(secret, (sentence) => faults.push(sentence));
  if (faults.length > 0) return { faults: [...new Set(faults)] };
  // Of PEM, the headings are no secret: `certificate` would be hidden in what the service says of it.
  const texts = fields
    .filter(({ name, isSecret }) => isSecret && !isTlsField(name))
    .map(({ name }) => values[name] ?? '');
  return { values, tls, secrets: [...texts, ...tlsSecrets(tls)] };
}

function faultOf(value: unknown, { remedy }: SecretField): string | undefined {
  if (value === undefined) return 'is missing';
  if (typeof value !== 'string' || value === '') return 'is not a text with something in it';
  // An ellipsis by its number: the bundle stays ASCII.
  if (/^\s*(?:\.{3}|\u2026)\s*$/.test(value)) return 'is still the placeholder: put the real value there';
  if (!isXmlText(value)) return 'holds a character that XML cannot carry';
  const order = remedy?.(value);
  return order && `cannot be sent: ${order}`;
}

/** What a person should look at if the service refuses the credentials. Names fields, never values. */
export function fieldWarnings(
  values: Readonly<Record<string, string>>,
  fields: readonly SecretField[],
): readonly string[] {
  return fields
    .filter(({ name }) => !isTlsField(name))
    .flatMap(({ name, doubt }) => {
      const value = values[name] ?? '';
      const unseen = 'begins or ends with white space or an invisible character: is that meant?';
      const doubts = [ENDS_UNSEEN.test(value) && unseen, doubt?.(value)];
      return doubts.flatMap((what) => (what ? [`"${name}" in the secret ${what}`] : []));
    });
}

/** White space, control and format characters, such as a line end or a zero-width space. */
const ENDS_UNSEEN = /^[\s\p{C}\p{Z}]|[\s\p{C}\p{Z}]$/u;

function notAnObject(text: string): string {
  // An object that was encoded twice, as `--secret-string "$(jq tojson …)"` does.
  return /^\ufeff?\s*"(?:\\[nrt]|\s)*\{/.test(text)
    ? 'it is JSON inside a JSON text: take off the quotes around it and the backslashes in it'
    : 'it is not a JSON object';
}
