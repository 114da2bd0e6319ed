import { expect, it } from 'vitest';
import type { Attempt } from '../../../lambda/attempt-record.ts';
import { onHold } from '../../../lambda/refresher/rules/hold.ts';
import { unreadableParameter } from '../../../lambda/refresher/rules/stored-state.ts';
import { ATTEMPT } from '../../reader/scene.ts';

const at = '2026-11-22T09:45:00.000Z';
const refused: Attempt = { ...ATTEMPT, outcome: { code: 'CREDENTIALS_REFUSED', at, reason: 'E7' } };
const down: Attempt = { ...ATTEMPT, outcome: { code: 'ENDPOINT_UNAVAILABLE', at } };
const NEVER = 'never' as const;

it.each<[string, Attempt, string, string | undefined, RegExp]>([
  ['a refusal that is sent once more', refused, 'CREDENTIALS_REFUSED', 'E7', /E7.* It is asked again from 2026/],
  [
    'the last refusal',
    { ...refused, askAgainAt: NEVER },
    'CREDENTIALS_REFUSED',
    'E7',
    /It is not asked again with them/,
  ],
  [
    'an outage',
    down,
    'ENDPOINT_UNAVAILABLE',
    undefined,
    /failed at 2026-11-22T09:45.* asked again from 2026-11-22T10:37/,
  ],
  [
    'a run that died',
    ATTEMPT,
    'STORE_FAILED',
    undefined,
    /began at 2026-11-22T09:44.* how it ended was never recorded/,
  ],
])('%s is told apart from the others while the service is not asked', (_, attempt, code, reason, message) => {
  const error = onHold({ kind: 'attempt', attempt }, '/token');
  expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
  expect(error.reason).toBe(reason);
});

it('a person who forces too soon, or finds the ration used up, hears what the last attempt ended with', () => {
  const until = Date.parse(at);
  expect(onHold({ kind: 'force', attempt: refused, until }, '/token')).toMatchObject({
    code: 'CREDENTIALS_REFUSED',
    reason: 'E7',
  });
  const ration = { kind: 'login ration', until: at, force: true } as const;
  expect(onHold({ ...ration, attempt: refused }, '/token')).toMatchObject({
    code: 'CREDENTIALS_REFUSED',
    reason: 'E7',
  });
  expect(onHold({ ...ration, attempt: undefined }, '/token')).toMatchObject({ code: 'ENDPOINT_UNAVAILABLE' });
  expect(onHold({ ...ration, attempt: ATTEMPT }, '/token')).toMatchObject({ code: 'STORE_FAILED' });
  const kept = [true, false].map((force) => onHold({ ...ration, force, attempt: refused }, '/token').message);
  expect(kept.map((message) => message.includes('one that is kept for a person'))).toEqual([false, true]);
});

it('is about the record that was changed last where neither can be read', () => {
  const changed = (parameterName: string, changedAt: number) =>
    ({ isReadable: false, parameterName, fault: 'is damaged', changedAt }) as const;
  const stored = { token: undefined, on: 1, report: undefined };
  for (const [status, attempts] of [
    [changed('/status', 1), changed('/attempt', 2)],
    [changed('/attempt', 2), changed('/status', 1)],
  ] as const)
    expect(unreadableParameter({ ...stored, status, attempts })?.parameterName).toBe('/attempt');
});
