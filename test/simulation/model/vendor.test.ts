import { expect, test } from 'vitest';
import { parseTokenReply } from '../../../lambda/refresher/soap/token-reply.ts';
import { tokenRequest } from '../../../lambda/refresher/soap/token-request.ts';
import { VirtualClock } from '../../virtual-clock.ts';
import { Random } from './random.ts';
import { HOUR_MS, MINUTE_MS } from './scenario.ts';
import { type Issuing, Vendor, type VendorSettings } from './vendor.ts';

function service(over: Partial<VendorSettings> = {}) {
  const clock = new VirtualClock(0);
  const settings: VendorSettings = { lifetimeSeconds: 4 * 3600, issuing: 'new', ...over };
  const vendor = new Vendor(clock, new Random(1), settings, 'right');
  /** Logs in at that time and reads the answer as the function does. */
  const logIn = async (at: number, passwd = 'right') => {
    await clock.runUntil(at);
    const fields = { username: 'u', passwd, client_id: 'c', client_secret: 's', grant_type: 'password' };
    const answer = vendor.answer(tokenRequest(fields), clock.timeout(15_000));
    const settled = answer.catch(() => {});
    await clock.runUntil(at + 20_000);
    await settled;
    const { status, contentType, body } = await answer;
    return parseTokenReply({ status, contentType, body: Buffer.from(body, 'latin1') });
  };
  return { vendor, logIn };
}

test.each<[Issuing, boolean, number]>([
  ['new', false, 14_400],
  ['same-until-late', true, 10_800],
  ['same-claiming-whole-lifetime', true, 14_400],
  ['same-to-the-end', true, 14_400],
  ['sliding', true, 14_400],
])(
  'asked again after an hour, a service of the kind "%s" gives the same token: %s, for %i s',
  async (issuing, isSame, expected) => {
    const { logIn } = service({ issuing });
    const [first, second] = [await logIn(0), await logIn(HOUR_MS)];
    if (first.kind !== 'token' || second.kind !== 'token') throw new TypeError('no tokens');
    expect(first.accessToken === second.accessToken).toBe(isSame);
    expect(Math.abs((second.expiresInSeconds ?? 0) - expected)).toBeLessThan(20);
  },
);

test('a service that hands out the same token gives another one ten minutes before its end', async () => {
  const { vendor, logIn } = service({ issuing: 'same-until-late' });
  await logIn(0);
  await logIn(4 * HOUR_MS - 11 * MINUTE_MS);
  expect(vendor.tokens).toHaveLength(1);
  await logIn(4 * HOUR_MS - 9 * MINUTE_MS);
  expect(vendor.tokens).toHaveLength(2);
});

test('a service that revokes ends the old token when it mints the new one', async () => {
  const { vendor, logIn } = service({ issuing: 'new-revoking-old' });
  await logIn(0);
  await logIn(HOUR_MS);
  const [old, current] = vendor.tokens;
  expect(old?.expiresAt).toBe(current?.issuedAt);
});

test('an account is locked after so many refusals, for the right password too, and opens again', async () => {
  const { logIn } = service({ lockOut: { afterRefusals: 2, seconds: 1800 } });
  expect(await logIn(0, 'wrong')).toMatchObject({ kind: 'credentials refused', reason: 'invalid_grant' });
  await logIn(MINUTE_MS, 'wrong');
  expect(await logIn(2 * MINUTE_MS)).toMatchObject({ kind: 'credentials refused', reason: 'access_denied' });
  expect(await logIn(HOUR_MS)).toMatchObject({ kind: 'token' });
});

test('a token whose reply is lost has been minted all the same', async () => {
  const { vendor, logIn } = service({ issuing: 'new-revoking-old' });
  await logIn(0);
  vendor.disturbance = 'reply-lost';
  await expect(logIn(HOUR_MS)).rejects.toThrow(TypeError);
  expect(vendor.tokens).toHaveLength(2);
});

test.each([
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
