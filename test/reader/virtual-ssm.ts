import type { GetParametersCommand, GetParametersCommandOutput } from '@aws-sdk/client-ssm';
import type { ParameterClient } from '../../lambda/reader/stored-token.ts';
import { createAwsServices } from '../../local/aws/aws-services.ts';
import { getParameters, putParameter } from '../in-process-sdk.ts';
import type { VirtualClock } from '../virtual-clock.ts';

export interface VirtualSsm extends ParameterClient {
  /** When each GetParameters began, in milliseconds since the epoch. */
  readonly readsAt: readonly number[];
  readonly inputs: readonly GetParametersCommand['input'][];
  /** How long the next reads take; the second parameter is looked up half-way, for SSM promises no snapshot. */
  latencyMs: number;
  /** What happens instead of an answer, from now on. */
  fault: Error | 'hang' | undefined;
  /** Writes as the refresher does: the token as a SecureString, its status as a String. @returns the new version. */
  put(name: string, value: string): number;
  delete(name: string): void;
}

/** The local Parameter Store, read in virtual time. */
export function createVirtualSsm(clock: VirtualClock): VirtualSsm {
  const aws = createAwsServices();
  const readsAt: number[] = [];
  const inputs: GetParametersCommand['input'][] = [];

  async function send(command: GetParametersCommand, abortSignal: AbortSignal): Promise<GetParametersCommandOutput> {
    readsAt.push(clock.now());
    inputs.push(command.input);
    const { fault, latencyMs } = ssm;
    if (fault === 'hang') await aborted(abortSignal);
    const [first = '', ...rest] = command.input.Names ?? [];
    const lookUp = (Names: string[]) => getParameters(aws, { input: { ...command.input, Names } }, clock.now());
    const early = lookUp([first]);
    await clock.sleep(latencyMs / 2);
    if (fault !== undefined) throw fault;
    const late = lookUp(rest);
    await clock.sleep(latencyMs / 2);
    return {
      Parameters: [...(early.Parameters ?? []), ...(late.Parameters ?? [])],
      InvalidParameters: [...(early.InvalidParameters ?? []), ...(late.InvalidParameters ?? [])],
      $metadata: {},
    };
  }

  const ssm: VirtualSsm = {
    readsAt,
    inputs,
    latencyMs: 0,
    fault: undefined,
    put(name, value) {
      const Type = name.endsWith('/status') ? 'String' : 'SecureString';
      const input = { Name: name, Value: value, Type, Tier: 'Standard', Overwrite: true } as const;
      return putParameter(aws, { input }, clock.now()).Version ?? Number.NaN;
    },
    delete: (name) => {
      aws.perform('DeleteParameter', { Name: name }, new Date(clock.now()));
    },
    send: (command, { abortSignal }) => send(command, abortSignal),
  };
  return ssm;
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
}
