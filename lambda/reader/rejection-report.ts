import { GetParametersCommand, PutParameterCommand } from '@aws-sdk/client-ssm';
import { rejectedParameterName } from '../token-status.ts';
import type { ParameterClient } from './parameter-client.ts';
import type { Clock } from './turns.ts';

/** What a report needs. */
export interface ReportSettings {
  readonly client: ParameterClient;
  readonly parameterName: string;
  readonly clock: Omit<Clock, 'now'>;
  /** For reading and writing the report together. */
  readonly timeoutMs: number;
  readonly random?: () => number;
  readonly onReportFailed?: (error: unknown) => void;
}

/** Every reader of a dead token finds out at about the same time: the first one writes, the others see it. */
const SPREAD_MS = 1_000;
/** A report that failed is not tried again before, or an SSM that hangs would slow every rejected call. */
const RETRY_MS = 30_000;

/**
 * Writes the version of a token that the service rejects to where the refresher looks, and an EventBridge rule too.
 *
 * Each version is reported once. Callers share the report under way, and wait for it: Lambda freezes what goes on after
 * the answer. It never rejects.
 */
export function rejectionReporter(settings: ReportSettings): (version: number) => Promise<void> {
  const { client, parameterName, clock, timeoutMs, random = Math.random, onReportFailed } = settings;
  const Name = rejectedParameterName(parameterName);
  /** The last report, under way or written. */
  let last: { readonly version: number; readonly done: Promise<void> } | undefined;
  let failedLately: AbortSignal | undefined;

  async function write(version: number): Promise<void> {
    await clock.sleep(random() * SPREAD_MS);
    const options = { abortSignal: clock.timeout(timeoutMs) };
    const Value = String(version);
    // Not read together with the token: one name without permission fails the whole call.
    const { Parameters = [] } = await client.send(new GetParametersCommand({ Names: [Name] }), options);
    if (Parameters[0]?.Value === Value) return;
    const report = { Name, Value, Type: 'String', Tier: 'Standard', Overwrite: true } as const;
    await client.send(new PutParameterCommand(report), options);
  }

  /** After the report of an earlier version, which could overwrite this one. */
  async function writeAfter(earlier: Promise<void> | undefined, version: number): Promise<void> {
    await earlier;
    try {
      await write(version);
    } catch (error) {
      if (last?.version === version) last = undefined;
      failedLately = clock.timeout(RETRY_MS);
      try {
        onReportFailed?.(error);
      } catch {
        // What the owner's own function throws must not become the answer of a call.
      }
    }
  }

  return async (version) => {
    if (last?.version !== version) {
      if (failedLately?.aborted === false) return;
      last = { version, done: writeAfter(last?.done, version) };
    }
    await last.done;
  };
}
