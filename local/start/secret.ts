import { readFile } from 'node:fs/promises';
import { UsageError } from '../../cli/command-line.ts';
import { errorName } from '../../lambda/refresher/redact-error.ts';
import type { ServiceProfile } from '../../lambda/services/profile.ts';
import { serviceOf } from '../../lambda/services/service.ts';
import type { SoapCredentials } from '../world/soap/soap-service.ts';
import type { Options } from './options.ts';

/** The local secret. */
export const SECRET_ID = 'local/credentials';

const FILE_FAULTS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'you may not read it',
};

/** What the local service takes, and no other. Some characters that XML must escape, none that a shell would change. */
export function demoCredentials(service: ServiceProfile): SoapCredentials {
  return Object.fromEntries(serviceOf(service).fields.map(({ name }) => [name, `demo-&<>-${name}`]));
}

/** The secret's text. What a person's own file holds is judged by the function, as in the cloud. @throws UsageError */
export async function readCredentials({ endpoint, service }: Options): Promise<string> {
  if (endpoint === undefined) return JSON.stringify(demoCredentials(service));
  const { credentialsFile } = endpoint;
  try {
    const secretString = await readFile(credentialsFile, 'utf8');
    if (secretString.trim() !== '') return secretString;
  } catch (error) {
    const reason = errorName(error);
    throw new UsageError(`--credentials ${credentialsFile} cannot be read: ${FILE_FAULTS[reason] ?? reason}.`);
  }
  throw new UsageError(`--credentials ${credentialsFile} is empty.`);
}

/** The line from which on a text is no JSON, whatever stands in it; undefined for JSON. */
export function jsonFaultLine(text: string): number | undefined {
  const message = jsonFault(text);
  if (message === '') return undefined;
  const [, line] = /\(line (\d+) column \d+\)$/.exec(message) ?? [];
  if (line !== undefined) return Number(line);
  // Node names none for a token that it does not expect: it is in the first line after which the text cannot go on.
  const lines = text.split('\n');
  const first = lines.findIndex((_, at) => /^Unexpected token/.test(jsonFault(lines.slice(0, at + 1).join('\n'))));
  return first === -1 ? lines.length : first + 1;
}

/** Node's words, none for JSON; they may quote the text. */
function jsonFault(text: string): string {
  try {
    JSON.parse(text.replace(/^\ufeff/, ''));
    return '';
  } catch (error) {
    return error instanceof Error ? error.message : '';
  }
}
