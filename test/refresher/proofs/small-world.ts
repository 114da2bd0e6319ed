import { GetSecretValueCommand, type GetSecretValueCommandOutput } from '@aws-sdk/client-secrets-manager';
import {
  GetParametersCommand,
  type GetParametersCommandOutput,
  type PutParameterCommand,
  type PutParameterCommandOutput,
} from '@aws-sdk/client-ssm';
import { RefreshError } from '../../../lambda/refresh-error.ts';
import { createCredentialsSource, type SecretsClient } from '../../../lambda/refresher/adapters/credentials.ts';
import { createTokenStore, type ParameterStoreClient } from '../../../lambda/refresher/adapters/parameter-store.ts';
import { type Config, ConfigError, type Environment, readConfig } from '../../../lambda/refresher/config.ts';
import { createHandler } from '../../../lambda/refresher/create-handler.ts';
import type { TickReport } from '../../../lambda/refresher/tick-report.ts';
import type { SoapReply } from '../../../lambda/soap/soap-reply.ts';
import { decodeStatus, type TokenStatus } from '../../../lambda/token-status.ts';
import { type AwsServices, createAwsServices } from '../../../local/world/aws/aws-services.ts';
import { carryOut, type PlayedCommand, type PlayedOutput } from '../../../local/world/aws/in-process-sdk.ts';
import {
  createSoapService,
  type SoapService,
  type SoapServiceSettings,
} from '../../../local/world/soap/soap-service.ts';
import { VirtualClock } from '../../../local/world/time/virtual-clock.ts';

/** Each effect of a tick on the world, in the order in which a tick that asks has them. */
export type Effect = 'read' | 'announce' | 'login' | 'token' | 'status';

/** Stands around every effect: it may wait, never return (the process dies), or throw (what came back was lost). */
export type Passage = <Output>(effect: Effect, act: () => Promise<Output>) => Promise<Output>;

export interface SmallWorldOptions {
  readonly checkEverySeconds: number;
  readonly refreshEverySeconds: number;
  readonly lifetimeSeconds: number;
  /** Further variables of the function. */
  readonly environment?: Partial<Environment>;
  /** How the service differs from one that ends the token before with each login. */
  readonly habits?: Partial<SoapServiceSettings>;
  /** How far the service's clock is ahead, in milliseconds. */
  readonly serviceAheadMs?: number;
}

const SECRET = 'credentials';
const PARAMETER = '/proof/access-token';
const RUN_MS = 60_000;
const CREDENTIALS = { username: 'b2b', password: 'right', client_id: 'client', client_secret: 'secret' };

/** The real tick, the one Parameter Store and the one SOAP service, each login of which ends the token before, in virtual time. */
export class SmallWorld {
  readonly clock = new VirtualClock(Date.UTC(2026, 0, 1));
  readonly aws: AwsServices = createAwsServices();
  readonly service: SoapService;
  readonly config: Config;
  /** Every login that was sent. */
  readonly logins: number[] = [];
  /** What the service answers instead of its own answer. */
  answer: ((envelope: string) => Promise<SoapReply>) | undefined;
  readonly #serviceAheadMs: number;
  #secretVersions = 0;
  #tokens = 0;

  constructor(options: SmallWorldOptions) {
    const {
      checkEverySeconds,
      refreshEverySeconds,
      lifetimeSeconds,
      environment,
      habits,
      serviceAheadMs = 0,
    } = options;
    this.#serviceAheadMs = serviceAheadMs;
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
    this.service = createSoapService({
      credentials: CREDENTIALS,
      tokenLifetimeSeconds: lifetimeSeconds,
      issuing: 'new-revoking-old',
      newToken: () => `token-${++this.#tokens}`,
      ...habits,
    });
    this.#perform('CreateSecret', { Name: SECRET });
    this.putSecret();
  }

  /** A new version of the same credentials. */
  putSecret(): void {
    const versionId = `00000000-0000-4000-8000-${String(++this.#secretVersions).padStart(12, '0')}`;
    const SecretString = JSON.stringify(CREDENTIALS);
    this.#perform('PutSecretValue', { SecretId: SECRET, SecretString, ClientRequestToken: versionId });
  }

  /** A reader reports the stored token as rejected. */
  report(): void {
    const stored = this.aws.parameters.parameter(PARAMETER);
    const input = { Name: `${PARAMETER}/rejected`, Type: 'String', Tier: 'Standard', Overwrite: true };
    if (stored !== undefined) this.#perform('PutParameter', { ...input, Value: String(stored.version) });
  }

  /** One run of the function; it rejects as the handler does. What it reported is `undefined` if it never came so far. */
  async run(passage: Passage = (_, act) => act(), event: object = {}): Promise<TickReport | undefined> {
    const { clock, config } = this;
    const startedAt = clock.now();
    const time = {
      now: clock.now,
      sleep: (ms: number) => clock.sleep(ms),
      timeout: () => new AbortController().signal,
      random: () => 0.5,
    };
    let announced = false;
    let report: TickReport | undefined;
    const client = this.#client((command, act) => {
      if (command instanceof GetSecretValueCommand) return act();
      if (command instanceof GetParametersCommand) return passage('read', act);
      if (command.input.Name === PARAMETER) return passage('token', act);
      if (announced) return passage('status', act);
      return passage('announce', async () => {
        const output = await act();
        announced = true;
        return output;
      });
    });
    const { handler } = createHandler(config, {
      credentials: createCredentialsSource(client, SECRET, config.service.fields),
      store: createTokenStore(client, config, time),
      post: ({ body }) => passage('login', async () => await this.#login(body)),
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
  async tick(passage?: Passage): Promise<TickReport | undefined> {
    const run = this.run(passage);
    let report: TickReport | undefined;
    run.then((made) => {
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
    const text = this.aws.parameters.parameter(`${PARAMETER}/status`)?.value;
    return text === undefined ? undefined : decodeStatus(text).content;
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
    const message = { body: envelope, contentType: 'text/xml; charset=utf-8', soapAction: '""' };
    const { status, contentType, body } = this.service.answer(
      message,
      new Date(this.clock.now() + this.#serviceAheadMs),
    );
    return { status, contentType, body: Buffer.from(body, 'latin1') };
  };

  #client(
    around: (command: PlayedCommand, act: () => Promise<PlayedOutput>) => Promise<PlayedOutput>,
  ): ParameterStoreClient & SecretsClient {
    const { aws, clock } = this;
    function send(command: GetSecretValueCommand): Promise<GetSecretValueCommandOutput>;
    function send(command: GetParametersCommand): Promise<GetParametersCommandOutput>;
    function send(command: PutParameterCommand): Promise<PutParameterCommandOutput>;
    function send(command: PlayedCommand): Promise<PlayedOutput> {
      return around(command, async () => carryOut(aws, command, clock.now()));
    }
    return { send };
  }

  #perform(operation: string, input: Readonly<Record<string, unknown>>): void {
    this.aws.perform(operation, input, new Date(this.clock.now()));
  }
}
