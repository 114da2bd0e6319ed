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
export type ParameterReader = ReturnType<typeof createParameterReader>;

/** @param sleep waits for milliseconds */
export function createParameterReader(client: SSMClient, sleep: (ms: number) => Promise<unknown> = wait) {
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

  /** One call after the other: hundreds at once are what SSM throttles. */
  async function read(names: readonly string[], namesPerCall = NAMES_PER_CALL) {
    const found = new Map<string, Parameter | DeniedError>();
    for (let at = 0; at < names.length; at += namesPerCall) {
      const Names = names.slice(at, at + namesPerCall);
      try {
        const call = () => client.send(new GetParametersCommand({ Names }));
        const { Parameters = [] } = await ask(call, `ssm:GetParameters on ${Names.join(', ')}`);
        for (const one of Parameters) found.set(`${one.Name}${one.Selector ?? ''}`, one);
      } catch (error) {
        if (!(error instanceof DeniedError)) throw error;
        // One name that is denied denies the whole call.
        const each = Names.length > 1 ? await read(Names, 1) : Names.map((name) => [name, error] as const);
        for (const [name, one] of each) found.set(name, one);
      }
    }
    return found;
  }

  return {
    /**
     * The parameters that there are, by the names under which they were asked for: `name:version` gives an earlier version.
     * @throws UsageError
     */
    read: (names: readonly string[]): Promise<ReadonlyMap<string, Parameter | DeniedError>> => read(names),
    /**
     * The names of all parameters below a path.
     * @throws UsageError
     */
    namesBelow: async (Path: string): Promise<readonly string[]> => {
      const names: string[] = [];
      let NextToken: string | undefined;
      do {
        const get = new GetParametersByPathCommand({ Path, Recursive: true, NextToken });
        const page = await ask(() => client.send(get), `ssm:GetParametersByPath on ${Path}`);
        names.push(...(page.Parameters ?? []).flatMap(({ Name }) => Name ?? []));
        NextToken = page.NextToken;
      } while (NextToken);
      return names;
    },
  };
}

function isThrottled(error: unknown): boolean {
  return error instanceof Error && /Throttl|TooManyRequests|RequestLimitExceeded/.test(error.name);
}

function whyNot(error: unknown, what: string): UsageError {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const said = message.split('\n', 1)[0] ?? '';
  if (/^AccessDenied(Exception)?$/.test(name)) {
    return new DeniedError(`SSM denies it: allow ${what} (${said}).`, { cause: error });
  }
  return new UsageError(remedyOf(name, said, error), { cause: error });
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
