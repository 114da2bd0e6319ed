import type { TickLogLine } from '../../../lambda/refresher/tick-log.ts';

/** A tick that stored a token. */
export const REFRESHED: TickLogLine = {
  outcome: 'refreshed',
  decision: 'due',
  code: undefined,
  message: undefined,
  cause: undefined,
  trigger: 'there is no token',
  secretVersionId: 'version-id',
  tokenVersion: 2,
  expiresAt: '2026-11-22T16:00:00.000Z',
  secondsRemaining: 14_399,
  endpointLatenciesMs: [12],
  said: undefined,
  profileEntry: undefined,
  warnings: undefined,
  tokenParameter: '/local/access-token',
  lifetimeAssumed: undefined,
};
