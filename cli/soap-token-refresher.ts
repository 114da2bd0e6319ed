#!/usr/bin/env node
import { parameterNameRemedies } from '../lambda/setting-rules.ts';
import { runCommand, UsageError } from './command-line.ts';
import { STATUS_HELP, STATUS_OPTIONS, showStatus } from './status-command.ts';

/** The command of the package: `npx soap-token-refresher status /my-service/access-token`. */

const USAGE =
  'npx soap-token-refresher status /my-service/access-token [/another…] [options], or status --path /my-service';

// Not awaited: the package is CommonJS.
runCommand(
  {
    name: 'soap-token-refresher',
    help: `Usage: ${USAGE}\n\n${STATUS_HELP}`,
    options: STATUS_OPTIONS,
    takesWords: true,
  },
  ({ values, positionals: [command, ...names] }) => {
    if (command !== 'status') throw new UsageError(`There is one command, status: ${USAGE}`);
    checkNames(names, values.path);
    return showStatus([...new Set(names)], values);
  },
);

/** @throws UsageError */
function checkNames(names: readonly string[], path: string | undefined): void {
  if (path !== undefined && names.length > 0) throw new UsageError('Give names of tokens or --path, not both.');
  if (path === undefined && names.length === 0) throw new UsageError(`Name at least one token parameter: ${USAGE}`);
  for (const name of names) {
    const [remedy] = parameterNameRemedies(name);
    if (remedy !== undefined) throw new UsageError(`"${name}" is no name of a token parameter: ${remedy}.`);
  }
}
