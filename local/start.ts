/**
 * npm start: says in one line what a raw stack would tell badly, builds the function, and runs the command. Imports
 * nothing that may not be installed.
 */
import { fileURLToPath } from 'node:url';
import { isObject } from '../lambda/parse-json.ts';

if (!isInstalled('esbuild') || !isInstalled('fast-xml-parser')) {
  // NODE_ENV=production, as in many CI images, makes npm leave out what only this repository's own commands need.
  fail('what this command needs is not installed. Run: npm ci --include=dev');
} else if (await isBuilt()) await import('./command.ts');

async function isBuilt(): Promise<boolean> {
  process.chdir(fileURLToPath(new URL('..', import.meta.url)));
  try {
    await import('../infra/build.ts');
    return true;
  } catch (error) {
    const { code, path = 'dist' } = isObject(error) ? error : {};
    if (typeof code !== 'string' || !/^E[A-Z]+$/.test(code)) throw error;
    fail(`the function is built into the folder dist, and ${path} cannot be written (${code}).`);
    return false;
  }
}

function isInstalled(name: string): boolean {
  try {
    import.meta.resolve(name);
    return true;
  } catch {
    return false;
  }
}

function fail(message: string): void {
  console.error(`npm start: ${message}`);
  process.exitCode = 1;
}
