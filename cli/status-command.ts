import { setTimeout as sleep } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import { SSMClient } from '@aws-sdk/client-ssm';
import { USER_AGENT } from '../lambda/user-agent.ts';
import { type parseCommandLine, UsageError } from './command-line.ts';
import { createParameterReader, type ParameterReader } from './read-parameters.ts';
import { readRecords } from './read-records.ts';
import { reportTable, reportToken, type TokenReport } from './token-report.ts';

/** The options of the command, as `parseArgs` reads them. */
export const STATUS_OPTIONS = {
  path: { type: 'string' },
  ailing: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  watch: { type: 'boolean', default: false },
  region: { type: 'string' },
  profile: { type: 'string' },
  'endpoint-url': { type: 'string' },
} as const;

/** What `--help` says of them, and of the exit status. */
export const STATUS_HELP = `Shows the tokens side by side, those that need attention first, by what the refresher recorded: reads no token and decrypts
nothing. Needs ssm:GetParameters on <name>/status and <name>/attempt; with --path, ssm:GetParametersByPath on the path too.

By the settings under which a token was got, which its status holds, it is "overdue" where it should have been replaced by
now, and "expiring" where less is left of it than TokenExpiring waits for. A status from before it held them says neither.

Options
  --path PATH         all tokens below a path, such as /billing, found by their status parameters
  --ailing            only those that need attention
  --json              a JSON list, in the order of the names
  --watch             look again every 10 seconds, until Ctrl-C
  --region REGION     where the tokens are (default: AWS_REGION)
  --profile PROFILE   whose credentials to use (default: AWS_PROFILE)
  --endpoint-url URL  another SSM, such as the one of npm start -- --serve
  --version           the version of this package and of Node
  -h, --help          this text

Exit status: 0 when all is well, 1 when a token needs attention, 2 when nothing could be shown.`;

const WATCH_EVERY_MS = 10_000;

export type StatusOptions = ReturnType<typeof parseCommandLine<typeof STATUS_OPTIONS>>['values'];

/**
 * Shows the tokens of these names, or those below `path`, once or with `watch` until the process ends.
 * @returns the exit status: 1 if one needs attention
 * @throws UsageError when they cannot be read at all
 */
export async function showStatus(names: readonly string[], options: StatusOptions): Promise<number> {
  const { watch, json, region, profile, 'endpoint-url': endpoint } = options;
  const client = new SSMClient({ customUserAgent: USER_AGENT, maxAttempts: 2, region, profile, endpoint });
  const parameters = createParameterReader(client);
  const look = async () => {
    const reports = await reportTokens(parameters, names, options.path);
    return { text: statusText(reports, options), isAiling: reports.some(({ isAiling }) => isAiling) };
  };
  const first = await look();
  print(first.text, watch && !json);
  while (watch) {
    await sleep(WATCH_EVERY_MS);
    // Whoever watches wants to see the end of an outage too, be it one of the network.
    const next = await look().catch((error: unknown) => {
      if (error instanceof UsageError) return { text: error.message };
      throw error;
    });
    print(next.text, !json);
  }
  return first.isAiling ? 1 : 0;
}

/**
 * Reports of the tokens, or of those below a path.
 * @throws UsageError when they cannot be read at all
 */
export async function reportTokens(
  parameters: ParameterReader,
  names: readonly string[],
  path: string | undefined,
): Promise<readonly TokenReport[]> {
  const records = await readRecords(parameters, path === undefined ? names : await tokensBelow(parameters, path));
  const now = Date.now();
  return records.map((one) => reportToken(one, now));
}

/** @throws UsageError where there are none */
async function tokensBelow(parameters: ParameterReader, path: string): Promise<readonly string[]> {
  if (!/^\/[\w./-]*$/.test(path)) throw new UsageError(`--path takes a path such as /billing, not "${path}".`);
  const names = await parameters.namesBelow(path.replace(/(?<=.)\/+$/, ''));
  // On the first day there is an attempt and no status.
  const tokens = names.flatMap((name) => /^(.+)\/(?:status|attempt)$/.exec(name)?.[1] ?? []);
  if (tokens.length > 0) return [...new Set(tokens)];
  throw new UsageError(`There is no token below ${path} here: check path, account and region.`);
}

function statusText(reports: readonly TokenReport[], { ailing, json, watch }: StatusOptions): string {
  const shown = ailing ? reports.filter(({ isAiling }) => isAiling) : reports;
  if (!json) return reportTable(shown, reports.length, Date.now());
  return stripVTControlCharacters(JSON.stringify(shown, null, watch ? 0 : 2));
}

/** On a terminal, what is watched stays at the top. */
function print(text: string, inPlace: boolean): void {
  console.log(inPlace && process.stdout.isTTY ? `\x1b[2J\x1b[H${text}` : text);
}
