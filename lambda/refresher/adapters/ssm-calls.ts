import {
  GetParametersCommand,
  type GetParametersCommandOutput,
  type Parameter,
  PutParameterCommand,
  type PutParameterCommandInput,
  type PutParameterCommandOutput,
} from '@aws-sdk/client-ssm';
import { type UnreadableRecord, unreadable } from '../../record.ts';
import type { Time } from '../dependencies.ts';
import { errorName, httpStatus } from '../redact-error.ts';
import { type RetryPolicy, retryUntil } from '../retry-until.ts';

/** What is wanted of an SSM client; `SSMClient` fits. It makes one try: the tries are counted here, by the time that is left. */
export interface ParameterStoreClient {
  send(command: GetParametersCommand, options: Abortable): Promise<GetParametersCommandOutput>;
  send(command: PutParameterCommand, options: Abortable): Promise<PutParameterCommandOutput>;
}

type Abortable = { readonly abortSignal: AbortSignal };

/** What is written into one parameter. */
export type ParameterText = Pick<PutParameterCommandInput, 'Name' | 'Value' | 'Type' | 'KeyId'>;

const READ_TRIES = 3;
/** For a read between two writes. */
const OWN_READ_MS = 2_000;

export type SsmCalls = ReturnType<typeof ssmCalls>;

/** The two calls of SSM, each made again for as long as it may heal. */
export function ssmCalls(ssm: ParameterStoreClient, time: Time) {
  async function get(Names: string[], abortSignal = time.timeout(OWN_READ_MS)): Promise<readonly Parameter[]> {
    const command = new GetParametersCommand({ Names, WithDecryption: false });
    const policy = {
      deadline: Number.POSITIVE_INFINITY,
      maxTries: READ_TRIES,
      pauseMs: (tries: number) => 100 * 2 ** tries,
      mayHeal: (error: unknown) => mayHeal(error) && !abortSignal.aborted,
    };
    const { Parameters = [] } = await tried(policy, () => ssm.send(command, { abortSignal }));
    return Parameters;
  }

  /** @throws the last answer of SSM where there was one: an aborted try says less. */
  async function tried<Output>(policy: RetryPolicy, send: () => Promise<Output>): Promise<Output> {
    let answered: unknown;
    const attempt = () =>
      send().catch((error: unknown) => {
        if (httpStatus(error) !== undefined) answered = error;
        throw error;
      });
    return await retryUntil(policy, time, attempt).catch((error: unknown) => {
      throw answered ?? error;
    });
  }

  /**
   * Type, tier and key are always said: left out, the account's defaults or the parameter's past would decide.
   * @returns the version that PutParameter named, and to which try
   */
  async function put(
    parameter: ParameterText,
    deadline: number,
    again: () => Promise<ParameterText | undefined> = async () => parameter,
    tier = tierFor(parameter.Value),
  ): Promise<{ readonly version: number | undefined; readonly tries: number }> {
    let written = parameter;
    let tries = 0;
    let mayHaveArrived = false;
    const pauseMs = (count: number) => Math.min(250 * 2 ** (count - 1), 4000);
    try {
      const { Version } = await tried({ deadline, pauseMs, mayHeal }, async () => {
        const next = mayHaveArrived ? await again() : written;
        if (next === undefined) return { Version: undefined };
        written = next;
        tries += 1;
        const command = new PutParameterCommand({ ...written, Tier: tier, Overwrite: true });
        try {
          return await ssm.send(command, { abortSignal: time.timeout(Math.max(0, deadline - time.now())) });
        } catch (error) {
          mayHaveArrived ||= (httpStatus(error) ?? 500) >= 500;
          throw error;
        }
      });
      return { version: Version, tries };
    } catch (error) {
      // SSM lets no parameter go back to the Standard tier; what was long once may be short now.
      if (tier === 'Standard' && isAdvanced(error)) return await put(written, deadline, again, 'Advanced');
      throw error;
    }
  }

  return { get, put };
}

/** The text of a record as it is written. */
export function asString(Name: string, Value: string): ParameterText {
  return { Name, Value, Type: 'String' };
}

/** Another type than the one that the refresher writes: an organisation's rule, or a person, changed it. */
export function contentOf<Content extends object>(
  parameter: Parameter | undefined,
  decode: (text: string) => Content | UnreadableRecord,
): Content | UnreadableRecord | Record<string, never> {
  if (parameter === undefined) return {};
  const { Type, Value = '' } = parameter;
  return Type === 'String' ? decode(Value) : unreadable(`is a ${Type}, not the String that the refresher writes`);
}

/** Standard is free, and takes 4,096 bytes. */
function tierFor(value = ''): 'Standard' | 'Advanced' {
  return Buffer.byteLength(value) > 4096 ? 'Advanced' : 'Standard';
}

function isAdvanced(error: unknown): boolean {
  const message = error instanceof Error ? error.message : '';
  return errorName(error) === 'ValidationException' && /\badvanced\b/i.test(message);
}

/** Throttling, the service's own trouble, or no answer at all. */
export function mayHeal(error: unknown): boolean {
  const status = httpStatus(error);
  // TooManyUpdates is SSM's throttling of one parameter; the SDK does not count it as such.
  return status === undefined || status >= 500 || status === 429 || /^TooMany|Throttl/.test(errorName(error));
}
