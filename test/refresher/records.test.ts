import { describe, expect, it } from 'vitest';
import { type AttemptRecord, decodeAttempt } from '../../lambda/attempt-record.ts';
import { instant } from '../../lambda/record.ts';
import { refusalEnvelope } from '../../local/world/soap/soap-envelope.ts';
import { type Passage, SmallWorld } from './proofs/small-world.ts';
import { readable } from './readable.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const TIMING = { checkEverySeconds: 900, refreshEverySeconds: 7200, lifetimeSeconds: 14_400 };
const NAME = '/proof/access-token';

const refusing = (effect: string): Passage => {
  const refusal = Object.assign(new Error('no'), { name: 'AccessDenied', $metadata: { httpStatusCode: 400 } });
  return (asked, act) => (asked === effect ? Promise.reject(refusal) : act());
};
const refused = async () => ({
  status: 200,
  contentType: 'text/xml',
  body: Buffer.from(refusalEnvelope('access_tokenResponse', 'invalid_grant')),
});

function attempts({ aws }: SmallWorld): readonly AttemptRecord[] {
  return aws.parameters.history(`${NAME}/attempt`).map(({ value }) => readable(decodeAttempt(value)) ?? {});
}
const versions = ({ aws }: SmallWorld) =>
  ['', '/status', '/attempt'].map((ending) => aws.parameters.parameter(NAME + ending)?.version);

describe('the status of a token', () => {
  it('says when it is due and below how much life somebody is paged, by the settings under which it was got', async () => {
    const world = new SmallWorld(TIMING);
    await world.tick();
    const issuedAt = Date.parse(world.status?.token?.issuedAt ?? '');
    expect(world.status?.token).toMatchObject({
      dueAt: instant(issuedAt + 2 * HOUR - 7.5 * MINUTE),
      pageBelowSeconds: 4800,
    });
    const atExpiry = new SmallWorld({ ...TIMING, environment: { RENEWAL_WINDOW_SECONDS: '0' } });
    await atExpiry.tick();
    expect(atExpiry.status?.token).toMatchObject({ dueAt: atExpiry.status?.token?.expiresAt, pageBelowSeconds: 1 });
  });

  it.each([3601, 61, 7199])(
    'can be read again where a token lives for %i s, of which half is no whole number',
    async (lifetimeSeconds) => {
      const world = new SmallWorld({ ...TIMING, lifetimeSeconds });
      await world.tick();
      expect(world.status?.token).toBeDefined();
      expect(await world.tick()).not.toMatchObject({ outcome: 'failed' });
    },
  );
});

describe('records of before', () => {
  const old = (world: SmallWorld) => ({
    token: {
      version: 1,
      issuedAt: instant(world.clock.now() - HOUR),
      expiresAt: instant(world.clock.now() + 3 * HOUR),
      lifetimeAssumed: false,
      fingerprint: 'sha256:f',
      ...world.basis,
    },
  });

  it.each<[string, object]>([
    ['nothing but the token', {}],
    ['a refusal', { attempt: { at: 'yesterday', refusals: 2, askAgainAt: 'never' } }],
    ['logins', { logins: ['2026-01-01T00:00:00.000Z'] }],
  ])('a token with %s in its status stays fresh, without a login and without a write', async (_, beside) => {
    const world = new SmallWorld(TIMING);
    world.put('', 'of-before', 'SecureString');
    world.put('/status', JSON.stringify({ ...old(world), ...beside }));
    expect(await world.tick()).toMatchObject({ outcome: 'fresh', isRefused: false });
    expect([world.logins.length, versions(world)]).toEqual([0, [1, 1, undefined]]);
  });

  it('are forgotten with the next token', async () => {
    const world = new SmallWorld(TIMING);
    world.put('', 'of-before', 'SecureString');
    world.put('/status', JSON.stringify({ ...old(world), attempt: { refusals: 2 }, logins: [] }));
    expect(await world.tick(undefined, { force: true })).toMatchObject({ outcome: 'refreshed' });
    const status = world.aws.parameters.parameter(`${NAME}/status`)?.value;
    expect(JSON.parse(status ?? '')).toEqual({ format: 1, token: world.status?.token });
    expect(attempts(world)).toMatchObject([{ attempt: { on: 0, refusals: 0 } }]);
  });
});

describe('a tick that fails before it can ask', () => {
  it('is recorded while there is neither token nor attempt, once for each code', async () => {
    const world = new SmallWorld(TIMING);
    const at = instant(world.clock.now());
    for (let tick = 0; tick < 3; tick += 1) await world.tick(refusing('secret'));
    expect(attempts(world)).toEqual([
      {
        attempt: {
          at,
          run: expect.any(String),
          on: 0,
          trigger: 'there is no token',
          asked: false,
          configuration: world.basis.configuration,
          failures: 0,
          refusals: 0,
          askAgainAt: at,
          outcome: { code: 'CREDENTIALS_UNREADABLE', at },
        },
      },
    ]);
    world.aws.perform('PutSecretValue', { SecretId: 'credentials', SecretString: '{}' }, new Date(world.clock.now()));
    for (let tick = 0; tick < 2; tick += 1) await world.tick();
    expect(attempts(world).slice(1)).toMatchObject([
      { attempt: { on: 1, outcome: { code: 'CREDENTIALS_MALFORMED' } } },
    ]);
    world.putSecret();
    expect(await world.tick()).toMatchObject({ outcome: 'refreshed', trigger: 'there is no token', warnings: [] });
    expect(attempts(world).slice(2)).toMatchObject([{ attempt: { on: 2, failures: 1 } }]);
  });

  it('is not recorded beside a token, or after a login', async () => {
    const world = new SmallWorld(TIMING);
    await world.tick();
    await world.tick(refusing('secret'));
    const other = new SmallWorld(TIMING);
    other.answer = refused;
    await other.tick();
    await other.tick(refusing('secret'));
    expect([attempts(world).length, attempts(other).length]).toEqual([1, 2]);
  });

  it('counts for nothing where another run has announced meanwhile', async () => {
    const world = new SmallWorld(TIMING);
    let other: Promise<unknown> | undefined;
    await world.tick(async (effect, act) => {
      if (effect === 'outcome') {
        other = world.run();
        await world.clock.sleep(2000);
      }
      return await refusing('secret')(effect, act, AbortSignal.abort());
    });
    await other;
    expect(attempts(world)).toMatchObject([{ attempt: { on: 0 } }, { attempt: { on: 0, asked: false } }]);
    expect(world.attempt).toBeUndefined();
    expect(await world.tick()).toMatchObject({ outcome: 'fresh' });
  });

  it('does not forget the logins of the day', async () => {
    const world = new SmallWorld({ ...TIMING, environment: { LOGINS_PER_DAY: '20' } });
    await world.tick();
    expect(attempts(world).at(-1)?.logins).toHaveLength(1);
    world.aws.perform('DeleteParameter', { Name: NAME }, new Date(world.clock.now()));
    await world.tick(refusing('secret'));
    expect(attempts(world).at(-1)).toMatchObject({ attempt: { asked: false }, logins: [expect.any(String)] });
    await world.clock.advance(MINUTE);
    await world.tick();
    expect(attempts(world).at(-1)?.logins).toHaveLength(2);
  });
});

describe('a pipeline that forces a refresh 200 times in 400 s', () => {
  async function forcing(world: SmallWorld): Promise<number> {
    const before = world.logins.length;
    for (let turn = 0; turn < 200; turn += 1) {
      await world.run(undefined, { force: true });
      await world.clock.advance(2000);
    }
    return world.logins.length - before;
  }
  it.each<[string, string, number]>([
    ['refused credentials', 'invalid_grant', 3],
    ['a refused request', 'invalid_scope', 7],
  ])('sends %s few times, and corrected credentials at once', async (_, code, most) => {
    const world = new SmallWorld(TIMING);
    await world.tick();
    const body = Buffer.from(refusalEnvelope('access_tokenResponse', code));
    world.answer = async () => ({ status: 200, contentType: 'text/xml', body });
    const logins = await forcing(world);
    expect(logins).toBeGreaterThan(1);
    expect(logins).toBeLessThanOrEqual(most);
    world.answer = undefined;
    world.putSecret();
    expect(await world.tick(undefined, { force: true })).toMatchObject({ outcome: 'refreshed' });
  });

  it('says in each answer from when on a force is heard again', async () => {
    const world = new SmallWorld(TIMING);
    world.answer = refused;
    await world.run(undefined, { force: true });
    const until = instant(world.clock.now() + 2 * MINUTE);
    const report = await world.run(undefined, { force: true });
    expect(report).toMatchObject({
      decision: 'hold',
      error: { message: expect.stringContaining(`heard again from ${until} on`) },
    });
  });
});

describe('a report of a rejected token', () => {
  it.each<[string, string, string, string]>([
    ['is encrypted', '1', 'SecureString', 'is a SecureString: it must be a String'],
    ['names no version', 'the token is dead', 'String', 'holds no version of the token'],
    ['names a list of versions', '1,2', 'StringList', 'holds no version of the token'],
  ])('that %s is warned of with the name of its parameter, and nothing comes of it', async (_, value, type, fault) => {
    const world = new SmallWorld(TIMING);
    await world.tick();
    await world.clock.advance(2 * MINUTE);
    world.put('/rejected', value, type);
    const report = await world.tick();
    expect(report).toMatchObject({ outcome: 'fresh', isReported: false });
    expect(report?.warnings.join()).toContain(`${NAME}/rejected ${fault}`);
  });

  it.each(['1', '"1"', "'1'\n", ' 1\r\n', '“1”'])(
    'is read as %j, with a warning that says how old the token is',
    async (value) => {
      const world = new SmallWorld(TIMING);
      await world.tick();
      await world.clock.advance(2 * MINUTE);
      world.put('/rejected', value);
      const report = await world.tick();
      expect(report).toMatchObject({
        outcome: 'refreshed',
        trigger: 'readers report that it is rejected',
        isReported: true,
      });
      expect(report?.warnings.join()).toContain('rejects token version 1, 150 s after it was issued');
      expect(world.status?.token?.reports).toBe(1);
    },
  );

  it('is counted in a row, and no more once a token came without one', async () => {
    const world = new SmallWorld(TIMING);
    await world.tick();
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
