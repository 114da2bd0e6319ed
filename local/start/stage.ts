import { randomBytes } from 'node:crypto';
import { timingOfProps } from '../../infra/timing-props.ts';
import { variablesOf } from '../../lambda/refresher/config.ts';
import { errorName } from '../../lambda/refresher/redact-error.ts';
import { mastersIndia } from '../../lambda/services/masters-india.ts';
import { CHECK_EVERY_SECONDS, LONGEST_RUN_SECONDS } from '../../lambda/timing.ts';
import { describeContact } from '../first-contact/contact.ts';
import { shownAddress } from '../first-contact/shown-address.ts';
import { REGION } from '../world/aws/aws-account.ts';
import { type LocalAwsOptions, startLocalAws } from '../world/aws/aws-server.ts';
import { type SoapEndpointOptions, startSoapEndpoint } from '../world/soap/soap-endpoint.ts';
import type { Issuing } from '../world/soap/token-issuer.ts';
import { invoke } from './function-process.ts';
import { heading, width, wrapped } from './narrative.ts';
import type { Options } from './options.ts';
import { demoCredentials, SECRET_ID } from './secret.ts';

/** What the function meets on this machine. */
export type Stage = Awaited<ReturnType<typeof openStage>>;

/** What stands behind the ports; new services where it is left out. */
export interface BehindPorts {
  readonly aws?: LocalAwsOptions;
  readonly soap?: Pick<SoapEndpointOptions, 'service' | 'now' | 'faults'>;
}

/** The local token. */
export const TOKEN_PARAMETER_NAME = '/local/access-token';

/** Always the same if they are free, so that a command can be pasted again after the next start. */
const AWS_PORT = 4780;
const SOAP_PORT = 4781;
/** Shorter than in the cloud, so that nobody waits long for a time-out; a real service gets the cloud's minute. */
const LOCAL_TIMEOUT_MS = 20_000;

/** Opens the ports. */
export async function openStage(options: Options, behind: BehindPorts = {}) {
  const { endpoint } = options;
  // Beside real credentials, the local AWS answers to no other.
  const accessKeyId = endpoint && `LOCAL${randomBytes(10).toString('hex').toUpperCase()}`;
  const aws = await onPort(AWS_PORT, (port) => startLocalAws({ ...behind.aws, accessKeyId, port }));
  /** Left out when a real service is asked. */
  const soap = endpoint === undefined ? await openSoapPort(options, behind.soap) : undefined;
  const endpointUrl = endpoint?.url ?? soap?.url ?? '';
  // A private authority is known to the person who starts this.
  const { NODE_EXTRA_CA_CERTS } = process.env;
  /** The function's environment. */
  const env = {
    ...functionVariables(options, endpointUrl),
    AWS_ENDPOINT_URL: aws.url,
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: accessKeyId ?? 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    ...(NODE_EXTRA_CA_CERTS !== undefined && { NODE_EXTRA_CA_CERTS }),
  };
  return { options, aws, soap, endpointUrl, env, close: () => Promise.all([aws.close(), soap?.close()]) };
}

/** Says what runs where; not where a failure has to fit on the screen below it: the tick names the same. */
export function showStage({ options, aws, soap, endpointUrl }: Stage): void {
  const { endpoint, serve, service } = options;
  if (endpoint !== undefined && !serve) return;
  const played = service === mastersIndia ? ', behaves as documented' : ', plays what the profile says';
  const facts = {
    AWS: `Secrets Manager and SSM in memory, ${aws.url}`,
    secret: `${SECRET_ID}${endpoint === undefined ? '' : `, from ${endpoint.credentialsFile}`}`,
    'SOAP endpoint': `${shownAddress(endpointUrl)}${soap === undefined ? '' : played}`,
  };
  console.log(heading('On this machine'));
  for (const [name, fact] of Object.entries(facts)) {
    console.log(wrapped(`  ${name.padEnd(15)}`, fact, 17, width()));
  }
}

/** One run of the function. */
export type Invocation = Awaited<ReturnType<typeof runTick>>;

/** Runs it as it is deployed, and says what it met at a real service. */
export async function runTick({ env, options }: Stage, event: object, signal?: AbortSignal) {
  const { endpoint, service } = options;
  const timeoutMs = endpoint === undefined ? LOCAL_TIMEOUT_MS : LONGEST_RUN_SECONDS * 1000;
  const { request, ...run } = await invoke(env, event, timeoutMs, signal);
  return { ...run, contact: endpoint && request && describeContact(request, endpoint.url, service) };
}

/** Takes that port if it is free, else another one, and says so. */
export async function onPort<T>(port: number, start: (port: number) => Promise<T>): Promise<T> {
  try {
    return await start(port);
  } catch (error) {
    if (errorName(error) !== 'EADDRINUSE') throw error;
    console.log(`  Port ${port} is busy, so another one is taken.`);
    return start(0);
  }
}

function openSoapPort(options: Options, behind: BehindPorts['soap']) {
  const played = { ...playedService(options), ...behind };
  const path = options.service === mastersIndia ? undefined : '/soap';
  return onPort(SOAP_PORT, (port) => startSoapEndpoint({ ...played, path, port }));
}

/** How the local service behaves. */
export function playedService({ service: profile, lifetimeSeconds: tokenLifetimeSeconds }: Options) {
  const isRenewed = profile.timing?.renewal !== undefined;
  const issuing: Issuing = isRenewed ? 'same-until-late' : 'new';
  return { credentials: demoCredentials(profile), tokenLifetimeSeconds, profile, issuing, renewalWindowSeconds: 0 };
}

/** By the names of the settings, as the construct does it. */
function functionVariables(options: Options, endpointUrl: string): Readonly<Record<string, string>> {
  const { service, serve, everySeconds, endpoint, lifetimeSeconds } = options;
  return variablesOf({
    credentialsSecretId: SECRET_ID,
    endpoint: endpointUrl,
    tokenParameterName: TOKEN_PARAMETER_NAME,
    refreshEverySeconds: timingOfProps({ service }).refreshEverySeconds,
    checkEverySeconds: serve ? everySeconds : CHECK_EVERY_SECONDS,
    tokenLifetimeSeconds: lifetimeSeconds,
    renewalWindowSeconds: service.timing?.renewal && 0,
    profile: service === mastersIndia ? undefined : service,
    loginsPerDay: service.timing?.loginsPerDay,
    proxyUrl: endpoint?.proxyUrl,
  });
}
