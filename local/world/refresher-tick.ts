import { RefreshError } from '../../lambda/refresh-error.ts';
import { createCredentialsSource, type SecretsClient } from '../../lambda/refresher/adapters/credentials.ts';
import { createTokenStore } from '../../lambda/refresher/adapters/parameter-store.ts';
import type { ParameterStoreClient } from '../../lambda/refresher/adapters/ssm-calls.ts';
import type { Config } from '../../lambda/refresher/config.ts';
import { createHandler } from '../../lambda/refresher/create-handler.ts';
import { METRIC_NAMESPACE, TOKEN_DIMENSION } from '../../lambda/refresher/metric-names.ts';
import { tickMetrics } from '../../lambda/refresher/tick-metrics.ts';
import type { TickReport } from '../../lambda/refresher/tick-report.ts';
import type { Envelope } from '../../lambda/services/service.ts';
import type { SoapReply } from '../../lambda/soap/soap-reply.ts';
import { seriesKey } from './aws/cloudwatch-alarm.ts';
import type { PlayedCommand, PlayedOutput } from './aws/in-process-sdk.ts';
import type { VirtualWorld } from './virtual-world.ts';

/** One run of the function. */
export interface LambdaInvocation {
  readonly event: unknown;
  readonly startedAt: number;
  readonly remainingMs: () => number;
  /** Stands before and after every effect on the world. In a run that has been ended it never returns. */
  readonly step: () => Promise<void>;
}

/**
 * The deployed handler with the virtual world as its dependencies.
 * @param onReport gets what each tick did, as the log line and the metrics do, and when its run began
 */
export function refresherTick(
  config: Config,
  random: () => number,
  onReport: (report: TickReport, startedAt: number) => void = () => {},
) {
  return (world: VirtualWorld) =>
    async (invocation: LambdaInvocation): Promise<void> => {
      const { clock, lambdaNow, publish } = world;
      const time = {
        now: lambdaNow,
        sleep: (ms: number) => clock.sleep(ms),
        timeout: (ms: number) => clock.timeout(ms),
        random,
      };
      const client = awsClient(world, invocation.step);
      let metrics: ReturnType<typeof tickMetrics> = [];
      const { handler } = createHandler(config, {
        credentials: createCredentialsSource(client, config.credentialsSecretId, config.service.fields),
        store: createTokenStore(client, config, time),
        post: (envelope, timeoutMs) => post(world, invocation, envelope, timeoutMs),
        report: (report) => {
          metrics = tickMetrics(report);
          onReport(report, invocation.startedAt);
        },
        ...time,
      });
      const [result] = await Promise.allSettled([
        handler(invocation.event, { getRemainingTimeInMillis: invocation.remainingMs }),
      ]);
      await invocation.step();
      for (const [metricName, , value] of metrics) {
        publish(tickMetricKey(config.tokenParameterName, metricName), value);
      }
      if (result.status === 'rejected') throw result.reason;
    };
}

/** Under which key the world keeps a metric of this token. */
function tickMetricKey(tokenParameterName: string, metricName: string): string {
  const dimensions = { [TOKEN_DIMENSION]: tokenParameterName };
  return seriesKey({ namespace: METRIC_NAMESPACE, metricName, dimensions });
}

/** The clients of one invocation: a process that has died sends nothing more. */
export function awsClient(
  { aws }: Pick<VirtualWorld, 'aws'>,
  step: LambdaInvocation['step'] = async () => {},
): ParameterStoreClient & SecretsClient {
  return {
    async send(command: PlayedCommand, { abortSignal }: { readonly abortSignal: AbortSignal }): Promise<PlayedOutput> {
      await step();
      const output = await aws.send(command, abortSignal);
      await step();
      return output;
    },
  };
}

/** As token-endpoint.ts does it, without a network. */
export async function post(
  { clock, vendor }: VirtualWorld,
  { step }: LambdaInvocation,
  { headers, body: sent }: Envelope,
  timeoutMs: number,
): Promise<SoapReply> {
  await step();
  try {
    const inSmallLetters = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
    const message = { body: sent, headers: Object.fromEntries(inSmallLetters) };
    const { status, contentType, body } = await vendor.answer(message, clock.timeout(timeoutMs));
    return { status, contentType, body: Buffer.from(body, 'latin1') };
  } catch (cause) {
    throw new RefreshError('ENDPOINT_UNAVAILABLE', 'The SOAP service is not available: no whole answer', { cause });
  } finally {
    await step();
  }
}
