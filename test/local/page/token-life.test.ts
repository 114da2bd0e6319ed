import { expect, it } from 'vitest';
import { ConfigError, readConfig } from '../../../lambda/refresher/config.ts';
import { serviceVariable } from '../../../lambda/services/check-profile.ts';
import { regon } from '../../../lambda/services/regon.ts';
import { BUTTONS } from '../../../local/page/buttons.ts';
import type { Button, Snapshot, TickView } from '../../../local/page/snapshot.ts';
import { playTokenLife } from '../../../local/page/token-life.ts';
import { ENV, pageWorld } from './page-world.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const START = Date.UTC(2026, 0, 1, 12);

/** A life that has gone well for some hours, so that no alarm warms up any more. */
async function begin(hours = 2.1, world = pageWorld(START), env: Readonly<Record<string, string>> = ENV) {
  const config = readConfig(env);
  if (config instanceof ConfigError) throw config;
  const life = playTokenLife({ world, config, onTick: () => {} });
  const pass = async (ms: number): Promise<Snapshot> => {
    await world.clock.advance(ms);
    return life.snapshot(1);
  };
  await pass(hours * HOUR_MS);
  /** The first state that is as wanted, looked at every two minutes of two days. */
  const until = async (isWanted: (now: Snapshot) => boolean): Promise<Snapshot> => {
    for (let minutes = 0; minutes < 2 * 24 * 60; minutes += 2) {
      const now = await pass(2 * MINUTE_MS);
      if (isWanted(now)) return now;
    }
    throw new Error('It never came.');
  };
  return { world, life, pass, until, now: () => life.snapshot(1) };
}

const firing = ({ alarms }: Snapshot) => alarms.filter(({ state }) => state === 'ALARM').map(({ name }) => name);
const kinds = (ticks: readonly TickView[]) => ticks.map(({ kind }) => kind);

it('goes well by itself: a tick every 15 minutes, a new token before the old one ends, readers served, no alarm', async () => {
  const { life, now } = await begin(6.1);
  const { lives, verdict, readers, alarms, logins } = now();

  expect(kinds(life.ticks)).toHaveLength(25);
  expect(kinds(life.ticks).filter((kind) => kind === 'refreshed')).toHaveLength(lives.length);
  expect(new Set(kinds(life.ticks))).toEqual(new Set(['refreshed', 'left alone']));
  expect(lives.every(({ replacedAt, expiresAt }) => (replacedAt ?? 0) < expiresAt)).toBe(true);
  expect(logins.total).toBe(lives.length);
  expect(readers.map(({ state, failed }) => ({ state, failed }))).toEqual([
    { state: 'served', failed: 0 },
    { state: 'served', failed: 0 },
  ]);
  expect(alarms.map(({ state }) => state)).toEqual(['OK', 'OK', 'OK', 'OK']);
  expect(verdict.kind).toBe('well');
});

it('keeps the alarms of a first deployment quiet for two hours', async () => {
  const { now, pass } = await begin(1);
  expect(now().alarms.filter(({ isWarmingUp }) => isWarmingUp)).toHaveLength(2);
  const later = await pass(1.1 * HOUR_MS);
  expect(later.alarms.filter(({ isWarmingUp }) => isWarmingUp)).toEqual([]);
});

const isServed = ({ readers }: Snapshot) => readers.every(({ state }) => state === 'served');
const isWell = (now: Snapshot) => now.verdict.kind === 'well' && firing(now).length === 0 && isServed(now);

// What the page says, as text.
const title = ({ verdict: { kind, state, title } }: Snapshot) => `${kind}, ${state}: ${title}`;
const tick = ({ lastTick }: Snapshot) => `${lastTick?.kind} ${lastTick?.code}: ${lastTick?.summary}`;
const readers = (now: Snapshot) => now.readers.map(({ state }) => state).join();
const alarms = (now: Snapshot) => firing(now).join();
const well = (now: Snapshot) => `${isWell(now)}`;
const logins = (now: Snapshot) => `${now.logins.recent.length} logins`;

/** What each button promises: it is pressed, and then these come true, one after the other. */
type Promised = readonly [what: string, shown: (now: Snapshot) => string, promised: RegExp];
const PROMISES: Partial<Record<Button, readonly Promised[]>> = {
  'service-down': [
    ['readers get no answer', readers, /^no answer,no answer$/],
    ['the next tick that wants a token fails', tick, /^failed ENDPOINT_UNAVAILABLE/],
    ['nobody is harmed yet', title, /^warning/],
    ['a ticket', alarms, /^RefreshFailing$/],
    [
      'a page',
      title,
      /^danger, paged: .* is paged: TokenExpiring\. Version \d still lives for .+ The service mends it/,
    ],
    ['its end', title, /, expired: Version \d has expired\. .* is paged: TokenExpiring\. The service mends it/],
  ],
  'service-nonsense': [
    ['a tick fails for it', tick, /^failed REPLY_MALFORMED/],
    ['later ticks are held', tick, /^held REPLY_MALFORMED/],
  ],
  'token-ended': [
    ['a reader is rejected', readers, /rejected/],
    ['one that reports it starts a tick', tick, /readers report/],
    ['all is well', well, /^true$/],
  ],
  'password-refused': [
    ['the service says no to the password alone', tick, /^failed CREDENTIALS_REFUSED.* invalid_grant/],
    ['a person is paged', alarms, /CredentialsRefused/],
    ['what mends it is in the headline', title, /The right credentials in the secret mend it/],
    ['the service is not asked', tick, /^held/],
  ],
  'store-no-writes': [
    ['a tick fails for it, before it asks', tick, /STORE_FAILED/],
    ['and costs no login', logins, /^1 logins$/],
  ],
  'refresh-now': [['a new token', tick, /a person asked/]],
};

it.each(Object.entries(PROMISES) as [Button, readonly Promised[]][])(
  'the button %s keeps what it promises, and all can be put right again',
  async (button, promises) => {
    const { life, now, until } = await begin();
    life.press(button);
    for (const [promise, shown, promised] of promises) {
      const then = await until((one) => promised.test(shown(one))).catch(() => now());
      expect(shown(then), promise).toMatch(promised);
    }
    life.press('all-well');
    expect(isWell(await until(isWell))).toBe(true);
    expect(now().faults).toEqual([]);
  },
);

it('uses a password that is put right with the next tick', async () => {
  const { life, until } = await begin();
  life.press('password-refused');
  await until((now) => /CREDENTIALS_REFUSED/.test(tick(now)));
  life.press('password-right');
  const { lastTick, faults } = await until((now) => now.lastTick?.kind === 'refreshed');

  expect(lastTick?.summary).toMatch(/credentials have changed/);
  expect(faults).toEqual([]);
});

it('names the day of what is a day or more away', async () => {
  const world = pageWorld(START);
  world.vendor.service.tokenLifetimeSeconds = 7 * 86_400;
  const env = { ...ENV, TOKEN_LIFETIME_SECONDS: '604800', REFRESH_EVERY_SECONDS: '302400' };
  const { now } = await begin(2.1, world, env);
  expect(now().verdict.detail).toBe('It is replaced from 4 Jan 23:52 on. Next tick at 14:15.');
});

it('knows the right password in whatever file it was handed over', async () => {
  const { world, now } = await begin();
  const right = JSON.stringify({ ...world.vendor.service.credentials, more: '' }, undefined, 2);
  world.aws.putSecret(`\ufeff${right}`);
  expect(now().faults).toEqual([]);
});

it('plays a service that a profile describes, whose login is one key', async () => {
  const world = pageWorld(START, regon, { pKluczUzytkownika: 'S3CR3T-key' });
  const { life, until, now } = await begin(2.1, world, { ...ENV, SERVICE: serviceVariable(regon) });
  expect(isWell(now())).toBe(true);
  life.press('token-ended');
  await until((one) => /readers report/.test(tick(one)));
  life.press('password-refused');
  expect(alarms(await until((one) => firing(one).length > 0))).toBe('CredentialsRefused');
  life.press('all-well');
  expect(isWell(await until(isWell))).toBe(true);
});

it('shows neither a token nor a password, whatever happens', async () => {
  const { life, now, until, world } = await begin();
  for (const button of Object.keys(BUTTONS) as Button[]) {
    life.press(button);
    const { id = 0 } = now().lastTick ?? {};
    await until(({ lastTick }) => (lastTick?.id ?? 0) > id);
  }
  const shown = JSON.stringify([now(), life.ticks]);

  expect(life.ticks.filter(({ kind }) => kind === 'failed').length).toBeGreaterThan(0);
  expect(shown).not.toContain('S3CR3T');
  for (const { token } of world.vendor.service.issuedTokens) expect(shown).not.toContain(token);
});
