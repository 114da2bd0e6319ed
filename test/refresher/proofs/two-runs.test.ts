import { expect, it, vi } from 'vitest';
import { RefreshError } from '../../../lambda/refresh-error.ts';
import { Random } from '../../../local/world/time/random.ts';
import { type Passage, SmallWorld } from './small-world.ts';

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
  readonly events: readonly [object, object];
  readonly prepare: (world: SmallWorld) => Promise<void>;
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
const BEGINNINGS: Readonly<Record<string, Beginning>> = {
  'a token that is due': { events: [{}, {}], prepare: dueToken },
  'no token': { events: [{}, {}], prepare: async () => {} },
  'a person who forces one of the runs': { events: [{ force: true }, {}], prepare: dueToken },
  'a run that died before': {
    events: [{}, {}],
    prepare: runThatDied,
  },
};

type Entry = [string, Beginning];

/** Plays the steps in a new world; whoever is not over then has died. @returns which of the runs could have gone on. */
async function play({ events, prepare }: Beginning, steps: readonly Step[]): Promise<readonly (0 | 1)[]> {
  const world = new SmallWorld(OPTIONS);
  await prepare(world);
  const runs = [new HaltedRun(world, events[0]), new HaltedRun(world, events[1])] as const;
  await world.clock.advance(0);
  for (const { run, isAnswerLost } of steps) {
    await runs[run].step(isAnswerLost);
    if (runs[0].isAsking && runs[1].isAsking) expect.fail(`two logins at the same time: ${told(steps)}`);
  }
  const alive = ([0, 1] as const).filter((run) => !runs[run].isOver);
  await healthyTicks(world, told(steps));
  return alive;
}

async function healthyTicks(world: SmallWorld, before: string): Promise<void> {
  for (let turn = 1; turn <= 4; turn += 1) {
    await world.clock.advance(CHECK_EVERY_MS);
    const askAgainAt = world.status?.attempt?.askAgainAt ?? '';
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

function told(steps: readonly Step[]): string {
  return steps.map(({ run, isAnswerLost }) => `${run}${isAnswerLost ? ' (answer lost)' : ''}`).join(', ');
}

/** Every order from here on; a death at every point is what an order that stops there is. @returns how many there are. */
async function explore(beginning: Beginning, maxLost: number, steps: readonly Step[] = []): Promise<number> {
  const alive = await play(beginning, steps);
  const lost = steps.filter(({ isAnswerLost }) => isAnswerLost).length;
  const next = [...ARRIVING, ...(lost < maxLost ? LOST : [])].filter(({ run }) => alive.includes(run));
  let orders = 1;
  for (const step of next) orders += await explore(beginning, maxLost, [...steps, step]);
  return orders;
}

it.each([
  ['a token that is due', 1],
  ['no token', 0],
  ['a person who forces one of the runs', 0],
  ['a run that died before', 0],
] as const)(
  'two runs that begin with %s keep every promise in every order, wherever they die',
  async (name, maxLost) => {
    const beginning = BEGINNINGS[name];
    if (beginning === undefined) throw new TypeError(name);
    const orders = await explore(beginning, maxLost);
    expect(orders).toBeGreaterThan(100);
  },
);

it('a run that finds another one first does not call a token fresh that a dead run left in doubt', async () => {
  const world = new SmallWorld(OPTIONS);
  await runThatDied(world);
  expect(world.isTokenAlive).toBe(false);
  const report = await world.tick(async (effect, act) => {
    // Its answer is lost, and the SDK's or the store's own second try finds the first.
    if (effect === 'announce') await act();
    return await act();
  });
  expect(report).toMatchObject({ outcome: 'failed', error: { code: 'REFRESH_IN_PROGRESS' }, secondsRemaining: 0 });
  expect(world.logins).toHaveLength(2);
});

/** Up to three runs, and what else happens meanwhile, in an order made by chance. Who is not over in the end has died. */
async function playByChance(random: Random): Promise<void> {
  const world = new SmallWorld(OPTIONS);
  const [beginning, { events, prepare }] = random.pick(Object.entries(BEGINNINGS) as [Entry, ...Entry[]]);
  await prepare(world);
  const course = [beginning];
  const runs: { readonly name: number; readonly run: HaltedRun; readonly endsAt: number }[] = [];
  for (let turn = 0; turn < 24; turn += 1) {
    const atWork = runs.filter(({ run, endsAt }) => !run.isOver && endsAt > world.clock.now());
    const what = random.pick(['start', 'step', 'step', 'step', 'step', 'step', 'pause', 'report', 'new secret']);
    const [first, ...others] = atWork;
    const chosen = first && random.pick([first, ...others]);
    course.push(what === 'step' ? `step ${chosen?.name}` : what);
    if (what === 'start' && runs.length < 3) {
      const run = new HaltedRun(world, random.pick(events));
      runs.push({ name: runs.length, run, endsAt: world.clock.now() + 60_000 });
    }
    if (what === 'step') await chosen?.run.step(false);
    if (what === 'pause') await world.clock.advance(random.pick([1000, 30_000, 61_000, 300_000]));
    if (what === 'report') world.report();
    if (what === 'new secret') world.putSecret();
    await world.clock.advance(0);
    const asking = runs.filter(({ run, endsAt }) => run.isAsking && endsAt > world.clock.now());
    if (asking.length > 1) expect.fail(`two logins at the same time: ${course.join(', ')}`);
  }
  await healthyTicks(world, course.join(', '));
}

it('three runs keep every promise, with pauses, reports and new credentials between their steps', async () => {
  const random = new Random(25);
  for (let order = 0; order < 150; order += 1) await playByChance(random);
});
