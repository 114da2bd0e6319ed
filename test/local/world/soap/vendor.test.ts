import { expect, it } from 'vitest';
import { parseTokenReply } from '../../../../lambda/services/masters-india/token-reply.ts';
import { tokenRequest } from '../../../../lambda/services/masters-india/token-request.ts';
import { Vendor } from '../../../../local/world/soap/vendor.ts';
import { Random } from '../../../../local/world/time/random.ts';
import { VirtualClock } from '../../../../local/world/time/virtual-clock.ts';
import { HOUR_MS } from '../../../simulation/model/scenario.ts';

function service() {
  const clock = new VirtualClock(0);
  const vendor = new Vendor(
    clock,
    new Random(1),
    { lifetimeSeconds: 4 * 3600, issuing: 'new-revoking-old' },
    { username: 'u', password: 'right', client_id: 'c', client_secret: 's' },
  );
  /** Logs in at that time and reads the answer as the function does. */
  const logIn = async (at: number, passwd = 'right') => {
    await clock.runUntil(at);
    const fields = { username: 'u', passwd, client_id: 'c', client_secret: 's', grant_type: 'password' };
    const answer = vendor.answer(tokenRequest(fields), clock.timeout(15_000));
    await Promise.allSettled([answer, clock.runUntil(at + 20_000)]);
    const { status, contentType, body } = await answer;
    return parseTokenReply({ status, contentType, body: Buffer.from(body, 'latin1') });
  };
  return { vendor, logIn };
}

it('a login is granted or refused, and written down with its password', async () => {
  const { vendor, logIn } = service();
  expect(await logIn(0)).toMatchObject({ kind: 'token', expiresInSeconds: 4 * 3600 });
  vendor.password = 'another';
  expect(await logIn(HOUR_MS)).toMatchObject({ kind: 'credentials refused' });
  expect(vendor.logins).toMatchObject([
    { password: 'right', outcome: 'granted' },
    { password: 'right', outcome: 'refused' },
  ]);
});

it('a token whose reply is lost has been minted all the same', async () => {
  const { vendor, logIn } = service();
  await logIn(0);
  vendor.disturbance = 'reply-lost';
  await expect(logIn(HOUR_MS)).rejects.toThrow(TypeError);
  const [old, current] = vendor.service.issuedTokens;
  expect(old?.expiresAt).toEqual(current?.issuedAt);
});

it('an overstated lifetime is a quarter of what the reply says, until the disturbance is over', async () => {
  const { vendor, logIn } = service();
  vendor.disturbance = 'lifetime-overstated';
  expect(await logIn(0)).toMatchObject({ expiresInSeconds: 4 * 3600 });
  vendor.disturbance = undefined;
  await logIn(2 * HOUR_MS);
  const lived = vendor.service.issuedTokens.map(({ issuedAt, expiresAt }) => expiresAt.getTime() - issuedAt.getTime());
  expect(lived).toEqual([HOUR_MS, 4 * HOUR_MS]);
});

it.each([
  ['http-503', 'unavailable'],
  ['html', 'unavailable'],
  ['empty-500', 'unavailable'],
  ['server-fault', 'unavailable'],
  ['truncated', 'malformed'],
] as const)('a service with the disturbance "%s" is read as %s', async (disturbance, kind) => {
  const { vendor, logIn } = service();
  vendor.disturbance = disturbance;
  expect(await logIn(0)).toMatchObject({ kind });
});

it.each(['no-connection', 'no-answer', 'slow'] as const)('with "%s" there is no reply in time', async (disturbance) => {
  const { vendor, logIn } = service();
  vendor.disturbance = disturbance;
  await expect(logIn(0)).rejects.toThrow(disturbance === 'no-connection' ? 'fetch failed' : 'timeout');
});
