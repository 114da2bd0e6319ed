import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { isObject } from '../../lambda/parse-json.ts';
import type { TickLogLine } from '../../lambda/refresher/tick-log.ts';
import type { SentRequest } from '../first-contact/sent-request.ts';

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
) {
  const lambda = new URL('lambda-process.ts', import.meta.url);
  const args = [JSON.stringify(event), String(timeoutMs)];
  const child = fork(lambda, args, { env, execArgv: [], signal, serialization: 'advanced', silent: true });
  const messages: unknown[] = [];
  child.on('message', (message) => messages.push(message));
  const closed = once(child, 'close');
  // Piped, so never null; the types do not know that.
  const read = (output: Readable | null) => text(output ?? Readable.from([]));
  const [stdout, stderr] = await Promise.all([read(child.stdout), read(child.stderr), closed]);
  const ending = messages.find(isEnding);
  if (ending === undefined) throw new Error(`The function ended without a log line.\n${stderr}`);
  return { tick: ending.line, output: stdout + stderr, request: ending.request };
}

/** What the process sends before it ends. */
interface Ending {
  readonly line: TickLogLine;
  /** The last one to the endpoint; undefined when none was sent. */
  readonly request: SentRequest | undefined;
}

function isEnding(message: unknown): message is Ending {
  return isObject(message) && isObject(message.line);
}
