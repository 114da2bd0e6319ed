import { describe, expect, it } from 'vitest';
import { type Decision, decide, type RefreshPolicy, type Situation } from '../../lambda/refresher/decision.ts';
import type { Refusal, TokenRecord } from '../../lambda/token-status.ts';

const NOON = Date.parse('2026-01-01T12:00:00.000Z');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const iso = (ms: number) => new Date(ms).toISOString();

const policy: RefreshPolicy = { refreshEverySeconds: 7200, checkEverySeconds: 900, renewalWindowSeconds: undefined };

const token: TokenRecord = {
  version: 7,
  issuedAt: iso(NOON),
  expiresAt: iso(NOON + 4 * HOUR),
  lifetimeAssumed: false,
  fingerprint: 'sha256:f',
  secretVersionId: 'secret-1',
  configuration: 'sha256:c',
};

const refusal: Refusal = {
  reason: 'invalid_grant',
  secretVersionId: 'secret-1',
  configuration: 'sha256:c',
  at: iso(NOON),
  count: 1,
};

const steady: Situation = {
  force: false,
  status: { token },
  storedVersion: 7,
  secretVersionId: 'secret-1',
  configuration: 'sha256:c',
  now: NOON + HOUR,
};

describe('the decision', () => {
  it.each<[string, Partial<Situation>, Decision['kind']]>([
    ['nothing happened', {}, 'fresh'],
    ['a person forces', { force: true }, 'due'],
    ['a person forces refused credentials', { force: true, status: { token, refusal } }, 'due'],
    [
      'the credentials were refused while the token is fresh',
      { status: { token, refusal }, now: NOON + 59 * MINUTE },
      'refused',
    ],
    [
      'the credentials were refused and there is no token',
      { status: { refusal }, storedVersion: undefined },
      'refused',
    ],
    ['refused credentials that never worked are an hour old', { status: { refusal }, now: NOON + 9 * HOUR }, 'refused'],
    ['refused credentials that worked are an hour old', { status: { token, refusal }, now: NOON + HOUR }, 'due'],
    [
      'refused credentials that worked were asked once more',
      { status: { token, refusal: { ...refusal, count: 2 } }, now: NOON + 9 * HOUR },
      'refused',
    ],
    [
      'a refusal is that of older credentials',
      { status: { token, refusal: { ...refusal, secretVersionId: 'secret-0' } } },
      'fresh',
    ],
    [
      'a refusal is that of another configuration',
      { status: { token, refusal: { ...refusal, configuration: 'sha256:other' } } },
      'fresh',
    ],
    ['there is no token parameter', { storedVersion: undefined }, 'due'],
    ['there is no status', { status: undefined }, 'due'],
    [
      'the status names no token',
      { status: { failure: { code: 'STORE_FAILED', at: iso(NOON), consecutive: 1 } } },
      'due',
    ],
    ['the token was changed outside the refresher', { storedVersion: 8 }, 'due'],
    ['the run ended between token and status', { storedVersion: 8 }, 'due'],
    ['the credentials changed', { secretVersionId: 'secret-2' }, 'due'],
    ['refused credentials were replaced', { secretVersionId: 'secret-2', status: { token, refusal } }, 'due'],
    ['the configuration changed', { configuration: 'sha256:new' }, 'due'],
    ['the due time is a moment away', { now: NOON + 2 * HOUR - 7.5 * MINUTE - 1 }, 'fresh'],
    ['the due time has come', { now: NOON + 2 * HOUR - 7.5 * MINUTE }, 'due'],
    ['the token has expired', { now: NOON + 5 * HOUR }, 'due'],
    ['the clock went back a little', { now: NOON - 5 * MINUTE }, 'fresh'],
    ['the token was issued in the future', { now: NOON - 16 * MINUTE }, 'due'],
  ])('when %s', (_, change, expected) => {
    expect(decide({ ...steady, ...change }, policy).kind).toBe(expected);
  });

  it('lets the first rule win', () => {
    // Each situation holds the causes of all rules below its own; taking the cause away gives the next rule.
    const worst: Situation = {
      ...steady,
      force: true,
      status: { token: { ...token, version: 6 }, refusal: { ...refusal, secretVersionId: 'secret-2' } },
      storedVersion: undefined,
      secretVersionId: 'secret-2',
      configuration: 'sha256:c',
      now: NOON + 9 * HOUR,
    };
    const reasons: unknown[] = [];
    const add = (situation: Situation) => {
      const decision = decide(situation, policy);
      reasons.push(decision.kind === 'due' ? decision.trigger : decision.kind);
    };
    add(worst);
    add({ ...worst, force: false });
    const unrefused = {
      ...worst,
      force: false,
      status: { token: { ...token, version: 6 } },
      configuration: 'sha256:new',
    };
    add(unrefused);
    add({ ...unrefused, storedVersion: 7, status: {} });
    add({ ...unrefused, storedVersion: 7 });
    add({ ...unrefused, storedVersion: 6 });
    add({ ...unrefused, storedVersion: 6, secretVersionId: 'secret-1' });
    add({ ...unrefused, storedVersion: 6, secretVersionId: 'secret-1', configuration: 'sha256:c' });
    add({ ...unrefused, storedVersion: 6, secretVersionId: 'secret-1', configuration: 'sha256:c', now: NOON });
    expect(reasons).toEqual([
      'a person asked for it',
      'refused',
      'there is no token',
      'there is no readable status of the token',
      'the token parameter was changed outside the refresher',
      'the credentials have changed',
      'the configuration has changed',
      'its time has come',
      'fresh',
    ]);
  });

  it.each<[string, Partial<RefreshPolicy>, number, number]>([
    ['refreshEvery, half a check early', {}, 4 * HOUR, 2 * HOUR - 7.5 * MINUTE],
    ['half of a short lifetime', {}, HOUR, 30 * MINUTE - 7.5 * MINUTE],
    ['the renewal window before the expiry', { renewalWindowSeconds: 2700 }, 4 * HOUR, 4 * HOUR - 45 * MINUTE],
    ['at once when every event refreshes', { refreshEverySeconds: 3600, checkEverySeconds: 3600 }, 4 * HOUR, HOUR / 2],
  ])('a token is due at %s', (_, change, lifetime, expectedAge) => {
    const status = { token: { ...token, expiresAt: iso(NOON + lifetime) } };
    const at = (now: number) => decide({ ...steady, status, now }, { ...policy, ...change }).kind;
    expect([at(NOON + expectedAge - 1), at(NOON + expectedAge)]).toEqual(['fresh', 'due']);
  });
});
