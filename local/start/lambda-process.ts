/**
 * What Lambda does for the function, in a process of its own: loads the artefact, calls the handler once, and writes
 * what it logs in Lambda's JSON log format. Sends the tick's log line, and what went over the wire, to the process that
 * forked it. Arguments: the event, and how many milliseconds the run may take.
 */
import { enableCompileCache } from 'node:module';
import { isObject } from '../../lambda/parse-json.ts';
import { watchRequests } from '../first-contact/sent-request.ts';

// A person waits for this process, which is started for each tick: in Lambda nothing of the kind is done.
enableCompileCache();

const [event = '{}', timeoutMs = '0'] = process.argv.slice(2);

let line: unknown;
const jsonLog =
  (level: string) =>
  (...parts: readonly unknown[]): void => {
    const message = parts.length === 1 ? parts[0] : parts.map(String).join(' ');
    if (isObject(message) && 'outcome' in message) line = message;
    process.stdout.write(`${JSON.stringify({ timestamp: new Date().toISOString(), level, message })}\n`);
  };
console.info = jsonLog('INFO');
console.log = console.info;
console.warn = jsonLog('WARN');
console.error = jsonLog('ERROR');

const lastRequest = watchRequests(process.env.TOKEN_ENDPOINT ?? '');
const { handler } = await import(new URL('../../dist/refresher/handler.mjs', import.meta.url).href);
const deadline = Date.now() + Number(timeoutMs);
try {
  await handler(JSON.parse(event), { getRemainingTimeInMillis: () => deadline - Date.now() });
} catch (error) {
  // The handler has logged its own errors; another one is a mistake in it, which Lambda would log so.
  if (!(error instanceof Error && error.name === 'RefreshError')) process.stderr.write(`${String(error)}\n`);
}
process.send?.({ line, request: lastRequest() }, () => process.exit());
