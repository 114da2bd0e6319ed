import type { Duration } from 'aws-cdk-lib';
import { UsageError } from '../../cli/command-line.ts';
import { DURATION } from '../../infra/app/settings.ts';
import { propFaults } from '../../infra/prop-rules.ts';
import {
  CHECK_EVERY_SECONDS,
  durationText,
  REFRESH_EVERY_SECONDS,
  TOKEN_LIFETIME_SECONDS,
} from '../../lambda/timing.ts';

/** A duration as it was written, and in milliseconds. */
export interface Written {
  readonly text: string;
  readonly ms: number;
}

/** A rhythm, and the outage that it has to live through. */
export interface OwnRhythm {
  readonly lifetime: Written;
  readonly checkEvery: Written;
  readonly refreshEvery: Written;
  readonly outage: { readonly start: Written; readonly length: Written };
}

export type SimulateOptions =
  | { readonly command: 'write page' }
  /** Without a seed: one of chance. */
  | { readonly command: 'random months'; readonly count: number; readonly seed: number | undefined }
  | { readonly command: 'own rhythm'; readonly rhythm: OwnRhythm };

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

/** Longer ones show nothing that these do not, and take minutes. */
const MAX_DAYS = { start: 2, length: 7, lifetime: 7 };
const DAY_MS = 86_400_000;

/** What npm run simulate is called with. */
export const SIMULATE = { name: 'npm run simulate', help: HELP, options: OPTIONS } as const;

const RHYTHM_OPTIONS = ['lifetime', 'check-every', 'refresh-every', 'outage'] as const;

type SimulateValues = Readonly<Partial<Record<keyof typeof OPTIONS, string | undefined>>>;

/** @throws UsageError that says what to write instead */
export function readSimulateOptions(values: SimulateValues): SimulateOptions {
  const { months, seed } = values;
  const ownOption = RHYTHM_OPTIONS.find((option) => values[option] !== undefined);
  if (months === undefined && seed !== undefined) throw new UsageError('--seed goes with --months.');
  if (months !== undefined) {
    if (ownOption !== undefined) throw new UsageError(`--months and --${ownOption} do not go together.`);
    return {
      command: 'random months',
      count: wholeNumber(months, '--months', 1),
      seed: seed === undefined ? undefined : wholeNumber(seed, '--seed', 0),
    };
  }
  if (ownOption === undefined) return { command: 'write page' };
  return { command: 'own rhythm', rhythm: readRhythm(values) };
}

function readRhythm(given: SimulateValues): OwnRhythm {
  if (given.outage === undefined) {
    throw new UsageError(`--outage is missing: when an outage begins, and how long it lasts. For example: ${EXAMPLE}`);
  }
  const [start = '', length, ...more] = given.outage.split('+').map((part) => part.trim());
  if (length === undefined || more.length > 0) {
    throw new UsageError(`--outage takes START+LENGTH, for example "1 hour+3 hours", not "${given.outage}".`);
  }
  const lifetime = written('--lifetime', given.lifetime ?? durationText(TOKEN_LIFETIME_SECONDS));
  const checkEvery = written('--check-every', given['check-every'] ?? durationText(CHECK_EVERY_SECONDS));
  const refreshEvery = written('--refresh-every', given['refresh-every'] ?? durationText(REFRESH_EVERY_SECONDS));
  const outage = { start: written('--outage START', start), length: written('--outage LENGTH', length) };
  if (outage.length.ms === 0) throw new UsageError('--outage LENGTH is nothing: give at least "1 second".');
  for (const [option, { ms }, days] of [
    ['--outage START', outage.start, MAX_DAYS.start],
    ['--outage LENGTH', outage.length, MAX_DAYS.length],
    ['--lifetime', lifetime, MAX_DAYS.lifetime],
  ] as const) {
    if (ms > days * DAY_MS) throw new UsageError(`${option} is more than ${days} days: that is not simulated.`);
  }
  refuseWhatSynthRefuses(lifetime, checkEvery, refreshEvery);
  return { lifetime, checkEvery, refreshEvery, outage };
}

const OPTION_OF_PROP: Readonly<Record<string, string>> = {
  tokenLifetime: '--lifetime',
  checkEvery: '--check-every',
  refreshEvery: '--refresh-every',
};

function refuseWhatSynthRefuses(lifetime: Written, checkEvery: Written, refreshEvery: Written): void {
  const faults = propFaults({
    endpoint: 'https://soap.example.com/token',
    tokenParameterName: '/simulated/access-token',
    alarmActions: 'none',
    tokenLifetime: parsed(lifetime.text),
    checkEvery: parsed(checkEvery.text),
    refreshEvery: parsed(refreshEvery.text),
  });
  const lines = faults.map(({ names: [name], remedy }) => `${OPTION_OF_PROP[name] ?? name}: ${remedy}`);
  if (lines.length > 0) throw new UsageError(`cdk synth would refuse this rhythm. ${lines.join('; ')}.`);
}

/** @throws UsageError with cdk.json's own rule */
function written(option: string, text: string): Written {
  const duration = parsed(text);
  if (duration === undefined) {
    throw new UsageError(`${option} is "${text}": use a whole number and a unit, such as "15 minutes" or "4 hours".`);
  }
  return { text, ms: duration.toMilliseconds() };
}

function parsed(text: string): Duration | undefined {
  return DURATION.safeParse(text).data;
}

function wholeNumber(text: string, option: string, least: number): number {
  if (/^\d{1,8}$/.test(text) && Number(text) >= least) return Number(text);
  throw new UsageError(`${option} takes a whole number from ${least} on, not "${text}".`);
}
