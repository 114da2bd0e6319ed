import type { ScheduleNoise } from './schedule.ts';
import type { Disturbance, VendorSettings } from './vendor.ts';
import type { StoreFault } from './virtual-aws.ts';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** What the platform team sets on the construct; undefined: its default. */
export interface Settings {
  readonly tokenLifetimeMinutes?: number;
  readonly refreshEveryMinutes?: number;
  readonly checkEveryMinutes?: number;
  readonly renewalWindowMinutes?: number;
}

/** Something wrong, from one instant to another; times are milliseconds from the month's start. */
export interface Fault {
  readonly from: number;
  /** When the cause is gone, or a person has put it right. */
  readonly until: number;
  readonly what: Trouble;
}

export type Trouble =
  | { readonly kind: 'vendor'; readonly disturbance: Disturbance }
  | { readonly kind: 'store'; readonly fault: StoreFault }
  /** The service takes a new password from the start; the secret holds it from the end. */
  | { readonly kind: 'credentials-rotated' }
  /** A person puts a wrong password into the secret, and the right one at the end. */
  | { readonly kind: 'wrong-password' }
  /** The service refuses right credentials; a person forces a refresh at the end. */
  | { readonly kind: 'account-locked' }
  | { readonly kind: 'schedule-disabled' }
  /** Every invocation dies at this step. */
  | { readonly kind: 'process-dies'; readonly atStep: number }
  | { readonly kind: 'status-deleted' }
  | { readonly kind: 'status-garbled' }
  | { readonly kind: 'token-deleted' }
  | { readonly kind: 'token-overwritten' }
  /** The service forgets all tokens it issued; nobody is told. */
  | { readonly kind: 'tokens-revoked' }
  /** The service's tokens live this long from now on, and its replies say so. */
  | { readonly kind: 'lifetime-cut'; readonly lifetimeMinutes: number }
  /** Lambda's clock is off by this much. */
  | { readonly kind: 'clock-skew'; readonly skewMs: number };

export interface Scenario {
  readonly name: string;
  readonly days: number;
  readonly seed: number;
  readonly settings: Settings;
  readonly vendor: VendorSettings;
  readonly noise: ScheduleNoise;
  readonly faults: readonly Fault[];
  /** When something strikes, each time at another point of the token's life; what is measured is measured per strike. */
  readonly strikes: readonly number[];
}
