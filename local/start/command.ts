/**
 * What npm start runs: the main job on this machine. What a person reads is told by the function's own log line and by what the
 * local services hold; nothing here knows how a token is refreshed.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { styleText } from 'node:util';
import { runCommand, UsageError } from '../../cli/command-line.ts';
import type { Environment } from '../../lambda/refresher/config.ts';
import { errorName } from '../../lambda/refresher/redact-error.ts';
import { serviceVariable } from '../../lambda/services/check-profile.ts';
import type { ServiceProfile } from '../../lambda/services/profile.ts';
import { serviceOf } from '../../lambda/services/service.ts';
import {
  CHECK_EVERY_SECONDS,
  durationSeconds,
  LONGEST_RUN_SECONDS,
  spanText,
  TOKEN_LIFETIME_SECONDS,
  usefulLife,
} from '../../lambda/timing.ts';
import { statusParameterName } from '../../lambda/token-status.ts';
import { firstContactScreen } from '../first-contact/first-contact.ts';
import { isCertificateError, likelyCause } from '../first-contact/likely-cause.ts';
import { peerCertificate } from '../first-contact/peer-certificate.ts';
import { shownAddress } from '../first-contact/shown-address.ts';
import { ARTEFACT, type Invocation, invoke } from '../invoke.ts';
import type { LocalWorld } from '../page/local-world.ts';
import { awsOfWorld, soapOfWorld } from '../page/ports.ts';
import type { ServedPage } from '../page/serve-page.ts';
import { REGION } from '../world/aws/aws-account.ts';
import { type LocalAws, startLocalAws } from '../world/aws/aws-server.ts';
import { type SoapEndpoint, startSoapEndpoint } from '../world/soap/soap-endpoint.ts';
import type { SoapCredentials, SoapServiceSettings } from '../world/soap/soap-service.ts';
import { failureLine, failureStory, heading, stageLine, tickStory } from './narrative.ts';
import { type Options, readOptions, START } from './options.ts';
import { announceServices, type RunningServices, withdrawServices } from './running-services.ts';
import { createServeLog } from './serve-log.ts';
import { shellCommand } from './shell-command.ts';

const SECRET_ID = 'local/credentials';
const TOKEN_PARAMETER_NAME = '/local/access-token';
/** Always the same if they are free, so that a command can be pasted again after the next start. */
const AWS_PORT = 4780;
const SOAP_PORT = 4781;
const PAGE_PORT = 4782;
/** Shorter than in the cloud, so that nobody waits long for a time-out; a real service gets the cloud's minute. */
const LOCAL_TIMEOUT_MS = 20_000;

const READ = 'ssm get-parameter --query Parameter.Value --output text --name';
const READ_TOKEN = `${READ} ${TOKEN_PARAMETER_NAME} --with-decryption`;
const READ_STATUS = `${READ} ${statusParameterName(TOKEN_PARAMETER_NAME)}`;
/** Made up, and right for the local endpoint only. Some characters that XML must escape, none that a shell would change. */
const DEMO_CREDENTIALS = {
  username: 'demo@example.com',
  password: 'demo-&<>-password',
  client_id: 'demo-client',
  client_secret: 'demo-secret',
};

/** Those of a profile carry the names of its fields. */
function demoCredentials(profile: ServiceProfile | undefined): SoapCredentials {
  if (profile === undefined) return DEMO_CREDENTIALS;
  const names = serviceOf(profile).fields.map(({ name }) => name);
  if (names.includes('tls_certificate')) {
    throw new UsageError(
      '--service: its certificate is the login, which cannot be played; give --endpoint and --credentials.',
    );
  }
  return Object.fromEntries(names.map((name) => [name, `demo-${name}`]));
}

function wrong(credentials: SoapCredentials): SoapCredentials {
  const secret = 'password' in credentials ? 'password' : (Object.keys(credentials).at(-1) ?? '');
  return { ...credentials, [secret]: 'wrong' };
}

function profileLifetime(profile: ServiceProfile | undefined): number | undefined {
  const lifetime = profile?.timing?.tokenLifetime;
  return lifetime === undefined ? undefined : durationSeconds(lifetime);
}

function putCredentials(secretString: string): string {
  return `secretsmanager put-secret-value --secret-id ${SECRET_ID} --secret-string ${secretString}`;
}

const FILE_FAULTS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'you may not read it',
};

interface Stage {
  readonly options: Options;
  readonly aws: LocalAws;
  /** Left out when a real service is asked. */
  readonly soap: SoapEndpoint | undefined;
  readonly endpoint: string;
  /** What the local service takes. */
  readonly credentials: SoapCredentials;
  readonly env: Readonly<Record<string, string>>;
  /** With `--serve`: all that the page shows. */
  readonly world: LocalWorld | undefined;
}

await runCommand(START, async ({ values }) => {
  const options = readOptions(values);
  if (!existsSync(ARTEFACT)) throw new UsageError('The function is not built yet: npm run build.');
  return await run(options, await readCredentials(options));
});

/** The secret's text. What is in it is judged by the function, as in the cloud. @throws UsageError */
async function readCredentials({ service }: Options): Promise<string | undefined> {
  if (service === undefined) return undefined;
  try {
    const secretString = await readFile(service.credentialsFile, 'utf8');
    if (secretString.trim() !== '') return secretString;
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new UsageError(`--credentials ${service.credentialsFile} cannot be read: ${FILE_FAULTS[reason] ?? reason}.`);
  }
  throw new UsageError(`--credentials ${service.credentialsFile} is empty.`);
}

async function run(options: Options, secretString: string | undefined): Promise<number> {
  const credentials = demoCredentials(options.profile);
  const secret = secretString ?? JSON.stringify(credentials);
  const world = options.serve ? await localWorld(options, credentials, secret) : undefined;
  const aws = await onPort(AWS_PORT, (port) => startLocalAws({ port, ...(world && awsOfWorld(world)) }));
  const { soap, endpoint } = await serviceToAsk(options, credentials, world);
  const env = environment(options, aws.url, endpoint);
  const stage: Stage = { options, aws, soap, endpoint, credentials, env, world };
  if (world === undefined) aws.perform('CreateSecret', { Name: SECRET_ID, SecretString: secret });
  try {
    showStage(stage);
    return await (world === undefined ? tickTwice(stage) : serve(stage, world));
  } finally {
    await Promise.all([aws.close(), soap?.close()]);
  }
}

/** Left out where a failure has to fit on the screen below it: the tick names the same. */
function showStage({ options, aws, soap, endpoint }: Stage): void {
  if (options.service !== undefined && !options.serve) return;
  const from = options.service === undefined ? '' : `, from ${options.service.credentialsFile}`;
  console.log(heading('On this machine'));
  const played = options.profile === undefined ? ', behaves as documented' : ', plays what the profile says';
  const facts = [
    ['AWS', `Secrets Manager and SSM in memory, ${aws.url}`],
    ['secret', `${SECRET_ID}${from}`],
    ['SOAP endpoint', `${shownAddress(endpoint)}${soap === undefined ? '' : played}`],
  ] as const;
  for (const [name, fact] of facts) console.log(stageLine(name, fact, width()));
}

async function serviceToAsk(
  options: Options,
  credentials: SoapCredentials,
  world: LocalWorld | undefined,
): Promise<Pick<Stage, 'soap' | 'endpoint'>> {
  const { service, profile, lifetimeSeconds } = options;
  if (service !== undefined) return { soap: undefined, endpoint: service.url };
  const settings: SoapServiceSettings = {
    credentials,
    tokenLifetimeSeconds: lifetimeSeconds ?? profileLifetime(profile),
    profile,
    ...(profile?.timing?.renewal && { issuing: 'same-until-late', renewalWindowSeconds: 0 }),
  };
  const played = world !== undefined && isVirtual(options) ? soapOfWorld(world) : {};
  const soap = await onPort(SOAP_PORT, (port) => startSoapEndpoint({ ...settings, port, ...played }));
  return { soap, endpoint: soap.url };
}

/** Two ticks show the whole idea: the first gets a token, the second leaves it alone, or shows a failure. */
async function tickTwice(stage: Stage): Promise<number> {
  const { options, aws, soap } = stage;
  const where = options.service === undefined ? '' : 'AWS is local, and ';
  console.log(heading(`First tick: ${where}nothing is stored yet`));
  const first = await showTick(stage, {});
  if (first.outcome === 'failed') return 1;

  if (options.fail !== undefined && soap !== undefined) {
    await options.fail.inject(aws, soap, SECRET_ID);
    console.log(heading(`Second tick: forced, and this fails: ${options.fail.name}`));
    console.log(
      styleText('dim', '  What may heal is tried again, here for up to 15 s, in the cloud for most of a minute.'),
    );
    const second = await showTick(stage, { force: true });
    return second.outcome === 'failed' ? 1 : 0;
  }
  console.log(heading('Second tick: there is a token'));
  const second = await showTick(stage, {});
  if (second.outcome === 'failed') return 1;

  console.log(heading('Read the token'));
  const key = 'AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local';
  console.log(shellCommand(`${key} aws --endpoint-url ${aws.url} --region ${REGION} ${READ_TOKEN}`, width()));
  console.log(styleText('dim', '  The command works while the services are up: npm start -- --serve'));
  return 0;
}

/** Whether the handler runs in the local world's own time. What must be met as it is deployed, by the artefact, is met in real time. */
function isVirtual({ service, profile, fail }: Options): boolean {
  return service === undefined && profile === undefined && fail === undefined;
}

async function localWorld(options: Options, credentials: SoapCredentials, secretString: string): Promise<LocalWorld> {
  // Loaded only where they are needed, for they bring the whole SDK with them.
  const { createLocalWorld, worldStart } = await import('../page/local-world.ts');
  const lifetimeSeconds = options.lifetimeSeconds ?? TOKEN_LIFETIME_SECONDS;
  const start = isVirtual(options) ? worldStart(lifetimeSeconds, options.everySeconds) : Date.now();
  return createLocalWorld({ start, secretId: SECRET_ID, secretString, credentials, lifetimeSeconds });
}

async function serve(stage: Stage, world: LocalWorld): Promise<number> {
  const { options, aws, soap, env } = stage;
  const stop = new AbortController();
  // Not once: on Ctrl-C the terminal sends the signal, and npm passes on its own a moment later.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort());
  const { servePage } = await import('../page/serve-page.ts');
  const page = await onPort(PAGE_PORT, (port) => servePage({ world, env, isVirtual: isVirtual(options), port }));
  console.log(heading('Watch it in the browser'));
  console.log(`  ${page.url}`);
  console.log(heading('Watch it with the aws command'));
  for (const command of [
    'export AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local',
    `export AWS_ENDPOINT_URL=${aws.url} AWS_REGION=${REGION} AWS_DEFAULT_REGION=${REGION}`,
    `aws ${READ_TOKEN}`,
    `aws ${READ_STATUS}`,
    `aws ${putCredentials(quoted(wrong(stage.credentials)))}`,
  ]) {
    console.log(shellCommand(command, width()));
  }
  if (soap !== undefined) {
    const services = { awsUrl: aws.url, soapUrl: soap.url };
    if (showExample({ ...services, pace: 1, aheadMs: 0 })) {
      page.onPace = (pace) => announceServices({ ...services, pace, aheadMs: world.clock.now() - Date.now() });
    }
  }
  if (options.fail !== undefined) console.log(`\n  From the second tick on this fails: ${options.fail.name}`);
  console.log(heading(`A tick every ${spanText(options.everySeconds)}, until Ctrl-C`));
  const log = createServeLog({
    isTerminal: process.stdout.isTTY && process.env.TERM !== 'dumb' && !options.verbose,
    width,
    write: (text) => process.stdout.write(text),
  });
  const tell = async (tick: Invocation, at: Date) => {
    await log.tick(tick, at, () => failureDetails(stage, tick));
    if (options.verbose) console.log(styleText('dim', tick.output));
  };
  try {
    page.onTick = tell;
    const inProcesses = isVirtual(options) ? undefined : tickInProcesses(stage, page, tell, stop.signal);
    await Promise.all([page.run(stop.signal), inProcesses]);
    log.end();
    console.log('\nStopped.');
    return 0;
  } finally {
    withdrawServices();
    await page.close();
  }
}

/** Ticks in real time, each in a process of its own, until the signal fires. */
async function tickInProcesses(
  stage: Stage,
  page: ServedPage,
  tell: (tick: Invocation, at: Date) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const { options, aws, soap } = stage;
  try {
    for (let ticks = 1; ; ticks += 1) {
      if (ticks === 2 && soap !== undefined) await options.fail?.inject(aws, soap, SECRET_ID);
      // Forced once: a failure would else show only when the token is due.
      const event = ticks === 2 && options.fail !== undefined ? { force: true } : {};
      const startedAt = Date.now();
      const tick = await runTick(stage, event, signal);
      page.note(tick, startedAt);
      await tell(tick, new Date());
      await sleep(options.everySeconds * 1000, undefined, { signal });
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

async function failureDetails({ endpoint, options, credentials, world }: Stage, tick: Invocation): Promise<string> {
  const lines = [
    (options.service && (await explained(tick, endpoint, options.profile))) ?? failureStory(tick, width()),
  ];
  if (tick.code?.startsWith('CREDENTIALS_')) {
    const { service } = options;
    // Somebody may have changed the password on the page.
    const taken = world !== undefined && isVirtual(options) ? world.vendor.service.credentials : credentials;
    const right = service === undefined ? quoted(taken) : `file://${service.credentialsFile}`;
    const first = service === undefined ? 'The way back' : `The way back, once ${service.credentialsFile} is right`;
    lines.push('', `  ${first}:`, shellCommand(`aws ${putCredentials(right)}`, width()));
  }
  return lines.join('\n');
}

/** Serving goes on without it. @returns whether it can find the services */
function showExample(services: RunningServices): boolean {
  console.log(heading('Watch a workload use the token, in another terminal'));
  try {
    announceServices(services);
    console.log('  npm run example');
    return true;
  } catch (error) {
    console.log(`  It would look into dist/local-services.json, which cannot be written (${errorName(error)}).`);
    return false;
  }
}

/** For a shell: nothing here holds a single quotation mark. */
function quoted(credentials: SoapCredentials): string {
  return `'${JSON.stringify(credentials)}'`;
}

async function showTick(stage: Stage, event: object): Promise<Invocation> {
  const { aws, soap, endpoint, options } = stage;
  const requestsBefore = soap?.calls.length ?? 0;
  const tick = await runTick(stage, event);
  const scene = {
    endpoint: shownAddress(endpoint),
    secretId: SECRET_ID,
    credentialsFile: options.service?.credentialsFile,
    tokenParameterName: TOKEN_PARAMETER_NAME,
    requests: soap && soap.calls.length - requestsBefore,
    token: aws.parameters.parameter(TOKEN_PARAMETER_NAME)?.value,
    width: width(),
    failure: options.service && (await explained(tick, endpoint, options.profile)),
  };
  console.log(tickStory(tick, scene));
  if (options.verbose) console.log(styleText('dim', `\n${tick.output}`));
  return tick;
}

/** What a request to a real service met that got no token; undefined where none was sent, or a token came. */
async function explained(
  tick: Invocation,
  endpoint: string,
  profile: ServiceProfile | undefined,
): Promise<string | undefined> {
  const { contact, code, message = '', said } = tick;
  // The message names every field; alarms and later ticks are no matter of a first contact.
  if (code === 'CREDENTIALS_MALFORMED') return failureLine(tick, width());
  if (tick.outcome !== 'failed' || contact === undefined || code === 'STORE_FAILED') return undefined;
  const { error, answer } = contact;
  const certificate = isCertificateError(error) ? await peerCertificate(endpoint) : undefined;
  const cause = likelyCause({ endpoint, code, message, error, answer, certificate, profile });
  // The rest of the message is advice for an operator whose service worked before.
  const [happened] = message.split('. ');
  return firstContactScreen({ contact, cause, failure: `${code}  ${happened}`, said, profile }, width());
}

/** Of the terminal; where the output goes elsewhere, what a page or a mail shows. */
function width(): number {
  return Math.min(process.stdout.columns ?? 120, 120);
}

function runTick({ env, options }: Stage, event: object, signal?: AbortSignal): Promise<Invocation> {
  return invoke(env, event, options.service === undefined ? LOCAL_TIMEOUT_MS : LONGEST_RUN_SECONDS * 1000, signal);
}

function environment(options: Options, awsUrl: string, endpoint: string): Readonly<Record<string, string>> {
  const { timing } = options.profile ?? {};
  const lifetime = options.lifetimeSeconds ?? profileLifetime(options.profile) ?? TOKEN_LIFETIME_SECONDS;
  const settings: Environment = {
    CREDENTIALS_SECRET_ID: SECRET_ID,
    TOKEN_ENDPOINT: endpoint,
    TOKEN_PARAMETER_NAME,
    REFRESH_EVERY_SECONDS: String(Math.ceil(usefulLife(lifetime, lifetime))),
    CHECK_EVERY_SECONDS: String(options.serve ? options.everySeconds : CHECK_EVERY_SECONDS),
    TOKEN_LIFETIME_SECONDS: String(lifetime),
    ...(options.profile && { SERVICE: serviceVariable(options.profile) }),
    ...(timing?.renewal && { RENEWAL_WINDOW_SECONDS: '0' }),
    ...(timing?.loginsPerDay && { LOGINS_PER_DAY: String(timing.loginsPerDay) }),
  };
  const { NODE_EXTRA_CA_CERTS } = process.env;
  return {
    ...settings,
    // A private authority is known to the person who starts this.
    ...(NODE_EXTRA_CA_CERTS !== undefined && { NODE_EXTRA_CA_CERTS }),
    AWS_ENDPOINT_URL: awsUrl,
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  };
}

async function onPort<T>(port: number, start: (port: number) => Promise<T>): Promise<T> {
  try {
    return await start(port);
  } catch (error) {
    const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
    if (!isTaken) throw error;
    console.log(`  Port ${port} is busy, so another one is taken.`);
    return start(0);
  }
}
