import { GetParametersCommand, PutParameterCommand } from '@aws-sdk/client-ssm';
import type { ParameterClient } from '../../lambda/reader/parameter-client.ts';
import { createAwsServices } from '../../local/world/aws/aws-services.ts';
import { carryOut, type PlayedOutput } from '../../local/world/aws/in-process-sdk.ts';
import type { VirtualClock } from '../../local/world/time/virtual-clock.ts';

export interface VirtualSsm extends ParameterClient {
  /** When each GetParameters for the token began, in milliseconds since the epoch. */
  readonly readsAt: number[];
  /** The same for the last attempt. */
  readonly attemptReadsAt: number[];
  readonly inputs: GetParametersCommand['input'][];
  /** What readers wrote, in order. */
  readonly written: PutParameterCommand['input'][];
  /** How long the next reads take; the second parameter is looked up half-way, for SSM promises no snapshot. */
  latencyMs: number;
  /** What happens instead of an answer, from now on. */
  fault: Error | 'hang' | undefined;
  /** The same, for reading and writing a report only. */
  reportFault: Error | 'hang' | undefined;
  /** The same, for reading the last attempt only. */
  attemptFault: Error | 'hang' | undefined;
  /** Writes as the refresher does: the token as a SecureString, its records as Strings. @returns the new version. */
  put(name: string, value: string): number;
  delete(name: string): void;
  /** 0 for none. */
  versionOf(name: string): number;
}

/** The local Parameter Store, read in virtual time. */
export function createVirtualSsm(clock: VirtualClock): VirtualSsm {
  const aws = createAwsServices();

  async function write(command: PutParameterCommand, abortSignal: AbortSignal): Promise<PlayedOutput> {
    const { reportFault: fault = ssm.fault, latencyMs } = ssm;
    if (fault === 'hang') await aborted(abortSignal);
    if (fault !== undefined) throw fault;
    await clock.sleep(latencyMs);
    ssm.written.push(command.input);
    return carryOut(aws, command, clock.now());
  }

  async function read(command: GetParametersCommand, abortSignal: AbortSignal): Promise<PlayedOutput> {
    const isOf = (record: RegExp) => command.input.Names?.every((name) => record.test(name)) ?? false;
    const [isOfReport, isOfAttempt] = [isOf(/\/rejected$/), isOf(/\/attempt(:\d+)?$/)];
    if (!isOfReport) ssm.inputs.push(command.input);
    if (isOfAttempt) ssm.attemptReadsAt.push(clock.now());
    else if (!isOfReport) ssm.readsAt.push(clock.now());
    const { latencyMs } = ssm;
    const own = isOfReport ? ssm.reportFault : isOfAttempt ? ssm.attemptFault : undefined;
    const fault = own ?? ssm.fault;
    if (fault === 'hang') await aborted(abortSignal);
    const [first = '', ...rest] = command.input.Names ?? [];
    const lookUp = (Names: string[]) =>
      carryOut(aws, new GetParametersCommand({ ...command.input, Names }), clock.now());
    const early = lookUp([first]);
    await clock.sleep(latencyMs / 2, abortSignal);
    if (fault !== undefined) throw fault;
    const late = rest.length > 0 ? lookUp(rest) : undefined;
    await clock.sleep(latencyMs / 2, abortSignal);
    return {
      Parameters: [...(early.Parameters ?? []), ...(late?.Parameters ?? [])],
      InvalidParameters: [...(early.InvalidParameters ?? []), ...(late?.InvalidParameters ?? [])],
      $metadata: {},
    };
  }

  const ssm: VirtualSsm = {
    readsAt: [],
    attemptReadsAt: [],
    inputs: [],
    written: [],
    latencyMs: 0,
    fault: undefined,
    reportFault: undefined,
    attemptFault: undefined,
    put(name, value) {
      const Type = /\/(status|attempt|rejected)$/.test(name) ? 'String' : 'SecureString';
      const input = { Name: name, Value: value, Type, Tier: 'Standard', Overwrite: true } as const;
      return carryOut(aws, new PutParameterCommand(input), clock.now()).Version ?? Number.NaN;
    },
    delete: (name) => {
      aws.perform('DeleteParameter', { Name: name }, new Date(clock.now()));
    },
    versionOf: (name) => aws.parameters.parameter(name)?.version ?? 0,
    send: (command: GetParametersCommand | PutParameterCommand, { abortSignal }: { abortSignal: AbortSignal }) =>
      command instanceof PutParameterCommand ? write(command, abortSignal) : read(command, abortSignal),
  };
  return ssm;
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
}
