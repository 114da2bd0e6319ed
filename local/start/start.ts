/** npm start: builds the function, or says in one line why it cannot, and runs the command. */
import { fileURLToPath } from 'node:url';
import { isObject } from '../../lambda/parse-json.ts';

process.chdir(fileURLToPath(new URL('../..', import.meta.url)));
try {
  await import('../../infra/bundle/bundle-function.ts');
} catch (error) {
  const { code, path = 'dist' } = isObject(error) ? error : {};
  if (typeof code !== 'string' || !/^E[A-Z]+$/.test(code)) throw error;
  console.error(`npm start: the function is built into the folder dist, and ${path} cannot be written (${code}).`);
  process.exit(1);
}
await (await import('./command.ts')).runStart();
