import { expect, it, vi } from 'vitest';
import { RefreshError } from '../../../lambda/refresh-error.ts';
import type { SoapReply } from '../../../lambda/soap/soap-reply.ts';
import { faultEnvelope, refusalEnvelope } from '../../../local/world/soap/soap-envelope.ts';
import { Random } from '../../../local/world/time/random.ts';
import { type Passage, SmallWorld } from './small-world.ts';

// Seconds of work, on a busy machine much longer.
vi.setConfig({ testTimeout: 120_000 });

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY_MS = 24 * HOUR * 1000;

const xml = (status: number, body: string) => ({ status, contentType: 'text/xml', body: Buffer.from(body) });
const html = (status: number) => ({ status, contentType: 'text/html', body: Buffer.from('<html>Back soon</html>') });

/** Every kind of answer that leaves no token, and what it says of the credentials. */
const ANSWERS = {
  code: () => xml(200, refusalEnvelope('access_tokenResponse', 'invalid_grant')),
  sentence: () => xml(500, faultEnvelope('Client', 'Invalid username or password')),
  'other request': () => xml(200, refusalEnvelope('access_tokenResponse', 'invalid_request')),
  malformed: () => xml(200, '<SOAP-ENV:Envelope'),
  html: () => html(200),
  'server fault': () => xml(500, faultEnvelope('Server', 'Database connection failed')),
  'gateway 503': () => html(503),
  'no connection': () => {
    throw new RefreshError('ENDPOINT_UNAVAILABLE', 'no connection', { isSafeToRepeat: true });
  },
  'time-out': () => {
    throw new RefreshError('ENDPOINT_UNAVAILABLE', 'no answer');
  },
  dies: () => new Promise<SoapReply>(() => {}),
  'cannot record': () => html(200),
  'cannot store': undefined,
} as const;
type Kind = keyof typeof ANSWERS;

const KINDS: readonly Kind[] = Object.keys(ANSWERS).filter((kind): kind is Kind => Object.hasOwn(ANSWERS, kind));
const TOKENLESS = KINDS.filter((kind) => kind !== 'cannot store');

interface Course {
  readonly checkEvery: number;
  readonly lifetime: number;
  /** The credentials have never given a token. */
  readonly isNewVersion?: boolean;
  /** What the service answers to each tick that asks. */
  readonly next: () => Kind;
}

interface Counts {
  /** In the worst 24 hours. */
  readonly judged: number;
  readonly refused: number;
}

/** A first token, and then a day and a half in which nothing gives another one. */
async function endure({ checkEvery, lifetime, isNewVersion = false, next }: Course): Promise<Counts> {
  const world = new SmallWorld({
    checkEverySeconds: checkEvery,
    refreshEverySeconds: 2 * HOUR,
    lifetimeSeconds: lifetime,
  });
  await world.tick();
  expect(world.isTokenAlive).toBe(true);
  if (isNewVersion) world.putSecret();
  const logins: { readonly at: number; readonly kind: Kind }[] = [];
  let kind: Kind = 'html';
  world.answer = async (envelope) => {
    logins.push({ at: world.clock.now(), kind });
    const answer = ANSWERS[kind];
    return answer === undefined ? await world.grant(envelope) : await answer();
  };
  const passage: Passage = (effect, act) => {
    const isLost =
      (effect === 'token' && kind === 'cannot store') || (effect === 'outcome' && kind === 'cannot record');
    if (isLost) throw Object.assign(new Error('no'), { name: 'AccessDenied', $metadata: { httpStatusCode: 400 } });
    return act();
  };
  const end = world.clock.now() + 1.25 * DAY_MS + (lifetime * 1000) / 2;
  const startedAt = world.clock.now();
  for (let turn = 1; world.clock.now() < end; turn += 1) {
    await world.clock.runUntil(startedAt + turn * checkEvery * 1000);
    kind = next();
    await world.tick(passage);
  }
  return worstDay(logins.filter((login) => login.kind !== 'gateway 503' && login.kind !== 'no connection'));
}

function worstDay(logins: readonly { readonly at: number; readonly kind: Kind }[]): Counts {
  const days = logins.map(({ at: from }) => logins.filter(({ at }) => at >= from && at < from + DAY_MS));
  const most = (of: readonly Kind[]) =>
    Math.max(0, ...days.map((day) => day.filter(({ kind }) => of.includes(kind)).length));
  return { judged: most(KINDS), refused: most(['code', 'sentence']) };
}

function mixOf(random: Random): () => Kind {
  const [first = 'html', ...others] = TOKENLESS.filter(() => random.chance(0.4));
  const mix: readonly [Kind, ...Kind[]] = [first, ...others];
  return () => random.pick(mix);
}

/** Logins a day; of a service that is unavailable one each R/2, in whole checks, and 12 more. */
function boundOf(checkEvery: number, lifetime: number): number {
  const half = Math.min(2 * HOUR, lifetime / 2) / 2;
  if (half >= HOUR) return checkEvery === 900 ? 30 : 37;
  return Math.max(37, Math.ceil(DAY_MS / 1000 / Math.max(checkEvery, Math.floor(half / checkEvery) * checkEvery)) + 12);
}

const CHECKS = [5, 15, 30, 60, 120, 240].map((minutes) => minutes * MINUTE);

it.each(KINDS)('"%s" for a day, with any checkEvery, is at most 37 logins that may have been judged', async (kind) => {
  for (const checkEvery of CHECKS) {
    const { judged, refused } = await endure({ checkEvery, lifetime: 4 * HOUR, next: () => kind });
    expect({ checkEvery, judged, isBounded: judged <= (checkEvery === 900 ? 30 : 37) }).toMatchObject({
      isBounded: true,
    });
    expect(refused).toBeLessThanOrEqual(2);
  }
});

it('any answers in any order, with a token of any remaining life, keep to the bounds', async () => {
  const random = new Random(25);
  for (let course = 0; course < 30; course += 1) {
    const checkEvery = course < 1 ? MINUTE : random.pick([300, 900, 1800, 3600, 7200, 14_400]);
    const lifetime = Math.round(random.pick([2 * MINUTE, HOUR, 4 * HOUR, 24 * HOUR]) * random.between(0.5, 1));
    const { judged, refused } = await endure({ checkEvery, lifetime, next: mixOf(random) });
    expect
      .soft(judged, `course ${course}, checkEvery ${checkEvery}`)
      .toBeLessThanOrEqual(boundOf(checkEvery, lifetime));
    expect.soft(refused, `course ${course}`).toBeLessThanOrEqual(2);
  }
});

it('credentials that never gave a token are refused once, whatever else the service answers', async () => {
  const random = new Random(1);
  for (let course = 0; course < 20; course += 1) {
    const checkEvery = random.pick([900, 1800, 3600, 14_400]);
    const counts = await endure({ checkEvery, lifetime: 4 * HOUR, isNewVersion: true, next: mixOf(random) });
    expect(counts.refused).toBeLessThanOrEqual(1);
  }
});

it.each([
  [5 * MINUTE, HOUR],
  [15 * MINUTE, 4 * HOUR],
  [30 * MINUTE, 24 * HOUR],
])(
  'a reader that misjudges every answer costs a login each R/2, and two more (checkEvery %i s, lifetime %i s)',
  async (checkEvery, lifetime) => {
    const world = new SmallWorld({
      checkEverySeconds: checkEvery,
      refreshEverySeconds: 2 * HOUR,
      lifetimeSeconds: lifetime,
    });
    const end = world.clock.now() + DAY_MS;
    for (let at = world.clock.now(); at < end; at += checkEvery * 1000) {
      await world.clock.runUntil(at);
      world.report();
      await world.tick();
    }
    const half = Math.min(2 * HOUR, lifetime / 2) / 2;
    expect(world.logins.length).toBeGreaterThan((24 * HOUR) / half - 1);
    expect(world.logins.length).toBeLessThanOrEqual((24 * HOUR) / half + 2);
    // Whoever reports a token that is dead waits for no longer, whatever was reported before.
    expect(longestPause(world.logins)).toBeLessThanOrEqual(half * 1000);
  },
);

function longestPause(logins: readonly number[]): number {
  return Math.max(...logins.slice(1).map((at, index) => at - (logins[index] ?? 0)));
}
