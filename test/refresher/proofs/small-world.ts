import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { GetParametersCommand } from '@aws-sdk/client-ssm';
import { type Attempt, decodeAttempt, hasLost, openAttempt } from '../../../lambda/attempt-record.ts';
import { RefreshError } from '../../../lambda/refresh-error.ts';
import { createCredentialsSource, type SecretsClient } from '../../../lambda/refresher/adapters/credentials.ts';
import { createTokenStore } from '../../../lambda/refresher/adapters/parameter-store.ts';
import type { ParameterStoreClient } from '../../../lambda/refresher/adapters/ssm-calls.ts';
import {
  type Config,
  ConfigError,
  configurationHash,
  type Environment,
  readConfig,
} from '../../../lambda/refresher/config.ts';
import { createHandler } from '../../../lambda/refresher/create-handler.ts';
import type { Time } from '../../../lambda/refresher/dependencies.ts';
import type { LoginBasis } from '../../../lambda/refresher/rules/attempt.ts';
import type { TickReport } from '../../../lambda/refresher/tick-report.ts';
import type { SoapReply } from '../../../lambda/soap/soap-reply.ts';
import { decodeStatus, type TokenStatus } from '../../../lambda/token-status.ts';
import { type AwsServices, createAwsServices } from '../../../local/world/aws/aws-services.ts';
import { carryOut, type PlayedCommand, type PlayedOutput } from '../../../local/world/aws/in-process-sdk.ts';
import { SoapService, type SoapServiceSettings } from '../../../local/world/soap/soap-service.ts';
import { VirtualClock } from '../../../local/world/time/virtual-clock.ts';
import { readable } from '../readable.ts';

/** Each call of a tick, in the order in which a tick that asks makes them. 'earlier' reads the attempt of an earlier version. */
export type Effect = 'secret' | 'read' | 'earlier' | 'announce' | 'login' | 'token' | 'status' | 'outcome';

/** Stands around every call: it may wait, never return (the process dies), or throw (what came back was lost). */
export type Passage = <Output>(effect: Effect, act: () => Promise<Output>, signal: AbortSignal) => Promise<Output>;

/** What the SDK throws of an answer with that status. */
export function awsError(name: string, httpStatusCode: number): Error {
  return Object.assign(new Error(name), { name, $metadata: { httpStatusCode } });
}

/** What Node throws where an answer does not arrive. */
export const CUT = Object.assign(new Error('socket hang up'), { name: 'TimeoutError' });

/** AWS does not allow these calls. */
export function denying(...effects: readonly Effect[]): Passage {
  return (effect, act) => (effects.includes(effect) ? Promise.reject(awsError('AccessDenied', 400)) : act());
}

/** Rejects once the time of a call has run out. */
export function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
}

/** The process ends before such a call. */
export function dyingBefore(effect: Effect): Passage {
  return (asked, act) => (asked === effect ? new Promise(() => {}) : act());
}

export interface SmallWorldOptions {
  readonly checkEverySeconds?: number;
  readonly refreshEverySeconds?: number;
  readonly lifetimeSeconds?: number;
  /** Further variables of the function. */
  readonly environment?: Partial<Environment>;
  /** How the service differs from one that ends the token before with each login. */
  readonly habits?: Partial<SoapServiceSettings>;
  /** How far the service's clock is ahead, in milliseconds. */
  readonly serviceAheadMs?: number;
  /** One that several worlds share. */
  readonly clock?: VirtualClock;
  /** What the jitter of pauses is made from. */
  readonly random?: () => number;
}

/** Where the options say nothing else. */
export const TIMING = { checkEverySeconds: 900, refreshEverySeconds: 7200, lifetimeSeconds: 14_400 };
export const CHECK_EVERY_MS = 1000 * TIMING.checkEverySeconds;
export const PARAMETER = '/proof/access-token';
const SECRET = 'credentials';
const RUN_MS = 60_000;
const CREDENTIALS = { username: 'b2b', password: 'right', client_id: 'client', client_secret: 'secret' };

/** The real tick, the one Parameter Store and the one SOAP service, each login of which ends the token before, in virtual time. */
export class SmallWorld {
  readonly clock: VirtualClock;
  readonly aws: AwsServices = createAwsServices();
  readonly service: SoapService;
  readonly config: Config;
  /** Every login that was sent. */
  readonly logins: number[] = [];
  /** What the service answers instead of its own answer. */
  answer: ((envelope: string) => SoapReply | Promise<SoapReply>) | undefined;
  /** How old the copy is from which Parameter Store answers a read of a parameter, in milliseconds. */
  staleness: (parameterName: string) => number = () => 0;
  readonly #serviceAheadMs: number;
  readonly #random: () => number;
  #secretVersions = 0;
  #tokens = 0;

  constructor({ environment, habits, serviceAheadMs = 0, ...options }: SmallWorldOptions = {}) {
    const { checkEverySeconds, refreshEverySeconds, lifetimeSeconds } = { ...TIMING, ...options };
    this.#serviceAheadMs = serviceAheadMs;
    this.#random = options.random ?? (() => 0.5);
    this.clock = options.clock ?? new VirtualClock(Date.UTC(2026, 0, 1));
    const config = readConfig({
      CREDENTIALS_SECRET_ID: SECRET,
      TOKEN_ENDPOINT: 'https://soap.example.com/token',
      TOKEN_PARAMETER_NAME: PARAMETER,
      TOKEN_KMS_KEY_ID: 'token-key',
      REFRESH_EVERY_SECONDS: String(refreshEverySeconds),
      CHECK_EVERY_SECONDS: String(checkEverySeconds),
      TOKEN_LIFETIME_SECONDS: String(lifetimeSeconds),
      ...environment,
    });
    if (config instanceof ConfigError) throw config;
    this.config = config;
    this.service = new SoapService({
      credentials: CREDENTIALS,
      tokenLifetimeSeconds: lifetimeSeconds,
      issuing: 'new-revoking-old',
      newToken: () => `access-token-${++this.#tokens}`,
      ...habits,
    });
    this.#perform('CreateSecret', { Name: SECRET });
    this.putSecret();
  }

  /** A new version of the same credentials. */
  putSecret(): void {
    this.#secretVersions += 1;
    const SecretString = JSON.stringify(CREDENTIALS);
    const ClientRequestToken = versionId(this.#secretVersions);
    this.#perform('PutSecretValue', { SecretId: SECRET, SecretString, ClientRequestToken });
  }

  /** A reader reports the stored token as rejected. */
  report(): void {
    const stored = this.aws.parameters.parameter(PARAMETER);
    if (stored !== undefined) this.put('/rejected', String(stored.version));
  }

  /**
   * Somebody writes one of the parameters.
   * @param ending of its name: empty for the token's own
   */
  put(ending: '' | '/status' | '/attempt' | '/rejected', value: string, type = 'String', at = this.clock.now()): void {
    const input = { Name: PARAMETER + ending, Value: value, Type: type, Tier: 'Standard', Overwrite: true };
    this.aws.perform('PutParameter', input, new Date(at));
  }

  /** What is sent at present, and how. */
  get basis(): LoginBasis {
    return { secretVersionId: versionId(this.#secretVersions), configuration: configurationHash(this.config) };
  }

  /** One run of the function; it rejects as the handler does. What it reported is `undefined` if it never came so far. */
  async run(
    passage: Passage = (_, act) => act(),
    event: object = {},
    timeout: Time['timeout'] = () => new AbortController().signal,
  ): Promise<TickReport | undefined> {
    const { clock, config } = this;
    const startedAt = clock.now();
    const time = { now: clock.now, sleep: (ms: number) => clock.sleep(ms), timeout, random: this.#random };
    let report: TickReport | undefined;
    const client = this.#client(passage);
    const { handler } = createHandler(config, {
      credentials: createCredentialsSource(client, SECRET, config.service.fields),
      store: createTokenStore(client, config, time),
      post: ({ body }, timeoutMs) => passage('login', async () => await this.#login(body), timeout(timeoutMs)),
      report: (made) => {
        report = made;
      },
      ...time,
    });
    const context = { getRemainingTimeInMillis: () => startedAt + RUN_MS - clock.now() };
    await handler(event, context).catch((error: unknown) => {
      if (!(error instanceof RefreshError)) throw error;
    });
    return report;
  }

  /** One run in a world in which nothing stands in its way but what the test has put there. */
  async tick(passage?: Passage, event?: object): Promise<TickReport | undefined> {
    let report: TickReport | undefined;
    void this.run(passage, event).then((made) => {
      report = made;
    });
    // Its own pauses are all that it waits for.
    await this.clock.advance(RUN_MS / 2);
    return report;
  }

  get storedToken(): string | undefined {
    return this.aws.parameters.parameter(PARAMETER)?.value;
  }

  get status(): TokenStatus | undefined {
    return readable(decodeStatus(this.aws.parameters.parameter(`${PARAMETER}/status`)?.value ?? ''));
  }

  /** The attempt that counts, unless it has ended with a token. */
  get attempt(): Attempt | undefined {
    const versions = this.aws.parameters.history(`${PARAMETER}/attempt`).toReversed();
    const records = versions.map(({ value, version }) => ({ version, record: readable(decodeAttempt(value)) ?? {} }));
    const found = records.filter(({ record, version }) => !hasLost(record, version));
    const announced = found.filter(({ record }) => record.attempt?.outcome === undefined);
    const counting = found.find(({ record: { attempt }, version }) => {
      const between = announced.filter((one) => one.version < version && one.version > (attempt?.on ?? version) + 1);
      return between.every(({ record }) => record.attempt?.run === attempt?.run);
    });
    return openAttempt(counting?.record ?? {}, this.status?.token);
  }

  /** Whether readers hold a token that the service takes. */
  get isTokenAlive(): boolean {
    const issued = this.service.issuedTokens.find(({ token }) => token === this.storedToken);
    return issued !== undefined && issued.expiresAt.getTime() > this.clock.now() + this.#serviceAheadMs;
  }

  async #login(envelope: string): Promise<SoapReply> {
    this.logins.push(this.clock.now());
    return await (this.answer ?? this.grant)(envelope);
  }

  /** The service's own answer. */
  readonly grant = async (envelope: string): Promise<SoapReply> => {
    const now = new Date(this.clock.now() + this.#serviceAheadMs);
    const { status, contentType, body } = this.service.answer({ body: envelope }, now);
    return { status, contentType, body: Buffer.from(body, 'latin1') };
  };

  #client(passage: Passage): ParameterStoreClient & SecretsClient {
    const { aws, clock } = this;
    const stale = (command: PlayedCommand) => this.#stale(command);
    return {
      send(command: PlayedCommand, { abortSignal }: { readonly abortSignal: AbortSignal }): Promise<PlayedOutput> {
        return passage(effectOf(command), async () => carryOut(aws, stale(command), clock.now()), abortSignal);
      },
    };
  }

  /** Asks for the versions that an old copy holds. */
  #stale(command: PlayedCommand): PlayedCommand {
    if (!(command instanceof GetParametersCommand)) return command;
    const { Names = [] } = command.input;
    const seen = Names.map((selector) => {
      const [name = '', version] = selector.split(':');
      const ageMs = this.staleness(name);
      if (ageMs === 0) return selector;
      const until = this.clock.now() - ageMs;
      const versions = this.aws.parameters.history(name).filter((one) => one.lastModified.getTime() <= until);
      const found = version === undefined ? versions.at(-1) : versions.find((one) => one.version === Number(version));
      return `${name}:${found?.version ?? 0}`;
    });
    return new GetParametersCommand({ ...command.input, Names: seen });
  }

  #perform(operation: string, input: Readonly<Record<string, unknown>>): void {
    this.aws.perform(operation, input, new Date(this.clock.now()));
  }
}

function versionId(version: number): string {
  return `00000000-0000-4000-8000-${String(version).padStart(12, '0')}`;
}

function effectOf(command: PlayedCommand): Effect {
  if (command instanceof GetSecretValueCommand) return 'secret';
  if (command instanceof GetParametersCommand) return command.input.Names?.length === 1 ? 'earlier' : 'read';
  const { Name, Value = '' } = command.input;
  if (Name === PARAMETER) return 'token';
  if (Name === `${PARAMETER}/status`) return 'status';
  return readable(decodeAttempt(Value))?.attempt?.outcome === undefined ? 'announce' : 'outcome';
}
