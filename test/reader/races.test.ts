import type { GetParametersCommand } from '@aws-sdk/client-ssm';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { TokenReadError } from '../../lambda/reader/token-reader.ts';
import { instant, isUnreadable } from '../../lambda/record.ts';
import { decodeStatus, type TokenRecord } from '../../lambda/token-status.ts';
import { TokenIssuer } from '../../local/world/soap/token-issuer.ts';
import type { VirtualClock } from '../../local/world/time/virtual-clock.ts';
import { ATTEMPT_NAME, DENIED, SSM_DOWN, setUp, TOKEN } from './scene.ts';

const MIN_REMAINING_MS = 60_000;
const MAX_AGE_MS = 300_000;
/** The longest that one read takes: three requests that hang until they are given up, and the pauses between them. */
const LONGEST_READ_MS = 16_000;
/** After the start of a read that hung, rejected calls do without SSM: its time-out, and half a minute. */
const LEFT_ALONE_MS = 35_000;

const scenario = fc.record({
  lifetimeMs: fc.constantFrom(100_000, 600_000, 4 * 3_600_000),
  revokesOldTokens: fc.boolean(),
  latencyMs: fc.nat(400),
  /** What the reader's role may read of the last attempt: a role of yesterday nothing, another one not its earlier versions. */
  attemptRights: fc.constantFrom('none', 'newest', 'all'),
  refreshes: fc.array(
    fc.record({
      pauseMs: fc.oneof({ weight: 3, arbitrary: fc.nat(3_000) }, fc.nat(400_000)),
      announcedMs: fc.nat(400),
      // Another run announces a moment later, and has lost.
      isChased: fc.boolean(),
      // An outage: the service is asked in vain, which the attempt says.
      isInVain: fc.option(fc.constant(true), { freq: 5, nil: false }),
      storedAfterMs: fc.nat(400),
      // The refresher may end between its two writes; its next run finds that and starts over.
      recordedAfterMs: fc.option(fc.nat(600), { freq: 4 }),
    }),
    { minLength: 1, maxLength: 12 },
  ),
  faults: fc.array(
    fc.record({ pauseMs: fc.nat(600_000), lengthMs: fc.nat(60_000), kind: fc.constantFrom('fail', 'hang') }),
    { maxLength: 4 },
  ),
  callers: fc.array(
    fc.array(
      fc.record({
        pauseMs: fc.oneof(fc.nat(2_000), fc.nat(200_000)),
        requestMs: fc.option(fc.oneof(fc.nat(300), fc.nat(5_000), fc.nat(90_000)), { freq: 4 }),
      }),
      { minLength: 1, maxLength: 12 },
    ),
    { minLength: 1, maxLength: 8 },
  ),
});
type Scenario = (typeof scenario extends fc.Arbitrary<infer T> ? T : never) & {};

function recordIn(text = ''): TokenRecord | undefined {
  const status = decodeStatus(text);
  return isUnreadable(status) ? undefined : status.token;
}

/** The service: it knows which of its tokens it would take. */
function createService(clock: VirtualClock, { lifetimeMs, revokesOldTokens }: Scenario) {
  const issuing = revokesOldTokens ? 'new-revoking-old' : 'new';
  const issuer = new TokenIssuer({ tokenLifetimeSeconds: lifetimeMs / 1000, issuing });
  const find = (token: string) => issuer.issuedTokens.find((one) => one.token === token);
  return {
    issue: (): string => issuer.logIn(true, new Date(clock.now()))?.[0].token ?? '',
    accepts: (token: string): boolean => clock.now() < (find(token)?.expiresAt.getTime() ?? 0),
    /** By what the service promised. */
    remainingMs: (token: string): number => (find(token)?.issuedAt.getTime() ?? 0) + lifetimeMs - clock.now(),
  };
}

interface Read {
  readonly begunAt: number;
  /** Until when the cache promises not to ask again; undefined for a read that brought no token to keep. */
  readonly keptUntil: number | undefined;
}

/** Plays a scenario to its end. Whatever a caller is promised is checked the moment it gets its answer. */
async function play(plan: Scenario): Promise<void> {
  const { clock, store, reader, attempt: announce, record } = setUp();
  const service = createService(clock, plan);
  store.latencyMs = plan.latencyMs;

  const stored = { token: '', expiresAt: 0, isRecorded: false };
  /** Until when the stored token may be handed out; the record of the token before bounds one that has none yet. */
  let readableUntil = Number.NEGATIVE_INFINITY;
  let lastChangeAt = clock.now();
  let isDown = false;
  let lastDownAt = Number.NEGATIVE_INFINITY;
  let leftAloneUntil = Number.NEGATIVE_INFINITY;
  const reads: Read[] = [];
  const rejectionsAt: number[] = [];
  let readsUnderWay = 0;
  const attemptReads: { readonly at: number; readonly isExcused: boolean }[] = [];
  /** A token was rejected, or nothing could be handed out. */
  let isSomethingWrong = false;

  const read = store.send;
  Object.assign(store, {
    // Nobody reports here: every command is a read.
    async send(command: GetParametersCommand, options: { abortSignal: AbortSignal }) {
      const [name = ''] = command.input.Names ?? [];
      if (name.startsWith(ATTEMPT_NAME)) {
        if (name === ATTEMPT_NAME) attemptReads.push({ at: clock.now(), isExcused: isSomethingWrong });
        const isAllowed = plan.attemptRights === 'all' || (plan.attemptRights === 'newest' && name === ATTEMPT_NAME);
        return isAllowed ? await read(command, options) : Promise.reject(DENIED);
      }
      readsUnderWay += 1;
      expect(readsUnderWay).toBe(1);
      const begunAt = clock.now();
      let keptUntil: number | undefined;
      try {
        const output = await read(command, options);
        const [token, status] = output.Parameters ?? [];
        const found = recordIn(status?.Value);
        const age = found?.version === token?.Version ? MAX_AGE_MS : 5_000;
        const bound = Date.parse(found?.expiresAt ?? '') - MIN_REMAINING_MS;
        if ((token?.Version ?? 0) >= (found?.version ?? Infinity) && clock.now() <= bound) {
          keptUntil = Math.min(begunAt + age, bound);
        } else {
          isSomethingWrong = true;
        }
        return output;
      } finally {
        reads.push({ begunAt, keptUntil });
        readsUnderWay -= 1;
      }
    },
  });

  async function refreshing(): Promise<void> {
    for (const { pauseMs, announcedMs, isChased, isInVain, storedAfterMs, recordedAfterMs } of plan.refreshes) {
      await clock.sleep(pauseMs + 1);
      const attempt = { at: instant(clock.now()), on: store.versionOf(ATTEMPT_NAME) };
      announce(attempt);
      await clock.sleep(announcedMs);
      if (isChased) announce({ ...attempt, at: instant(clock.now()), run: 'run-2' });
      if (isInVain) {
        announce({ ...attempt, outcome: { code: 'ENDPOINT_UNAVAILABLE', at: instant(clock.now()) } });
        continue;
      }
      const issuedAt = clock.now();
      const expiresAt = issuedAt + plan.lifetimeMs;
      const token = service.issue();
      await clock.sleep(storedAfterMs);
      const version = store.put(TOKEN, token);
      Object.assign(stored, { token, expiresAt, isRecorded: false });
      lastChangeAt = clock.now();
      if (recordedAfterMs === null) continue;
      await clock.sleep(recordedAfterMs);
      const lifetimeSeconds = (expiresAt - clock.now()) / 1000;
      record(version, lifetimeSeconds, { issuedAt: instant(issuedAt), attemptAt: attempt.at });
      stored.isRecorded = true;
      readableUntil = expiresAt - MIN_REMAINING_MS;
      lastChangeAt = clock.now();
    }
  }

  async function failing(): Promise<void> {
    for (const { pauseMs, lengthMs, kind } of plan.faults) {
      await clock.sleep(pauseMs);
      store.fault = kind === 'hang' ? 'hang' : SSM_DOWN;
      isDown = true;
      await clock.sleep(lengthMs);
      store.fault = undefined;
      isDown = false;
      lastDownAt = clock.now();
      if (kind === 'hang') leftAloneUntil = clock.now() + LEFT_ALONE_MS;
      lastChangeAt = clock.now();
    }
  }

  /** A failure has a reason: SSM was down, or no token with a known and sufficient life was stored, or had just been. */
  function expectReason(error: unknown, begunAt: number): void {
    expect(error).toBeInstanceOf(TokenReadError);
    const wasQuiet = !isDown && lastChangeAt < begunAt - LONGEST_READ_MS;
    const wasGood = stored.isRecorded && stored.expiresAt - clock.now() >= MIN_REMAINING_MS;
    expect(wasQuiet && wasGood).toBe(false);
  }

  async function send(token: string, requestMs: number): Promise<boolean> {
    expect(service.remainingMs(token)).toBeGreaterThanOrEqual(MIN_REMAINING_MS);
    await clock.sleep(requestMs / 2);
    const isAccepted = service.accepts(token);
    await clock.sleep(requestMs / 2);
    return isAccepted;
  }

  async function calling(requestMs: number): Promise<void> {
    let storedThen = '';
    let rejectedAt = 0;
    const isAccepted = await reader.call(
      (token) => send(token, requestMs),
      (answer) => {
        if (answer) return false;
        storedThen = stored.token;
        rejectedAt = clock.now();
        rejectionsAt.push(rejectedAt);
        isSomethingWrong = true;
        return true;
      },
    );
    const wasUp = !isDown && lastDownAt < rejectedAt && leftAloneUntil < rejectedAt;
    const couldHaveBeenRead = storedThen === stored.token && wasUp && clock.now() <= readableUntil;
    expect(!isAccepted && couldHaveBeenRead && service.accepts(storedThen)).toBe(false);
  }

  async function living(caller: Scenario['callers'][number]): Promise<void> {
    for (const { pauseMs, requestMs } of caller) {
      await clock.sleep(pauseMs);
      const begunAt = clock.now();
      try {
        if (requestMs !== null) await calling(requestMs);
        else expect(service.remainingMs(await reader.get())).toBeGreaterThanOrEqual(MIN_REMAINING_MS);
      } catch (error) {
        if (!(error instanceof TokenReadError)) throw error;
        expectReason(error, begunAt);
      }
    }
  }

  const everything = Promise.all([refreshing(), failing(), ...plan.callers.map(living)]);
  // Whoever fails first is awaited below; until then nobody waits for it.
  everything.catch(() => undefined);
  await clock.advance(24 * 3_600_000);
  await everything;

  expect(attemptReads.filter(({ isExcused }) => !isExcused)).toEqual([]);
  const attemptGaps = attemptReads.map(
    ({ at }, index) => at - (attemptReads[index - 1]?.at ?? Number.NEGATIVE_INFINITY),
  );
  expect(Math.min(...attemptGaps, 1000)).toBe(1000);
  const early = reads.filter(({ begunAt }, index) => begunAt < (reads[index - 1]?.keptUntil ?? 0));
  for (const [index, { begunAt }] of early.entries()) {
    const before = early[index - 1]?.begunAt ?? Number.NEGATIVE_INFINITY;
    // A rejection is followed by two looks at the most.
    const lookBefore = early[index - 2]?.begunAt ?? Number.NEGATIVE_INFINITY;
    expect(rejectionsAt.some((at) => lookBefore <= at && at <= begunAt)).toBe(true);
    expect(begunAt - before).toBeGreaterThanOrEqual(1000);
  }
}

it('whatever the order of events, nobody gets an expired token, or a rejected one for a valid one, or too many reads', async () => {
  await fc.assert(fc.asyncProperty(scenario, play), { numRuns: 150 });
});
