import { attemptParameterName } from '../../../lambda/attempt-record.ts';
import { statusParameterName } from '../../../lambda/token-status.ts';
import type { StoreFault } from '../../../local/world/aws/virtual-aws.ts';
import type { VendorSettings } from '../../../local/world/soap/vendor.ts';
import type { VirtualWorld } from '../../../local/world/virtual-world.ts';
import type { Account } from './account.ts';
import type { LambdaService } from './lambda-service.ts';
import { livedShare, VENDOR_FAULTS, type VendorFaultName } from './vendor-faults.ts';

/** Everything that can go wrong, by its kind, with what must be said of it. */
export interface SimulatedFault {
  readonly kind: keyof typeof EFFECTS | VendorFaultName | StoreFault;
  /** Of `process-dies`: every invocation dies at this step. */
  readonly atStep?: number;
  /** Of `lifetime-cut`: the service's tokens live this long from now on, and its replies say so. */
  readonly lifetimeMinutes?: number;
  /** Of `clock-skew`: Lambda's clock is off by this much. */
  readonly skewMs?: number;
}

/** Something wrong, from one instant to another; times are milliseconds from the month's start. */
export interface TimedFault extends SimulatedFault {
  readonly from: number;
  /** When the cause is gone, or a person has put it right. */
  readonly until: number;
}

/** What lasts for as long as something is wrong, and is set anew whenever that changes. */
export interface FunctionState {
  skewMs: number;
  diesAtStep: number | undefined;
  isScheduled: boolean;
}

export const NORMAL: Readonly<FunctionState> = { skewMs: 0, diesAtStep: undefined, isScheduled: true };

/** All that a fault can change. */
export interface FaultyWorld extends Pick<VirtualWorld, 'vendor' | 'aws' | 'clock'> {
  /** What the service does by itself. */
  readonly usual: VendorSettings;
  readonly account: Account;
  readonly lambda: LambdaService;
  readonly functionState: FunctionState;
  readonly tokenParameterName: string;
  /** Puts a password into the secret, as an operator does. */
  putSecret(password: string): void;
}

type Effect = (world: FaultyWorld, fault: SimulatedFault) => void;

interface Effects {
  /** Holds from the beginning to the end. */
  readonly lasts?: Effect;
  readonly begins?: Effect;
  readonly ends?: Effect;
}

const putRightPassword: Effect = ({ vendor, putSecret }) => putSecret(vendor.password);
const statusOf = ({ tokenParameterName }: FaultyWorld) => statusParameterName(tokenParameterName);
const attemptOf = ({ tokenParameterName }: FaultyWorld) => attemptParameterName(tokenParameterName);

/** Two refusals keep a forced run waiting for four minutes, which its message says. */
const BRAKE_MS = 5 * 60_000;

function forceUntilHeard({ lambda, vendor, clock }: FaultyWorld): void {
  lambda.invoke({ force: true });
  clock.at(clock.now() + BRAKE_MS, () => {
    if (vendor.logins.at(-1)?.outcome === 'refused') lambda.invoke({ force: true });
  });
}

const EFFECTS = {
  /** The service takes a new password from the start; the secret holds it from the end. */
  'credentials-rotated': {
    begins: ({ vendor }) => {
      vendor.password += '-changed';
    },
    ends: putRightPassword,
  },
  /** A person puts a wrong password into the secret, and the right one at the end. */
  'wrong-password': { begins: ({ putSecret }) => putSecret('a slip of the hand'), ends: putRightPassword },
  /** The service refuses right credentials; a person forces a refresh at the end. */
  'account-locked': {
    lasts: ({ vendor }) => {
      vendor.service.isAccountLocked = true;
    },
    ends: forceUntilHeard,
  },
  /** A person forces a refresh: from then on the token is off the schedule's grid. */
  forced: { begins: ({ lambda }) => lambda.invoke({ force: true }) },
  'schedule-disabled': {
    lasts: ({ functionState }) => {
      functionState.isScheduled = false;
    },
  },
  'process-dies': {
    lasts: ({ functionState }, { atStep }) => {
      functionState.diesAtStep = atStep;
    },
  },
  'status-deleted': { begins: (world) => world.account.deleteParameter(statusOf(world)) },
  'status-garbled': {
    begins: (world) => world.account.overwriteParameter(statusOf(world), '{"token":{"version":1}}', 'String'),
  },
  'attempt-deleted': { begins: (world) => world.account.deleteParameter(attemptOf(world)) },
  'attempt-garbled': {
    begins: (world) => world.account.overwriteParameter(attemptOf(world), '{"attempt":{"failures":1}}', 'String'),
  },
  'token-deleted': { begins: ({ account, tokenParameterName }) => account.deleteParameter(tokenParameterName) },
  'token-overwritten': {
    begins: ({ account, tokenParameterName }) =>
      account.overwriteParameter(tokenParameterName, 'by-somebody-else', 'SecureString'),
  },
  /** The service forgets all tokens it issued; nobody is notified. */
  'tokens-revoked': { begins: ({ vendor, clock }) => vendor.service.revokeAll(new Date(clock.now())) },
  'lifetime-cut': {
    begins: ({ vendor }, { lifetimeMinutes = 0 }) => {
      vendor.service.tokenLifetimeSeconds = lifetimeMinutes * 60;
    },
    ends: ({ vendor, usual }) => {
      vendor.service.tokenLifetimeSeconds = usual.lifetimeSeconds;
    },
  },
  'clock-skew': {
    lasts: ({ functionState }, { skewMs = 0 }) => {
      functionState.skewMs = skewMs;
    },
  },
} as const satisfies Readonly<Record<string, Effects>>;

function effectsOf({ kind }: SimulatedFault): Effects {
  if (isOfVendor(kind)) {
    return {
      lasts: ({ vendor }) => {
        vendor.fault = VENDOR_FAULTS[kind];
        vendor.service.livedShare = livedShare(kind);
      },
    };
  }
  return isOfStore(kind) ? { lasts: ({ aws }) => void aws.faults.add(kind) } : EFFECTS[kind];
}

function isOfVendor(kind: SimulatedFault['kind']): kind is VendorFaultName {
  return Object.hasOwn(VENDOR_FAULTS, kind);
}

function isOfStore(kind: Exclude<SimulatedFault['kind'], VendorFaultName>): kind is StoreFault {
  return !Object.hasOwn(EFFECTS, kind);
}

/** Sets everything that lasts back to normal, and then to what the faults that are active now make of it. */
export function settle(world: FaultyWorld, active: Iterable<SimulatedFault>): void {
  const { vendor, aws, functionState } = world;
  vendor.fault = undefined;
  vendor.service.livedShare = livedShare(undefined);
  vendor.service.isAccountLocked = false;
  aws.faults.clear();
  Object.assign(functionState, NORMAL);
  for (const fault of active) effectsOf(fault).lasts?.(world, fault);
}

export function begin(world: FaultyWorld, fault: SimulatedFault): void {
  effectsOf(fault).begins?.(world, fault);
}

export function end(world: FaultyWorld, fault: SimulatedFault): void {
  effectsOf(fault).ends?.(world, fault);
}
