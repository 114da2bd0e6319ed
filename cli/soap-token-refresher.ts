#!/usr/bin/env node
import { parameterNameRemedies } from '../lambda/setting-rules.ts';
import {
  CommandLineError,
  oneLine,
  parseCommandLine,
  STATUS_HELP,
  STATUS_OPTIONS,
  showStatus,
  type TokenToShow,
} from './status-command.ts';

/** The command of the package: `npx soap-token-refresher status /my-service/access-token`. */

const USAGE = 'npx soap-token-refresher status /my-service/access-token [/another…] [options]';

async function main(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseCommandLine({
    args: [...args],
    options: STATUS_OPTIONS,
    allowPositionals: true,
  });
  if (values.help) {
    console.log(`Usage: ${USAGE}\n\n${STATUS_HELP}`);
    return 0;
  }
  const [command, ...names] = positionals;
  if (command !== 'status') throw new CommandLineError(`There is one command, status: ${USAGE}`);
  return await showStatus(tokensNamed(names), values);
}

/** @throws CommandLineError */
function tokensNamed(names: readonly string[]): readonly TokenToShow[] {
  if (names.length === 0) throw new CommandLineError(`Name at least one token parameter: ${USAGE}`);
  for (const name of names) {
    const [remedy] = parameterNameRemedies(name);
    if (remedy !== undefined) throw new CommandLineError(`"${name}" is no name of a token parameter: ${remedy}.`);
    if (/\/(?:status|rejected)$/.test(name)) {
      throw new CommandLineError(`"${name}" stands below a token parameter: leave out what comes after its name.`);
    }
  }
  return [...new Set(names)].map((name) => ({ name }));
}

// Not awaited at the top: the package is CommonJS.
main(process.argv.slice(2)).then(
  (status) => {
    process.exitCode = status;
  },
  (error: unknown) => {
    console.error(`soap-token-refresher: ${oneLine(error)}`);
    process.exitCode = 2;
  },
);
