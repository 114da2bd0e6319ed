/**
 * npm start: the main job on this machine. What a person reads is told by the function's own log line and by what the
 * local services hold; nothing here knows how a token is refreshed.
 */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { styleText } from 'node:util';
import type { Environment } from '../lambda/refresher/config.ts';
import { statusParameterName } from '../lambda/token-status.ts';
import { REGION } from './aws/aws-account.ts';
import { type LocalAws, startLocalAws } from './aws/aws-server.ts';
import { firstContactScreen } from './first-contact.ts';
import { ARTEFACT, type Invocation, invoke } from './invoke.ts';
import { isCertificateError, likelyCause } from './likely-cause.ts';
import { heading, tickLine, tickStory } from './narrative.ts';
import { HELP, type Options, readOptions, UsageError } from './options.ts';
import { peerCertificate } from './peer-certificate.ts';
import { type SoapEndpoint, startSoapEndpoint } from './soap/soap-endpoint.ts';
import type { SoapCredentials } from './soap/soap-service.ts';

const SECRET_ID = 'local/credentials';
const TOKEN_PARAMETER_NAME = '/local/access-token';
/** Always the same if they are free, so that a command can be pasted again after the next start. */
const AWS_PORT = 4780;
const SOAP_PORT = 4781;
/** Shorter than in the cloud, so that nobody waits long for a time-out; a real service gets the cloud's minute. */
const LOCAL_TIMEOUT_MS = 20_000;
const CLOUD_TIMEOUT_MS = 60_000;

const READ = 'ssm get-parameter --query Parameter.Value --output text --name';
const READ_TOKEN = `${READ} ${TOKEN_PARAMETER_NAME} --with-decryption`;
const READ_STATUS = `${READ} ${statusParameterName(TOKEN_PARAMETER_NAME)}`;
const WRONG = '{"username":"demo","password":"wrong","client_id":"demo","client_secret":"wrong"}';
const PUT_WRONG_CREDENTIALS = `secretsmanager put-secret-value --secret-id ${SECRET_ID} --secret-string '${WRONG}'`;

interface Stage {
  readonly options: Options;
  readonly aws: LocalAws;
  /** Left out when a real service is asked. */
  readonly soap: SoapEndpoint | undefined;
  readonly endpoint: string;
  readonly env: Readonly<Record<string, string>>;
}

// A reader that has seen enough, such as `head`, is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});
process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  try {
    const options = readOptions(args);
    if (options.help) {
      console.log(HELP);
      return 0;
    }
    if (!existsSync(ARTEFACT)) throw new UsageError('The function is not built yet: npm run build.');
    return await run(options, await readCredentials(options));
  } catch (error) {
    console.error(`npm start: ${error instanceof Error ? error.message : String(error)}`);
    return error instanceof UsageError ? 2 : 1;
  }
}

/** The secret's text. What is in it is judged by the function, as in the cloud. @throws UsageError */
async function readCredentials({ service }: Options): Promise<string | undefined> {
  if (service === undefined) return undefined;
  try {
    return await readFile(service.credentialsFile, 'utf8');
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? error.code : error;
    throw new UsageError(`--credentials ${service.credentialsFile} cannot be read: ${reason}.`);
  }
}

async function run(options: Options, secretString: string | undefined): Promise<number> {
  const credentials = {
    username: 'demo@example.com',
    password: `${randomUUID()}&<"'>`,
    client_id: randomUUID(),
    client_secret: randomUUID(),
  };
  const aws = await onPort(AWS_PORT, (port) => startLocalAws({ port }));
  const { soap, endpoint } = await serviceToAsk(options, credentials);
  const stage: Stage = { options, aws, soap, endpoint, env: environment(options, aws.url, endpoint) };
  aws.perform('CreateSecret', { Name: SECRET_ID, SecretString: secretString ?? JSON.stringify(credentials) });
  try {
    const from = options.service === undefined ? '' : `, from ${options.service.credentialsFile}`;
    console.log(heading('On this machine'));
    console.log(`  Secrets Manager and SSM   ${aws.url}, in memory`);
    console.log(`  secret                    ${SECRET_ID}${from}`);
    console.log(`  SOAP endpoint             ${endpoint}${soap === undefined ? '' : ', behaves as documented'}`);
    return await (options.serve ? serve(stage) : tickTwice(stage));
  } finally {
    await Promise.all([aws.close(), soap?.close()]);
  }
}

async function serviceToAsk(
  { service, lifetimeSeconds }: Options,
  credentials: SoapCredentials,
): Promise<Pick<Stage, 'soap' | 'endpoint'>> {
  if (service !== undefined) return { soap: undefined, endpoint: service.url };
  const options = { credentials, tokenLifetimeSeconds: lifetimeSeconds };
  const soap = await onPort(SOAP_PORT, (port) => startSoapEndpoint({ ...options, port }));
  return { soap, endpoint: soap.url };
}

/** Two ticks show the whole idea: the first gets a token, the second leaves it alone, or shows a failure. */
async function tickTwice(stage: Stage): Promise<number> {
  const { options, aws, soap } = stage;
  console.log(heading('First tick: nothing is stored yet'));
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
  console.log('  AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local \\');
  console.log(`  aws --endpoint-url ${aws.url} --region ${REGION} \\`);
  console.log(`  ${READ_TOKEN}`);
  console.log(styleText('dim', '  The command works while the services are up: npm start -- --serve'));
  return 0;
}

async function serve(stage: Stage): Promise<number> {
  const { options, aws, soap } = stage;
  const stop = new AbortController();
  // Not once: on Ctrl-C the terminal sends the signal, and npm passes on its own a moment later.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort());
  console.log(heading('Watch it with the aws command'));
  console.log('  export AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local');
  console.log(`  export AWS_ENDPOINT_URL=${aws.url} AWS_REGION=${REGION} AWS_DEFAULT_REGION=${REGION}`);
  console.log(`  aws ${READ_TOKEN}`);
  console.log(`  aws ${READ_STATUS}`);
  console.log(`  aws ${PUT_WRONG_CREDENTIALS}`);
  if (soap !== undefined) {
    console.log(heading('Watch a downstream function use the token, in another terminal'));
    console.log(`  AWS_ENDPOINT_URL=${aws.url} E_INVOICE_ENDPOINT=${soap.url} npm run example`);
  }
  if (options.fail !== undefined) console.log(`\n  From the second tick on this fails: ${options.fail.name}`);
  console.log(heading(`A tick every ${options.everySeconds} s, until Ctrl-C`));
  try {
    for (let ticks = 1; ; ticks += 1) {
      if (ticks === 2 && soap !== undefined) await options.fail?.inject(aws, soap, SECRET_ID);
      // Forced once: a failure would else show only when the token is due.
      const event = ticks === 2 && options.fail !== undefined ? { force: true } : {};
      const tick = await runTick(stage, event, stop.signal);
      console.log(tickLine(tick, new Date()));
      if (options.verbose) console.log(styleText('dim', tick.output));
      await sleep(options.everySeconds * 1000, undefined, { signal: stop.signal });
    }
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    console.log('\nStopped.');
    return 0;
  }
}

async function showTick(stage: Stage, event: object): Promise<Invocation> {
  const { aws, soap, endpoint, options } = stage;
  const requestsBefore = soap?.calls.length ?? 0;
  const tick = await runTick(stage, event);
  const scene = {
    endpoint,
    secretId: SECRET_ID,
    tokenParameterName: TOKEN_PARAMETER_NAME,
    requests: soap && soap.calls.length - requestsBefore,
    token: aws.parameters.parameter(TOKEN_PARAMETER_NAME)?.value,
    width: width(),
    failure: options.service && (await explained(tick, endpoint)),
  };
  console.log(tickStory(tick, scene));
  if (options.verbose) console.log(styleText('dim', `\n${tick.output}`));
  return tick;
}

/** What a request to a real service met that got no token; undefined where none was sent, or a token came. */
async function explained(tick: Invocation, endpoint: string): Promise<string | undefined> {
  const { contact, code, message = '', said } = tick;
  if (tick.outcome !== 'failed' || contact === undefined || code === 'STORE_FAILED') return undefined;
  const { error, answer } = contact;
  const certificate = isCertificateError(error) ? await peerCertificate(endpoint) : undefined;
  const cause = likelyCause({ endpoint, code, message, error, answer, certificate });
  // The rest of the message is advice for an operator whose service worked before.
  const [happened] = message.split('. ');
  return firstContactScreen({ contact, cause, failure: `${code}  ${happened}`, said }, width());
}

/** Of the terminal; where the output goes elsewhere, what a page or a mail shows. */
function width(): number {
  return Math.min(process.stdout.columns ?? 120, 120);
}

function runTick({ env, options }: Stage, event: object, signal?: AbortSignal): Promise<Invocation> {
  return invoke(env, event, options.service === undefined ? LOCAL_TIMEOUT_MS : CLOUD_TIMEOUT_MS, signal);
}

function environment(options: Options, awsUrl: string, endpoint: string): Readonly<Record<string, string>> {
  const lifetime = options.lifetimeSeconds ?? 14_400;
  const settings: Environment = {
    CREDENTIALS_SECRET_ID: SECRET_ID,
    TOKEN_ENDPOINT: endpoint,
    TOKEN_PARAMETER_NAME,
    REFRESH_EVERY_SECONDS: String(Math.ceil(lifetime / 2)),
    CHECK_EVERY_SECONDS: String(options.serve ? options.everySeconds : 900),
    TOKEN_LIFETIME_SECONDS: String(lifetime),
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
    return start(0);
  }
}
