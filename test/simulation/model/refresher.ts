import type { Config } from '../../../lambda/refresher/config.ts';
import { createHandler } from '../../../lambda/refresher/create-handler.ts';
import { createCredentialsSource, type SecretsClient } from '../../../lambda/refresher/credentials.ts';
import type { Dependencies } from '../../../lambda/refresher/dependencies.ts';
import { METRIC_NAMESPACE, METRICS, TOKEN_DIMENSION } from '../../../lambda/refresher/metric-names.ts';
import { tickMetrics } from '../../../lambda/refresher/metrics.ts';
import { createTokenStore, type ParameterStoreClient } from '../../../lambda/refresher/parameter-store.ts';
import { RefreshError } from '../../../lambda/refresher/refresh-error.ts';
import type { SoapReply } from '../../../lambda/refresher/soap/token-reply.ts';
import { seriesKey } from '../judge/cloudwatch-alarm.ts';
import type { Invocation } from './lambda-service.ts';
import type { World } from './month.ts';

/** The real tick, with the simulated world around it in place of handler.ts. */
export function refresherTick(config: Config, random: () => number) {
  const dimensions = { [TOKEN_DIMENSION]: config.tokenParameterName };
  const metricKeys = Object.fromEntries(
    Object.values(METRICS).map((metricName) => [
      metricName,
      seriesKey({ namespace: METRIC_NAMESPACE, metricName, dimensions }),
    ]),
  );
  return (world: World) =>
    async (invocation: Invocation): Promise<void> => {
      const { clock, lambdaNow, publish } = world;
      const time = {
        now: lambdaNow,
        sleep: (ms: number) => clock.sleep(ms),
        timeout: (ms: number) => clock.timeout(ms),
        random,
      };
      const client = awsClient(world, invocation);
      let metrics: ReturnType<typeof tickMetrics> = [];
      const dependencies: Dependencies = {
        credentials: createCredentialsSource(client, config.credentialsSecretId),
        store: createTokenStore(client, config, time),
        post: (envelope, timeoutMs) => post(world, invocation, envelope, timeoutMs),
        report: (report) => {
          metrics = tickMetrics(report);
        },
        ...time,
      };
      const { handler } = createHandler(config, dependencies);
      const [result] = await Promise.allSettled([
        handler(invocation.event, { getRemainingTimeInMillis: invocation.remainingMs }),
      ]);
      await invocation.step();
      for (const [metricName, , value] of metrics) publish(metricKeys[metricName] ?? '', value);
      if (result.status === 'rejected') throw result.reason;
    };
}

/** The SDK's `send` is a dozen overloads; the store answers the commands that the code sends, and throws on others. */
export function awsClient(world: World, { step }: Invocation): ParameterStoreClient & SecretsClient {
  const send = async (command: unknown, options?: { readonly abortSignal?: AbortSignal }) => {
    await step();
    const answer = await world.store.send(command, options?.abortSignal);
    await step();
    return answer;
  };
  return { send } as unknown as ParameterStoreClient & SecretsClient;
}

/** As token-endpoint.ts does it, without a network. */
export async function post(
  { clock, vendor }: World,
  { step }: Invocation,
  envelope: string,
  timeoutMs: number,
): Promise<SoapReply> {
  await step();
  try {
    const { status, contentType, body } = await vendor.answer(envelope, clock.timeout(timeoutMs));
    return { status, contentType, body: Buffer.from(body, 'latin1') };
  } catch (cause) {
    throw new RefreshError('ENDPOINT_UNAVAILABLE', 'no answer', { cause });
  } finally {
    await step();
  }
}
