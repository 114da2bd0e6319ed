import type { MetricPoint } from '../../../local/world/aws/cloudwatch-alarm.ts';
import {
  type InvocationRecord,
  type LambdaInvocation,
  LambdaService,
  type LambdaSettings,
} from '../../../local/world/aws/lambda-service.ts';
import { type ParameterWrite, VirtualAws } from '../../../local/world/aws/virtual-aws.ts';
import type { VirtualWorld } from '../../../local/world/refresher-tick.ts';
import { type RecordedLogin, Vendor } from '../../../local/world/soap/vendor.ts';
import { Random } from '../../../local/world/time/random.ts';
import { VirtualClock } from '../../../local/world/time/virtual-clock.ts';
import { DAY_MS, type Incident, MINUTE_MS, type Scenario } from './scenario.ts';
import { eventTimes } from './schedule.ts';
import { begin, type Conditions, end as endOf, NORMAL, settle, type TroubledWorld } from './troubles.ts';

const MONTH_START = Date.UTC(2026, 0, 1);

/** One way to keep a token fresh: the refresher, or something plainer to compare it with. */
export interface Refresher {
  readonly tokenParameterName: string;
  readonly secretId: string;
  readonly everyMs: number;
  readonly lambda: LambdaSettings;
  /** Key of Lambda's own count of failed invocations. */
  readonly errorsMetricKey: string;
  readonly start: (world: VirtualWorld) => (invocation: LambdaInvocation) => Promise<void>;
}

/** A password that an operator put into the secret. */
export interface SecretChange {
  readonly at: number;
  readonly password: string;
  readonly versionId: string;
}

/** A token as the service knew it. */
export interface MintedToken {
  readonly value: string;
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/** Everything that happened in a month. */
export interface Month {
  readonly scenario: Scenario;
  readonly start: number;
  readonly end: number;
  /** How often the schedule is set to fire. */
  readonly everyMs: number;
  readonly faults: readonly Incident[];
  readonly strikes: readonly number[];
  readonly invocations: readonly InvocationRecord[];
  readonly logins: readonly RecordedLogin[];
  readonly tokens: readonly MintedToken[];
  readonly writes: readonly ParameterWrite[];
  readonly deletions: readonly { readonly at: number; readonly name: string }[];
  /** Each version of the secret. */
  readonly secrets: readonly SecretChange[];
  readonly metrics: ReadonlyMap<string, readonly MetricPoint[]>;
}

export async function simulateMonth(scenario: Scenario, refresher: Refresher): Promise<Month> {
  const start = MONTH_START;
  const end = start + scenario.days * DAY_MS;
  // A stream of chance for each part of the world, so that one part's luck does not depend on another's.
  const stream = (part: number) => new Random(scenario.seed * 16 + part);
  const clock = new VirtualClock(start);
  const credentials = { username: 'b2b', password: 'password-0', client_id: 'client', client_secret: 'secret' };
  const vendor = new Vendor(clock, stream(1), scenario.vendor, credentials);
  const aws = new VirtualAws(clock, stream(2), refresher.secretId);
  const secrets: SecretChange[] = [];
  const putSecret = (password: string) => {
    const versionId = aws.putSecret(JSON.stringify({ ...credentials, password }));
    secrets.push({ at: clock.now(), password, versionId });
  };
  putSecret(vendor.password);

  const metrics = new Map<string, MetricPoint[]>();
  const delays = stream(3);
  const publish = (metricKey: string, value: number, time = clock.now()) => {
    const series = metrics.get(metricKey) ?? [];
    metrics.set(metricKey, series);
    // Metrics out of logs and Lambda's own ones are usually there within a minute.
    series.push({ time, visibleAt: clock.now() + delays.between(5_000, 60_000), value });
  };

  const conditions: Conditions = { ...NORMAL };
  const world: VirtualWorld = { clock, vendor, aws, publish, lambdaNow: () => clock.now() + conditions.skewMs };

  const invocations: InvocationRecord[] = [];
  const lambda = new LambdaService(clock, refresher.lambda, {
    run: refresher.start(world),
    diesAtStep: () => conditions.diesAtStep,
    onEnd: (record) => {
      invocations.push(record);
      publish(refresher.errorsMetricKey, record.outcome === 'succeeded' ? 0 : 1, record.startedAt);
    },
  });

  let passwords = 0;
  const troubled: TroubledWorld = {
    vendor,
    usual: scenario.vendor,
    aws,
    lambda,
    conditions,
    tokenParameterName: refresher.tokenParameterName,
    putSecret,
    newPassword: () => `password-${++passwords}`,
    now: () => new Date(clock.now()),
  };
  const active = new Set<Incident>();
  // Whole milliseconds, as the services' own dates have them: a token that is revoked ends when the incident begins.
  const faults = scenario.faults.map(({ from, until, what }) => ({
    what,
    from: start + Math.floor(from),
    until: start + Math.floor(until),
  }));
  for (const fault of faults) {
    clock.at(fault.from, () => {
      active.add(fault);
      settle(troubled, active);
      begin(troubled, fault.what);
    });
    clock.at(fault.until, () => {
      active.delete(fault);
      settle(troubled, active);
      endOf(troubled, fault.what);
    });
  }
  for (const at of eventTimes(start + MINUTE_MS, end, refresher.everyMs, scenario.noise, stream(4))) {
    clock.at(at, () => {
      if (conditions.isScheduled) lambda.invoke({});
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
    tokens: vendor.service.issuedTokens.map(({ token, issuedAt, expiresAt }) => ({
      value: token,
      issuedAt: issuedAt.getTime(),
      expiresAt: expiresAt.getTime(),
    })),
    writes: aws.writes,
    deletions: aws.deletions,
    secrets,
    metrics,
  };
}
