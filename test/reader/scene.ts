import { createTokenReader, type TokenReaderOptions } from '../../lambda/reader/token-reader.ts';
import { type Attempt, encodeStatus, type TokenStatus } from '../../lambda/token-status.ts';
import { VirtualClock } from '../../local/world/time/virtual-clock.ts';
import { createVirtualSsm } from './virtual-ssm.ts';

export const TOKEN = '/masters-india-staging/access-token';
export const STATUS = `${TOKEN}/status`;
export const START = new Date('2026-11-22T10:00:00.000Z');
export const HOUR = 3600;

/** One reader and what the refresher does, in virtual time. */
export function setUp(options: Partial<TokenReaderOptions> = {}) {
  const clock = new VirtualClock(START.getTime());
  const store = createVirtualSsm(clock);
  let jumpedMs = 0;
  const readersClock = {
    now: () => clock.now() + jumpedMs,
    sleep: (ms: number) => clock.sleep(ms),
    timeout: (ms: number) => clock.timeout(ms),
  };
  const reader = createTokenReader({ parameterName: TOKEN, client: store, clock: readersClock, ...options });

  const record = (version: number, lifetimeSeconds: number, more: TokenStatus = {}) => {
    const token = {
      version,
      issuedAt: new Date(Math.min(clock.now(), clock.now() + lifetimeSeconds * 1000 - 1)).toISOString(),
      expiresAt: new Date(clock.now() + lifetimeSeconds * 1000).toISOString(),
      lifetimeAssumed: false,
      fingerprint: 'sha256:0',
      secretVersionId: 'secret-version-1',
      configuration: 'sha256:1',
    };
    store.put(STATUS, encodeStatus({ token, ...more }));
  };
  return {
    clock,
    store,
    reader,
    record,
    /** The reader's time of day jumps, as when somebody sets it or the process was frozen; its timers know nothing of it. */
    jump: (seconds: number) => {
      jumpedMs += seconds * 1000;
    },
    /** What the refresher does: the token first, its record second. */
    refresh: (token: string, lifetimeSeconds = 4 * HOUR, more: TokenStatus = {}) =>
      record(store.put(TOKEN, token), lifetimeSeconds, more),
    /** What becomes of a promise while that much time passes. */
    within: async <T>(seconds: number, promise: Promise<T>): Promise<T> => {
      const [outcome] = await Promise.allSettled([promise, clock.advance(seconds * 1000)]);
      if (outcome.status === 'rejected') throw outcome.reason;
      return outcome.value;
    },
  };
}

/** One that has no outcome yet. */
export const ATTEMPT: Attempt = {
  at: '2026-11-22T09:44:59.000Z',
  trigger: 'its time has come',
  secretVersionId: 's',
  configuration: 'sha256:c',
  failures: 3,
  refusals: 0,
  askAgainAt: '2026-11-22T10:37:29.000Z',
};
