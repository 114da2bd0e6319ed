import { describe, expect, it } from 'vitest';
import type { Attempt } from '../../../lambda/attempt-record.ts';
import { instant } from '../../../lambda/record.ts';
import { RefreshError, type RefreshErrorCode } from '../../../lambda/refresh-error.ts';
import { type Announcement, announce, conclude } from '../../../lambda/refresher/rules/attempt.ts';
import type { TokenRecord } from '../../../lambda/token-status.ts';
import { denying, dyingBefore, type Effect, PARAMETER, type Passage, SmallWorld } from '../proofs/small-world.ts';
import { TOKENLESS } from '../proofs/tokenless.ts';
import { BASIS, HOUR, holding, MINUTE, NOON, POLICY, REFUSED, TOKEN } from './stored.ts';

/** Minutes from the announcement at which the next tick may ask; with checks 15 minutes apart, each interval is 7.5 shorter. */
const minutes = ({ at, askAgainAt }: Attempt) =>
  askAgainAt === 'never' ? 'never' : (Date.parse(askAgainAt) - Date.parse(at)) / MINUTE;

interface Case extends Partial<Pick<Attempt, 'failures' | 'refusals' | 'secretVersionId' | 'configuration'>> {
  readonly force?: boolean;
  /** In minutes. */
  readonly checkEvery?: number;
  readonly refreshEvery?: number;
  readonly lifetime?: number;
  /** How long the stored token still lives, an hour after it was issued. */
  readonly living?: number;
  /** How long the last token lived, which these credentials gave. */
  readonly ended?: number;
}

const tokenOf = (from: number, to: number): TokenRecord => ({
  ...TOKEN,
  issuedAt: instant(NOON + from * MINUTE),
  expiresAt: instant(NOON + to * MINUTE),
});

/** An attempt of noon, after one that ended without a token a quarter of an hour before. */
function asked({ force = false, checkEvery = 15, refreshEvery = 120, lifetime = 240, ...more }: Case): Announcement {
  const { living, ended, ...change } = more;
  const before = { ...REFUSED, failures: 0, refusals: 0, at: instant(NOON - 15 * MINUTE), ...change };
  const token = living === undefined ? ended && tokenOf(-ended, 0) : tokenOf(-60, living);
  const policy = {
    ...POLICY,
    checkEverySeconds: 60 * checkEvery,
    refreshEverySeconds: 60 * refreshEvery,
    tokenLifetimeSeconds: 60 * lifetime,
  };
  const stored = holding(token || undefined, { attempt: before });
  return { now: NOON, run: 'this', trigger: 'its time has come', basis: BASIS, force, stored, policy };
}

describe('an announced attempt', () => {
  it('counts as a failure without an outcome', () => {
    const { at, on, askAgainAt } = { at: instant(NOON), on: 7, askAgainAt: instant(NOON + 7.5 * MINUTE) };
    const counts = { failures: 1, refusals: 0 };
    const attempt = { at, run: 'this', on, trigger: 'its time has come', ...BASIS, ...counts, askAgainAt };
    expect(announce({ ...asked({}), stored: holding(undefined) })).toEqual({ attempt });
  });

  it.each<[string, Case, number, number]>([
    ['goes on from an attempt that stands', {}, 3, 1],
    ['forgets the failures, not the refusals, when a person forces it', { force: true }, 1, 1],
    ['starts afresh with another credential version', { secretVersionId: 'secret-0' }, 1, 0],
    ['starts afresh with another configuration', { configuration: 'sha256:d', force: true }, 1, 0],
  ])('%s', (_, change, failures, refusals) => {
    expect(announce(asked({ failures: 2, refusals: 1, ...change })).attempt).toMatchObject({ failures, refusals });
  });

  it.each<[Case, number]>([
    [{}, 7.5],
    [{ failures: 1 }, 22.5],
    [{ failures: 2 }, 52.5],
    // At most half of what is left of a living token, but at least a check; and as without one when that has ended.
    [{ failures: 9, living: 80 }, 32.5],
    [{ failures: 9, living: 10 }, 7.5],
    [{ failures: 9, living: -1 }, 52.5],
    [{ failures: 9, checkEvery: 240 }, 120],
  ])('after %j is made again in %d minutes', (before, expected) => {
    expect(minutes(announce(asked(before)).attempt)).toBe(expected);
  });
});

describe('an attempt with its outcome', () => {
  const judged = (code: RefreshErrorCode) => new RefreshError(code, 'x');
  const notJudged = (code: RefreshErrorCode) => new RefreshError(code, 'x', { isSafeToRepeat: true });
  const refused = new RefreshError('CREDENTIALS_REFUSED', 'x', { reason: 'invalid_grant' });
  const down = judged('ENDPOINT_UNAVAILABLE');

  it.each<[RefreshError, Case, failures: number, refusals: number, askedAgain: number | 'never']>([
    [judged('STORE_FAILED'), { failures: 1, refusals: 1 }, 2, 0, 22.5],
    [refused, { ended: 60 }, 0, 1, 52.5],
    [refused, { ended: 60, failures: 2 }, 2, 1, 52.5],
    [refused, { ended: 60, refusals: 1 }, 0, 2, 'never'],
    [refused, { failures: 3 }, 3, 1, 'never'],
    [judged('REPLY_MALFORMED'), { failures: 4, lifetime: 60 }, 5, 0, 52.5],
    [judged('REPLY_MALFORMED'), { failures: 1, refusals: 1 }, 2, 1, 22.5],
    [judged('REQUEST_REFUSED'), { failures: 1 }, 2, 0, 22.5],
    [judged('INTERNAL_ERROR'), { failures: 1, refusals: 1 }, 2, 1, 22.5],
    [notJudged('INTERNAL_ERROR'), { failures: 2, refusals: 1 }, 2, 1, 7.5],
    [notJudged('ENDPOINT_UNAVAILABLE'), { failures: 9, refusals: 1 }, 9, 1, 7.5],
    // Four in a row are asked about at every check; then an hour apart, or half of what a token or `refreshEvery` lasts.
    [down, { failures: 3 }, 4, 0, 7.5],
    [down, { failures: 4, refusals: 1 }, 5, 1, 52.5],
    [down, { failures: 4, lifetime: 60 }, 5, 0, 7.5],
    [down, { failures: 9, lifetime: 160 }, 10, 0, 32.5],
    [down, { failures: 20, ended: 240 }, 21, 0, 52.5],
    [down, { failures: 20, ended: 80 }, 21, 0, 12.5],
    [down, { failures: 20, ended: 240, refreshEvery: 60 }, 21, 0, 22.5],
  ])('%o, with %j before', (error, before, ...expected) => {
    const asking = asked(before);
    const { attempt } = conclude(announce(asking), error, asking, NOON + 1000);
    expect([attempt.failures, attempt.refusals, minutes(attempt)]).toEqual(expected);
    const { code, reason } = error;
    expect(attempt.outcome).toStrictEqual({ code, at: instant(NOON + 1000), ...(reason && { reason }) });
  });

  it.each([
    ['takes back the login that the service cannot have judged', notJudged('ENDPOINT_UNAVAILABLE'), 1],
    ['counts every other login', down, 2],
  ])('%s', (_, error, counted) => {
    const stored = holding(undefined, { logins: [instant(NOON - HOUR)] });
    const asking = { ...asked({}), stored, policy: { ...POLICY, loginsPerDay: 10 } };
    expect(conclude(announce(asking), error, asking, NOON).logins).toHaveLength(counted);
  });

  it.each<[string, Passage]>([
    ['dies', dyingBefore('login')],
    ['cannot record it', denying('outcome')],
  ])('that its run %s: it stands as announced, and the next one warns', async (_, passage) => {
    const world = new SmallWorld();
    const at = instant(world.clock.now());
    world.answer = TOKENLESS.malformed;
    await world.tick(passage);
    expect(world.attempt).toMatchObject({ at, failures: 1 });
    expect(world.attempt && [minutes(world.attempt), world.attempt.outcome]).toEqual([7.5, undefined]);
    world.answer = undefined;
    await world.clock.advance(8 * MINUTE);
    const report = await world.tick();
    expect(report).toMatchObject({ outcome: 'refreshed' });
    expect(report?.warnings.join()).toContain(`announced at ${at} ended was never recorded`);
  });

  it('that is a token, stored or handed out again, is not written: the status names the attempt', async () => {
    const world = new SmallWorld({ habits: { issuing: 'same-until-late' } });
    const same = [expect.stringContaining('set renewalWindow')];
    for (const expected of [
      { outcome: 'refreshed' },
      { outcome: 'unchanged', warnings: same, token: { version: 1 } },
    ]) {
      expect(await world.tick(undefined, { force: true })).toMatchObject(expected);
      expect([world.attempt, world.status?.token?.attemptAt]).toEqual([undefined, instant(world.clock.now() - 30_000)]);
      await world.clock.advance(MINUTE);
    }
    expect(world.aws.parameters.parameter(`${PARAMETER}/attempt`)?.version).toBe(2);
  });
});

describe('the stored token may be dead, and 0 seconds remain, for all that the refresher knows', () => {
  /** A living token, and a moment in which nothing is due. */
  async function livingToken() {
    const world = new SmallWorld();
    await world.tick();
    await world.clock.advance(10 * MINUTE);
    return world;
  }
  const secretDenied = denying('secret');
  const remaining = async (world: SmallWorld, passage?: Passage) => (await world.tick(passage))?.secondsRemaining;

  it('where the last run died, until the next outcome', async () => {
    const world = await livingToken();
    await world.tick(dyingBefore('token'), { force: true });
    // Not while it may be at work.
    expect(await remaining(world)).toBeGreaterThan(0);
    await world.clock.advance(MINUTE);
    expect([await remaining(world), await remaining(world, secretDenied)]).toEqual([0, 0]);
    await world.clock.advance(8 * MINUTE);
    world.answer = TOKENLESS.gateway;
    expect(await remaining(world)).toBeGreaterThan(0);
  });

  it.each<Effect>(['token', 'status'])('where the %s could not be stored, until the next one is', async (effect) => {
    const world = await livingToken();
    await world.tick(denying(effect), { force: true });
    expect(world.attempt?.outcome).toMatchObject({ code: 'STORE_FAILED' });
    expect([await remaining(world), await remaining(world, secretDenied)]).toEqual([0, 0]);
    await world.clock.advance(8 * MINUTE);
    expect(await remaining(world)).toBeGreaterThan(14_000);
  });

  it('where readers report it, and the last attempt got no other', async () => {
    const world = await livingToken();
    world.report();
    world.answer = TOKENLESS['server fault'];
    expect([await remaining(world), await remaining(world, secretDenied)]).toEqual([0, 0]);
    expect(await world.tick()).toMatchObject({ decision: 'hold', isReported: true, secondsRemaining: 0 });
    world.put('/rejected', '99');
    expect(await remaining(world)).toBeGreaterThan(0);
  });

  it('but not where they report it and no attempt has failed, or one is under way', async () => {
    const world = await livingToken();
    world.report();
    expect(await remaining(world, secretDenied)).toBeGreaterThan(0);
    await world.tick(dyingBefore('login'));
    expect(await remaining(world)).toBeGreaterThan(0);
  });
});
