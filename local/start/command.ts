/** What npm start does once the function is built: the main job on this machine. Nothing here knows how a token is refreshed. */
import { runCommand } from '../../cli/command-line.ts';
import { readOptions, START } from './options.ts';
import { readCredentials } from './secret.ts';

/** Carries out the command line of this process, and sets its exit status. */
export function runStart(): Promise<void> {
  return runCommand(START, async ({ values }) => {
    const options = readOptions(values);
    const secretString = await readCredentials(options);
    // Each loaded only where it is needed: what serves the page brings the whole SDK with it.
    if (options.serve) return await (await import('./serve.ts')).serve(options, secretString);
    return await (await import('./two-ticks.ts')).showTwoTicks(options, secretString);
  });
}
