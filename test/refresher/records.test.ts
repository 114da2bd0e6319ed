import { describe, expect, it } from 'vitest';
import { type AttemptRecord, decodeAttempt } from '../../lambda/attempt-record.ts';
import { instant } from '../../lambda/record.ts';
import { denying, PARAMETER, SmallWorld } from './proofs/small-world.ts';
import { TOKENLESS } from './proofs/tokenless.ts';
import { readable } from './readable.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

async function withToken(): Promise<SmallWorld> {
  const world = new SmallWorld();
  await world.tick();
  return world;
}

function attempts({ aws }: SmallWorld): readonly AttemptRecord[] {
  return aws.parameters.history(`${PARAMETER}/attempt`).map(({ value }) => readable(decodeAttempt(value)) ?? {});
}
const versions = ({ aws }: SmallWorld) =>
  ['', '/status', '/attempt'].map((ending) => aws.parameters.parameter(PARAMETER + ending)?.version);

it('a status is readable where half of a life, and a third, is no whole number of seconds', async () => {
  const world = new SmallWorld({ lifetimeSeconds: 3601 });
  await world.tick();
  expect(await world.tick()).toMatchObject({ outcome: 'fresh' });
});

describe('records of before', () => {
  /** A token of an hour with this beside it in its status. */
  function worldOfBefore(beside: object): SmallWorld {
    const world = new SmallWorld();
    const [issuedAt, expiresAt] = [-1, 3].map((hours) => instant(world.clock.now() + hours * HOUR));
    const made = { version: 1, issuedAt, expiresAt, lifetimeAssumed: false, fingerprint: 'sha256:f' };
    world.put('', 'of-before', 'SecureString');
    world.put('/status', JSON.stringify({ token: { ...made, ...world.basis }, ...beside }));
    return world;
  }

  it.each<[string, object]>([
    ['nothing but the token', {}],
    ['a refusal', { attempt: { at: 'yesterday', refusals: 2, askAgainAt: 'never' } }],
    ['logins', { logins: ['2026-01-01T00:00:00.000Z'] }],
  ])('a token with %s in its status stays fresh, without a login and without a write', async (_, beside) => {
    const world = worldOfBefore(beside);
    expect(await world.tick()).toMatchObject({ outcome: 'fresh', isRefused: false });
    expect([world.logins.length, versions(world)]).toEqual([0, [1, 1, undefined]]);
  });

  it('are forgotten with the next token', async () => {
    const world = worldOfBefore({ attempt: { refusals: 2 }, logins: [] });
    expect(await world.tick(undefined, { force: true })).toMatchObject({ outcome: 'refreshed' });
    const status = world.aws.parameters.parameter(`${PARAMETER}/status`)?.value;
    expect(JSON.parse(status ?? '')).toEqual({ format: 1, token: world.status?.token });
    expect(attempts(world)).toMatchObject([{ attempt: { on: 0, refusals: 0 } }]);
  });
});

describe('a tick that fails before it can ask', () => {
  it('is recorded while there is neither token nor attempt, once for each code', async () => {
    const world = new SmallWorld();
    const at = instant(world.clock.now());
    for (let tick = 0; tick < 3; tick += 1) await world.tick(denying('secret'));
    const { configuration } = world.basis;
    const counts = { asked: false, failures: 0, refusals: 0 };
    const outcome = { code: 'CREDENTIALS_UNREADABLE', at };
    const made = { at, run: expect.any(String), on: 0, trigger: 'there is no token', askAgainAt: at };
    expect(attempts(world)).toEqual([{ attempt: { ...made, ...counts, configuration, outcome } }]);
    world.aws.perform('PutSecretValue', { SecretId: 'credentials', SecretString: '{}' }, new Date(world.clock.now()));
    for (let tick = 0; tick < 2; tick += 1) await world.tick();
    const second = { on: 1, outcome: { code: 'CREDENTIALS_MALFORMED' } };
    expect(attempts(world).slice(1)).toMatchObject([{ attempt: second }]);
    world.putSecret();
    expect(await world.tick()).toMatchObject({ outcome: 'refreshed', trigger: 'there is no token', warnings: [] });
    expect(attempts(world).slice(2)).toMatchObject([{ attempt: { on: 2, failures: 1 } }]);
  });

  it('is not recorded beside a token, or after a login', async () => {
    const world = await withToken();
    await world.tick(denying('secret'));
    const other = new SmallWorld();
    other.answer = TOKENLESS.refused;
    await other.tick();
    await other.tick(denying('secret'));
    expect([attempts(world).length, attempts(other).length]).toEqual([1, 2]);
  });

  it('counts for nothing where another run has announced meanwhile', async () => {
    const world = new SmallWorld();
    let other: Promise<unknown> | undefined;
    await world.tick(async (effect, act) => {
      if (effect === 'outcome') {
        other = world.run();
        await world.clock.sleep(2000);
      }
      return await denying('secret')(effect, act, AbortSignal.abort());
    });
    await other;
    expect(attempts(world)).toMatchObject([{ attempt: { on: 0 } }, { attempt: { on: 0, asked: false } }]);
    expect(world.attempt).toBeUndefined();
    expect(await world.tick()).toMatchObject({ outcome: 'fresh' });
  });

  it('does not forget the logins of the day', async () => {
    const world = new SmallWorld({ environment: { LOGINS_PER_DAY: '20' } });
    await world.tick();
    expect(attempts(world).at(-1)?.logins).toHaveLength(1);
    world.aws.perform('DeleteParameter', { Name: PARAMETER }, new Date(world.clock.now()));
    await world.tick(denying('secret'));
    expect(attempts(world).at(-1)).toMatchObject({ attempt: { asked: false }, logins: [expect.any(String)] });
    await world.clock.advance(MINUTE);
    await world.tick();
    expect(attempts(world).at(-1)?.logins).toHaveLength(2);
  });
});

describe('a pipeline that forces a refresh 200 times in 400 s', () => {
  it.each([
    ['refused', 3],
    ['another refusal', 7],
  ] as const)('sends what is answered with %s few times, and corrected credentials at once', async (kind, most) => {
    const world = await withToken();
    world.answer = TOKENLESS[kind];
    for (let turn = 0; turn < 200; turn += 1) {
      await world.run(undefined, { force: true });
      await world.clock.advance(2000);
    }
    expect(world.logins.length - 1).toBeGreaterThan(1);
    expect(world.logins.length - 1).toBeLessThanOrEqual(most);
    world.answer = undefined;
    world.putSecret();
    expect(await world.tick(undefined, { force: true })).toMatchObject({ outcome: 'refreshed' });
  });

  it('hears from when on a force is heard again', async () => {
    const world = new SmallWorld();
    world.answer = TOKENLESS.refused;
    await world.run(undefined, { force: true });
    const message = expect.stringContaining(`heard again from ${instant(world.clock.now() + 2 * MINUTE)} on`);
    const held = { decision: 'hold', isRefused: true, error: { message } };
    expect(await world.run(undefined, { force: true })).toMatchObject(held);
    // It stands, whatever the next tick fails with.
    expect(await world.run(denying('secret'))).toMatchObject({ decision: undefined, isRefused: true });
  });
});

it('a service that allows ten logins in 24 hours gets nine from the schedule and one from a person', async () => {
  const world = new SmallWorld({ environment: { LOGINS_PER_DAY: '10' } });
  world.answer = TOKENLESS['server fault'];
  const forced = { force: true };
  for (let tick = 0; tick < 12; tick += 1) {
    await world.tick();
    await world.clock.advance(HOUR);
  }
  expect(world.logins).toHaveLength(9);
  await world.tick(undefined, forced);
  const report = await world.tick(undefined, forced);
  expect(report).toMatchObject({ outcome: 'failed', error: { message: expect.stringContaining('loginsPerDay') } });
  expect(world.logins).toHaveLength(10);
  expect(attempts(world).at(-1)?.logins).toHaveLength(10);
  // A day after the first ones there is room again.
  await world.clock.advance(14 * HOUR);
  await world.tick();
  expect(world.logins).toHaveLength(11);
});

describe('a report of a rejected token', () => {
  it.each<[string, string, string, string]>([
    ['is encrypted', '1', 'SecureString', 'is a SecureString: it must be a String'],
    ['names no version', 'the token is dead', 'String', 'holds no version of the token'],
    ['names a list of versions', '1,2', 'StringList', 'holds no version of the token'],
  ])('that %s is warned of with the name of its parameter, and nothing comes of it', async (_, value, type, fault) => {
    const world = await withToken();
    await world.clock.advance(2 * MINUTE);
    world.put('/rejected', value, type);
    const report = await world.tick();
    expect(report).toMatchObject({ outcome: 'fresh', isReported: false });
    expect(report?.warnings.join()).toContain(`${PARAMETER}/rejected ${fault}`);
  });

  it.each(['1', '"1"', "'1'\n", ' 1\r\n', '“1”'])(
    'is read as %j, and warned of by how old the token is',
    async (value) => {
      const world = await withToken();
      await world.clock.advance(2 * MINUTE);
      world.put('/rejected', value);
      const report = await world.tick();
      const trigger = 'readers report that it is rejected';
      expect(report).toMatchObject({ outcome: 'refreshed', trigger, isReported: true });
      expect(report?.warnings.join()).toContain('rejects token version 1, 150 s after it was issued');
    },
  );

  it('is counted in a row, and no more once a token came without one', async () => {
    const world = await withToken();
    for (const reports of [1, 2, 3]) {
      world.report();
      await world.clock.advance(HOUR);
      await world.tick();
      expect(world.status?.token?.reports).toBe(reports);
    }
    await world.tick(undefined, { force: true });
    expect(world.status?.token).not.toHaveProperty('reports');
  });
});
