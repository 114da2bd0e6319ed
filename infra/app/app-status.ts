/** What `npm run status` runs: the tokens of cdk.json side by side, in the stage that is chosen. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand, UsageError } from '../../cli/command-line.ts';
import { STATUS_HELP, STATUS_OPTIONS, showStatus } from '../../cli/status-command.ts';
import { isObject, parseJsonObject } from '../../lambda/parse-json.ts';
import { readSettings } from './read-settings.ts';

const HELP = `Usage: npm run status -- [options]

${STATUS_HELP.replace('\n  -h,', '\n  --context KEY=VALUE as for cdk: stage=prod, or prefix=billing\n  -h,')}`;

await runCommand(
  {
    name: 'npm run status',
    help: HELP,
    options: { ...STATUS_OPTIONS, context: { type: 'string', short: 'c', multiple: true, default: [] } },
  },
  ({ values }) => {
    const { tokens, env } = readSettings({ ...contextOfFile(), ...contextOf(values.context) });
    const names = tokens.map(({ tokenParameterName }) => tokenParameterName);
    return showStatus(names, { ...values, region: values.region ?? env.region });
  },
);

/** As `cdk` does, from the folder in which the command runs. @throws UsageError */
function contextOfFile(): Readonly<Record<string, unknown>> {
  const file = join(process.cwd(), 'cdk.json');
  try {
    const context = parseJsonObject(readFileSync(file, 'utf8'))?.context;
    if (isObject(context)) return context;
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${error instanceof Error ? error.message : error}`);
  }
  throw new UsageError(`${file} is no JSON object with a "context".`);
}

function contextOf(pairs: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const [key, ...value] = pair.split('=');
      if (key && value.length > 0) return [key, value.join('=')];
      throw new UsageError(`--context takes a key and a value, such as stage=prod, not "${pair}".`);
    }),
  );
}
