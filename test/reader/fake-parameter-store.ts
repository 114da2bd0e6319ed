import type { GetParametersCommand, GetParametersCommandOutput, Parameter } from '@aws-sdk/client-ssm';
import type { ParameterClient } from '../../lambda/reader/stored-token.ts';
import type { Clock } from '../../lambda/reader/token-reader.ts';

export interface FakeParameterStore extends ParameterClient {
  /** When each GetParameters began, in milliseconds since the epoch. */
  readonly readsAt: readonly number[];
  readonly inputs: readonly GetParametersCommand['input'][];
  /** The next reads take so long; the second parameter is looked up half-way, for SSM promises no snapshot. */
  latencyMs: number;
  /** What happens instead of an answer, from now on. */
  fault: Error | 'hang' | undefined;
  /** @returns the new version, as PutParameter does. */
  put(name: string, value: string): number;
  delete(name: string): void;
}

/** Parameters in memory, with versions, read with the reader's clock. */
export function createFakeParameterStore(clock: Clock): FakeParameterStore {
  const parameters = new Map<string, Parameter>();
  const readsAt: number[] = [];
  const inputs: GetParametersCommand['input'][] = [];

  async function getParameters(
    command: GetParametersCommand,
    signal: AbortSignal,
  ): Promise<GetParametersCommandOutput> {
    readsAt.push(clock.now());
    inputs.push(command.input);
    const { fault, latencyMs } = store;
    if (fault === 'hang') await aborted(signal);
    const [first = '', second = ''] = command.input.Names ?? [];
    const found = [parameters.get(first)];
    await clock.sleep(latencyMs / 2);
    if (fault !== undefined) throw fault;
    found.push(parameters.get(second));
    await clock.sleep(latencyMs / 2);
    return { Parameters: found.filter((parameter) => parameter !== undefined), $metadata: {} };
  }

  const store: FakeParameterStore = {
    readsAt,
    inputs,
    latencyMs: 0,
    fault: undefined,
    put(name, value) {
      const version = (parameters.get(name)?.Version ?? 0) + 1;
      parameters.set(name, { Name: name, Value: value, Version: version });
      return version;
    },
    delete: (name) => parameters.delete(name),
    send: (command, { abortSignal }) => getParameters(command, abortSignal),
  };
  return store;
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
}
