import { describe, expect, it } from 'vitest';
import { RefreshError } from '../../../lambda/refresh-error.ts';
import { playRandomWorld } from './random-world.ts';
import {
  aborted,
  awsError,
  CHECK_EVERY_MS,
  CUT,
  dyingBefore,
  type Effect,
  PARAMETER,
  type Passage,
  SmallWorld,
} from './small-world.ts';
import { TOKENLESS } from './tokenless.ts';

const SERVER_ERROR = awsError('InternalServerError', 500);

/** What one of the two runs does next: its answer arrives, or is lost on the way. */
interface Step {
  readonly run: 0 | 1;
  readonly isAnswerLost: boolean;
}
const stepsOf = (isAnswerLost: boolean): readonly Step[] => [
  { run: 0, isAnswerLost },
  { run: 1, isAnswerLost },
];

/** A run that stands still before each of its effects until it is let go on. One that never is has died. */
function haltedRun(world: SmallWorld, event: object) {
  let goOn: ((isAnswerLost: boolean) => void) | undefined;
  const halt = () =>
    new Promise<boolean>((resolve) => {
      goOn = resolve;
    });
  const run = {
    isOver: false,
    isAsking: false,
    step: async (isAnswerLost: boolean) => {
      goOn?.(isAnswerLost);
      // Longer than the pause before a write is tried again.
      await world.clock.advance(1000);
    },
  };
  const passage: Passage = async (effect, act) => {
    // Both are read at the same time.
    if (effect === 'secret') return await act();
    const isLost = await halt();
    run.isAsking = effect === 'login';
    const output = await act();
    // The service has answered; now another run may come first.
    const isLostOnTheWay = isLost || (effect === 'login' && (await halt()));
    run.isAsking = false;
    if (!isLostOnTheWay) return output;
    throw effect === 'login' ? new RefreshError('ENDPOINT_UNAVAILABLE', CUT.message) : CUT;
  };
  void world.run(passage, event).then(() => {
    run.isOver = true;
  });
  return run;
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
  await world.tick(dyingBefore('token'));
  await world.clock.advance(CHECK_EVERY_MS);
};
const BEGINNINGS: Readonly<Record<string, Beginning>> = {
  'a token that is due': { prepare: dueToken, mayLose: true },
  'no token': { prepare: async () => {} },
  'a person who forces one of the runs': { isForced: true, prepare: dueToken },
  'a run that died before': { prepare: runThatDied },
};

/** Plays the steps in a new world; whoever is not over then has died. @returns which of the runs could have gone on. */
async function play({ isForced, prepare }: Beginning, steps: readonly Step[]): Promise<readonly (0 | 1)[]> {
  const world = new SmallWorld();
  await prepare(world);
  const before = world.logins.length;
  const runs = [haltedRun(world, isForced ? { force: true } : {}), haltedRun(world, {})] as const;
  await world.clock.advance(0);
  for (const { run, isAnswerLost } of steps) {
    await runs[run].step(isAnswerLost);
    if (runs[0].isAsking && runs[1].isAsking) expect.fail(`two logins at the same time: ${inWords(steps)}`);
  }
  const alive = ([0, 1] as const).filter((run) => !runs[run].isOver);
  const isUndisturbed = alive.length === 0 && !isForced && !steps.some(({ isAnswerLost }) => isAnswerLost);
  if (isUndisturbed && world.logins.length !== before + 1) expect.fail(`a login for nothing: ${inWords(steps)}`);
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
  const lost = mayLose ? stepsOf(true).filter(({ run }) => isAnnouncing(run)) : [];
  let orders = 1;
  // Where nothing tells the runs apart, either may be called the first.
  const next = steps.length > 0 || beginning.isForced ? alive : alive.slice(0, 1);
  for (const step of [...stepsOf(false), ...lost].filter(({ run }) => next.includes(run)))
    orders += await explore(beginning, [...steps, step]);
  return orders;
}

it.each(Object.entries(BEGINNINGS))(
  'two runs that begin with %s keep every promise in every order, wherever they die',
  async (_, beginning) => {
    expect(await explore(beginning)).toBeGreaterThan(60);
  },
);

/** Each call of that effect goes as it is told, the first and those after it. */
function telling(effect: Effect, first: Passage, later: Passage = (_, act) => act()): Passage {
  let isFirst = true;
  return async (asked, act, signal) => {
    if (asked !== effect) return await act();
    const passage = isFirst ? first : later;
    isFirst = false;
    return await passage(asked, act, signal);
  };
}

describe.each<Effect>(['status', 'outcome'])('a run to which SSM does not say that it has taken the %s', (lost) => {
  it.each([true, false])('does not repeat it over what a forced run got meanwhile: a token? %s', async (isToken) => {
    const world = new SmallWorld();
    await dueToken(world);
    if (lost === 'outcome') world.answer = TOKENLESS.html;
    const answerLate: Passage = async (_, act) => {
      await act();
      await world.clock.sleep(5000);
      throw CUT;
    };
    const slow = world.run(telling(lost, answerLate));
    await world.clock.advance(1000);
    world.answer = isToken ? undefined : TOKENLESS['server fault'];
    const forced = await world.tick(undefined, { force: true });
    await slow;
    expect(forced?.outcome).toBe(isToken ? 'refreshed' : 'failed');
    expect(world.status?.token?.version).toBe(world.aws.parameters.parameter(PARAMETER)?.version);
    const failed = { trigger: 'a person asked for it', outcome: { code: 'ENDPOINT_UNAVAILABLE' } };
    expect([world.attempt]).toMatchObject([isToken ? undefined : failed]);
    world.answer = undefined;
    await world.clock.advance(CHECK_EVERY_MS);
    expect(await world.tick()).toMatchObject({ outcome: isToken ? 'fresh' : 'refreshed' });
  });
});

/** The first status fails; the second announcement is taken, and nothing comes back. */
function announcedUnheard(losing: (act: () => unknown) => void): Passage {
  const asked = { status: 0, announce: 0 };
  return async (effect, act, signal) => {
    if (effect === 'status' && ++asked.status === 1) {
      losing(act);
      throw SERVER_ERROR;
    }
    const output = await act();
    return effect === 'announce' && ++asked.announce === 2 ? await aborted(signal) : output;
  };
}

it.each<[string, (world: SmallWorld) => Passage, ((world: SmallWorld) => Promise<void>)?]>([
  ['where its own second announcement was taken without an answer', () => announcedUnheard(() => {})],
  [
    'then too where the first write arrives meanwhile',
    (world) => announcedUnheard((act) => world.clock.at(world.clock.now() + 1000, act)),
  ],
  [
    'over the announcement of a run that came second',
    (world) =>
      telling('status', async () => {
        await world.clock.sleep(1500);
        throw SERVER_ERROR;
      }),
    async (world) => {
      const slowly: Passage = async (_, act) => {
        const output = await act();
        await world.clock.sleep(1000);
        return output;
      };
      const loser = await world.run(telling('secret', slowly));
      expect(loser).toMatchObject({ outcome: 'fresh' });
    },
  ],
  [
    'and is not taken for ended by the first write, which arrives meanwhile',
    (world) => {
      const arrivesLater: Passage = async (_, act) => {
        world.clock.at(world.clock.now() + 1000, act);
        throw SERVER_ERROR;
      };
      return telling('status', arrivesLater, async (_, act) => {
        await world.clock.sleep(4000);
        return await act();
      });
    },
    async (world) => {
      await world.clock.sleep(3000);
      const forced = await world.run(undefined, { force: true });
      expect(forced).toMatchObject({ outcome: 'failed', error: { code: 'REFRESH_IN_PROGRESS' } });
    },
  ],
])('a run whose status SSM has not taken at first writes it again %s', async (_, passage, meanwhile) => {
  const world = new SmallWorld();
  await dueToken(world);
  const run = world.run(passage(world), {}, (ms) => world.clock.timeout(ms));
  const other = meanwhile?.(world);
  await world.clock.advance(30_000);
  await other;
  expect(await run).toMatchObject({ outcome: 'refreshed' });
  const stored = world.aws.parameters.parameter(PARAMETER)?.version;
  expect([world.status?.token?.version, world.attempt]).toEqual([stored, undefined]);
  await world.clock.advance(CHECK_EVERY_MS);
  expect(await world.tick()).toMatchObject({ outcome: 'fresh', warnings: [] });
  expect(world.logins).toHaveLength(2);
});

/** Taken, and answered with an error. */
const unanswered: Passage = async (_, act) => {
  await act();
  throw SERVER_ERROR;
};

it('a run does not announce again where its status has arrived without an answer', async () => {
  const world = new SmallWorld();
  await dueToken(world);
  const report = await world.tick(telling('status', unanswered));
  const announcements = world.aws.parameters.history(`${PARAMETER}/attempt`);
  expect([report?.outcome, announcements.length]).toEqual(['refreshed', 2]);
});

it('a run does not ask where nobody can tell whether its announcement came first', async () => {
  const world = new SmallWorld();
  await dueToken(world);
  const announcing = telling('announce', unanswered);
  const report = await world.tick(async (effect, act, signal) => {
    if (effect === 'earlier') throw SERVER_ERROR;
    return await announcing(effect, act, signal);
  });
  expect(report).toMatchObject({ outcome: 'failed', error: { code: 'STORE_FAILED' } });
  expect(world.logins).toHaveLength(1);
});

it('a run that finds another one first does not call a token fresh that a dead run left in doubt', async () => {
  const world = new SmallWorld();
  await runThatDied(world);
  expect(world.isTokenAlive).toBe(false);
  const report = await world.tick(async (effect, act) => {
    // Another run's announcement comes first.
    if (effect === 'announce') await act();
    return await act();
  });
  const inProgress = { decision: 'in progress', trigger: undefined, secondsRemaining: 0 };
  expect(report).toMatchObject({ outcome: 'failed', error: { code: 'REFRESH_IN_PROGRESS' }, ...inProgress });
  expect(world.logins).toHaveLength(2);
});

/** `WORLDS=20000 npx vitest run test/refresher/proofs/two-runs` plays more of them. */
const { WORLDS = 80 } = process.env;

it('three runs keep every promise, slow anywhere, with stale reads, lost answers, deaths, reports and new credentials', async () => {
  let lost = 0;
  // In the last world a run dies between announcing again and its status.
  for (const seed of [...Array.from({ length: Number(WORLDS) }, (_, index) => index + 1), 110_301]) {
    const { violations, cameSecond } = await playRandomWorld(seed);
    expect.soft(violations, `seed ${seed}`).toEqual([]);
    lost += cameSecond;
  }
  expect(lost).toBeGreaterThan(10);
});
