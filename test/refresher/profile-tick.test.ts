import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { serviceVariable } from '../../lambda/services/check-profile.ts';
import { dpd } from '../../lambda/services/dpd.ts';
import { type World, worlds } from './world.ts';

const newWorld = worlds();
const DAY = 86_400_000;
const ENV = {
  SERVICE: serviceVariable(dpd),
  LOGINS_PER_DAY: '10',
  RENEWAL_WINDOW_SECONDS: '0',
  CHECK_EVERY_SECONDS: '60',
  TOKEN_LIFETIME_SECONDS: '86400',
  REFRESH_EVERY_SECONDS: '86400',
};

const answer = (name: string) => readFileSync(new URL(`../services/dpd/${name}.xml`, import.meta.url), 'utf8');

/** The service is asked at its real address, and answers with what it is told to. */
async function dpdWorld(): Promise<World & { answers(status: number, body: string): void }> {
  const world = await newWorld();
  return {
    ...world,
    answers: (status, body) => {
      const head = `HTTP/1.1 ${status} X\r\nContent-Type: text/xml\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n`;
      world.soap.mode = { reply: Buffer.from(head + body) };
    },
  };
}

const success = (expiresInMs: number, token = 'EXAMPLEb14ONLYnotAr3al') =>
  answer('success')
    .replace('2020-05-08T13:02:56.06', new Date(Date.now() + expiresInMs).toISOString().slice(0, -1))
    .replace(/<authToken>[^<]*/, `<authToken>${token}`);

describe('a service that a profile describes', () => {
  it('is sent what the profile says, and its token stored until the instant that it names', async () => {
    const { tick, answers, soap, storedToken, status } = await dpdWorld();
    answers(200, success(DAY - 1000));
    const { secondsRemaining } = await tick({}, { env: ENV });
    expect(storedToken()).toBe('EXAMPLEb14ONLYnotAr3al');
    expect(secondsRemaining).toBeGreaterThan(86_000);
    expect(soap.calls[0]?.body).toContain('<delisId>erin@example.test</delisId>');
    expect(soap.calls[0]?.headers).toMatchObject({ soapaction: '""', 'content-type': 'text/xml; charset=utf-8' });
    expect(status()?.logins).toHaveLength(1);
  });

  it('that refuses is asked once, and held', async () => {
    const { failingTick, answers, soap, status } = await dpdWorld();
    answers(500, answer('refused-server-fault'));
    const error = await failingTick('CREDENTIALS_REFUSED', { env: ENV });
    expect(error.reason).toBe('DELICOM_ERR_AUTHENTICATION');
    await failingTick('CREDENTIALS_REFUSED', { env: ENV });
    expect(soap.calls).toHaveLength(1);
    expect(status()?.attempt).toMatchObject({ refusals: 1, askAgainAt: 'never' });
  });

  it('whose clock is behind hands out the ended token once more: no token beyond doubt, and asked again', async () => {
    const { failingTick, tick, answers, storedToken } = await dpdWorld();
    answers(200, success(-2000, 'old'));
    await failingTick('REPLY_MALFORMED', { env: ENV });
    expect(storedToken()).toBeUndefined();
    answers(200, success(DAY));
    expect(await tick({}, { env: ENV, skewMs: 60_000 })).toMatchObject({ outcome: 'refreshed' });
  });

  it('is left alone until the end of its token, and asked then', async () => {
    const { tick, answers } = await dpdWorld();
    answers(200, success(DAY - 5000));
    await tick({}, { env: ENV });
    expect(await tick({}, { env: ENV, skewMs: DAY - 10_000 })).toMatchObject({ outcome: 'fresh' });
    answers(200, success(2 * DAY - 5000, 'next'));
    expect(await tick({}, { env: ENV, skewMs: DAY + 1000 })).toMatchObject({ outcome: 'refreshed', tokenVersion: 2 });
  });

  it('is asked no tenth time by the schedule and no eleventh time by a person', async () => {
    const { failingTick, answers, soap, status } = await dpdWorld();
    answers(500, answer('transient-server-fault'));
    const hour = 3_600_000;
    for (let tick = 0; tick < 12; tick += 1)
      await failingTick('ENDPOINT_UNAVAILABLE', { env: ENV, skewMs: tick * hour });
    expect(soap.calls).toHaveLength(9);
    const force = { event: { force: true }, env: ENV };
    await failingTick('ENDPOINT_UNAVAILABLE', { ...force, skewMs: 12 * hour });
    const { message } = await failingTick('ENDPOINT_UNAVAILABLE', { ...force, skewMs: 13 * hour });
    expect(message).toContain('loginsPerDay');
    expect(soap.calls).toHaveLength(10);
    expect(status()?.logins).toHaveLength(10);
    // A day after the first ones there is room again.
    await failingTick('ENDPOINT_UNAVAILABLE', { env: ENV, skewMs: 27 * hour });
    expect(soap.calls).toHaveLength(11);
  });

  it('does not count a login that it cannot have judged', async () => {
    const { failingTick, answers, status } = await dpdWorld();
    answers(503, '');
    await failingTick('ENDPOINT_UNAVAILABLE', { env: ENV, askingMs: 1900, random: 1 });
    expect(status()?.logins).toEqual([]);
  });
});

describe('a long token', () => {
  const long = 'x'.repeat(4097);

  it('is stored in the Advanced tier, and so is a short one after it, which cannot go back', async () => {
    const { tick, answers, storedToken, aws, parameterName } = await dpdWorld();
    answers(200, success(DAY, long));
    await tick({}, { env: ENV });
    expect([storedToken(), aws.parameters.parameter(parameterName)?.tier]).toEqual([long, 'Advanced']);
    answers(200, success(DAY, 'short'));
    await tick({ force: true }, { env: ENV, skewMs: 60_000 });
    expect([storedToken(), aws.parameters.parameter(parameterName)?.tier]).toEqual(['short', 'Advanced']);
  });
});
