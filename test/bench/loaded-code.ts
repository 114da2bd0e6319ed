import { readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { coldTick, type Program } from './cold-tick.ts';

const RECORDER = join(import.meta.dirname, 'record-loaded-code.ts');

/** Bytes of code that a Node program loads until it has answered, the runtime's own left out. */
export async function loadedCodeBytes(program: Program, scratch: string): Promise<number> {
  const list = join(scratch, 'loaded-code');
  rmSync(list, { force: true });
  await coldTick({
    command: program.command,
    args: ['--import', RECORDER, ...program.args],
    environment: { ...program.environment, LOADED_CODE_FILE: list },
  });
  return readFileSync(list, 'utf8')
    .trim()
    .split('\n')
    .map((url) => fileURLToPath(url))
    .filter((file) => !file.includes('aws-lambda-ric'))
    .reduce((sum, file) => sum + statSync(file).size, 0);
}
