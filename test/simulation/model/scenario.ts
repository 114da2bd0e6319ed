import type { StoreFault } from '../../../local/world/aws/virtual-aws.ts';
import type { VendorSettings } from '../../../local/world/soap/vendor.ts';
import type { VendorFaultName } from './vendor-faults.ts';

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
export interface TimedFault {
  readonly from: number;
  /** When the cause is gone, or a person has put it right. */
  readonly until: number;
  readonly what: SimulatedFault;
}

/** Everything that can go wrong, by its kind, with what must be said of it. */
export interface SimulatedFaults {
  vendor: { readonly fault: VendorFaultName };
  store: { readonly fault: StoreFault };
  /** The service takes a new password from the start; the secret holds it from the end. */
  'credentials-rotated': unknown;
  /** A person puts a wrong password into the secret, and the right one at the end. */
  'wrong-password': unknown;
  /** The service refuses right credentials; a person forces a refresh at the end. */
  'account-locked': unknown;
  'schedule-disabled': unknown;
  /** A person forces a refresh: from then on the token is off the schedule's grid. */
  forced: unknown;
  /** Every invocation dies at this step. */
  'process-dies': { readonly atStep: number };
  'status-deleted': unknown;
  'status-garbled': unknown;
  'attempt-deleted': unknown;
  'attempt-garbled': unknown;
  'token-deleted': unknown;
  'token-overwritten': unknown;
  /** The service forgets all tokens it issued; nobody is notified. */
  'tokens-revoked': unknown;
  /** The service's tokens live this long from now on, and its replies say so. */
  'lifetime-cut': { readonly lifetimeMinutes: number };
  /** Lambda's clock is off by this much. */
  'clock-skew': { readonly skewMs: number };
}

export type FaultKind = keyof SimulatedFaults;
export type FaultOf<Kind extends FaultKind> = { [K in Kind]: { readonly kind: K } & SimulatedFaults[K] }[Kind];
export type SimulatedFault = FaultOf<FaultKind>;

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
