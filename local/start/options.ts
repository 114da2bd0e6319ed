import { type parseCommandLine, UsageError } from '../../cli/command-line.ts';
import { readProfile } from '../../infra/app/read-profile.ts';
import { didYouMean } from '../../lambda/did-you-mean.ts';
import { mastersIndia, PROFILES, type ServiceProfile } from '../../lambda/services/profiles.ts';
import { CHECK_EVERY_SECONDS, TOKEN_LIFETIME_SECONDS } from '../../lambda/timing.ts';
import { wrapText } from '../first-contact/wrap-text.ts';
import { AWS_FAULTS, type InjectFault, MASTERS_INDIA_FAULTS, SERVICE_FAULTS } from './injectable-faults.ts';

/** What the person wants to see. */
export interface Options {
  readonly verbose: boolean;
  readonly serve: boolean;
  readonly everySeconds: number;
  readonly lifetimeSeconds: number | undefined;
  /** Of a real SOAP service instead of the local one. */
  readonly endpoint: { readonly url: string; readonly credentialsFile: string } | undefined;
  readonly service: ServiceProfile;
  readonly fault: { readonly name: string; readonly inject: InjectFault } | undefined;
}

/** Short enough to be watched. A token is replaced at half of it, when it still has the minute that readers ask for. */
const WATCHED_LIFETIME_SECONDS = 150;
const WATCHED_CHECK_SECONDS = 5;

const OPTIONS = {
  verbose: { type: 'boolean', default: false },
  serve: { type: 'boolean', default: false },
  every: { type: 'string' },
  lifetime: { type: 'string' },
  endpoint: { type: 'string' },
  credentials: { type: 'string' },
  service: { type: 'string' },
  fail: { type: 'string' },
} as const;

/** What `--help` prints. */
export const HELP = `Usage: npm start -- [options]

Runs the refresher once on this machine: a local Secrets Manager and SSM, a local SOAP endpoint that behaves like the
documented service, and between them the very artefact that is deployed. Needs nothing but Node.

Options
  --serve             keep the local services up and tick until Ctrl-C; a page shows it, and lets time pass faster
  --every SECONDS     with --serve: how often to tick (default ${CHECK_EVERY_SECONDS}; ${WATCHED_CHECK_SECONDS} with --lifetime, --endpoint, --service or --fail)
  --lifetime SECONDS  how long local tokens live (default ${TOKEN_LIFETIME_SECONDS}; ${WATCHED_LIFETIME_SECONDS} with --serve and --every, --service or --fail)
  --endpoint URL      ask a real SOAP service instead of the local one; AWS stays local
  --credentials FILE  with --endpoint: the secret's JSON, {"username", "password", "client_id", "client_secret"},
                      or the fields of the service
  --service NAME      play another service than Masters India: ${[...PROFILES.keys()].join(', ')},
                      or a JSON file that describes one (docs/services.md); with --endpoint, ask the real one
  --fail NAME         store a token, then show what this fault looks like to an operator
  --verbose           show also what the function itself writes: its log line and its metrics
  --version           the version of this repository and of Node
  -h, --help          this text

Faults of the service
${listed(SERVICE_FAULTS)}

Faults of AWS
${listed(AWS_FAULTS)}

Exit status: 0 when all went well, 1 when a tick failed, 2 when the options make no sense.`;

/** What npm start is called with. */
export const START = { name: 'npm start', help: HELP, options: OPTIONS } as const;

/** Its options as they were given. */
export type StartValues = ReturnType<typeof parseCommandLine<typeof OPTIONS>>['values'];

/** @throws UsageError */
export function readOptions(values: StartValues): Options {
  const { endpoint, credentials, fail, serve } = values;
  if ((endpoint === undefined) !== (credentials === undefined)) {
    throw new UsageError('--endpoint and --credentials belong together: credentials are for one service only.');
  }
  const address = endpoint === undefined ? undefined : URL.parse(endpoint);
  if (address !== undefined && !/^https?:$/.test(address?.protocol ?? '')) {
    throw new UsageError('--endpoint takes an http or https address.');
  }
  // Refused before it is shown: the address is printed, and the function takes none with a password in it anyway.
  if (address?.username || address?.password) {
    throw new UsageError('--endpoint takes an address without a user name or a password.');
  }
  for (const name of ['fail', 'lifetime'] as const) {
    if (endpoint !== undefined && values[name] !== undefined) {
      throw new UsageError(`--${name} is for the local SOAP endpoint; it does not go with --endpoint.`);
    }
  }
  const service = values.service === undefined ? mastersIndia : profileOf(values.service);
  if (service !== mastersIndia && MASTERS_INDIA_FAULTS.some((name) => name === fail)) {
    throw new UsageError(
      `--fail ${fail} is an answer of Masters India; with --service, take password-changed or fault.`,
    );
  }
  if (values.every !== undefined && !serve) throw new UsageError('--every goes with --serve.');
  // The page can hurry time, so that hours are short; what runs in real time is watched with short lives.
  const isAsDeployed =
    service === mastersIndia && [values.every, values.lifetime, endpoint, fail].every((value) => value === undefined);
  return {
    verbose: values.verbose,
    serve,
    everySeconds: seconds('every', values.every) ?? (isAsDeployed ? CHECK_EVERY_SECONDS : WATCHED_CHECK_SECONDS),
    lifetimeSeconds:
      seconds('lifetime', values.lifetime) ??
      (serve && endpoint === undefined && !isAsDeployed ? WATCHED_LIFETIME_SECONDS : undefined),
    endpoint:
      endpoint !== undefined && credentials !== undefined ? { url: endpoint, credentialsFile: credentials } : undefined,
    service,
    fault: fail === undefined ? undefined : { name: fail, inject: injectableFault(fail) },
  };
}

/** @throws UsageError that names every fault of the profile */
function profileOf(name: string): ServiceProfile {
  const { profile, faults } = readProfile(name);
  if (profile === undefined) throw new UsageError(`--service ${name}: ${faults.join('; ')}.`);
  return profile;
}

function injectableFault(name: string): InjectFault {
  const inject = SERVICE_FAULTS.get(name) ?? AWS_FAULTS.get(name);
  if (inject !== undefined) return inject;
  const names = [...SERVICE_FAULTS.keys(), ...AWS_FAULTS.keys()];
  throw new UsageError(
    `--fail ${name} is not a fault that can be injected.${didYouMean(name, names)} Choose one of: ${names.join(', ')}.`,
  );
}

function seconds(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^[1-9]\d{0,7}$/.test(text)) return Number(text);
  throw new UsageError(`--${name} takes a whole number of seconds from 1 on.`);
}

function listed(faults: ReadonlyMap<string, InjectFault>): string {
  return wrapText([...faults.keys()].join(', '), 100)
    .map((line) => `  ${line}`)
    .join('\n');
}
