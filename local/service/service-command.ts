/** npm run service. */
import { runCommand } from '../../cli/command-line.ts';
import { check, SERVICE } from './check-command.ts';

await runCommand(SERVICE, ({ values, positionals }) => {
  const { lines, isUsable } = check(positionals, values.at);
  console.log(lines.join('\n'));
  return isUsable ? 0 : 1;
});
