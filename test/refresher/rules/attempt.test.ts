import { describe, expect, it } from 'vitest';
import { type Attempt, encodeAttempt } from '../../../lambda/attempt-record.ts';
import { instant } from '../../../lambda/record.ts';
import { RefreshError, type RefreshErrorCode } from '../../../lambda/refresh-error.ts';
import { type Announcement, announce, conclude } from '../../../lambda/refresher/rules/attempt.ts';
import type { SoapReply } from '../../../lambda/soap/soap-reply.ts';
import { encodeStatus, type TokenRecord } from '../../../lambda/token-status.ts';
import { faultEnvelope, refusalEnvelope } from '../../../local/world/soap/soap-envelope.ts';
import { type Passage, SmallWorld } from '../proofs/small-world.ts';
import { holding, NOON } from './stored.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const timing = { checkEverySeconds: 900, refreshEverySeconds: 7200, lifetimeSeconds: 14_400 };
const { basis } = new SmallWorld(timing);

/** Minutes from the announcement at which the next tick may ask; with checks 15 minutes apart, each interval is 7.5 shorter. */
const minutes = ({ at, askAgainAt }: Attempt) =>
  askAgainAt === 'never' ? 'never' : (Date.parse(askAgainAt) - Date.parse(at)) / MINUTE;

const before: Attempt = {
  at: instant(NOON - 15 * MINUTE),
  run: 'another',
  on: 0,
  trigger: 'its time has come',
  ...basis,
  failures: 2,
  refusals: 1,
  askAgainAt: instant(NOON - MINUTE),
  outcome: { code: 'REPLY_MALFORMED', at: instant(NOON - 14 * MINUTE) },
};

const announcement: Announcement = {
  now: NOON,
  run: 'this',
  trigger: 'its time has come',
  basis,
  force: false,
  stored: holding(undefined),
  policy: { ...timing, tokenLifetimeSeconds: 14_400, renewalWindowSeconds: undefined, loginsPerDay: undefined },
};

/** Where this token is stored, and an attempt has left these counts. */
const following = (counts: Partial<Attempt>, token?: TokenRecord): Announcement => ({
  ...announcement,
  stored: holding(token, { attempt: { ...before, ...counts } }),
});

const livingFor = (ms: number): TokenRecord => ({
  version: 7,
  issuedAt: instant(NOON - HOUR),
  expiresAt: instant(NOON + ms),
  lifetimeAssumed: false,
  fingerprint: 'sha256:f',
  ...basis,
});

describe('an outage that lasts', () => {
  it.each<[string, number, number, number]>([
    ['an hour where tokens live long', 7200, 4 * 60, 60],
    ['half of the life of a short token', 7200, 80, 20],
    ['half of a short refreshEvery', 3600, 4 * 60, 30],
  ])('is asked again after %s', (_, refreshEverySeconds, livesMinutes, expected) => {
    const ended = { ...livingFor(0), issuedAt: instant(NOON - livesMinutes * MINUTE) };
    const lasting = following({ failures: 20 }, ended);
    const asked = { ...lasting, policy: { ...lasting.policy, refreshEverySeconds } };
    const error = new RefreshError('ENDPOINT_UNAVAILABLE', 'down');
    expect(minutes(conclude(announce(asked), error, asked, NOON).attempt)).toBe(expected - 7.5);
  });
});

it.each([
  ['takes back the login that the service cannot have judged', true, 1],
  ['counts every other login', false, 2],
])('an outcome %s', (_, isSafeToRepeat, counted) => {
  const stored = holding(undefined, { logins: [instant(NOON - HOUR)] });
  const asked = { ...announcement, stored, policy: { ...announcement.policy, loginsPerDay: 10 } };
  const error = new RefreshError('ENDPOINT_UNAVAILABLE', 'down', { isSafeToRepeat });
  expect(conclude(announce(asked), error, asked, NOON).logins).toHaveLength(counted);
});

describe('an announced attempt', () => {
  it('counts as a failure without an outcome', () => {
    expect(announce(announcement)).toEqual({
      attempt: {
        at: instant(NOON),
        run: 'this',
        on: 7,
        trigger: 'its time has come',
        ...basis,
        failures: 1,
        refusals: 0,
        askAgainAt: instant(NOON + 7.5 * MINUTE),
      },
    });
  });

  it.each<[string, Partial<Attempt>, boolean, number, number]>([
    ['goes on from an attempt that stands', {}, false, 3, 1],
    ['forgets the failures, not the refusals, when a person forces it', {}, true, 1, 1],
    ['starts afresh with another credential version', { secretVersionId: 'secret-0' }, false, 1, 0],
    ['starts afresh with another configuration', { configuration: 'sha256:d' }, true, 1, 0],
  ])('%s', (_, change, force, failures, refusals) => {
    expect(announce({ ...following(change), force }).attempt).toMatchObject({ failures, refusals });
  });

  it.each<[number, TokenRecord | undefined, number]>([
    [1, undefined, 7.5],
    [2, undefined, 22.5],
    [3, undefined, 52.5],
    [4, undefined, 52.5],
    [60, undefined, 52.5],
    // At most half of what is left of a living token, but at least a check; and as without one when that has ended.
    [10, livingFor(80 * MINUTE), 32.5],
    [10, livingFor(10 * MINUTE), 7.5],
    [10, livingFor(-MINUTE), 52.5],
  ])('after %i failures, beside the token %j, is made again in %d minutes', (failures, token, expected) => {
    expect(minutes(announce(following({ failures: failures - 1 }, token)).attempt)).toBe(expected);
  });

  it('waits at least a check when checks are hours apart', () => {
    const asked = following({});
    const policy = { ...asked.policy, checkEverySeconds: 4 * 3600 };
    expect(minutes(announce({ ...asked, policy }).attempt)).toBe(120);
  });
});

const xml = (status: number, body: string) => ({ status, contentType: 'text/xml', body: Buffer.from(body) });

/** What becomes of the login: the service's answer, or what is thrown in its place. */
const ANSWERS: Readonly<Record<string, () => SoapReply>> = {
  refused: () => xml(200, refusalEnvelope('access_tokenResponse', 'invalid_grant')),
  'refused by a sentence': () => xml(500, faultEnvelope('Client', 'Invalid username or password')),
  'another refusal': () => xml(200, refusalEnvelope('access_tokenResponse', 'invalid_scope')),
  malformed: () => xml(200, '<SOAP-ENV:Envelope'),
  'server fault': () => xml(500, faultEnvelope('Server', 'Database connection failed')),
  'gateway that names the login': () => ({ status: 503, contentType: 'text/plain', body: Buffer.from('login failed') }),
  gateway: () => ({ status: 503, contentType: 'text/plain', body: Buffer.from('later') }),
  'no connection': () => {
    throw new RefreshError('ENDPOINT_UNAVAILABLE', 'no connection', { isSafeToRepeat: true });
  },
  'time-out': () => {
    throw new RefreshError('ENDPOINT_UNAVAILABLE', 'no answer');
  },
  'mistake of ours': () => {
    throw new TypeError('x is not a function');
  },
};

const refusing = (effects: readonly string[]): Passage => {
  const refusal = Object.assign(new Error('no'), { name: 'AccessDenied', $metadata: { httpStatusCode: 400 } });
  return (effect, act) => (effects.includes(effect) ? Promise.reject(refusal) : act());
};

interface Beginning {
  readonly failures?: number;
  readonly refusals?: number;
  /** The credentials have given the last token, which has ended. */
  readonly hasWorked?: boolean;
  readonly lifetimeSeconds?: number;
}

/** A world at noon whose last token has ended, and whose last attempt left such counts. */
async function worldOf({ failures = 0, refusals = 0, hasWorked = false, lifetimeSeconds = 14_400 }: Beginning) {
  const world = new SmallWorld({ ...timing, lifetimeSeconds });
  if (hasWorked) {
    world.put('', 'of-before', 'SecureString', NOON - HOUR);
    world.put('/status', encodeStatus({ token: livingFor(-1) }), 'String', NOON - HOUR);
  }
  world.put('/attempt', encodeAttempt({ attempt: { ...before, failures, refusals } }), 'String', NOON - 15 * MINUTE);
  await world.clock.runUntil(NOON);
  return world;
}

describe('after the answer', () => {
  type Row = [string, RefreshErrorCode, Beginning, failures: number, refusals: number, askedAgain: number | 'never'];
  it.each<Row>([
    ['no room to store it', 'STORE_FAILED', { failures: 1, refusals: 1 }, 2, 0, 22.5],
    ['refused', 'CREDENTIALS_REFUSED', { hasWorked: true }, 0, 1, 52.5],
    ['refused by a sentence', 'CREDENTIALS_REFUSED', { hasWorked: true, failures: 2 }, 2, 1, 52.5],
    ['refused', 'CREDENTIALS_REFUSED', { hasWorked: true, refusals: 1 }, 0, 2, 'never'],
    ['refused', 'CREDENTIALS_REFUSED', { failures: 3 }, 3, 1, 'never'],
    ['server fault', 'ENDPOINT_UNAVAILABLE', { failures: 3 }, 4, 0, 7.5],
    ['time-out', 'ENDPOINT_UNAVAILABLE', { failures: 4, refusals: 1 }, 5, 1, 52.5],
    ['gateway that names the login', 'ENDPOINT_UNAVAILABLE', { failures: 4 }, 5, 0, 52.5],
    ['time-out', 'ENDPOINT_UNAVAILABLE', { failures: 4, lifetimeSeconds: 3600 }, 5, 0, 7.5],
    ['time-out', 'ENDPOINT_UNAVAILABLE', { failures: 9, lifetimeSeconds: 9600 }, 10, 0, 32.5],
    ['malformed', 'REPLY_MALFORMED', { failures: 4, lifetimeSeconds: 3600 }, 5, 0, 52.5],
    ['malformed', 'REPLY_MALFORMED', { failures: 1, refusals: 1 }, 2, 1, 22.5],
    ['another refusal', 'REQUEST_REFUSED', { failures: 1 }, 2, 0, 22.5],
    ['mistake of ours', 'INTERNAL_ERROR', { failures: 1, refusals: 1 }, 2, 1, 22.5],
    ['gateway', 'ENDPOINT_UNAVAILABLE', { failures: 9, refusals: 1 }, 9, 1, 7.5],
    ['no connection', 'ENDPOINT_UNAVAILABLE', { failures: 9 }, 9, 0, 7.5],
  ])('"%s", which is %s, with %j before', async (answer, code, beginning, failures, refusals, askedAgain) => {
    const world = await worldOf(beginning);
    const reply = ANSWERS[answer];
    world.answer = reply && (async () => reply());
    const report = await world.tick(reply ? undefined : refusing(['token']));
    expect(report).toMatchObject({ outcome: 'failed', error: { code } });
    const { attempt } = world;
    if (attempt === undefined) throw new TypeError('no attempt is recorded');
    expect([attempt.failures, attempt.refusals, minutes(attempt)]).toEqual([failures, refusals, askedAgain]);
    expect(attempt).toMatchObject({ at: instant(NOON), on: 1, outcome: { code } });
    const reason = {
      refused: 'invalid_grant',
      'refused by a sentence': 'Invalid username or password',
      'another refusal': 'invalid_scope',
    }[answer];
    expect(attempt.outcome?.reason).toBe(reason);
  });

  it.each(['dies', 'cannot record'])(
    'none that is recorded, for its run %s: as announced, and the next one warns',
    async (how) => {
      const world = await worldOf({ failures: 1, refusals: 1 });
      world.answer = async () => xml(200, '<SOAP-ENV:Envelope');
      const dying: Passage = (effect, act) => (effect === 'login' ? new Promise(() => {}) : act());
      await world.tick(how === 'dies' ? dying : refusing(['outcome']));
      const { attempt } = world;
      expect(attempt).toMatchObject({ at: instant(NOON), failures: 2, refusals: 1 });
      expect(attempt && [minutes(attempt), attempt.outcome]).toEqual([22.5, undefined]);
      world.answer = undefined;
      await world.clock.runUntil(NOON + 23 * MINUTE);
      const report = await world.tick();
      expect(report).toMatchObject({ outcome: 'refreshed' });
      expect(report?.warnings.join()).toContain(`announced at ${instant(NOON)} ended was never recorded`);
    },
  );

  it('a token, stored or handed out again: nothing is written there, for the status names the attempt', async () => {
    const world = new SmallWorld({ ...timing, habits: { issuing: 'same-until-late' } });
    for (const outcome of ['refreshed', 'unchanged']) {
      expect(await world.tick(undefined, { force: true })).toMatchObject({ outcome });
      expect([world.attempt, world.status?.token?.attemptAt]).toEqual([undefined, instant(world.clock.now() - 30_000)]);
      await world.clock.advance(MINUTE);
    }
    expect(world.aws.parameters.parameter('/proof/access-token/attempt')?.version).toBe(2);
  });

  it('a mistake before anything was sent is asked about again after a check', () => {
    const error = new RefreshError('INTERNAL_ERROR', 'no', { isSafeToRepeat: true });
    const { attempt } = conclude(announce(following({})), error, announcement, NOON);
    expect([attempt.failures, attempt.refusals, minutes(attempt)]).toEqual([2, 1, 7.5]);
  });
});

describe('the stored token may be dead, and 0 seconds remain, for all that the refresher knows', () => {
  /** A living token, and a moment in which nothing is due. */
  async function livingToken() {
    const world = new SmallWorld(timing);
    await world.tick();
    await world.clock.advance(10 * MINUTE);
    return world;
  }
  const secretDenied = refusing(['secret']);
  const remaining = async (world: SmallWorld, passage?: Passage) => (await world.tick(passage))?.secondsRemaining;

  it('where the last run died, until the next outcome', async () => {
    const world = await livingToken();
    await world.tick((effect, act) => (effect === 'token' ? new Promise(() => {}) : act()), { force: true });
    // Not while it may be at work.
    expect(await remaining(world)).toBeGreaterThan(0);
    await world.clock.advance(MINUTE);
    expect([await remaining(world), await remaining(world, secretDenied)]).toEqual([0, 0]);
    await world.clock.advance(8 * MINUTE);
    world.answer = async () => xml(503, '');
    expect(await remaining(world)).toBeGreaterThan(0);
    world.answer = undefined;
    await world.clock.advance(8 * MINUTE);
    expect(await remaining(world)).toBeGreaterThan(14_000);
  });

  it('where a token could not be stored', async () => {
    const world = await livingToken();
    await world.tick(refusing(['token']), { force: true });
    expect([await remaining(world), await remaining(world, secretDenied)]).toEqual([0, 0]);
    await world.clock.advance(8 * MINUTE);
    expect(await remaining(world)).toBeGreaterThan(14_000);
  });

  it('where readers report it, and the last attempt got no other', async () => {
    const world = await livingToken();
    world.report();
    world.answer = async () => xml(500, faultEnvelope('Server', 'Database connection failed'));
    expect([await remaining(world), await remaining(world, secretDenied)]).toEqual([0, 0]);
    expect(await world.tick()).toMatchObject({ decision: 'hold', isReported: true, secondsRemaining: 0 });
    world.put('/rejected', '99');
    expect(await remaining(world)).toBeGreaterThan(0);
    world.report();
    world.answer = undefined;
    await world.clock.advance(8 * MINUTE);
    expect(await remaining(world)).toBeGreaterThan(14_000);
  });

  it('but not where they report it and no attempt has failed, or one is under way', async () => {
    const world = await livingToken();
    world.report();
    expect(await remaining(world, secretDenied)).toBeGreaterThan(0);
    await world.tick((effect, act) => (effect === 'login' ? new Promise(() => {}) : act()));
    expect(await remaining(world)).toBeGreaterThan(0);
  });
});
