import { setTimeout as wait } from 'node:timers/promises';
import { GetParametersByPathCommand, GetParametersCommand, type Parameter, type SSMClient } from '@aws-sdk/client-ssm';
import { UsageError } from './command-line.ts';

/** @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameters.html */
const NAMES_PER_CALL = 10;

/** Half a minute in all. */
const PAUSES_MS = [1000, 2000, 4000, 8000, 15_000];

/** SSM does not let the caller read this. */
export class DeniedError extends UsageError {}

/** Reads parameters as they are stored: nothing is decrypted. Where SSM throttles it waits, and says so on stderr. */
export interface ParameterReader {
  /**
   * The parameters that there are, by name and by `name:version`.
   * @throws UsageError
   */
  read(names: readonly string[]): Promise<ReadonlyMap<string, Parameter | DeniedError>>;
  /**
   * The names of all parameters below a path.
   * @throws UsageError
   */
  namesBelow(path: string): Promise<readonly string[]>;
}

/** @param sleep waits for milliseconds */
export function createParameterReader(
  client: SSMClient,
  sleep: (ms: number) => Promise<unknown> = wait,
): ParameterReader {
  async function ask<Output>(call: () => Promise<Output>, what: string, pauses = PAUSES_MS): Promise<Output> {
    try {
      return await call();
    } catch (error) {
      const [pause, ...later] = pauses;
      if (pause === undefined || !isThrottled(error)) throw whyNot(error, what);
      console.error(`SSM throttles: waiting for ${pause / 1000} s.`);
      await sleep(pause);
      return await ask(call, what, later);
    }
  }

  async function readSome(names: readonly string[]): Promise<readonly [string, Parameter | DeniedError][]> {
    try {
      const get = new GetParametersCommand({ Names: [...names] });
      const { Parameters = [] } = await ask(() => client.send(get), `ssm:GetParameters on ${names.join(', ')}`);
      return Parameters.flatMap((found) => [
        [`${found.Name}`, found],
        [`${found.Name}:${found.Version}`, found],
      ]);
    } catch (error) {
      if (!(error instanceof DeniedError)) throw error;
      // One name that is denied denies the whole call.
      return names.length > 1 ? await inTurn(names, (name) => readSome([name])) : names.map((name) => [name, error]);
    }
  }

  return {
    read: async (names) => {
      const calls = Array.from({ length: Math.ceil(names.length / NAMES_PER_CALL) }, (_, index) =>
        names.slice(index * NAMES_PER_CALL, (index + 1) * NAMES_PER_CALL),
      );
      return new Map(await inTurn(calls, readSome));
    },
    namesBelow: async (path) => {
      const names: string[] = [];
      let NextToken: string | undefined;
      do {
        const get = new GetParametersByPathCommand({ Path: path, Recursive: true, NextToken });
        const page = await ask(() => client.send(get), `ssm:GetParametersByPath on ${path}`);
        names.push(...(page.Parameters ?? []).flatMap(({ Name }) => Name ?? []));
        NextToken = page.NextToken;
      } while (NextToken);
      return names;
    },
  };
}

/** One after the other: hundreds of calls at once are what SSM throttles. */
async function inTurn<Item, Result>(
  items: readonly Item[],
  each: (item: Item) => Promise<readonly Result[]>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (const item of items) results.push(...(await each(item)));
  return results;
}

function isThrottled(error: unknown): boolean {
  return error instanceof Error && /Throttl|TooManyRequests|RequestLimitExceeded/.test(error.name);
}

function whyNot(error: unknown, what: string): UsageError {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const said = message.split('\n', 1)[0] ?? '';
  const cause = { cause: error };
  if (/^AccessDenied(Exception)?$/.test(name)) {
    return new DeniedError(`SSM denies it: allow ${what} (${said}).`, cause);
  }
  return new UsageError(remedyOf(name, said, error), cause);
}

function remedyOf(name: string, said: string, error: unknown): string {
  if (/^Region (?:is missing|not accepted)/.test(said)) return 'No usable region is set: use --region, or AWS_REGION.';
  if (/CredentialsProviderError|TokenProviderError/.test(name)) {
    return `No AWS credentials (${said}): log in, or set AWS_PROFILE.`;
  }
  if (/Expired|UnrecognizedClient|InvalidClientTokenId|InvalidSignature/.test(name)) {
    return `SSM does not accept these AWS credentials (${name}): log in again, or set another AWS_PROFILE.`;
  }
  if (isThrottled(error)) return `SSM throttles, for half a minute now (${name}: ${said}): try again later.`;
  const target = error instanceof Error && 'code' in error ? `${error.code}` : name;
  return `SSM did not answer (${target}: ${said}): check --endpoint-url, --region and the network.`;
}
