import type { MetricPoint } from './aws/cloudwatch-alarm.ts';
import { VirtualAws } from './aws/virtual-aws.ts';
import type { SoapCredentials } from './soap/soap-service.ts';
import { Vendor, type VendorSettings } from './soap/vendor.ts';
import { Random } from './time/random.ts';
import { VirtualClock } from './time/virtual-clock.ts';

/** All that is around a refresher and its readers: one clock, one AWS, one SOAP service, one CloudWatch. */
export type VirtualWorld = ReturnType<typeof createVirtualWorld>;

/** What a new world starts with. */
export interface VirtualWorldSettings {
  /** Milliseconds since the epoch. */
  readonly start: number;
  /** The same seed gives the same chance. */
  readonly seed: number;
  readonly secretId: string;
  readonly vendor: VendorSettings;
  /** What the service takes for right. */
  readonly credentials: SoapCredentials;
}

/** A world in which nothing has happened yet: its secret has no value. */
export function createVirtualWorld({ start, seed, secretId, vendor, credentials }: VirtualWorldSettings) {
  // A stream of chance for each part, so that one part's luck does not depend on another's.
  const stream = (part: number) => new Random(seed * 16 + part);
  const clock = new VirtualClock(start);
  const metrics = new Map<string, MetricPoint[]>();
  const delays = stream(3);
  return {
    clock,
    vendor: new Vendor(clock, stream(1), vendor, credentials),
    aws: new VirtualAws(clock, stream(2), secretId),
    /** Every metric by its key, see seriesKey. */
    metrics,
    /** @param time what the value is about, in milliseconds since the epoch; now if left out */
    publish(metricKey: string, value: number, time = clock.now()): void {
      const series = metrics.get(metricKey) ?? [];
      metrics.set(metricKey, series);
      // Metrics out of logs and Lambda's own ones are usually there within a minute.
      series.push({ time, visibleAt: clock.now() + delays.between(5_000, 60_000), value });
    },
    /** What the function's clock shows. */
    lambdaNow: clock.now,
  };
}
