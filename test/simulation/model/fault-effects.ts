import { attemptParameterName } from '../../../lambda/attempt-record.ts';
import { statusParameterName } from '../../../lambda/token-status.ts';
import type { VirtualAws } from '../../../local/world/aws/virtual-aws.ts';
import type { Vendor, VendorSettings } from '../../../local/world/soap/vendor.ts';
import type { VirtualClock } from '../../../local/world/time/virtual-clock.ts';
import type { Account } from './account.ts';
import type { LambdaService } from './lambda-service.ts';
import { type FaultKind, type FaultOf, MINUTE_MS, type SimulatedFault, type TimedFault } from './scenario.ts';
import { livedShare, VENDOR_FAULTS } from './vendor-faults.ts';

/** What lasts for as long as something is wrong, and is set anew whenever that changes. */
export interface FunctionState {
  skewMs: number;
  diesAtStep: number | undefined;
  isScheduled: boolean;
}

/** All that a fault can change. */
export interface FaultyWorld {
  readonly vendor: Vendor;
  /** What the service does by itself. */
  readonly usual: VendorSettings;
  readonly aws: VirtualAws;
  readonly account: Account;
  readonly lambda: LambdaService;
  readonly functionState: FunctionState;
  readonly tokenParameterName: string;
  /** Puts a password into the secret, as an operator does. */
  putSecret(password: string): void;
  /** A password that was never used before. */
  newPassword(): string;
  readonly clock: VirtualClock;
}

interface Effects<Kind extends FaultKind> {
  /** Holds from the beginning to the end. */
  readonly lasts?: (world: FaultyWorld, what: FaultOf<Kind>) => void;
  readonly begins?: (world: FaultyWorld, what: FaultOf<Kind>) => void;
  readonly ends?: (world: FaultyWorld, what: FaultOf<Kind>) => void;
}

const putRightPassword = ({ vendor, putSecret }: FaultyWorld) => putSecret(vendor.password);
const statusOf = ({ tokenParameterName }: FaultyWorld) => statusParameterName(tokenParameterName);
const attemptOf = ({ tokenParameterName }: FaultyWorld) => attemptParameterName(tokenParameterName);

/** Two refusals keep a forced run waiting for four minutes, which its message says. */
const BRAKE_MS = 5 * MINUTE_MS;

function forceUntilHeard({ lambda, vendor, clock }: FaultyWorld): void {
  lambda.invoke({ force: true });
  clock.at(clock.now() + BRAKE_MS, () => {
    if (vendor.logins.at(-1)?.outcome === 'refused') lambda.invoke({ force: true });
  });
}

const EFFECTS: { readonly [Kind in FaultKind]: Effects<Kind> } = {
  vendor: {
    lasts: ({ vendor }, { fault }) => {
      vendor.fault = VENDOR_FAULTS[fault];
      vendor.service.livedShare = livedShare(fault);
    },
  },
  store: {
    lasts: ({ aws }, { fault }) => {
      aws.faults.add(fault);
    },
  },
  'credentials-rotated': {
    begins: ({ vendor, newPassword }) => {
      vendor.password = newPassword();
    },
    ends: putRightPassword,
  },
  'wrong-password': {
    begins: ({ putSecret }) => putSecret('a slip of the hand'),
    ends: putRightPassword,
  },
  'account-locked': {
    lasts: ({ vendor }) => {
      vendor.service.isAccountLocked = true;
    },
    ends: forceUntilHeard,
  },
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
  'tokens-revoked': { begins: ({ vendor, clock }) => vendor.service.revokeAll(new Date(clock.now())) },
  'lifetime-cut': {
    begins: ({ vendor }, { lifetimeMinutes }) => {
      vendor.service.tokenLifetimeSeconds = (lifetimeMinutes * MINUTE_MS) / 1000;
    },
    ends: ({ vendor, usual }) => {
      vendor.service.tokenLifetimeSeconds = usual.lifetimeSeconds;
    },
  },
  'clock-skew': {
    lasts: ({ functionState }, { skewMs }) => {
      functionState.skewMs = skewMs;
    },
  },
};

function effectsOf<Kind extends FaultKind>(kind: Kind): Effects<Kind> {
  return EFFECTS[kind];
}

/** Sets everything that lasts back to normal, and then to what the faults that are active now make of it. */
export function settle(world: FaultyWorld, active: Iterable<TimedFault>): void {
  const { vendor, aws, functionState } = world;
  vendor.fault = undefined;
  vendor.service.livedShare = livedShare(undefined);
  vendor.service.isAccountLocked = false;
  aws.faults.clear();
  Object.assign(functionState, NORMAL);
  for (const { what } of active) effectsOf(what.kind).lasts?.(world, what);
}

export function begin(world: FaultyWorld, what: SimulatedFault): void {
  effectsOf(what.kind).begins?.(world, what);
}

export function end(world: FaultyWorld, what: SimulatedFault): void {
  effectsOf(what.kind).ends?.(world, what);
}

export const NORMAL: Readonly<FunctionState> = { skewMs: 0, diesAtStep: undefined, isScheduled: true };
