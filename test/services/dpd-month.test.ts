import { expect, it } from 'vitest';
import { serviceVariable } from '../../lambda/services/check-profile.ts';
import { dpd } from '../../lambda/services/dpd.ts';
import { SmallWorld } from '../refresher/proofs/small-world.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const MONTH = 30 * DAY;

/**
 * A month of DPD's timing: a token lives for a day, a new one is given out only after its end, and the real tick looks
 * every minute. Minutes in which nothing can happen are skipped, for a fresh tick changes nothing.
 * @param serviceAheadMs of its clock
 */
async function month(serviceAheadMs: number) {
  const world = new SmallWorld({
    checkEverySeconds: 60,
    refreshEverySeconds: 86_400,
    lifetimeSeconds: 86_400,
    environment: { SERVICE: serviceVariable(dpd), RENEWAL_WINDOW_SECONDS: '0', LOGINS_PER_DAY: '10' },
    habits: { profile: dpd, issuing: 'same-until-late', renewalWindowSeconds: 0 },
    serviceAheadMs,
  });
  const start = world.clock.now();
  const gapsMs: number[] = [];
  let checksWithoutToken = 0;
  let mostChecksWithoutToken = 0;
  while (world.clock.now() < start + MONTH) {
    const end = world.service.issuedTokens.at(-1)?.expiresAt.getTime() ?? 0;
    const report = await world.tick();
    checksWithoutToken = report?.secondsRemaining === 0 ? checksWithoutToken + 1 : 0;
    mostChecksWithoutToken = Math.max(mostChecksWithoutToken, checksWithoutToken);
    if (report?.outcome === 'refreshed' && end > 0)
      gapsMs.push(Date.parse(report.token.issuedAt) + serviceAheadMs - end);
    // The clock stands at half a minute; the next whole one follows, or the last two of this token's life.
    const next = (report?.secondsRemaining ?? 0) * 1000 > 10 * MINUTE ? DAY - 5 * MINUTE : MINUTE;
    await world.clock.advance(next - MINUTE / 2);
  }
  const inADay = world.logins.map((from) => world.logins.filter((at) => at >= from && at < from + DAY).length);
  return { gapsMs, mostLogins: Math.max(...inADay), mostChecksWithoutToken, renewals: gapsMs.length };
}

it.each([
  ['as fast as ours', 0],
  ['two seconds behind', -2000],
  ['two seconds ahead', 2000],
])('a month with a clock %s: a gap of about a minute a day, few logins, and no page for nothing', async (_, ahead) => {
  const { gapsMs, mostLogins, mostChecksWithoutToken, renewals } = await month(ahead);
  expect(renewals).toBeGreaterThanOrEqual(28);
  expect(Math.max(...gapsMs)).toBeLessThanOrEqual(2 * MINUTE);
  expect(mostLogins).toBeLessThanOrEqual(3);
  expect(mostChecksWithoutToken).toBeLessThan(3);
});
