/** What npm start runs once the function is built: the main job on this machine. Nothing here knows how a token is refreshed. */
import { existsSync } from 'node:fs';
import manifest from '../../package.json' with { type: 'json' };
import { ARTEFACT } from './function-process.ts';
import { HELP, readOptions, UsageError } from './options.ts';
import { readCredentials } from './secret.ts';

/** @returns the exit status */
export async function runCommand(args: readonly string[]): Promise<number> {
  try {
    const options = readOptions(args, process.env);
    if (options.help) {
      console.log(HELP);
      return 0;
    }
    if (options.version) {
      console.log(`soap-token-refresher ${manifest.version}, Node ${process.version}`);
      return 0;
    }
    if (!existsSync(ARTEFACT)) throw new UsageError('The function is not built yet: npm run build.');
    const secretString = await readCredentials(options);
    // Each loaded only where it is needed: what serves the page brings the whole SDK with it.
    if (options.serve) return await (await import('./serve.ts')).serve(options, secretString);
    return await (await import('./two-ticks.ts')).showTwoTicks(options, secretString);
  } catch (error) {
    console.error(`npm start: ${error instanceof Error ? error.message : String(error)}`);
    return error instanceof UsageError ? 2 : 1;
  }
}
