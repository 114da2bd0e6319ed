import { attemptParameterName } from '../../../lambda/attempt-record.ts';
import { statusParameterName } from '../../../lambda/token-status.ts';
import type { StoreFault } from '../../../local/world/aws/virtual-aws.ts';
import { faultEnvelope } from '../../../local/world/soap/soap-envelope.ts';
import {
  type HttpReply,
  NO_CONNECTION,
  NONSENSE,
  type VendorFault,
  type VendorSettings,
} from '../../../local/world/soap/vendor.ts';
import type { VirtualWorld } from '../../../local/world/virtual-world.ts';
import type { Account } from './account.ts';
import type { InvokeFunction } from './lambda-service.ts';

const HTML = '<html><head><title>Maintenance</title></head><body><h1>Back soon</h1></body></html>';

function instead(status: number, contentType: string, body: string): VendorFault {
  return { instead: async (): Promise<HttpReply> => ({ status, contentType, body }) };
}

/** What can be wrong with the service. */
export const VENDOR_FAULTS = {
  'no-connection': NO_CONNECTION,
  'no-answer': {
    instead: (signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
  },
  'http-503': instead(503, 'text/html', HTML),
  html: instead(200, 'text/html; charset=UTF-8', HTML),
  'empty-500': instead(500, 'text/html; charset=UTF-8', ''),
  'server-fault': instead(500, 'text/xml; charset=ISO-8859-1', faultEnvelope('Server', 'Database connection failed')),
  malformed: NONSENSE,
  truncated: { afterwards: async (reply) => ({ ...reply, body: reply.body.slice(0, -40) }) },
  /** The login works and the token is minted, but the connection breaks before the reply is through. */
  'reply-lost': { afterwards: () => Promise.reject(new TypeError('terminated')) },
  /** Right, but after half a minute. */
  slow: { afterwards: (reply, sleep) => sleep(30_000).then(() => reply) },
} as const satisfies Record<string, VendorFault>;

/** Everything that can go wrong, by its kind, with what must be said of it. */
export interface SimulatedFault {
  readonly kind: keyof typeof EFFECTS | keyof typeof VENDOR_FAULTS | StoreFault;
  /** Of `process-dies`: every invocation dies at this step. */
  readonly atStep?: number;
  /** Of `lifetime-cut`: the service's tokens live this long from now on, and its replies say so. */
  readonly lifetimeSeconds?: number;
  /** Of `clock-skew`: Lambda's clock is off by this much. */
  readonly skewMs?: number;
}

/** Something wrong, from one instant to another; times are milliseconds from the month's start. */
export interface TimedFault extends SimulatedFault {
  readonly from: number;
  /** When the cause is gone, or a person has put it right. */
  readonly until: number;
}

/** What holds for as long as something is wrong, and is set anew whenever that changes. */
export interface FaultState {
  skewMs: number;
  diesAtStep: number | undefined;
  isScheduled: boolean;
  isAccountLocked: boolean;
  vendorFault: VendorFault | undefined;
  /** Which part of the promised lifetime the service's tokens really live. */
  livedShare: number;
}

export const NORMAL: Readonly<FaultState> = {
  skewMs: 0,
  diesAtStep: undefined,
  isScheduled: true,
  isAccountLocked: false,
  vendorFault: undefined,
  livedShare: 1,
};

/** All that a fault can change. */
export interface FaultyWorld extends Pick<VirtualWorld, 'vendor' | 'aws' | 'clock'> {
  /** What the service does by itself. */
  readonly usual: VendorSettings;
  readonly account: Account;
  readonly invoke: InvokeFunction;
  readonly state: FaultState;
  readonly tokenParameterName: string;
  /** Puts a password into the secret, as an operator does. */
  putSecret(password: string): void;
}

type Effect = (world: FaultyWorld, fault: SimulatedFault) => void;

interface Effects {
  /** From the beginning to the end. */
  readonly holds?: (fault: SimulatedFault) => Partial<FaultState>;
  readonly begins?: Effect;
  readonly ends?: Effect;
}

const putRightPassword: Effect = ({ vendor, putSecret }) => putSecret(vendor.password);

/** Two refusals keep a forced run waiting for four minutes, which its message says. */
const BRAKE_MS = 5 * 60_000;

function forceUntilHeard({ invoke, vendor, clock }: FaultyWorld): void {
  invoke({ force: true });
  clock.at(clock.now() + BRAKE_MS, () => {
    if (vendor.logins.at(-1)?.outcome === 'refused') invoke({ force: true });
  });
}

type NameOf = (tokenParameterName: string) => string;

function deletes(nameOf: NameOf): Effects {
  return { begins: ({ account, tokenParameterName }) => account.deleteParameter(nameOf(tokenParameterName)) };
}

function overwrites(nameOf: NameOf, value: string, type: 'String' | 'SecureString'): Effects {
  return {
    begins: ({ account, tokenParameterName }) => account.overwriteParameter(nameOf(tokenParameterName), value, type),
  };
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
  'account-locked': { holds: () => ({ isAccountLocked: true }), ends: forceUntilHeard },
  /** A person forces a refresh: from then on the token is off the schedule's grid. */
  forced: { begins: ({ invoke }) => invoke({ force: true }) },
  'schedule-disabled': { holds: () => ({ isScheduled: false }) },
  'process-dies': { holds: ({ atStep }) => ({ diesAtStep: atStep }) },
  'status-deleted': deletes(statusParameterName),
  'status-garbled': overwrites(statusParameterName, '{"token":{"version":1}}', 'String'),
  'attempt-deleted': deletes(attemptParameterName),
  'attempt-garbled': overwrites(attemptParameterName, '{"attempt":{"failures":1}}', 'String'),
  'token-deleted': deletes((name) => name),
  'token-overwritten': overwrites((name) => name, 'by-somebody-else', 'SecureString'),
  /** The service forgets all tokens it issued; nobody is notified. */
  'tokens-revoked': { begins: ({ vendor, clock }) => vendor.service.revokeAll(new Date(clock.now())) },
  'lifetime-cut': {
    begins: ({ vendor }, { lifetimeSeconds = 0 }) => {
      vendor.service.tokenLifetimeSeconds = lifetimeSeconds;
    },
    ends: ({ vendor, usual }) => {
      vendor.service.tokenLifetimeSeconds = usual.tokenLifetimeSeconds;
    },
  },
  /** Right answers, but the token lives for a quarter of what they say. */
  'lifetime-overstated': { holds: () => ({ vendorFault: undefined, livedShare: 0.25 }) },
  'clock-skew': { holds: ({ skewMs = 0 }) => ({ skewMs }) },
} as const satisfies Readonly<Record<string, Effects>>;

/** Makes the faults of a month begin and end. */
export function playFaults(world: FaultyWorld, faults: readonly TimedFault[], onBegin: () => void): void {
  const active = new Set<TimedFault>();
  for (const fault of faults) {
    const { begins, ends } = effectsOf(fault);
    world.clock.at(fault.from, () => {
      active.add(fault);
      settle(world, active);
      begins?.(world, fault);
      onBegin();
    });
    world.clock.at(fault.until, () => {
      active.delete(fault);
      settle(world, active);
      ends?.(world, fault);
    });
  }
}

/** Everything as usual, but for what the faults that are active now make of it: of two that say the same, the later one. */
function settle({ vendor, aws, state }: FaultyWorld, active: ReadonlySet<TimedFault>): void {
  Object.assign(state, NORMAL, ...Array.from(active, (fault) => effectsOf(fault).holds?.(fault)));
  vendor.fault = state.vendorFault;
  vendor.service.livedShare = state.livedShare;
  vendor.service.isAccountLocked = state.isAccountLocked;
  aws.faults.clear();
  for (const { kind } of active) if (!isIn(EFFECTS, kind) && !isIn(VENDOR_FAULTS, kind)) aws.faults.add(kind);
}

function effectsOf({ kind }: SimulatedFault): Effects {
  if (isIn(VENDOR_FAULTS, kind)) return { holds: () => ({ vendorFault: VENDOR_FAULTS[kind], livedShare: 1 }) };
  return isIn(EFFECTS, kind) ? EFFECTS[kind] : {};
}

function isIn<Table extends object>(table: Table, kind: PropertyKey): kind is keyof Table {
  return Object.hasOwn(table, kind);
}
