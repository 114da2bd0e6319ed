import { setTimeout as sleep } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import { SSMClient } from '@aws-sdk/client-ssm';
import { USER_AGENT } from '../lambda/user-agent.ts';
import { UsageError } from './command-line.ts';
import { readStatuses } from './read-statuses.ts';
import { reportTable, reportToken, type TokenReport } from './token-report.ts';

/** A token to look at. */
export interface TokenToShow {
  /** The name of its parameter. */
  readonly name: string;
  /** Below this a token counts as expiring; left out where nobody knows. */
  readonly expiringBelowSeconds?: number;
}

/** The options of the command, as `parseArgs` reads them. */
export const STATUS_OPTIONS = {
  json: { type: 'boolean', default: false },
  watch: { type: 'boolean', default: false },
  region: { type: 'string' },
  profile: { type: 'string' },
  'endpoint-url': { type: 'string' },
} as const;

/** What `--help` says of them, and of the exit status. */
export const STATUS_HELP = `Shows the tokens side by side, by their status parameters: reads no token and decrypts nothing. Needs
ssm:GetParameters on <name>/status.

Options
  --json              the same as a JSON list
  --watch             look again every 10 seconds, until Ctrl-C
  --region REGION     where the tokens are (default: AWS_REGION)
  --profile PROFILE   whose credentials to use (default: AWS_PROFILE)
  --endpoint-url URL  another SSM, such as the one of npm start -- --serve
  --version           the version of this package and of Node
  -h, --help          this text

Exit status: 0 when all is well, 1 when a token needs attention, 2 when nothing could be shown.`;

const WATCH_EVERY_MS = 10_000;

export interface StatusOptions {
  readonly json: boolean;
  readonly watch: boolean;
  readonly region?: string;
  readonly profile?: string;
  readonly 'endpoint-url'?: string;
}

/**
 * Shows the tokens, once or with `watch` until the process ends.
 * @returns the exit status: 1 if one needs attention
 * @throws UsageError when they cannot be read at all
 */
export async function showStatus(tokens: readonly TokenToShow[], options: StatusOptions): Promise<number> {
  const { json, watch, region, profile, 'endpoint-url': endpoint } = options;
  const client = new SSMClient({
    customUserAgent: USER_AGENT,
    maxAttempts: 2,
    ...(region !== undefined && { region }),
    ...(profile !== undefined && { profile }),
    ...(endpoint !== undefined && { endpoint }),
  });
  const look = async (): Promise<{ readonly text: string; readonly isAiling: boolean }> => {
    const reports = await report(client, tokens);
    const text = json ? JSON.stringify(reports, null, watch ? 0 : 2) : reportTable(reports, Date.now());
    // Whoever may write a status must not be able to write to the terminal of whoever looks at it.
    return { text: stripVTControlCharacters(text), isAiling: reports.some(({ isAiling }) => isAiling) };
  };
  const first = await look();
  print(first.text, watch && !json);
  while (watch) {
    await sleep(WATCH_EVERY_MS);
    // Whoever watches wants to see the end of an outage too, be it one of the network.
    const text = await look().then(
      (next) => next.text,
      (error: unknown) => {
        if (error instanceof UsageError) return error.message;
        throw error;
      },
    );
    print(text, !json);
  }
  return first.isAiling ? 1 : 0;
}

async function report(client: SSMClient, tokens: readonly TokenToShow[]): Promise<readonly TokenReport[]> {
  const statuses = await readStatuses(
    client,
    tokens.map(({ name }) => name),
  );
  const now = Date.now();
  return tokens.map(({ name, expiringBelowSeconds = 0 }) =>
    reportToken(name, statuses.get(name), expiringBelowSeconds, now),
  );
}

/** On a terminal, what is watched stays at the top. */
function print(text: string, inPlace: boolean): void {
  console.log(inPlace && process.stdout.isTTY ? `\x1b[2J\x1b[H${text}` : text);
}
