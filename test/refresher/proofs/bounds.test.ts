import { expect, it } from 'vitest';
import type { SoapReply } from '../../../lambda/soap/soap-reply.ts';
import { Random } from '../../../local/world/time/random.ts';
import { awsError, CHECK_EVERY_MS, denying, type Passage, SmallWorld, type SmallWorldOptions } from './small-world.ts';
import { TOKENLESS } from './tokenless.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY_MS = 24 * HOUR * 1000;

/** What becomes of a login: no token; its run dies; or SSM takes neither the outcome nor the token. */
const ANSWERS = {
  ...TOKENLESS,
  dies: () => new Promise<SoapReply>(() => {}),
  'cannot record': TOKENLESS.html,
  'cannot store': undefined,
};
type Kind = keyof typeof ANSWERS;
const PASSAGES: { readonly [K in Kind]?: Passage } = {
  'cannot record': denying('outcome'),
  'cannot store': denying('token'),
};
const KINDS = Object.keys(ANSWERS).filter((kind): kind is Kind => Object.hasOwn(ANSWERS, kind));
const NOT_JUDGED: readonly Kind[] = ['gateway', 'no connection'];
const REFUSED: readonly Kind[] = ['refused', 'refused by a sentence'];

interface Course {
  readonly checkEvery: number;
  readonly lifetime: number;
  /** The credentials have never given a token. */
  readonly isNewVersion?: boolean;
  /** What becomes of each login. */
  readonly next: () => Kind;
}

const timing = ({ checkEvery, lifetime }: Pick<Course, 'checkEvery' | 'lifetime'>): SmallWorldOptions => ({
  checkEverySeconds: checkEvery,
  lifetimeSeconds: lifetime,
});

/** A first token, and then a day and a half in which nothing gives another one. @returns how many logins its worst day has */
async function endure({ isNewVersion = false, next, ...course }: Course) {
  const world = new SmallWorld(timing(course));
  await world.tick();
  expect(world.isTokenAlive).toBe(true);
  if (isNewVersion) world.putSecret();
  const logins: { readonly at: number; readonly kind: Kind }[] = [];
  let kind: Kind = 'html';
  world.answer = (envelope) => {
    logins.push({ at: world.clock.now(), kind });
    return (ANSWERS[kind] ?? world.grant)(envelope);
  };
  const startedAt = world.clock.now();
  const end = startedAt + 1.25 * DAY_MS + (course.lifetime * 1000) / 2;
  for (let turn = 1; world.clock.now() < end; turn += 1) {
    await world.clock.runUntil(startedAt + turn * course.checkEvery * 1000);
    kind = next();
    await world.tick(PASSAGES[kind]);
  }
  const inWorstDay = (isCounted: (kind: Kind) => boolean) => {
    const at = logins.filter((login) => isCounted(login.kind)).map((login) => login.at);
    return Math.max(0, ...at.map((from) => at.filter((one) => one >= from && one < from + DAY_MS).length));
  };
  return {
    judged: inWorstDay((one) => !NOT_JUDGED.includes(one)),
    refused: inWorstDay((one) => REFUSED.includes(one)),
  };
}

function mixOf(random: Random): () => Kind {
  const [first = 'html', ...others] = KINDS.filter((kind) => kind !== 'cannot store' && random.chance(0.4));
  return () => random.pick([first, ...others]);
}

/** Logins a day; of a service that is unavailable one each R/2, in whole checks, and 12 more. */
function boundOf(checkEvery: number, lifetime: number): number {
  const half = Math.min(2 * HOUR, lifetime / 2) / 2;
  if (half >= HOUR) return checkEvery === 900 ? 30 : 37;
  return Math.max(37, Math.ceil(DAY_MS / 1000 / Math.max(checkEvery, Math.floor(half / checkEvery) * checkEvery)) + 12);
}

it.each(KINDS)('"%s" for a day, with any checkEvery, is at most 37 logins that may have been judged', async (kind) => {
  const lifetime = 4 * HOUR;
  for (const checkEvery of [5, 15, 30, 60, 120, 240].map((minutes) => minutes * MINUTE)) {
    const { judged, refused } = await endure({ checkEvery, lifetime, next: () => kind });
    expect(judged, `checkEvery ${checkEvery}`).toBeLessThanOrEqual(boundOf(checkEvery, lifetime));
    expect(refused).toBeLessThanOrEqual(2);
  }
});

it('any answers in any order, with a token of any remaining life and with new credentials, keep to the bounds', async () => {
  const random = new Random(25);
  for (let course = 0; course < 50; course += 1) {
    const checkEvery = course < 1 ? MINUTE : random.pick([300, 900, 1800, 3600, 7200, 14_400]);
    const lifetime = Math.round(random.pick([2 * MINUTE, HOUR, 4 * HOUR, 24 * HOUR]) * random.between(0.5, 1));
    const isNewVersion = course >= 30;
    const { judged, refused } = await endure({ checkEvery, lifetime, isNewVersion, next: mixOf(random) });
    const which = `course ${course}, checkEvery ${checkEvery}`;
    expect.soft(judged, which).toBeLessThanOrEqual(boundOf(checkEvery, lifetime));
    // Those that never gave a token are refused once.
    expect.soft(refused, which).toBeLessThanOrEqual(isNewVersion ? 1 : 2);
  }
});

it.each([
  { checkEvery: 5 * MINUTE, lifetime: HOUR },
  { checkEvery: 15 * MINUTE, lifetime: 4 * HOUR },
  { checkEvery: 30 * MINUTE, lifetime: 24 * HOUR },
])('a reader that misjudges every answer costs a login each R/2, and two more: %o', async (course) => {
  const world = new SmallWorld(timing(course));
  const end = world.clock.now() + DAY_MS;
  for (let at = world.clock.now(); at < end; at += course.checkEvery * 1000) {
    await world.clock.runUntil(at);
    world.report();
    await world.tick();
  }
  const { logins } = world;
  const half = Math.min(2 * HOUR, course.lifetime / 2) / 2;
  expect(logins.length).toBeGreaterThan((24 * HOUR) / half - 1);
  expect(logins.length).toBeLessThanOrEqual((24 * HOUR) / half + 2);
  // Whoever reports a token that is dead waits for no longer, whatever was reported before.
  const pauses = logins.slice(1).map((at, index) => at - (logins[index] ?? 0));
  expect(Math.max(...pauses)).toBeLessThanOrEqual(half * 1000);
});

const noWrites: Passage = (effect, act) =>
  ['announce', 'token', 'status', 'outcome'].includes(effect)
    ? Promise.reject(awsError('InternalServerError', 500))
    : act();

// Thirteen minutes apart they meet every phase of the schedule.
it.each(Array.from({ length: 9 }, (_, turn) => turn * 13))(
  'an hour in which SSM takes no writes, from minute %i of a token on, costs no login and no reader its token',
  async (minute) => {
    const world = new SmallWorld();
    const tickFor = async (minutes: number, passage?: Passage) => {
      const startedAt = world.clock.now();
      for (let at = CHECK_EVERY_MS; at <= minutes * 60_000; at += CHECK_EVERY_MS) {
        await world.clock.runUntil(startedAt + at);
        await world.tick(passage);
        expect(world.isTokenAlive).toBe(true);
      }
      await world.clock.runUntil(startedAt + minutes * 60_000);
    };
    await world.tick();
    await tickFor(minute);
    const before = world.logins.length;
    await tickFor(60, noWrites);
    expect(world.logins).toHaveLength(before);
    await tickFor(30);
  },
);
