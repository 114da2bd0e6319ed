import { type Config, configInvalid } from '../../lambda/refresher/config.ts';
import type { Dependencies } from '../../lambda/refresher/dependencies.ts';
import { readForce } from '../../lambda/refresher/event.ts';
import { METRIC_NAMESPACE, METRICS, TOKEN_DIMENSION } from '../../lambda/refresher/metric-names.ts';
import { tickMetrics } from '../../lambda/refresher/metrics.ts';
import { RefreshError } from '../../lambda/refresher/refresh-error.ts';
import { refreshToken } from '../../lambda/refresher/refresh-token.ts';
import type { SoapReply } from '../../lambda/refresher/soap/token-reply.ts';
import { seriesKey } from './cloudwatch-alarm.ts';
import type { Invocation } from './lambda-service.ts';
import type { World } from './month.ts';

/** As handler.ts: left for the log line and the metrics. */
const REPORTING_MS = 5_000;

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
      const { force, fault } = readForce(invocation.event);
      if (fault !== undefined) throw configInvalid([fault]);
      const dependencies: Dependencies = {
        secrets: awsClient(world, invocation),
        ssm: awsClient(world, invocation),
        post: (envelope, timeoutMs) => post(world, invocation, envelope, timeoutMs),
        now: lambdaNow,
        sleep: (ms) => clock.sleep(ms),
        timeout: (ms) => clock.timeout(ms),
        random,
      };
      const deadline = lambdaNow() + invocation.remainingMs() - REPORTING_MS;
      const report = await refreshToken(config, force, dependencies, deadline);
      await invocation.step();
      for (const [metricName, , value] of tickMetrics(report)) publish(metricKeys[metricName] ?? '', value);
      if (report.outcome === 'failed') throw report.error;
    };
}

/** The SDK's `send` is a dozen overloads; the store answers the commands that the code sends, and throws on others. */
export function awsClient(world: World, { step }: Invocation): Dependencies['ssm'] & Dependencies['secrets'] {
  const send = async (command: unknown, options?: { readonly abortSignal?: AbortSignal }) => {
    await step();
    const answer = await world.store.send(command, options?.abortSignal);
    await step();
    return answer;
  };
  return { send } as unknown as Dependencies['ssm'] & Dependencies['secrets'];
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
