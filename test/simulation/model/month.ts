import { VirtualClock } from '../../virtual-clock.ts';
import type { MetricPoint } from '../judge/cloudwatch-alarm.ts';
import { type Invocation, type InvocationRecord, LambdaService, type LambdaSettings } from './lambda-service.ts';
import { Random } from './random.ts';
import { DAY_MS, type Fault, MINUTE_MS, type Scenario } from './scenario.ts';
import { eventTimes } from './schedule.ts';
import { type IssuedToken, type Login, Vendor } from './vendor.ts';
import { AwsStore, type ParameterWrite } from './virtual-aws.ts';

const MONTH_START = Date.UTC(2026, 0, 1);

export interface World {
  readonly clock: VirtualClock;
  readonly vendor: Vendor;
  readonly store: AwsStore;
  /** Takes the key of a metric, see seriesKey. */
  readonly publish: (metricKey: string, value: number) => void;
  /** What the function's clock shows. */
  readonly lambdaNow: () => number;
}

/** One way to keep a token fresh: the refresher, or something plainer to compare it with. */
export interface Refresher {
  readonly tokenParameterName: string;
  readonly everyMs: number;
  readonly lambda: LambdaSettings;
  /** Key of Lambda's own count of failed invocations. */
  readonly errorsMetricKey: string;
  readonly start: (world: World) => (invocation: Invocation) => Promise<void>;
}

export interface SecretVersion {
  readonly at: number;
  readonly password: string;
  readonly versionId: string;
}

/** Everything that happened in a month. */
export interface Month {
  readonly scenario: Scenario;
  readonly start: number;
  readonly end: number;
  /** How often the schedule is set to fire. */
  readonly everyMs: number;
  readonly faults: readonly Fault[];
  readonly strikes: readonly number[];
  readonly invocations: readonly InvocationRecord[];
  readonly logins: readonly Login[];
  readonly tokens: readonly IssuedToken[];
  readonly writes: readonly ParameterWrite[];
  readonly deletions: readonly { readonly at: number; readonly name: string }[];
  /** Each version of the secret. */
  readonly secrets: readonly SecretVersion[];
  readonly metrics: ReadonlyMap<string, readonly MetricPoint[]>;
}

export async function simulateMonth(scenario: Scenario, refresher: Refresher): Promise<Month> {
  const start = MONTH_START;
  const end = start + scenario.days * DAY_MS;
  // A stream of chance for each part of the world, so that one part's luck does not depend on another's.
  const stream = (part: number) => new Random(scenario.seed * 16 + part);
  const clock = new VirtualClock(start);
  const vendor = new Vendor(clock, stream(1), scenario.vendor, 'password-0');
  const store = new AwsStore(clock, stream(2));
  const secrets: SecretVersion[] = [];
  const putSecret = (password: string) => {
    const text = JSON.stringify({ username: 'b2b', password, client_id: 'client', client_secret: 'secret' });
    secrets.push({ at: clock.now, password, versionId: store.putSecret(text) });
  };
  putSecret(vendor.password);

  const metrics = new Map<string, MetricPoint[]>();
  const delays = stream(3);
  const publish = (metricKey: string, value: number, time = clock.now) => {
    const series = metrics.get(metricKey) ?? [];
    metrics.set(metricKey, series);
    // Metrics out of logs and Lambda's own ones are usually there within a minute.
    series.push({ time, visibleAt: clock.now + delays.between(5_000, 60_000), value });
  };

  const active = new Set<Fault>();
  let skewMs = 0;
  let diesAtStep: number | undefined;
  let isScheduled = true;
  const world: World = { clock, vendor, store, publish, lambdaNow: () => clock.now + skewMs };

  const invocations: InvocationRecord[] = [];
  const lambda = new LambdaService(clock, refresher.lambda, {
    run: refresher.start(world),
    diesAtStep: () => diesAtStep,
    onEnd: (record) => {
      invocations.push(record);
      publish(refresher.errorsMetricKey, record.outcome === 'succeeded' ? 0 : 1, record.startedAt);
    },
  });

  /** What lasts follows from the faults that are active now. */
  const settle = () => {
    vendor.disturbance = undefined;
    vendor.isAccountLocked = false;
    store.faults.clear();
    skewMs = 0;
    diesAtStep = undefined;
    isScheduled = true;
    for (const { what } of active) {
      if (what.kind === 'vendor') vendor.disturbance = what.disturbance;
      if (what.kind === 'account-locked') vendor.isAccountLocked = true;
      if (what.kind === 'store') store.faults.add(what.fault);
      if (what.kind === 'clock-skew') skewMs = what.skewMs;
      if (what.kind === 'process-dies') diesAtStep = what.atStep;
      if (what.kind === 'schedule-disabled') isScheduled = false;
    }
  };

  let passwords = 0;
  const begin = (fault: Fault) => {
    active.add(fault);
    settle();
    const { what } = fault;
    const statusName = `${refresher.tokenParameterName}/status`;
    if (what.kind === 'credentials-rotated') vendor.password = `password-${++passwords}`;
    if (what.kind === 'wrong-password') putSecret('a slip of the hand');
    if (what.kind === 'status-deleted') store.deleteParameter(statusName);
    if (what.kind === 'status-garbled') store.overwriteParameter(statusName, '{"token":{"version":1}}', 'String');
    if (what.kind === 'token-deleted') store.deleteParameter(refresher.tokenParameterName);
    if (what.kind === 'token-overwritten')
      store.overwriteParameter(refresher.tokenParameterName, 'by-another-hand', 'SecureString');
    if (what.kind === 'tokens-revoked') vendor.revokeAll();
    if (what.kind === 'lifetime-cut') vendor.lifetimeSeconds = what.lifetimeMinutes * 60;
  };
  const finish = (fault: Fault) => {
    active.delete(fault);
    settle();
    const { kind } = fault.what;
    if (kind === 'credentials-rotated' || kind === 'wrong-password') putSecret(vendor.password);
    if (kind === 'account-locked') lambda.invoke({ force: true });
    if (kind === 'lifetime-cut') vendor.lifetimeSeconds = scenario.vendor.lifetimeSeconds;
  };

  const faults = scenario.faults.map((fault) => ({ ...fault, from: start + fault.from, until: start + fault.until }));
  for (const fault of faults) {
    clock.at(fault.from, () => begin(fault));
    clock.at(fault.until, () => finish(fault));
  }
  for (const at of eventTimes(start + MINUTE_MS, end, refresher.everyMs, scenario.noise, stream(4))) {
    clock.at(at, () => {
      if (isScheduled) lambda.invoke({});
    });
  }
  await clock.runUntil(end);

  return {
    scenario,
    start,
    end,
    everyMs: refresher.everyMs,
    faults,
    strikes: scenario.strikes.map((at) => start + at),
    invocations,
    logins: vendor.logins,
    tokens: vendor.tokens,
    writes: store.writes,
    deletions: store.deletions,
    secrets,
    metrics,
  };
}
