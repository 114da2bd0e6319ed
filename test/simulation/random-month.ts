import { timingOf } from '../../lambda/timing.ts';
import { Random } from '../../local/world/time/random.ts';
import type { SimulatedFault, TimedFault } from './model/faults.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, type Scenario } from './model/scenario.ts';

const VENDOR_FAULTS = [
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
] as const;

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

type Customer = Pick<Scenario, 'settings' | 'days'>;

const DEFAULT: Customer = { settings: {}, days: 30 };
/** What teams set, and the service that it fits. The default is the most frequent. */
const CUSTOMERS: readonly [Customer, ...Customer[]] = [
  DEFAULT,
  DEFAULT,
  DEFAULT,
  { settings: { tokenLifetimeSeconds: 3600, refreshEverySeconds: 1800, checkEverySeconds: 300 }, days: 10 },
  { settings: { tokenLifetimeSeconds: 12 * 3600, refreshEverySeconds: 4 * 3600, checkEverySeconds: 1800 }, days: 30 },
];

/** A month as no one plans it: nought to six faults of any kind, at any time, over one another. */
export function randomMonth(seed: number): Scenario {
  const random = new Random(seed * 16 + 15);
  const { settings, days } = random.pick(CUSTOMERS);
  const lifetimeSeconds = timingOf(settings).tokenLifetimeSeconds;
  const faults = Array.from({ length: random.integer(0, 6) }, () =>
    randomTimedFault(random, days * DAY_MS, lifetimeSeconds),
  );
  return {
    name: `random month ${seed}`,
    days,
    seed,
    settings,
    vendor: {
      tokenLifetimeSeconds: lifetimeSeconds,
      issuing: random.pick(['new', 'new-revoking-old']),
      ...(random.chance(0.5) && { lockOut: { afterRefusals: 3, seconds: 1800 } }),
    },
    isReported: false,
    faults: faults.sort((a, b) => a.from - b.from),
    onsets: [],
  };
}

function randomTimedFault(random: Random, monthMs: number, lifetimeSeconds: number): TimedFault {
  const from = random.between(4 * HOUR_MS, monthMs - DAY_MS);
  const fault = randomFault(random, lifetimeSeconds);
  // As many short ones as long ones: five minutes to ten hours.
  const lastsMs = 5 * MINUTE_MS * 120 ** random.next();
  const isMoment = [...MOMENTS, 'tokens-revoked'].includes(fault.kind);
  return { from, until: isMoment ? from : from + lastsMs, ...fault };
}

function randomFault(random: Random, lifetimeSeconds: number): SimulatedFault {
  const vendor = (): SimulatedFault => ({ kind: random.pick(VENDOR_FAULTS) });
  const kinds: readonly [() => SimulatedFault, ...(() => SimulatedFault)[]] = [
    vendor,
    vendor,
    vendor,
    () => ({ kind: random.pick(STORE_FAULTS) }),
    () => ({ kind: 'credentials-rotated' }),
    () => ({ kind: 'wrong-password' }),
    () => ({ kind: 'account-locked' }),
    () => ({ kind: 'schedule-disabled' }),
    () => ({ kind: 'process-dies', atStep: random.integer(1, 13) }),
    () => ({ kind: random.pick(MOMENTS) }),
    () => ({ kind: 'tokens-revoked' }),
    () => ({ kind: 'lifetime-cut', lifetimeSeconds: lifetimeSeconds / random.pick([2, 4]) }),
    () => ({ kind: 'clock-skew', skewMs: random.between(-5, 5) * MINUTE_MS }),
  ];
  return random.pick(kinds)();
}
