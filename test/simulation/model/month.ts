import { rejectedParameterName } from '../../../lambda/token-status.ts';
import type { Alarm } from '../../../local/world/aws/cloudwatch-alarm.ts';
import type { LambdaInvocation } from '../../../local/world/refresher-tick.ts';
import { Random } from '../../../local/world/time/random.ts';
import { createVirtualWorld, type VirtualWorld } from '../../../local/world/virtual-world.ts';
import { recordAccount } from './account.ts';
import { type FaultState, NORMAL, playFaults, VENDOR_FAULTS } from './faults.ts';
import { deployFunction, type InvocationRecord, type LambdaSettings } from './lambda-service.ts';
import { DAY_MS, MINUTE_MS, type Scenario } from './scenario.ts';
import { eventTimes } from './schedule.ts';

/** From a rejected call to the tick that the rule starts. */
const RULE_MS = 3_000;

/** An alarm of the refresher's team. */
export interface WatchedAlarm {
  readonly name: string;
  /** Someone is woken, as opposed to finding a ticket in the morning. */
  readonly pages: boolean;
  readonly alarm: Alarm;
}

/** One way to keep a token fresh: the refresher, or something plainer to compare it with. */
export interface Refresher {
  readonly tokenParameterName: string;
  readonly secretId: string;
  readonly everyMs: number;
  readonly lambda: LambdaSettings;
  /** Key of Lambda's own count of failed invocations. */
  readonly errorsMetricKey: string;
  readonly alarms: readonly WatchedAlarm[];
  readonly start: (world: VirtualWorld) => (invocation: LambdaInvocation) => Promise<void>;
}

/** Everything that happened in a month. */
export type Month = Awaited<ReturnType<typeof simulateMonth>>;

export async function simulateMonth(scenario: Scenario, refresher: Refresher) {
  const start = Date.UTC(2026, 0, 1);
  const end = start + scenario.days * DAY_MS;
  const credentials = { username: 'b2b', password: 'password-0', client_id: 'client', client_secret: 'secret' };
  const { vendor: usual, seed } = scenario;
  const virtual = createVirtualWorld({ start, seed, secretId: refresher.secretId, vendor: usual, credentials });
  const { clock, vendor, aws, metrics, publish } = virtual;
  const account = recordAccount(virtual);
  const secrets: { at: number; password: string; versionId: string }[] = [];
  const putSecret = (password: string) => {
    const versionId = aws.putSecret(JSON.stringify({ ...credentials, password }));
    secrets.push({ at: clock.now(), password, versionId });
  };
  putSecret(vendor.password);

  const state: FaultState = { ...NORMAL };
  const world: VirtualWorld = { ...virtual, lambdaNow: () => clock.now() + state.skewMs };
  const invocations: InvocationRecord[] = [];
  const invoke = deployFunction(clock, refresher.lambda, {
    run: refresher.start(world),
    diesAtStep: () => state.diesAtStep,
    onEnd: (record) => {
      invocations.push(record);
      reportDeadToken();
      publish(refresher.errorsMetricKey, record.outcome === 'succeeded' ? 0 : 1, record.startedAt);
    },
  });

  const { tokenParameterName } = refresher;
  // Whole milliseconds, as the services' own dates have them: a token that is revoked ends when the fault begins.
  const faults = scenario.faults.map((fault) => ({
    ...fault,
    from: start + Math.floor(fault.from),
    until: start + Math.floor(fault.until),
  }));
  playFaults({ ...virtual, usual, account, invoke, state, tokenParameterName, putSecret }, faults, reportDeadToken);
  for (const at of eventTimes(start + MINUTE_MS, end, refresher.everyMs, new Random(seed * 16 + 4))) {
    clock.at(at, () => {
      if (state.isScheduled) invoke({});
    });
  }
  await clock.runUntil(end);

  /** The service ends tokens with a login, or by a fault: a reader with calls all the time finds out, and reports it once. */
  function reportDeadToken(): void {
    const { parameters } = aws.services;
    const rejectedName = rejectedParameterName(tokenParameterName);
    const stored = parameters.parameter(tokenParameterName);
    const isDead = vendor.service.issuedTokens.some(({ token, revoked }) => token === stored?.value && revoked);
    if (!scenario.isReported || !isDead || parameters.parameter(rejectedName)?.value === String(stored?.version))
      return;
    account.overwriteParameter(rejectedName, String(stored?.version), 'String');
    clock.at(clock.now() + RULE_MS, () => invoke({}));
  }

  return {
    scenario,
    tokenParameterName,
    start,
    end,
    /** How often the schedule is set to fire. */
    everyMs: refresher.everyMs,
    faults,
    onsets: scenario.onsets.map((at) => start + at),
    invocations,
    logins: vendor.logins.map(({ at, outcome, envelope, fault }) => ({
      at,
      outcome,
      password: /<passwd[^>]*>([^<]*)<\/passwd>/.exec(envelope)?.[1] ?? '',
      /** The service judged it, but its answer never arrived. */
      isReplyLost: fault === VENDOR_FAULTS['reply-lost'],
    })),
    /** Each as the service knew it. */
    tokens: vendor.service.issuedTokens.map(({ token, issuedAt, expiresAt }) => ({
      value: token,
      issuedAt: issuedAt.getTime(),
      expiresAt: expiresAt.getTime(),
    })),
    changes: account.changes,
    /** Each version of the secret. */
    secrets,
    metrics,
  };
}
