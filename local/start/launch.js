/**
 * Runs a command of this repository, or says in one line why it cannot. Plain JavaScript that imports nothing but Node:
 * an old Node reads it, and nothing has to be installed. Usage: node launch.js [FILE [argument…]]
 */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Without one, the script goes on with a command of its own: `node local/start/launch.js && cdk`. */
const [file] = process.argv.splice(2, 1);
const name = process.env.npm_lifecycle_event ?? 'start';

// Installed with all other development dependencies, or not at all.
if (!existsSync(new URL('../../node_modules/esbuild', import.meta.url))) {
  // NODE_ENV=production, as in many CI images, makes npm leave out what only this repository's own commands need.
  fail('what this command needs is not installed. Run: npm ci --include=dev');
} else if (!process.features.typescript) {
  fail(`this is Node ${process.version}; it takes Node 24, which npm ci brings on Linux (x64 and arm64) only.`);
} else if (file !== undefined) await import(pathToFileURL(resolve(file)).href);

/** @param {string} message */
function fail(message) {
  console.error(`npm ${['start', 'test'].includes(name) ? name : `run ${name}`}: ${message}`);
  process.exitCode = 1;
}
