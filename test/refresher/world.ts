import { AsyncLocalStorage } from 'node:async_hooks';
import { inspect } from 'node:util';
import { afterAll, beforeAll, expect, vi } from 'vitest';
import { decodeAttempt } from '../../lambda/attempt-record.ts';
import { RefreshError, type RefreshErrorCode } from '../../lambda/refresh-error.ts';
import { deployedDependencies } from '../../lambda/refresher/adapters/deployed-dependencies.ts';
import { tickReporter } from '../../lambda/refresher/adapters/tick-reporter.ts';
import { ConfigError, readConfig } from '../../lambda/refresher/config.ts';
import { createFailingHandler, createHandler, type TickResult } from '../../lambda/refresher/create-handler.ts';
import type { Dependencies } from '../../lambda/refresher/dependencies.ts';
import { decodeStatus } from '../../lambda/token-status.ts';
import { type AwsFault, type AwsFaults, type LocalAws, startLocalAws } from '../../local/world/aws/aws-server.ts';
import type { AwsInput } from '../../local/world/aws/aws-services.ts';
import { type SoapEndpointOptions, startSoapEndpoint } from '../../local/world/soap/soap-endpoint.ts';
import { VirtualClock } from '../../local/world/time/virtual-clock.ts';
import { readable } from './readable.ts';

/** Easily found, in whatever way a careless program might print it. */
const CREDENTIALS = {
  username: 'erin@example.test',
  password: 'S3CR3T-pass<&>"wörd',
  client_id: 'S3CR3T-client-id',
  client_secret: 'S3CR3T-client-secret',
};

/** One token and all around it: its own secret and parameters, its own SOAP endpoint, the real handler. */
export type World = Awaited<ReturnType<ReturnType<typeof worlds>>>;

interface FailOptions {
  readonly times?: number;
  /** What a call must hold to go wrong. */
  readonly only?: RegExp;
}

interface TickOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly event?: unknown;
  /** Of the endpoint's time, in milliseconds; the rest of the run comes on top. */
  readonly askingMs?: number;
  /** What the jitter is made from, 0 to 1. */
  readonly random?: number;
  /** Puts the handler's clock forward, or back. */
  readonly skewMs?: number;
  /** Stands between the handler and its dependencies. */
  readonly around?: (dependencies: Dependencies) => Dependencies;
  /** Lets the process read ahead, as it does in Lambda's init phase; the event follows so much later. */
  readonly prefetchMs?: number;
}

const asIs = (dependencies: Dependencies) => dependencies;
const REPORTING_AND_STORING_MS = 15_000;

/** Longer than any machine takes for an answer that comes; only a silent service lets the time of a request run out. */
const PATIENCE_MS = 25_000;
const SILENT: readonly unknown[] = ['timeout', 'drip'];

/** Starts the local AWS for a test file and gives a maker of worlds, which it takes down again. */
export function worlds() {
  const stray: string[] = [];
  const writer = new AsyncLocalStorage<string[]>();
  const write = (text: string) => (writer.getStore() ?? stray).push(text);
  const endings: (() => Promise<void>)[] = [];
  const faults: AwsFaults[] = [];
  let aws: LocalAws;
  let count = 0;

  beforeAll(async () => {
    aws = await startLocalAws({
      faults: (operation, input) => faults.map((fault) => fault(operation, input)).find((fault) => fault !== undefined),
    });
    vi.stubEnv('AWS_ENDPOINT_URL', aws.url);
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
    vi.stubEnv('AWS_REGION', 'ap-south-1');
    for (const method of ['log', 'info', 'warn', 'error', 'debug'] as const) {
      vi.spyOn(console, method).mockImplementation((...values) => {
        write(inspect(values, { depth: Infinity, showHidden: true }));
      });
    }
    for (const stream of [process.stdout, process.stderr]) {
      vi.spyOn(stream, 'write').mockImplementation((text) => {
        write(String(text));
        return true;
      });
    }
  });

  afterAll(async () => {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
    for (const end of endings) await end();
    await aws.close();
  });

  return async (options: Partial<SoapEndpointOptions> = {}) => {
    const output: string[] = [];
    count += 1;
    const secretId = `credentials-${count}`;
    const parameterName = `/world-${count}/access-token`;
    const soap = await startSoapEndpoint({ credentials: CREDENTIALS, ...options });
    endings.push(() => soap.close());
    aws.perform('CreateSecret', { Name: secretId, SecretString: JSON.stringify(CREDENTIALS) });
    const environment = {
      CREDENTIALS_SECRET_ID: secretId,
      TOKEN_ENDPOINT: soap.url,
      TOKEN_PARAMETER_NAME: parameterName,
      REFRESH_EVERY_SECONDS: '7200',
      CHECK_EVERY_SECONDS: '900',
      TOKEN_LIFETIME_SECONDS: '14400',
    };
    /** Moves by what a tick waits for, and not by what this machine takes for it. */
    const clock = new VirtualClock(0);
    let timesOutAt = 0;
    let worldFaults: AwsFaults[] = [];
    faults.push((operation, input) =>
      concerns(input, [secretId, parameterName])
        ? worldFaults.map((fault) => fault(operation, input)).find((fault) => fault !== undefined)
        : undefined,
    );

    const patient = (dependencies: Dependencies): Dependencies => ({
      ...dependencies,
      post: (envelope, timeoutMs, tls) =>
        dependencies.post(envelope, SILENT.includes(soap.fault) ? timeoutMs : PATIENCE_MS, tls),
    });

    /** Runs the handler once. */
    const tick = async (
      event: unknown = {},
      { env, askingMs = 5000, random, skewMs = 0, around = asIs, prefetchMs }: TickOptions = {},
    ): Promise<TickResult> => {
      const startedAt = Date.now();
      const time = {
        now: () => startedAt + clock.now() + skewMs,
        sleep: (ms: number) => clock.advance(ms),
        timeout: (ms: number) => {
          timesOutAt = clock.now() + ms;
          return clock.timeout(ms);
        },
        random: () => random ?? Math.random(),
      };
      const config = readConfig({ ...environment, ...env });
      const { handler, prefetch } =
        config instanceof ConfigError
          ? { handler: createFailingHandler(config, tickReporter(config.tokenParameterName)), prefetch: undefined }
          : createHandler(config, around(patient(deployedDependencies(config, time))));
      if (prefetchMs !== undefined) {
        await writer.run(output, async () => prefetch?.());
        await clock.advance(prefetchMs);
      }
      const context = { getRemainingTimeInMillis: () => REPORTING_AND_STORING_MS + askingMs };
      try {
        const result = await writer.run(output, () => handler(event, context));
        output.push(inspect(result));
        return result;
      } catch (error) {
        output.push(inspect(error, { depth: Infinity, showHidden: true }), String(error), JSON.stringify(error));
        throw error;
      } finally {
        const { username: _, ...secrets } = CREDENTIALS;
        const tokens = soap.issuedTokens.map(({ token }) => token);
        const sought = [...Object.values(secrets), ...tokens, 'xmlns', '<html', 'CANARY'];
        expectNoSecret([...output, ...stray].join('\n'), sought);
      }
    };

    return {
      aws,
      soap,
      secretId,
      parameterName,
      tick,
      /** Runs the handler once, which must fail with that code. */
      failingTick: async (code: RefreshErrorCode, tickOptions: TickOptions = {}): Promise<RefreshError> => {
        const error = await tick(tickOptions.event ?? {}, tickOptions).then(
          (result) => expect.fail(`expected ${code}, but the tick gave ${result.outcome}`),
          (thrown: unknown) => thrown,
        );
        if (!(error instanceof RefreshError)) throw error;
        expect(error).toMatchObject({ name: 'RefreshError', code });
        expect(error.message).not.toContain('undefined');
        return error;
      },
      /** Lets the calls of one AWS operation for this world go wrong, all of them or the first few. */
      fail: (operation: string, fault: AwsFault, { times = Infinity, only = /(?:)/ }: FailOptions = {}) => {
        let left = times;
        const from = aws.calls.length;
        const bothReads = () => {
          const sent = aws.calls.slice(from).filter(({ input }) => concerns(input, [secretId, parameterName]));
          expect(new Set(sent.map((call) => call.operation)).size).toBeGreaterThanOrEqual(2);
        };
        /** A hanging call is waited for until the tick has sent its other read. */
        const runOut = async () => {
          await vi.waitFor(bothReads, PATIENCE_MS);
          await answersAreRead();
          await clock.runUntil(timesOutAt);
        };
        worldFaults.push((asked, input) => {
          if (asked !== operation || left < 1 || !only.test(JSON.stringify(input))) return undefined;
          left -= 1;
          if (fault === 'hang') void runOut();
          return fault;
        });
      },
      heal: () => {
        worldFaults = [];
      },
      put: (operation: string, input: object) => {
        aws.perform(operation, { ...input });
      },
      storedToken: () => aws.parameters.parameter(parameterName)?.value,
      status: () => readable(decodeStatus(aws.parameters.parameter(`${parameterName}/status`)?.value ?? '')),
      /** The newest record, though it may have lost or have ended with a token. */
      attempts: () => readable(decodeAttempt(aws.parameters.parameter(`${parameterName}/attempt`)?.value ?? '')),
      /** All that this world's ticks wrote to stdout and stderr, and all that they gave or threw. */
      logged: () => output.join('\n'),
      /** Metrics of the last tick. */
      metrics: (): Readonly<Record<string, unknown>> => {
        const lines = output.filter((line) => line.startsWith('{"_aws"'));
        return JSON.parse(lines.at(-1) ?? '{}');
      },
    };
  };
}

/** The bytes of an answer, for `soap.fault`. */
export function httpReply(status: number, contentType: string, body: string): Buffer {
  const head = `Content-Type: ${contentType}\r\nContent-Length: ${Buffer.byteLength(body)}`;
  return Buffer.from(`HTTP/1.1 ${status} X\r\n${head}\r\n\r\n${body}`);
}

/** This process plays both sides: what one has sent, the other reads within a few turns. */
async function answersAreRead(): Promise<void> {
  for (let turns = 0; turns < 20; turns += 1) await new Promise(setImmediate);
}

/** No secret is in the text: not as it is, nor as JSON, base64, hexadecimal or escaped XML would show it. */
function expectNoSecret(text: string, secrets: readonly string[]): void {
  for (const secret of secrets) {
    const bytes = Buffer.from(secret);
    const hex = bytes.toString('hex');
    const guises = [
      secret,
      JSON.stringify(secret).slice(1, -1),
      encodeURIComponent(secret),
      secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;'),
      // Cut to whole groups of three bytes, which look the same wherever the text around them ends.
      bytes.subarray(0, bytes.length - (bytes.length % 3)).toString('base64'),
      hex,
      (hex.match(/../g) ?? []).join(' '),
    ];
    for (const guise of guises) {
      if (text.includes(guise)) expect.fail(`a secret (${secret.slice(0, 6)}…) was written out: ${guise}`);
    }
  }
}

function concerns({ SecretId, Name, Names }: AwsInput, [secretId, parameterName]: readonly [string, string]): boolean {
  const names = [SecretId, Name, ...(Array.isArray(Names) ? Names : [])];
  return names.some(
    (name) =>
      typeof name === 'string' &&
      (name === secretId || name.replace(/\/(status|attempt(:\d+)?|rejected)$/, '') === parameterName),
  );
}
