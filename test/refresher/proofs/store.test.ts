import { describe, expect, it, vi } from 'vitest';
import type { TickReport } from '../../../lambda/refresher/tick-report.ts';
import { type Passage, SmallWorld } from './small-world.ts';

// A busy machine takes much longer.
vi.setConfig({ testTimeout: 60_000 });

const HOUR_MS = 3_600_000;
const CHECK_EVERY_MS = 900_000;
const OPTIONS = { checkEverySeconds: CHECK_EVERY_MS / 1000, refreshEverySeconds: 7200, lifetimeSeconds: 14_400 };

async function refreshed(): Promise<SmallWorld> {
  const world = new SmallWorld(OPTIONS);
  await world.tick();
  expect(world.isTokenAlive).toBe(true);
  return world;
}

/** Runs every scheduled tick for so long. */
async function tickFor(
  world: SmallWorld,
  ms: number,
  passage: Passage | undefined,
  afterEach: (report: TickReport | undefined) => void = () => {},
): Promise<void> {
  const startedAt = world.clock.now();
  for (let at = CHECK_EVERY_MS; at <= ms; at += CHECK_EVERY_MS) {
    await world.clock.runUntil(startedAt + at);
    afterEach(await world.tick(passage));
  }
}

/** SSM's words for a key that KMS does not let it use. */
const noSecureStrings: Passage = (effect, act) =>
  effect === 'token'
    ? Promise.reject(Object.assign(new Error(''), { name: 'InvalidKeyId', $metadata: { httpStatusCode: 400 } }))
    : act();

/** Parameter Store's own trouble, in every moment of the hour. */
const noWrites: Passage = (effect, act) => {
  if (['secret', 'read', 'earlier', 'login'].includes(effect)) return act();
  return Promise.reject(
    Object.assign(new Error(''), { name: 'InternalServerError', $metadata: { httpStatusCode: 500 } }),
  );
};

describe('Parameter Store takes no writes for an hour, and every login ends the old token', () => {
  // Thirteen minutes apart they meet every phase of the schedule.
  it.each(Array.from({ length: 9 }, (_, turn) => turn * 13))(
    'no reader is without a token and nobody logs in, from minute %i of its life on',
    async (minute) => {
      const world = await refreshed();
      const startsAt = world.clock.now() + minute * 60_000;
      await tickFor(world, minute * 60_000, undefined);
      await world.clock.runUntil(startsAt);
      const before = world.logins.length;
      await tickFor(world, HOUR_MS, noWrites, () => expect(world.isTokenAlive).toBe(true));
      expect(world.logins.length).toBe(before);
      await tickFor(world, 2 * CHECK_EVERY_MS, undefined);
      expect(world.isTokenAlive).toBe(true);
    },
  );
});

describe('a key that refuses SecureStrings', () => {
  it.each([1, 24])('for %i h costs at most 32 logins, and pages within four checks', async (hours) => {
    const world = await refreshed();
    await tickFor(world, 2 * HOUR_MS - 2 * CHECK_EVERY_MS, undefined);
    const before = world.logins.length;
    const remaining: (number | undefined)[] = [];
    await tickFor(world, hours * HOUR_MS, noSecureStrings, (report) => {
      if (world.logins.length > before) remaining.push(report?.secondsRemaining);
    });
    const logins = world.logins.length - before;
    expect(logins).toBeGreaterThan(0);
    expect(logins).toBeLessThanOrEqual(32);
    // The first login ended the readers' token: three checks in a row report 0, and TokenExpiring fires.
    expect(remaining.slice(0, 3)).toEqual([0, 0, 0]);
    expect(world.isTokenAlive).toBe(false);

    await tickFor(world, 5 * CHECK_EVERY_MS, undefined);
    expect(world.isTokenAlive).toBe(true);
  });
});
