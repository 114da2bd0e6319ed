import { inspect, type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { didYouMean } from '../lambda/did-you-mean.ts';
import { USER_AGENT } from '../lambda/user-agent.ts';

/** A command, as its `--help` describes it. */
export interface Command<Options extends ParseArgsOptionsConfig> {
  /** As a person types it: `npm start`. */
  readonly name: string;
  /** What `--help` prints. */
  readonly help: string;
  /** Besides `--help` and `--version`, which every command has. */
  readonly options: Options;
  /** Whether words stand beside the options, such as names; default: no. */
  readonly takesWords?: boolean;
}

/** A command cannot be carried out as it was given: the message says in one line why, and what to give instead. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const COMMON_OPTIONS = {
  help: { type: 'boolean', short: 'h', default: false },
  version: { type: 'boolean', default: false },
} as const;

/** Options that npm has too: a person who gives them to npm means npm. */
const NPMS_OWN: readonly string[] = ['help', 'version', 'verbose', 'proxy'];

/**
 * The values and words of a command line.
 * @param env of the process: npm names there which options it took for its own
 * @throws UsageError
 */
export function parseCommandLine<const Options extends ParseArgsOptionsConfig>(
  { name, options, takesWords = false }: Command<Options>,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
) {
  const all = { ...options, ...COMMON_OPTIONS };
  const names = Object.keys(all);
  const taken = names.find((one) => env[`npm_config_${one.replaceAll('-', '_')}`] && !NPMS_OWN.includes(one));
  if (taken !== undefined && name.startsWith('npm ')) {
    throw new UsageError(`npm took --${taken} for itself. Write: ${name} -- --${taken}`);
  }
  try {
    return parseArgs({ args: [...args], options: all, allowPositionals: takesWords });
  } catch (error) {
    // Node's first sentence says what is wrong, the next ones explain its own rules.
    const [reason = ''] = (error instanceof Error ? error.message : String(error)).split(/\.(?:\s|$)/);
    const known = names.map((one) => `--${one}`);
    const [, kind, word = ''] = /^(Unknown option|Unexpected argument) '(?:--)?(.+?)'/.exec(reason) ?? [];
    const quotes = kind === 'Unexpected argument' ? ' A value with a blank stands in quotation marks.' : '';
    const meant = (kind && didYouMean(`--${word}`, known)) || quotes;
    throw new UsageError(`${reason}.${meant} The options are ${known.join(', ')}; --help explains them.`);
  }
}

/**
 * Carries out the command that this process was started for, and sets its exit status: what `run` returns, 2 where that
 * throws. What is wrong with the command is one line on stderr.
 */
export async function runCommand<const Options extends ParseArgsOptionsConfig>(
  command: Command<Options>,
  run: (line: ReturnType<typeof parseCommandLine<Options>>) => number | Promise<number>,
): Promise<void> {
  // A reader that has seen enough, such as `head`, is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit();
    throw error;
  });
  try {
    const line = parseCommandLine(command, process.argv.slice(2), process.env);
    const { help, version }: { readonly help?: unknown; readonly version?: unknown } = line.values;
    if (help) console.log(command.help);
    else if (version) console.log(`${USER_AGENT[0]?.join(' ')}, Node ${process.version}`);
    else process.exitCode = await run(line);
  } catch (error) {
    console.error(`${command.name}: ${error instanceof UsageError ? error.message : inspect(error)}`);
    process.exitCode = 2;
  }
}
