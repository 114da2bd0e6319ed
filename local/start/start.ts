/** npm start: builds the function, or says in one line why it cannot, and runs the command. */
import { fileURLToPath } from 'node:url';
import { isObject } from '../../lambda/parse-json.ts';

process.chdir(fileURLToPath(new URL('../..', import.meta.url)));
if (await isBuilt()) await (await import('./command.ts')).runStart();
else process.exitCode = 1;

async function isBuilt(): Promise<boolean> {
  try {
    await import('../../infra/bundle/bundle-function.ts');
    return true;
  } catch (error) {
    const { code, path = 'dist' } = isObject(error) ? error : {};
    if (typeof code !== 'string' || !/^E[A-Z]+$/.test(code)) throw error;
    console.error(`npm start: the function is built into the folder dist, and ${path} cannot be written (${code}).`);
    return false;
  }
}
