import { timingOf } from '../../lambda/timing.ts';
import type { Issuing } from '../../local/world/soap/token-issuer.ts';
import type { VendorSettings } from '../../local/world/soap/vendor.ts';
import type { SimulatedFault, TimedFault } from './model/faults.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, type Scenario, type Settings } from './model/scenario.ts';

export const VENDOR: VendorSettings = {
  tokenLifetimeSeconds: 4 * 3600,
  issuing: 'new-revoking-old',
  // Common with B2B services, and what repeated logins with an old password run into.
  lockOut: { afterRefusals: 5, seconds: 1800 },
};

/**
 * Twelve onsets a month, each over before the next. What matters most about an outage is when in a token's life it
 * starts: eleven minutes later each time, they meet all two hours of it and every phase of a 15-minute schedule.
 */
const ONSETS = Array.from({ length: 12 }, (_, turn) => 2 * DAY_MS + turn * (54 * HOUR_MS + 11 * MINUTE_MS));

type FaultsAt = (at: number, turn: number) => readonly TimedFault[];

function lasting(hours: number, kind: SimulatedFault['kind'], more: Omit<SimulatedFault, 'kind'> = {}) {
  return (from: number): readonly TimedFault[] => [{ from, until: from + hours * HOUR_MS, kind, ...more }];
}

/** Ten minutes down, ten minutes up, for that many hours. */
function flapping(hours: number): FaultsAt {
  const down = lasting(1 / 6, 'http-503');
  return (at) => Array.from({ length: hours * 3 }, (_, turn) => down(at + turn * 20 * MINUTE_MS)).flat();
}

function scenario(name: string, faultsAt: FaultsAt, over: Partial<Scenario> = {}): Scenario {
  const { onsets = ONSETS } = over;
  const faults = onsets.flatMap(faultsAt);
  return {
    name,
    days: 30,
    seed: 1,
    settings: {},
    vendor: VENDOR,
    isReported: false,
    faults,
    ...over,
    onsets: faultsAt === nothing ? [] : onsets,
  };
}

const nothing: FaultsAt = () => [];

const SCENARIOS: readonly (readonly [name: string, faultsAt: FaultsAt, isReported?: boolean])[] = [
  ['nothing wrong', nothing],
  ['vendor down for 10 min', lasting(1 / 6, 'no-answer')],
  ['vendor down for 1 h', lasting(1, 'no-answer')],
  ['vendor down for 3 h', lasting(3, 'no-answer')],
  ['vendor down for 6 h', lasting(6, 'no-answer')],
  ['vendor flapping for 6 h', flapping(6)],
  ['every answer HTML for 6 h', lasting(6, 'html')],
  ['replies lost on the way for 2 h', lasting(2, 'reply-lost')],
  ['credentials rotated without notice, corrected 8 h later', lasting(8, 'credentials-rotated')],
  ['wrong password put in the secret, corrected 1 h later', lasting(1, 'wrong-password')],
  ['account locked for 30 min', lasting(0.5, 'account-locked')],
  ['account locked for 5 h', lasting(5, 'account-locked')],
  ['schedule disabled by hand for 8 h', lasting(8, 'schedule-disabled')],
  ['Lambda killed between the two writes, for 3 h', lasting(3, 'process-dies', { atStep: 11 })],
  ['SSM writes throttled for 1 h', lasting(1, 'writes-throttled')],
  ['SSM down for 1 h', lasting(1, 'parameters-unavailable')],
  ['status parameter deleted', lasting(0, 'status-deleted')],
  ['token parameter deleted', lasting(0, 'token-deleted')],
  ['token ended early by the service, no reader reports', lasting(0, 'tokens-revoked')],
  ['token ended early, a reader reports', lasting(0, 'tokens-revoked'), true],
  ['token lifetime silently cut to 1 h for a day', lasting(24, 'lifetime-cut', { lifetimeSeconds: 3600 })],
  ['lifetime overstated fourfold for 6 h', lasting(6, 'lifetime-overstated')],
  ['clock 5 min ahead for 6 h', lasting(6, 'clock-skew', { skewMs: 5 * MINUTE_MS })],
  ['clock 5 min behind for 6 h', lasting(6, 'clock-skew', { skewMs: -5 * MINUTE_MS })],
];

/** Everything that is simulated side by side. */
export function scenarios(over: Partial<Scenario> = {}): readonly Scenario[] {
  return SCENARIOS.map(([name, faultsAt, isReported = false]) => scenario(name, faultsAt, { isReported, ...over }));
}

export function scenarioNamed(name: string, over: Partial<Scenario> = {}): Scenario {
  const found = scenarios(over).find((one) => one.name === name);
  if (found === undefined) throw new TypeError(`no scenario "${name}"`);
  return found;
}

export function quietMonth(seed: number): Scenario {
  return scenario('nothing wrong', nothing, { seed });
}

/** The same fault twelve times. */
export function during(hours: number, kind: SimulatedFault['kind'], over: Partial<Scenario> = {}): Scenario {
  return scenario(`${kind} for ${hours} h`, lasting(hours, kind), over);
}

/** Outages of six hours, each at another age of a token that a forced refresh got off the schedule's grid. */
export function offTheGrid(lifetimeMinutes: number, over: Partial<Scenario> = {}): Scenario {
  const faultsAt: FaultsAt = (at, turn) => {
    // 13 to 112 minutes: the next tick would replace it.
    const from = at - (13 + 9 * turn) * MINUTE_MS;
    return [{ from, until: from, kind: 'forced' }, ...lasting(6, 'no-answer')(at)];
  };
  const vendor = { ...VENDOR, tokenLifetimeSeconds: lifetimeMinutes * 60 };
  return scenario(`off the grid, ${lifetimeMinutes} min`, faultsAt, { vendor, ...over });
}

/** One outage under one's own settings; `from` and `lastsMs` in milliseconds, `from` counted from the month's start. */
export function outageAt(settings: Settings, from: number, lastsMs: number): Scenario {
  const { tokenLifetimeSeconds } = timingOf(settings);
  // Until those who log in once in a lifetime have done so again, and every back-off is over.
  const end = from + lastsMs + 1250 * tokenLifetimeSeconds + 3 * HOUR_MS;
  const faultsAt: FaultsAt = (at) => [{ from: at, until: at + lastsMs, kind: 'no-answer' }];
  const vendor = { ...VENDOR, tokenLifetimeSeconds };
  return scenario(`vendor down from ${from} ms on`, faultsAt, { days: end / DAY_MS, settings, vendor, onsets: [from] });
}

const SERVICES: readonly (readonly [name: string, issuing: Issuing])[] = [
  ['same token until 10 min before its end', 'same-until-late'],
  ['the same, every reply claiming the whole lifetime', 'same-claiming-whole-lifetime'],
  ['the same, to the very end of the token', 'same-to-the-end'],
  ['the same token for ever, every login prolonging it', 'sliding'],
];

const FITTINGS: readonly (readonly [name: string, settings: Settings])[] = [
  ['no renewalWindow', {}],
  ['renewalWindow 10 min, checkEvery 3 min', { renewalWindowSeconds: 600, checkEverySeconds: 180 }],
  ['renewalWindow 10 min, checkEvery 1 min', { renewalWindowSeconds: 600, checkEverySeconds: 60 }],
];

/** Services that do not issue a new token whenever they are asked; ten quiet days each. */
export const SERVICE_SCENARIOS: readonly Scenario[] = SERVICES.flatMap(([service, issuing]) =>
  FITTINGS.map(([fitting, settings]) =>
    scenario(`${service}; ${fitting}`, nothing, { days: 10, settings, vendor: { ...VENDOR, issuing } }),
  ),
);
