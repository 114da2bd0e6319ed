import { expect, it } from 'vitest';
import { mastersIndia } from '../../../../lambda/services/masters-india.ts';
import { serviceOf } from '../../../../lambda/services/service.ts';
import { Vendor } from '../../../../local/world/soap/vendor.ts';
import { Random } from '../../../../local/world/time/random.ts';
import { VirtualClock } from '../../../../local/world/time/virtual-clock.ts';
import { VENDOR_FAULTS } from '../../../simulation/model/faults.ts';
import { HOUR_MS } from '../../../simulation/model/scenario.ts';

const CREDENTIALS = { username: 'u', password: 'right', client_id: 'c', client_secret: 's' };

function service() {
  const clock = new VirtualClock(0);
  const habits = { tokenLifetimeSeconds: 4 * 3600, issuing: 'new-revoking-old' } as const;
  const vendor = new Vendor(clock, new Random(1), habits, CREDENTIALS);
  /** Logs in at that time and reads the answer as the function does. */
  const logIn = async (at: number) => {
    await clock.runUntil(at);
    const envelope = serviceOf(mastersIndia).request(CREDENTIALS, { now: at, uuid: '', endpoint: '' });
    const answer = vendor.answer({ body: envelope.body }, clock.timeout(15_000));
    await Promise.allSettled([answer, clock.runUntil(at + 20_000)]);
    const { body, ...head } = await answer;
    return serviceOf(mastersIndia).judge({ ...head, body: Buffer.from(body, 'latin1') });
  };
  return { vendor, logIn };
}

it('a login is granted or refused, and written down', async () => {
  const { vendor, logIn } = service();
  expect(await logIn(0)).toMatchObject({ end: { in: 4 * 3600 } });
  vendor.password = 'another';
  expect(await logIn(HOUR_MS)).toMatchObject({ code: 'CREDENTIALS_REFUSED' });
  expect(vendor.logins).toMatchObject([
    { envelope: expect.stringContaining('right'), outcome: 'granted' },
    { envelope: expect.stringContaining('right'), outcome: 'refused' },
  ]);
});

it('a token whose reply is lost has been minted all the same', async () => {
  const { vendor, logIn } = service();
  await logIn(0);
  vendor.fault = VENDOR_FAULTS['reply-lost'];
  await expect(logIn(HOUR_MS)).rejects.toThrow(TypeError);
  const [old, current] = vendor.service.issuedTokens;
  expect(old?.expiresAt).toEqual(current?.issuedAt);
});

it('an overstated lifetime is a quarter of what the reply says, until the fault is over', async () => {
  const { vendor, logIn } = service();
  vendor.service.livedShare = 0.25;
  expect(await logIn(0)).toMatchObject({ end: { in: 4 * 3600 } });
  vendor.service.livedShare = 1;
  await logIn(2 * HOUR_MS);
  const lived = vendor.service.issuedTokens.map(({ issuedAt, expiresAt }) => expiresAt.getTime() - issuedAt.getTime());
  expect(lived).toEqual([HOUR_MS, 4 * HOUR_MS]);
});

it.each([
  ['http-503', 'ENDPOINT_UNAVAILABLE'],
  ['html', 'ENDPOINT_UNAVAILABLE'],
  ['empty-500', 'ENDPOINT_UNAVAILABLE'],
  ['server-fault', 'ENDPOINT_UNAVAILABLE'],
  ['truncated', 'REPLY_MALFORMED'],
  ['no-connection', 'fetch failed'],
  ['no-answer', 'timeout'],
  ['slow', 'timeout'],
] as const)('a service with the fault "%s" is read as %s', async (fault, code) => {
  const { vendor, logIn } = service();
  vendor.fault = VENDOR_FAULTS[fault];
  const read = await logIn(0).catch(({ message }: Error) => ({ code: message }));
  expect(read).toMatchObject({ code: expect.stringContaining(code) });
});
