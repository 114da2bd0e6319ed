import { UsageError } from '../../cli/command-line.ts';
import {
  CHECK_EVERY_SECONDS,
  DURATION_RULE,
  durationSeconds,
  durationText,
  REFRESH_EVERY_SECONDS,
  type RefreshTiming,
  TOKEN_LIFETIME_SECONDS,
} from '../../lambda/timing.ts';
import { deploymentOf } from './deployment.ts';

/** A rhythm, and the outage that it has to live through. */
export interface OwnRhythm {
  readonly settings: Omit<RefreshTiming, 'renewalWindowSeconds'>;
  /** From a refresh of this project to the outage. */
  readonly outageAfterSeconds: number;
  readonly outageSeconds: number;
}

const OPTIONS = {
  months: { type: 'string' },
  seed: { type: 'string' },
  lifetime: { type: 'string' },
  'check-every': { type: 'string' },
  'refresh-every': { type: 'string' },
  outage: { type: 'string' },
} as const;

const EXAMPLE =
  'npm run simulate -- --lifetime "4 hours" --check-every "15 minutes" --refresh-every "2 hours" --outage "1 hour+3 hours"';

const HELP = `Usage: npm run simulate [-- options]

Without options: simulates all scenarios and a thousand random months, and writes docs/outages.md and its picture. That
takes about six minutes.

What an outage of the service costs with a rhythm of one's own; writes nothing
  --outage START+LENGTH     for example "1 hour+3 hours". START counts from a refresh of this project; "0 minutes" is
                            just after it. The same outage at other moments is simulated, too, and the worst is shown
  --lifetime DURATION       how long a token lives (default "4 hours")
  --check-every DURATION    how often a tick looks (default "15 minutes")
  --refresh-every DURATION  how old a token may grow (default "2 hours"; half of the lifetime where that is shorter)
A DURATION is a whole number and a unit, as in cdk.json: "90 seconds", "15 minutes", "4 hours", "1 day".

${EXAMPLE}

Fresh months; writes nothing
  --months N                judges N random months and prints their seeds
  --seed S                  the first of these seeds, to see months again

  --version                 the version of this repository and of Node
  -h, --help                this text

Exit status: 0 when all went well, 1 when what must always hold did not, 2 when the options make no sense.`;

/** What npm run simulate is called with. */
export const SIMULATE = { name: 'npm run simulate', help: HELP, options: OPTIONS } as const;

type SimulateValues = Readonly<Partial<Record<keyof typeof OPTIONS, string>>>;

/** @throws UsageError that says what to write instead */
export function readSimulateOptions(values: SimulateValues) {
  const { months, seed, lifetime, 'check-every': checkEvery, 'refresh-every': refreshEvery, outage } = values;
  const isOwnRhythm = [lifetime, checkEvery, refreshEvery, outage].some((value) => value !== undefined);
  if (months === undefined && seed !== undefined) throw new UsageError('--seed goes with --months.');
  if (months !== undefined) {
    if (isOwnRhythm) throw new UsageError('--months goes with --seed alone.');
    return {
      command: 'random months' as const,
      count: wholeNumber(months, '--months', 1),
      /** Left out: one of chance. */
      seed: seed === undefined ? undefined : wholeNumber(seed, '--seed', 0),
    };
  }
  if (!isOwnRhythm) return { command: 'write page' as const };
  const [start, length, ...more] = outage?.split('+') ?? [];
  if (start === undefined || length === undefined || more.length > 0) {
    throw new UsageError(`--outage takes START+LENGTH. For example: ${EXAMPLE}`);
  }
  const settings = {
    tokenLifetimeSeconds: seconds('--lifetime', lifetime ?? durationText(TOKEN_LIFETIME_SECONDS)),
    checkEverySeconds: seconds('--check-every', checkEvery ?? durationText(CHECK_EVERY_SECONDS)),
    refreshEverySeconds: seconds('--refresh-every', refreshEvery ?? durationText(REFRESH_EVERY_SECONDS)),
  };
  const outageAfterSeconds = seconds('--outage START', start.trim());
  const outageSeconds = seconds('--outage LENGTH', length.trim());
  try {
    deploymentOf(settings);
  } catch (error) {
    throw new UsageError(`cdk synth would refuse this rhythm: ${error instanceof Error ? error.message : error}`);
  }
  const rhythm: OwnRhythm = { settings, outageAfterSeconds, outageSeconds };
  return { command: 'own rhythm' as const, rhythm };
}

/** Longer ones show nothing that these do not, and take minutes. */
const MAX_DAYS = 7;

function seconds(option: string, text: string): number {
  const found = durationSeconds(text);
  if (Number.isNaN(found)) throw new UsageError(`${option} is "${text}": ${DURATION_RULE}.`);
  if (found > MAX_DAYS * 86_400) throw new UsageError(`${option} is more than ${MAX_DAYS} days: not simulated.`);
  return found;
}

function wholeNumber(text: string, option: string, least: number): number {
  if (/^\d{1,8}$/.test(text) && Number(text) >= least) return Number(text);
  throw new UsageError(`${option} takes a whole number from ${least} on, not "${text}".`);
}
