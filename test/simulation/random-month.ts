import type { Issuing } from '../../local/world/soap/token-issuer.ts';
import { Random } from '../../local/world/time/random.ts';
import {
  DAY_MS,
  HOUR_MS,
  MINUTE_MS,
  type Scenario,
  type Settings,
  type SimulatedFault,
  type TimedFault,
} from './model/scenario.ts';
import type { VendorFaultName } from './model/vendor-faults.ts';

const VENDOR_FAULTS: readonly [VendorFaultName, ...VendorFaultName[]] = [
  'no-connection',
  'no-answer',
  'http-503',
  'html',
  'empty-500',
  'server-fault',
  'truncated',
  'reply-lost',
  'slow',
  'lifetime-overstated',
];

const STORE_FAULTS = ['writes-throttled', 'parameters-unavailable', 'secrets-unavailable'] as const;

/** What somebody does to a parameter. */
const MOMENTS = [
  'status-deleted',
  'status-garbled',
  'attempt-deleted',
  'attempt-garbled',
  'token-deleted',
  'token-overwritten',
] as const;

interface Customer {
  readonly settings: Settings;
  readonly lifetimeMinutes: number;
  readonly days: number;
}

const DEFAULT_CUSTOMER: Customer = { settings: {}, lifetimeMinutes: 240, days: 30 };
/** What teams set, and the service that it fits. The default is the most frequent. */
const CUSTOMERS: readonly [Customer, ...Customer[]] = [
  DEFAULT_CUSTOMER,
  DEFAULT_CUSTOMER,
  DEFAULT_CUSTOMER,
  {
    settings: { tokenLifetimeMinutes: 60, refreshEveryMinutes: 30, checkEveryMinutes: 5 },
    lifetimeMinutes: 60,
    days: 10,
  },
  {
    settings: { tokenLifetimeMinutes: 720, refreshEveryMinutes: 240, checkEveryMinutes: 30 },
    lifetimeMinutes: 720,
    days: 30,
  },
];
const ISSUINGS: readonly [Issuing, ...Issuing[]] = ['new', 'new-revoking-old'];

/** A month as no one plans it: nought to six faults of any kind, at any time, over one another. */
export function randomMonth(seed: number): Scenario {
  const random = new Random(seed * 16 + 15);
  const { settings, lifetimeMinutes, days } = random.pick(CUSTOMERS);
  const faults = Array.from({ length: random.integer(0, 6) }, () =>
    randomTimedFault(random, days * DAY_MS, lifetimeMinutes),
  );
  return {
    name: `random month ${seed}`,
    days,
    seed,
    settings,
    vendor: {
      lifetimeSeconds: lifetimeMinutes * 60,
      issuing: random.pick(ISSUINGS),
      ...(random.chance(0.5) && { lockOut: { afterRefusals: 3, seconds: 1800 } }),
    },
    isReported: false,
    faults: faults.sort((a, b) => a.from - b.from),
    onsets: [],
  };
}

function randomTimedFault(random: Random, monthMs: number, lifetimeMinutes: number): TimedFault {
  const from = random.between(4 * HOUR_MS, monthMs - DAY_MS);
  const what = randomFault(random, lifetimeMinutes);
  // As many short ones as long ones: five minutes to ten hours.
  const lastsMs = 5 * MINUTE_MS * 120 ** random.next();
  const isMoment = [...MOMENTS, 'tokens-revoked'].includes(what.kind);
  return { from, until: isMoment ? from : from + lastsMs, what };
}

function randomFault(random: Random, lifetimeMinutes: number): SimulatedFault {
  const vendor = (): SimulatedFault => ({ kind: 'vendor', fault: random.pick(VENDOR_FAULTS) });
  const kinds: readonly [() => SimulatedFault, ...(() => SimulatedFault)[]] = [
    vendor,
    vendor,
    vendor,
    () => ({ kind: 'store', fault: random.pick(STORE_FAULTS) }),
    () => ({ kind: 'credentials-rotated' }),
    () => ({ kind: 'wrong-password' }),
    () => ({ kind: 'account-locked' }),
    () => ({ kind: 'schedule-disabled' }),
    () => ({ kind: 'process-dies', atStep: random.integer(1, 13) }),
    () => ({ kind: random.pick(MOMENTS) }),
    () => ({ kind: 'tokens-revoked' }),
    () => ({ kind: 'lifetime-cut', lifetimeMinutes: lifetimeMinutes / random.pick([2, 4]) }),
    () => ({ kind: 'clock-skew', skewMs: random.between(-5, 5) * MINUTE_MS }),
  ];
  return random.pick(kinds)();
}
