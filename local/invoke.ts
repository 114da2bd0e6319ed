import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { isObject } from '../lambda/parse-json.ts';
import { type Contact, readContact } from './first-contact/contact.ts';

/** What one run of the function told: its log line, read back, and everything that it wrote. */
export interface Invocation {
  readonly outcome: 'refreshed' | 'unchanged' | 'fresh' | 'failed';
  readonly code: string | undefined;
  readonly message: string | undefined;
  readonly cause: string | undefined;
  /** Why a token was asked for. */
  readonly trigger: string | undefined;
  readonly secretVersionId: string | undefined;
  readonly tokenVersion: number | undefined;
  readonly expiresAt: string | undefined;
  readonly secondsRemaining: number | undefined;
  /** Of the last request that was sent. */
  readonly endpointLatencyMs: number | undefined;
  /** What the service said instead of giving a token, its secrets taken out. */
  readonly said: string | undefined;
  readonly warnings: readonly string[];
  readonly output: string;
  /** The last request to the endpoint and its answer; undefined when none was sent. */
  readonly contact: Contact | undefined;
}

/** The built function, as it is deployed. */
export const ARTEFACT = fileURLToPath(new URL('../dist/refresher/handler.mjs', import.meta.url));
const LAMBDA_PROCESS = fileURLToPath(new URL('lambda-process.ts', import.meta.url));

/**
 * Runs the artefact that is deployed, in a new process with nothing but `env` around it: no profile, region or
 * credentials of the person who started this can reach it.
 * @throws when the function ends without a log line, which it never should.
 */
export async function invoke(
  env: Readonly<Record<string, string>>,
  event: object,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<Invocation> {
  const args = [LAMBDA_PROCESS, ARTEFACT, JSON.stringify(event), String(timeoutMs)];
  const child = spawn(process.execPath, args, { env, signal, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  let contact: Contact | undefined;
  child.on('message', (message) => {
    contact = readContact(message);
  });
  const closed = new Promise((resolve) => child.once('close', resolve));
  const aborted = new Promise<never>((_, reject) => child.once('error', reject));
  const [stdout, stderr] = await Promise.race([Promise.all([read(child.stdout), read(child.stderr), closed]), aborted]);
  const line = logLineIn(stdout);
  if (line === undefined) throw new Error(`The function ended without a log line.\n${stderr}`);
  return readLogLine(line, stdout + stderr, contact);
}

/** Piped, so never null; the types do not know that beside a channel for messages. */
async function read(output: Readable | null): Promise<string> {
  return output === null ? '' : text(output);
}

/** The log line of a tick among all that its run wrote. */
export function logLineIn(output: string): Record<string, unknown> | undefined {
  return output
    .split('\n')
    .map(logMessage)
    .find((message) => message !== undefined);
}

function logMessage(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{"timestamp"')) return undefined;
  const { message }: { message?: unknown } = JSON.parse(line);
  return isObject(message) && 'outcome' in message ? message : undefined;
}

/** A tick's log line, read back. @param output everything that the run wrote */
export function readLogLine(
  line: Readonly<Record<string, unknown>>,
  output: string,
  contact: Contact | undefined,
): Invocation {
  const text = (name: string) => (typeof line[name] === 'string' ? line[name] : undefined);
  const number = (name: string) => (typeof line[name] === 'number' ? line[name] : undefined);
  const outcome = text('outcome');
  return {
    outcome: outcome === 'refreshed' || outcome === 'unchanged' || outcome === 'fresh' ? outcome : 'failed',
    code: text('code'),
    message: text('message'),
    cause: text('cause'),
    trigger: text('trigger'),
    secretVersionId: text('secretVersionId'),
    tokenVersion: number('tokenVersion'),
    expiresAt: text('expiresAt'),
    secondsRemaining: number('secondsRemaining'),
    endpointLatencyMs: Array.isArray(line.endpointLatenciesMs) ? Number(line.endpointLatenciesMs.at(-1)) : undefined,
    said: text('said'),
    warnings: Array.isArray(line.warnings) ? line.warnings.map(String) : [],
    output,
    contact,
  };
}
