import { describe, expect, it, vi } from 'vitest';
import { RefreshError } from '../../../lambda/refresh-error.ts';
import { playRandomWorld } from './random-world.ts';
import { type Effect, type Passage, SmallWorld } from './small-world.ts';

const CHECK_EVERY_MS = 900_000;
const OPTIONS = { checkEverySeconds: CHECK_EVERY_MS / 1000, refreshEverySeconds: 7200, lifetimeSeconds: 14_400 };

// Seconds of work, on a busy machine much longer.
vi.setConfig({ testTimeout: 120_000 });

/** What one of the two runs does next: its answer arrives, or is lost on the way. */
interface Step {
  readonly run: 0 | 1;
  readonly isAnswerLost: boolean;
}
const ARRIVING: readonly Step[] = [
  { run: 0, isAnswerLost: false },
  { run: 1, isAnswerLost: false },
];
const LOST: readonly Step[] = ARRIVING.map(({ run }) => ({ run, isAnswerLost: true }));

/** A run that stands still before each of its effects until it is let go on. One that never is has died. */
class HaltedRun {
  isOver = false;
  isAsking = false;
  readonly #world: SmallWorld;
  #goOn: ((isAnswerLost: boolean) => void) | undefined;

  constructor(world: SmallWorld, event: object) {
    this.#world = world;
    world.run(this.#passage, event).then(() => {
      this.isOver = true;
    });
  }

  async step(isAnswerLost: boolean): Promise<void> {
    this.#goOn?.(isAnswerLost);
    // Longer than the pause before a write is tried again.
    await this.#world.clock.advance(1000);
  }

  readonly #passage: Passage = async (effect, act) => {
    // Both are read at the same time.
    if (effect === 'secret') return await act();
    const isLost = await this.#halt();
    if (effect !== 'login') {
      const output = await act();
      if (isLost) throw Object.assign(new Error('socket hang up'), { name: 'TimeoutError' });
      return output;
    }
    this.isAsking = true;
    const output = await act();
    // The service has answered; now another run may come first.
    const isLostOnTheWay = isLost || (await this.#halt());
    this.isAsking = false;
    if (isLostOnTheWay) throw new RefreshError('ENDPOINT_UNAVAILABLE', 'socket hang up');
    return output;
  };

  #halt(): Promise<boolean> {
    return new Promise((resolve) => {
      this.#goOn = resolve;
    });
  }
}

interface Beginning {
  /** Whether a person forces the first of the runs; otherwise, nothing tells the two apart. */
  readonly isForced?: true;
  readonly prepare: (world: SmallWorld) => Promise<void>;
  /** Whether an answer may be lost on its way. */
  readonly mayLose?: true;
}

const dueToken = async (world: SmallWorld) => {
  await world.tick();
  await world.clock.advance(8 * CHECK_EVERY_MS);
};
/** It got a token, which ended the stored one, and died before it stored it. */
const runThatDied = async (world: SmallWorld) => {
  await dueToken(world);
  await world.tick((effect, act) => (effect === 'token' ? new Promise(() => {}) : act()));
  await world.clock.advance(CHECK_EVERY_MS);
};
/** An hour after the last of 17 ticks in which the service was down. */
async function endOfOutage(world: SmallWorld): Promise<void> {
  await world.tick();
  world.answer = async () => ({ status: 500, contentType: 'text/html', body: Buffer.from('<html>') });
  for (let tick = 0; tick < 17; tick += 1) {
    await world.clock.advance(CHECK_EVERY_MS - 30_000);
    await world.tick();
  }
  world.answer = undefined;
  await world.clock.advance(4 * CHECK_EVERY_MS);
}

const BEGINNINGS: Readonly<Record<string, Beginning>> = {
  'a token that is due': { prepare: dueToken, mayLose: true },
  'no token': { prepare: async () => {} },
  'a person who forces one of the runs': { isForced: true, prepare: dueToken },
  'a run that died before': { prepare: runThatDied },
};

/** Plays the steps in a new world; whoever is not over then has died. @returns which of the runs could have gone on. */
async function play({ isForced, prepare }: Beginning, steps: readonly Step[]): Promise<readonly (0 | 1)[]> {
  const world = new SmallWorld(OPTIONS);
  await prepare(world);
  const runs = [new HaltedRun(world, isForced ? { force: true } : {}), new HaltedRun(world, {})] as const;
  await world.clock.advance(0);
  for (const { run, isAnswerLost } of steps) {
    await runs[run].step(isAnswerLost);
    if (runs[0].isAsking && runs[1].isAsking) expect.fail(`two logins at the same time: ${inWords(steps)}`);
  }
  const alive = ([0, 1] as const).filter((run) => !runs[run].isOver);
  await healthyTicks(world, inWords(steps));
  return alive;
}

async function healthyTicks(world: SmallWorld, before: string): Promise<void> {
  for (let turn = 1; turn <= 4; turn += 1) {
    await world.clock.advance(CHECK_EVERY_MS);
    const askAgainAt = world.attempt?.askAgainAt ?? '';
    const isOnHold = askAgainAt > new Date(world.clock.now()).toISOString();
    const report = await world.tick();
    const isCalledAlive = report === undefined || (report.secondsRemaining ?? 0) > 0;
    if (isCalledAlive && !world.isTokenAlive) expect.fail(`a dead token is called fresh: ${before}`);
    if (isOnHold) continue;
    if (report?.outcome !== 'failed' && world.isTokenAlive) return;
    expect.fail(`no living token after a healthy tick: ${before}`);
  }
  expect.fail(`on hold for too long: ${before}`);
}

function inWords(steps: readonly Step[]): string {
  return steps.map(({ run, isAnswerLost }) => `${run}${isAnswerLost ? ' (answer lost)' : ''}`).join(', ');
}

/**
 * Every order from here on; a death at every point is what an order that stops there is. The answer to one announcement,
 * a run's second step, may be lost: it is then written twice.
 * @returns how many there are
 */
async function explore(beginning: Beginning, steps: readonly Step[] = []): Promise<number> {
  const alive = await play(beginning, steps);
  const isAnnouncing = (run: number) => steps.filter((step) => step.run === run).length === 1;
  const mayLose = beginning.mayLose && steps.every(({ isAnswerLost }) => !isAnswerLost);
  const lost = mayLose ? LOST.filter(({ run }) => isAnnouncing(run)) : [];
  let orders = 1;
  // Where nothing tells the runs apart, either may be called the first.
  const next = steps.length > 0 || beginning.isForced ? alive : alive.slice(0, 1);
  for (const step of [...ARRIVING, ...lost].filter(({ run }) => next.includes(run)))
    orders += await explore(beginning, [...steps, step]);
  return orders;
}

it.each(Object.entries(BEGINNINGS))(
  'two runs that begin with %s keep every promise in every order, wherever they die',
  async (_, beginning) => {
    expect(await explore(beginning)).toBeGreaterThan(60);
  },
);

describe.each<[string, object, (world: SmallWorld) => Promise<void>]>([
  ['the runbook forces a refresh at the end of an outage', { force: true }, endOfOutage],
  ['a token is due, and two events come', {}, dueToken],
  ['there is no token, and two events come', {}, async () => {}],
])('a run whose secret is slow announces over what another run has concluded, where %s', (_, event, prepare) => {
  it('the token and its record stand, readers have it, and no login is made for nothing', async () => {
    const world = new SmallWorld(OPTIONS);
    await prepare(world);
    const before = world.logins.length;
    const slow = world.run(async (effect, act) => {
      if (effect === 'secret') await world.clock.sleep(4000);
      return await act();
    });
    await world.clock.advance(300);
    const winner = world.run(undefined, event);
    await world.clock.advance(10_000);
    expect(await winner).toMatchObject({ outcome: 'refreshed' });
    expect((await slow)?.outcome).toBe(prepare === dueToken ? 'fresh' : 'failed');
    expect([world.attempt, world.isTokenAlive, world.logins.length - before]).toEqual([undefined, true, 1]);
    expect(world.aws.parameters.parameter('/proof/access-token/attempt')?.value).toContain('"run"');

    expect(await world.readToken()).toBe(world.storedToken);
    for (let tick = 0; tick < 4; tick += 1) {
      await world.clock.advance(CHECK_EVERY_MS - 30_000);
      expect(await world.tick()).toMatchObject({ outcome: 'fresh', secondsRemaining: expect.any(Number) });
    }
    expect(world.logins.length - before).toBe(1);
  });
});

describe.each<[string, Effect, object]>([
  ['the status', 'status', {}],
  ['an outcome', 'outcome', { status: 500, contentType: 'text/html', body: Buffer.from('<html>') }],
])('a run to which SSM does not say that it has taken %s', (_, effect, reply) => {
  it.each(['a token', 'no token'])('does not repeat it over what a forced run has got meanwhile: %s', async (other) => {
    const world = new SmallWorld(OPTIONS);
    await dueToken(world);
    const down = async () => ({ status: 500, contentType: 'text/html', body: Buffer.from('<html>') });
    if ('status' in reply) world.answer = down;
    let isLost = true;
    const slow = world.run(async (asked, act) => {
      const output = await act();
      if (asked !== effect || !isLost) return output;
      isLost = false;
      await world.clock.sleep(5000);
      throw Object.assign(new Error('socket hang up'), { name: 'TimeoutError' });
    });
    await world.clock.advance(1000);
    world.answer = other === 'a token' ? undefined : down;
    const forced = await world.tick(undefined, { force: true });
    await slow;
    expect(forced?.outcome).toBe(other === 'a token' ? 'refreshed' : 'failed');
    const stored = world.aws.parameters.parameter('/proof/access-token')?.version;
    expect(world.status?.token?.version).toBe(stored);
    if (other === 'a token') expect(world.attempt).toBeUndefined();
    else
      expect(world.attempt).toMatchObject({
        trigger: 'a person asked for it',
        outcome: { code: 'ENDPOINT_UNAVAILABLE' },
      });
    world.answer = undefined;
    await world.clock.advance(CHECK_EVERY_MS);
    expect(await world.tick()).toMatchObject({ outcome: other === 'a token' ? 'fresh' : 'refreshed' });
  });
});

describe('a run whose status SSM has not taken at first', () => {
  const serverError = () =>
    Object.assign(new Error(''), { name: 'InternalServerError', $metadata: { httpStatusCode: 500 } });

  async function expectRecorded(world: SmallWorld): Promise<void> {
    const stored = world.aws.parameters.parameter('/proof/access-token')?.version;
    expect([world.status?.token?.version, world.attempt]).toEqual([stored, undefined]);
    await world.clock.advance(CHECK_EVERY_MS);
    expect(await world.tick()).toMatchObject({ outcome: 'fresh', warnings: [] });
    expect(world.logins).toHaveLength(2);
  }

  it('writes it again where its own second announcement was taken without an answer', async () => {
    const world = new SmallWorld(OPTIONS);
    await dueToken(world);
    const asked = { status: 0, announce: 0 };
    const run = world.run(
      async (effect, act, signal) => {
        if (effect === 'status' && ++asked.status === 1) throw serverError();
        const output = await act();
        if (effect !== 'announce' || ++asked.announce !== 2) return output;
        return await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      },
      {},
      (ms) => world.clock.timeout(ms),
    );
    await world.clock.advance(30_000);
    expect(await run).toMatchObject({ outcome: 'refreshed' });
    await expectRecorded(world);
  });

  it('writes it again over the announcement of a run that came second', async () => {
    const world = new SmallWorld(OPTIONS);
    await dueToken(world);
    let isFirst = true;
    const winner = world.run(async (effect, act) => {
      if (effect !== 'status' || !isFirst) return await act();
      isFirst = false;
      await world.clock.sleep(1500);
      throw serverError();
    });
    const loser = world.run(async (effect, act) => {
      const output = await act();
      if (effect === 'secret') await world.clock.sleep(1000);
      return output;
    });
    await world.clock.advance(30_000);
    expect([(await winner)?.outcome, (await loser)?.outcome]).toEqual(['refreshed', 'fresh']);
    await expectRecorded(world);
  });

  it('is not taken for ended by a first write that arrives while it writes again', async () => {
    const world = new SmallWorld(OPTIONS);
    await dueToken(world);
    let writes = 0;
    const slow = world.run(async (effect, act) => {
      if (effect !== 'status') return await act();
      writes += 1;
      if (writes > 1) await world.clock.sleep(4000);
      else {
        world.clock.at(world.clock.now() + 1000, () => void act());
        throw serverError();
      }
      return await act();
    });
    await world.clock.advance(3000);
    const forced = await world.tick(undefined, { force: true });
    expect(forced).toMatchObject({ outcome: 'failed', error: { code: 'REFRESH_IN_PROGRESS' } });
    expect(await slow).toMatchObject({ outcome: 'refreshed' });
    await expectRecorded(world);
  });

  it('does not ask where nobody can tell whether its announcement came first', async () => {
    const world = new SmallWorld(OPTIONS);
    await dueToken(world);
    let isFirst = true;
    const report = await world.tick(async (effect, act) => {
      if (effect === 'earlier') throw serverError();
      const output = await act();
      if (effect !== 'announce' || !isFirst) return output;
      isFirst = false;
      throw serverError();
    });
    expect(report).toMatchObject({ outcome: 'failed', error: { code: 'STORE_FAILED' } });
    expect(world.logins).toHaveLength(1);
  });
});

it('a run that finds another one first does not call a token fresh that a dead run left in doubt', async () => {
  const world = new SmallWorld(OPTIONS);
  await runThatDied(world);
  expect(world.isTokenAlive).toBe(false);
  const report = await world.tick(async (effect, act) => {
    // Another run's announcement comes first.
    if (effect === 'announce') await act();
    return await act();
  });
  expect(report).toMatchObject({ outcome: 'failed', error: { code: 'REFRESH_IN_PROGRESS' }, secondsRemaining: 0 });
  expect(world.logins).toHaveLength(2);
});

it('three runs keep every promise, slow anywhere, with stale reads, lost answers, deaths, reports and new credentials', async () => {
  let lost = 0;
  // In the last world a run dies between announcing again and its status.
  for (const seed of [...Array.from({ length: 80 }, (_, index) => index + 1), 110_301]) {
    const { violations, incidents } = await playRandomWorld(seed);
    expect(violations, `seed ${seed}`).toEqual([]);
    lost += incidents.lost;
  }
  expect(lost).toBeGreaterThan(10);
});
