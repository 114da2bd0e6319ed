import type { RefreshTiming } from '../../../lambda/timing.ts';
import type { VendorSettings } from '../../../local/world/soap/vendor.ts';
import type { TimedFault } from './faults.ts';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** What the platform team sets on the construct; undefined: its default. */
export type Settings = Partial<RefreshTiming>;

export interface Scenario {
  readonly name: string;
  readonly days: number;
  readonly seed: number;
  readonly settings: Settings;
  readonly vendor: VendorSettings;
  /** A reader reports each stored token that the service has ended; the rule on its report starts a tick. */
  readonly isReported: boolean;
  readonly faults: readonly TimedFault[];
  /** When faults begin that are measured, each time at another point of the token's life; each figure is for one onset. */
  readonly onsets: readonly number[];
}
