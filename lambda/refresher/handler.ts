/** What Lambda starts. */

import { deployedDependencies } from './adapters/deployed-dependencies.ts';
import { tickReporter } from './adapters/tick-reporter.ts';
import { ConfigError, readConfig } from './config.ts';
import { createFailingHandler, createHandler, type TickHandler } from './create-handler.ts';

/** Called once for each event. By the time that Lambda has it, the first tick's inputs have been read. */
export const handler = await start();

async function start(): Promise<TickHandler> {
  const config = readConfig(process.env);
  if (config instanceof ConfigError) return createFailingHandler(config, tickReporter(config.tokenParameterName));
  const { handler, prefetch } = createHandler(config, deployedDependencies(config));
  await prefetch();
  return handler;
}
