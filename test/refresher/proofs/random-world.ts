import { decodeAttempt } from '../../../lambda/attempt-record.ts';
import { RefreshError } from '../../../lambda/refresh-error.ts';
import type { TickReport } from '../../../lambda/refresher/tick-report.ts';
import type { SoapReply } from '../../../lambda/soap/soap-reply.ts';
import { decodeStatus, type TokenRecord } from '../../../lambda/token-status.ts';
import type { Issuing } from '../../../local/world/soap/token-issuer.ts';
import { Random } from '../../../local/world/time/random.ts';
import { reply } from '../../services/answers.ts';
import { readable } from '../readable.ts';
import {
  aborted,
  CHECK_EVERY_MS,
  CUT,
  dyingBefore,
  type Effect,
  PARAMETER,
  type Passage,
  SmallWorld,
} from './small-world.ts';
import { TOKENLESS } from './tokenless.ts';

const SECOND = 1000;
/** Lambda ends a run after this. */
const RUN_MS = 60 * SECOND;
/** For so long SSM may answer reads from an old copy. */
const STALE_MS = 10 * SECOND;

/** Whether something happened that must never be. */
type Violations = Readonly<Record<string, boolean>>;

/** One run of the tick. */
interface Run {
  readonly force: boolean;
  readonly endsAt: number;
  /** Before or after this call it dies; undefined: it does not. */
  readonly diesAt: number | undefined;
  readonly logins: Login[];
  calls: number;
  isDead: boolean;
  /** Whether the write of an outcome has arrived. */
  hasOutcome: boolean;
  report: TickReport | undefined;
}

interface Login {
  readonly from: number;
  to: number;
  isAnswered: boolean;
}

/** How long a call is under way where it is slow, in each direction. */
const SLOW_MS: Readonly<Record<Effect, number>> = {
  secret: 44 * SECOND,
  read: 12 * SECOND,
  earlier: 4 * SECOND,
  announce: 14.9 * SECOND,
  login: 14 * SECOND,
  token: 4.9 * SECOND,
  status: 4.9 * SECOND,
  outcome: 4.9 * SECOND,
};

const never = <Output>() => new Promise<Output>(() => {});

/** Calls that take their time, requests and answers that are lost, and a death: by chance. */
function unsteady(world: SmallWorld, random: Random, run: Run): Passage {
  const { clock } = world;
  const isGone = () => run.isDead || clock.now() >= run.endsAt;
  const pause = (effect: Effect) =>
    clock.sleep(
      random.chance(effect === 'login' ? 0.3 : 0.12) ? random.between(0, SLOW_MS[effect]) : random.between(5, 60),
    );
  return async (effect, act, signal) => {
    run.calls += 1;
    const dies = run.calls === run.diesAt;
    if (dies && random.chance(0.5)) run.isDead = true;
    if (isGone()) return await never();
    const login = { from: clock.now(), to: run.endsAt, isAnswered: false };
    if (effect === 'login') run.logins.push(login);
    const fate = random.next();
    const arrived = pause(effect).then(() => (fate < 0.03 ? Promise.reject(CUT) : act()));
    const answered = arrived.then(async (output) => {
      if (effect === 'outcome') run.hasOutcome = true;
      await pause(effect);
      if (fate < 0.1) throw CUT;
      return output;
    });
    const [result] = await Promise.allSettled([Promise.race([answered, aborted(signal)])]);
    login.to = Math.min(clock.now(), run.endsAt);
    if (dies) run.isDead = true;
    if (isGone()) return await never();
    login.isAnswered = result.status === 'fulfilled';
    if (result.status === 'fulfilled') return result.value;
    throw effect === 'login' ? new RefreshError('ENDPOINT_UNAVAILABLE', 'no whole answer') : result.reason;
  };
}

type Answer = (world: SmallWorld, envelope: string) => SoapReply | Promise<SoapReply>;
const ANY_ANSWER: readonly [Answer, ...Answer[]] = [
  // A third of the answers are tokens.
  (world, envelope) => world.grant(envelope),
  TOKENLESS.malformed,
  TOKENLESS['server fault'],
  TOKENLESS.gateway,
  async (world, envelope) => {
    // A token was made, and the gateway did not wait for it.
    await world.grant(envelope);
    return reply('<html>', { status: 504 });
  },
  (world, envelope) => world.grant(envelope),
];

/** What stands in the parameters when the runs begin. */
async function begin(world: SmallWorld, random: Random): Promise<void> {
  const kind = random.pick(['none', 'due', 'due', 'fresh', 'died', 'outage']);
  if (kind === 'none') return;
  await world.tick();
  if (kind === 'fresh') return await world.clock.advance(2 * CHECK_EVERY_MS);
  await world.clock.advance(8 * CHECK_EVERY_MS);
  if (kind === 'died') await world.tick(dyingBefore('token'));
  if (kind === 'outage') {
    world.answer = TOKENLESS['server fault'];
    for (let tick = 0; tick < 5; tick += 1) {
      await world.tick();
      await world.clock.advance(CHECK_EVERY_MS);
    }
    world.answer = undefined;
  }
  await world.clock.advance(CHECK_EVERY_MS);
}

/** Two or three runs, and what readers and operators do meanwhile. All have ended, or died, at the end. */
async function play(world: SmallWorld, random: Random, isRefusing: boolean): Promise<readonly Run[]> {
  const { clock } = world;
  const startedAt = clock.now();
  const within = random.pick([2 * SECOND, 20 * SECOND, 75 * SECOND]);
  const runs: Run[] = [];
  const starting = Array.from({ length: random.integer(2, 3) }, () => startedAt + random.between(0, within));
  for (const at of starting) {
    const run: Run = {
      force: random.chance(0.3),
      endsAt: at + RUN_MS,
      diesAt: random.chance(0.2) ? random.integer(1, 8) : undefined,
      logins: [],
      calls: 0,
      isDead: false,
      hasOutcome: false,
      report: undefined,
    };
    runs.push(run);
    clock.at(at, async () => {
      run.report = await world.run(unsteady(world, random, run), { force: run.force }, (ms) => clock.timeout(ms));
    });
  }
  if (random.chance(0.2)) clock.at(startedAt + random.between(0, within), () => world.report());
  if (random.chance(0.1) && !isRefusing) clock.at(startedAt + random.between(0, within), () => world.putSecret());
  world.staleness = () => (random.chance(0.3) ? random.between(0, STALE_MS) : 0);
  await clock.runUntil(startedAt + within + RUN_MS + STALE_MS);
  world.staleness = () => 0;
  return runs;
}

/**
 * Plays one world by chance: the real tick in two and three runs at a time, each slow anywhere, with stale reads, lost
 * requests and answers, and deaths; and then the schedule's own ticks, in which nothing goes wrong.
 */
export async function playRandomWorld(seed: number) {
  const random = new Random(seed);
  const issuing = random.pick<Issuing>(['new-revoking-old', 'new-revoking-old', 'new-revoking-old', 'same-until-late']);
  const world = new SmallWorld({ habits: { issuing } });
  await begin(world, random);
  if (random.chance(0.25)) world.putSecret();
  const hasWorked = world.status?.token?.secretVersionId === world.basis.secretVersionId;
  const service = random.pick(['working', 'any answer', 'refusing'] as const);
  const isRefusing = service === 'refusing';
  world.answer = {
    working: world.grant,
    'any answer': (envelope: string) => random.pick(ANY_ANSWER)(world, envelope),
    refusing: TOKENLESS.refused,
  }[service];
  const before = attemptVersions(world).length;
  const runs = await play(world, random, isRefusing);
  const cameSecond = attemptVersions(world).filter(
    ({ attempt, version }) => version > before && attempt?.outcome === undefined && attempt?.on !== version - 1,
  );
  const violations: Violations = {
    'two logins at once': isAskedAtOnce(runs),
    ...lostRecords(world, runs),
    ...(await afterwards(world, runs, isRefusing, hasWorked)),
  };
  return {
    violations: Object.keys(violations).filter((name) => violations[name]),
    /** How many announcements came second: without any, the world proves little. */
    cameSecond: cameSecond.length,
  };
}

function attemptVersions(world: SmallWorld) {
  const versions = world.aws.parameters.history(`${PARAMETER}/attempt`);
  return versions.map(({ value, version }) => ({ version, attempt: readable(decodeAttempt(value))?.attempt }));
}

function isAskedAtOnce(runs: readonly Run[]): boolean {
  const logins = runs.flatMap((run) => run.logins).sort((one, other) => one.from - other.from);
  return logins.some(({ from }, index) => logins.slice(0, index).some(({ to }) => from < to));
}

/** By the history of the parameters: what was once written there must be what is read now. */
function lostRecords(world: SmallWorld, runs: readonly Run[]): Violations {
  const { parameters } = world.aws;
  const statuses = parameters.history(`${PARAMETER}/status`).map(({ value }) => readable(decodeStatus(value))?.token);
  const stored = parameters.parameter(PARAMETER)?.version;
  const reported = runs.flatMap(({ report }) =>
    report?.decision === 'due' && report.outcome !== 'failed' ? [report.token] : [],
  );
  const versions = attemptVersions(world);
  const winner = versions.findLast((one) => one.attempt?.outcome === undefined && one.attempt?.on === one.version - 1);
  const ofWinner = versions.flatMap(({ attempt }) =>
    attempt !== undefined && attempt.run === winner?.attempt?.run ? [attempt] : [],
  );
  const isOfWinner = (token: TokenRecord | undefined) => ofWinner.some(({ at }) => at === token?.attemptAt);
  const hasToken = statuses.some(isOfWinner);
  const { attempt } = world;
  // A run that must write its status again announces again, at another instant. One that died between that and its status
  // leaves the trace of a run that died: the next tick asks.
  const isTrace =
    new Set(ofWinner.map(({ at }) => at)).size > 1 &&
    runs.some(({ isDead, logins }) => isDead && logins.length > 0) &&
    !reported.some(isOfWinner);
  const isOver = attempt?.run === winner?.attempt?.run && attempt?.outcome !== undefined;
  return {
    'the record of a stored token is lost':
      statuses.some((token) => token?.version === stored) && statuses.at(-1)?.version !== stored,
    'a token is reported as stored, and was never recorded': reported.some(({ version }) =>
      statuses.every((recorded) => recorded?.version !== version),
    ),
    'an attempt without outcome stands after a stored token':
      hasToken && attempt !== undefined && attempt.outcome === undefined && !isTrace,
    'an outcome is lost': ofWinner.some(({ outcome }) => outcome !== undefined) && !hasToken && !isOver,
  };
}

/** The schedule goes on, and nothing goes wrong any more but that credentials are refused. */
async function afterwards(
  world: SmallWorld,
  runs: readonly Run[],
  isRefusing: boolean,
  hasWorked: boolean,
): Promise<Violations> {
  const before = world.logins.length;
  if (!isRefusing) world.answer = undefined;
  let isDeadFresh = false;
  for (let turn = 0; turn < 9; turn += 1) {
    await world.clock.advance(CHECK_EVERY_MS - 30 * SECOND);
    const report = await world.tick();
    isDeadFresh ||= report?.decision === 'fresh' && !world.isTokenAlive;
  }
  const heard = runs.filter(({ force, hasOutcome }) => !force && hasOutcome);
  const answered = heard.flatMap(({ logins }) => logins.filter(({ isAnswered }) => isAnswered));
  const refused = isRefusing ? answered.length + world.logins.length - before : 0;
  const isRecorded = world.status?.token?.version === world.aws.parameters.parameter(PARAMETER)?.version;
  return {
    'refused credentials are sent a third time': refused > 2,
    'refused credentials that never worked are sent again': refused > 1 && !hasWorked,
    'a dead token is called fresh': isDeadFresh,
    'no living token after nine healthy ticks': !isRefusing && !(world.isTokenAlive && isRecorded),
  };
}
