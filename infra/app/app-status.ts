/** What `npm run status` runs: the tokens of cdk.json side by side, in the stage that is chosen. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CommandLineError,
  oneLine,
  parseCommandLine,
  STATUS_HELP,
  STATUS_OPTIONS,
  showStatus,
} from '../../cli/status-command.ts';
import { isObject, parseJsonObject } from '../../lambda/parse-json.ts';
import { timingOfProps } from '../timing.ts';
import { readSettings, SettingsError } from './read-settings.ts';

const HELP = `Usage: npm run status -- [options]

${STATUS_HELP.replace('\n  -h,', '\n  --context KEY=VALUE as for cdk: stage=prod, or prefix=billing\n  -h,')}`;

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof SettingsError ? error.message : `npm run status: ${oneLine(error)}`);
  process.exitCode = 2;
}

async function main(args: readonly string[]): Promise<number> {
  const { values } = parseCommandLine({
    args: [...args],
    options: { ...STATUS_OPTIONS, context: { type: 'string', short: 'c', multiple: true, default: [] } },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const { tokens, env } = readSettings({ ...contextOfFile(), ...contextOf(values.context) });
  const shown = tokens.map((token) => ({
    name: token.tokenParameterName,
    expiringBelowSeconds: timingOfProps(token).pageBelowSeconds,
  }));
  return await showStatus(shown, { ...values, region: values.region ?? env.region });
}

/** As `cdk` does, from the folder in which the command runs. @throws CommandLineError */
function contextOfFile(): Readonly<Record<string, unknown>> {
  const file = join(process.cwd(), 'cdk.json');
  try {
    const context = parseJsonObject(readFileSync(file, 'utf8'))?.context;
    if (isObject(context)) return context;
  } catch (error) {
    throw new CommandLineError(`${file} cannot be read: ${error instanceof Error ? error.message : error}`);
  }
  throw new CommandLineError(`${file} is no JSON object with a "context".`);
}

function contextOf(pairs: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const [, key, value] = /^([^=]+)=(.*)$/s.exec(pair) ?? [];
      if (key === undefined || value === undefined) {
        throw new CommandLineError(`--context takes a key and a value, such as stage=prod, not "${pair}".`);
      }
      return [key, value];
    }),
  );
}
