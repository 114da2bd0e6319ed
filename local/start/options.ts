import { type parseCommandLine, UsageError } from '../../cli/command-line.ts';
import { readProfile } from '../../infra/app/read-profile.ts';
import { timingOfProps } from '../../infra/timing-props.ts';
import { didYouMean } from '../../lambda/did-you-mean.ts';
import { mastersIndia, PROFILES } from '../../lambda/services/profiles.ts';
import { serviceOf } from '../../lambda/services/service.ts';
import { proxyRemedies } from '../../lambda/setting-rules.ts';
import { CHECK_EVERY_SECONDS, TOKEN_LIFETIME_SECONDS } from '../../lambda/timing.ts';
import { wrapText } from '../first-contact/wrap-text.ts';
import { AWS_FAULTS, type InjectFault, MASTERS_INDIA_FAULTS, SERVICE_FAULTS } from './injectable-faults.ts';

/** What the person wants to see. */
export type Options = ReturnType<typeof readOptions>;

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
  'allow-http': { type: 'boolean', default: false },
  proxy: { type: 'string' },
  service: { type: 'string', default: 'mastersIndia' },
  fail: { type: 'string' },
} as const;

/** What `--help` prints. */
export const HELP = `Usage: npm start -- [options]

Runs the refresher once on this machine: a local Secrets Manager and SSM, a local SOAP endpoint that behaves like the
documented service, and between them the very artefact that is deployed. Needs nothing but Node.

Options
  --serve             keep the local services up and tick until Ctrl-C; without --endpoint and --fail, a page shows it,
                      and lets time pass faster
  --every SECONDS     with --serve: how often to tick (default ${CHECK_EVERY_SECONDS}, or the service's;
                      ${WATCHED_CHECK_SECONDS} with --lifetime, --endpoint or --fail)
  --lifetime SECONDS  how long local tokens live (default ${TOKEN_LIFETIME_SECONDS}, or the service's;
                      ${WATCHED_LIFETIME_SECONDS} with --serve and --every or --fail)
  --endpoint URL      ask a real SOAP service instead of the local one; AWS stays local
  --credentials FILE  with --endpoint: the secret's JSON, {"username", "password", "client_id", "client_secret"},
                      or the fields of the service
  --allow-http        with --endpoint: send the credentials unencrypted to another machine
  --proxy URL         with --endpoint: ask through this proxy, http://host:port
  --service NAME      the service: ${[...PROFILES.keys()].join(', ')} (default: ${[...PROFILES.keys()][0]}),
                      or a JSON file that describes one (docs/services.md); played, or the real one with --endpoint
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
export function readOptions(values: StartValues) {
  const { fail, serve, every, lifetime } = values;
  const endpoint = realEndpoint(values);
  const { profile: service, faults } = readProfile(values.service);
  check(service !== undefined, `--service ${values.service}: ${faults.join('; ')}.`);
  check(
    service === mastersIndia || !MASTERS_INDIA_FAULTS.some((name) => name === fail),
    `--fail ${fail} is an answer of Masters India; with --service, take password-changed or fault.`,
  );
  check(every === undefined || serve, '--every goes with --serve.');
  check(
    endpoint !== undefined || serviceOf(service).fields.every(({ name }) => name !== 'tls_certificate'),
    '--service: its certificate is the login, which cannot be played; give --endpoint and --credentials.',
  );
  // The page can hurry time, so that hours are short; what runs in real time is watched with short lives.
  const isAsDeployed = [every, lifetime, endpoint, fail].every((value) => value === undefined);
  const isWatched = serve && endpoint === undefined && !isAsDeployed;
  const timing = timingOfProps({ service });
  return {
    verbose: values.verbose,
    serve,
    everySeconds: seconds('every', every) ?? (isAsDeployed ? timing.checkEverySeconds : WATCHED_CHECK_SECONDS),
    /** Of the tokens, where their answers do not say it. */
    lifetimeSeconds:
      seconds('lifetime', lifetime) ?? (isWatched ? WATCHED_LIFETIME_SECONDS : timing.tokenLifetimeSeconds),
    endpoint,
    service,
    fault: fail === undefined ? undefined : { name: fail, inject: injectableFault(fail) },
  };
}

/** A real SOAP service instead of the local one, and how it is asked. */
function realEndpoint(values: StartValues) {
  const { endpoint: url, credentials: credentialsFile, proxy: proxyUrl, 'allow-http': allowsHttp } = values;
  if (url === undefined || credentialsFile === undefined) {
    check(
      url === undefined && credentialsFile === undefined,
      '--endpoint and --credentials belong together: credentials are for one service only.',
    );
    check(!allowsHttp, '--allow-http goes with --endpoint.');
    check(proxyUrl === undefined, '--proxy goes with --endpoint.');
    return undefined;
  }
  const { protocol, hostname, host, username, password } = URL.parse(url) ?? {};
  check(protocol === 'http:' || protocol === 'https:', '--endpoint takes an http or https address.');
  // Refused before it is shown: the address is printed, and the function takes none with a password in it anyway.
  check(!username && !password, '--endpoint takes an address without a user name or a password.');
  for (const name of ['fail', 'lifetime'] as const) {
    check(values[name] === undefined, `--${name} is for the local SOAP endpoint; it does not go with --endpoint.`);
  }
  const [remedy] = proxyUrl === undefined ? [] : proxyRemedies(proxyUrl);
  check(remedy === undefined, `--proxy: ${remedy}.`);
  const staysHere = /^(?:localhost|\[::1\]|127(?:\.\d+){3})$/.test(hostname ?? '') && proxyUrl === undefined;
  check(
    protocol === 'https:' || staysHere || allowsHttp,
    `--endpoint is plain http: whoever is on the way to ${host} can read the credentials. Give the https address, or --allow-http to send them all the same.`,
  );
  return { url, credentialsFile, proxyUrl };
}

function injectableFault(name: string): InjectFault {
  const inject = SERVICE_FAULTS.get(name) ?? AWS_FAULTS.get(name);
  const names = [...SERVICE_FAULTS.keys(), ...AWS_FAULTS.keys()];
  check(
    inject !== undefined,
    `--fail ${name} is not a fault that can be injected.${didYouMean(name, names)} Choose one of: ${names.join(', ')}.`,
  );
  return inject;
}

function seconds(name: string, text: string | undefined): number | undefined {
  check(/^[1-9]\d{0,7}$/.test(text ?? '1'), `--${name} takes a whole number of seconds from 1 on.`);
  return text === undefined ? undefined : Number(text);
}

function check(isRight: boolean, fault: string): asserts isRight {
  if (!isRight) throw new UsageError(fault);
}

function listed(faults: ReadonlyMap<string, InjectFault>): string {
  return wrapText([...faults.keys()].join(', '), 100)
    .map((line) => `  ${line}`)
    .join('\n');
}
