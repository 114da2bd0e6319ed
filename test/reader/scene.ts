import { type Attempt, encodeAttempt } from '../../lambda/attempt-record.ts';
import { createTokenReader, type TokenReaderOptions } from '../../lambda/reader/token-reader.ts';
import { instant } from '../../lambda/record.ts';
import { encodeStatus, type TokenRecord } from '../../lambda/token-status.ts';
import { VirtualClock } from '../../local/world/time/virtual-clock.ts';
import { createVirtualSsm } from './virtual-ssm.ts';

export const TOKEN = '/masters-india-staging/access-token';
export const STATUS = `${TOKEN}/status`;
export const ATTEMPT_NAME = `${TOKEN}/attempt`;
export const START = new Date('2026-11-22T10:00:00.000Z');
export const HOUR = 3600;
export const SSM_DOWN = new Error('connect ECONNREFUSED');
export const DENIED = Object.assign(new Error('not authorized'), { name: 'AccessDeniedException' });

/** What a test of the reader stands on. */
export type SetUp = ReturnType<typeof setUp>;

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

  const record = (version: number, lifetimeSeconds: number, more: Partial<TokenRecord> = {}) => {
    const expiresAt = clock.now() + lifetimeSeconds * 1000;
    const issuedAt = Math.min(clock.now(), expiresAt - 1);
    const times = { attemptAt: instant(issuedAt - 1000), issuedAt: instant(issuedAt), expiresAt: instant(expiresAt) };
    store.put(STATUS, encodeStatus({ token: { ...RECORD, version, ...times, ...more } }));
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
    refresh: (token: string, lifetimeSeconds = 4 * HOUR, more: Partial<TokenRecord> = {}) =>
      record(store.put(TOKEN, token), lifetimeSeconds, more),
    /** Writes an attempt down, as one that read what is there. */
    attempt: (written: Partial<Attempt> = {}) => {
      const on = store.versionOf(ATTEMPT_NAME);
      store.put(ATTEMPT_NAME, encodeAttempt({ attempt: { ...ATTEMPT, on, ...written } }));
    },
    /** What becomes of a promise while that much time passes. */
    within: async <T>(seconds: number, promise: Promise<T>): Promise<T> => {
      const [outcome] = await Promise.allSettled([promise, clock.advance(seconds * 1000)]);
      if (outcome.status === 'rejected') throw outcome.reason;
      return outcome.value;
    },
    /** How many milliseconds pass until a promise settles. */
    timeOf: async (promise: Promise<unknown>): Promise<number> => {
      const begunAt = clock.now();
      const ended = promise.catch(() => undefined).then(() => clock.now() - begunAt);
      await clock.advance(60_000);
      return await ended;
    },
  };
}

/** The same, whose reader has its token already. */
export async function holding(options: Partial<TokenReaderOptions> = {}, lifetimeSeconds = 4 * HOUR): Promise<SetUp> {
  const scene = setUp(options);
  scene.refresh('token-1', lifetimeSeconds);
  await scene.within(0, scene.reader.get());
  return scene;
}

/** What is recorded of every token. */
const RECORD = {
  lifetimeAssumed: false,
  fingerprint: 'sha256:0',
  secretVersionId: 'secret-version-1',
  configuration: 'sha256:1',
} as const;

/** One that has no outcome yet. */
export const ATTEMPT: Attempt = {
  at: '2026-11-22T09:44:59.000Z',
  run: 'run-1',
  on: 0,
  trigger: 'its time has come',
  secretVersionId: 's',
  configuration: 'sha256:c',
  failures: 3,
  refusals: 0,
  askAgainAt: '2026-11-22T10:37:29.000Z',
};
