import { expect, it } from 'vitest';
import type { Attempt } from '../../../lambda/attempt-record.ts';
import { attemptOnHold, forcedTooSoon, rationUsedUp, refreshInProgress } from '../../../lambda/refresher/rules/hold.ts';
import { unreadableParameter } from '../../../lambda/refresher/rules/stored-state.ts';
import { ATTEMPT } from '../../reader/scene.ts';

const at = '2026-11-22T09:45:00.000Z';
const refused: Attempt = { ...ATTEMPT, outcome: { code: 'CREDENTIALS_REFUSED', at, reason: 'E7' } };
const down: Attempt = { ...ATTEMPT, outcome: { code: 'ENDPOINT_UNAVAILABLE', at } };

it.each<[string, Attempt, string, string | undefined, RegExp]>([
  ['a refusal that is sent once more', refused, 'CREDENTIALS_REFUSED', 'E7', /E7.* It is asked again from 2026/],
  ['the last refusal', { ...refused, askAgainAt: 'never' }, 'CREDENTIALS_REFUSED', 'E7', /not asked again with them/],
  ['an outage', down, 'ENDPOINT_UNAVAILABLE', undefined, /failed at 2026-11-22T09:45.* again from 2026-11-22T10:37/],
  ['a run that died', ATTEMPT, 'STORE_FAILED', undefined, /began at 2026-11-22T09:44.* how it ended was never/],
])('%s is told apart from the others while the service is not asked', (_, attempt, code, reason, message) => {
  const error = attemptOnHold(attempt);
  expect([error.code, error.reason]).toEqual([code, reason]);
  expect(error.message).toMatch(message);
});

it('a person who forces too soon, or finds the ration used up, hears what the last attempt ended with', () => {
  const told = { code: 'CREDENTIALS_REFUSED', reason: 'E7' };
  expect(forcedTooSoon(refused, Date.parse(at))).toMatchObject(told);
  expect(rationUsedUp(refused, at, true)).toMatchObject(told);
  expect(rationUsedUp(undefined, at, true)).toMatchObject({ code: 'ENDPOINT_UNAVAILABLE' });
  expect(rationUsedUp(ATTEMPT, at, true)).toMatchObject({ code: 'STORE_FAILED' });
  const kept = [true, false].map((force) => rationUsedUp(refused, at, force).message);
  expect(kept.map((message) => message.includes('one that is kept for a person'))).toEqual([false, true]);
});

it('a person is told when the other run announced, where that is known', () => {
  expect(refreshInProgress(ATTEMPT).message).toContain(`announced at ${ATTEMPT.at} `);
  expect(refreshInProgress(undefined).message).toContain('announced a moment before this one');
});

it('is about the record that was changed last where neither can be read', () => {
  const content = { fault: 'is damaged', isNewer: false };
  const record = (parameterName: string, changedAt: number) => ({ parameterName, changedAt, content });
  const [older, newer] = [record('/older', 1), record('/newer', 2)];
  const stored = { token: undefined, on: 1, report: undefined };
  expect(unreadableParameter({ ...stored, status: older, attempts: newer })?.parameterName).toBe('/newer');
  expect(unreadableParameter({ ...stored, status: newer, attempts: older })?.parameterName).toBe('/newer');
});
