import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect } from 'vitest';

const COMMAND = new URL('../../../local/start/command.ts', import.meta.url).href;
/** As start.ts does, but for the build, which has been made once for all. */
const RUN = `await (await import('${COMMAND}')).runStart()`;

/** What the local service of these tests takes; each value is easily found, wherever it might be printed. */
export const CREDENTIALS = {
  username: 'erin',
  password: 'S3CR3T-password',
  client_id: 'S3CR3T-client-id',
  client_secret: 'S3CR3T-client-secret',
};

/** Whole processes on a machine that may be busy. */
export const PATIENCE_MS = 120_000;

/** Starts what `npm start` runs once the function is built. */
function begin(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return spawn(process.execPath, ['--input-type=module', '--eval', RUN, '--', 'npm-start', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // The same few files are read by dozens of processes.
    env: { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache'), ...env },
  });
}

/** Runs it to its end. */
export async function start(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const child = begin(args, env);
  const [stdout, stderr, [status]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { status, stdout, stderr };
}

/** Runs it until it has written that. @returns what it has written so far, and what ends it with its exit status */
export async function startUntil(isWritten: RegExp, ...args: readonly string[]) {
  const child = begin(args);
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  await expect.poll(() => output, { timeout: PATIENCE_MS }).toMatch(isWritten);
  const stop = async () => {
    child.kill('SIGINT');
    const [status] = await once(child, 'close');
    return status;
  };
  return { output: () => output, stop };
}
