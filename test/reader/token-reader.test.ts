import { describe, expect, it, vi } from 'vitest';
import type { Attempt } from '../../lambda/attempt-record.ts';
import { createTokenReader, TokenReadError } from '../../lambda/reader/token-reader.ts';
import { ATTEMPT, ATTEMPT_NAME, HOUR, START, STATUS, setUp, TOKEN } from './scene.ts';

const FAILED: Attempt = { ...ATTEMPT, outcome: { code: 'ENDPOINT_UNAVAILABLE', at: '2026-11-22T09:45:00.000Z' } };
const REFUSED: Attempt = {
  ...ATTEMPT,
  refusals: 1,
  askAgainAt: 'never',
  outcome: { code: 'CREDENTIALS_REFUSED', at: '2026-11-22T08:00:00.000Z', reason: 'invalid_grant' },
};
const SSM_DOWN = Object.assign(new Error('connect ECONNREFUSED'), { name: 'Error', code: 'ECONNREFUSED' });

describe('get', () => {
  it('reads token and status in one request, decrypted', async () => {
    const { reader, refresh, store, within } = setUp();
    refresh('token-1');
    expect(await within(0, reader.get())).toBe('token-1');
    expect(store.inputs).toEqual([{ Names: [TOKEN, STATUS], WithDecryption: true }]);
  });

  it('asks SSM for nothing else in a day in which all is well, and once in five minutes', async () => {
    const { reader, refresh, attempt, store, within } = setUp();
    for (let second = 0; second < 24 * HOUR; second += 10) {
      if (second % (2 * HOUR) === 0) {
        attempt();
        refresh(`token-${second}`);
      }
      await within(10, reader.get());
    }
    expect(store.readsAt).toHaveLength((24 * HOUR) / 300);
    expect(new Set(store.inputs.map(({ Names }) => String(Names)))).toEqual(new Set([`${TOKEN},${STATUS}`]));
  });

  it('asks SSM again when maxAgeSeconds have passed, and not before', async () => {
    const { reader, refresh, store, clock, within } = setUp({ maxAgeSeconds: 300 });
    refresh('token-1');
    await within(0, reader.get());
    refresh('token-2');
    await clock.advance(299_999);
    expect(await within(0, reader.get())).toBe('token-1');
    await clock.advance(1);
    expect(await within(0, reader.get())).toBe('token-2');
    expect(store.readsAt).toHaveLength(2);
  });

  it('sets no timer that is longer than those of Node, whatever maxAgeSeconds is', async () => {
    const { reader, refresh, clock, within } = setUp({ maxAgeSeconds: 90 * 24 * HOUR });
    const timeout = vi.spyOn(clock, 'timeout');
    refresh('token-1');
    await within(0, reader.get());
    expect(Math.max(...timeout.mock.calls.flat())).toBe(2_147_483_647);
  });

  it('counts the age of the cached token from the request, not from the answer', async () => {
    const { reader, refresh, store, clock, within } = setUp({ maxAgeSeconds: 300 });
    refresh('token-1');
    store.latencyMs = 2000;
    await within(2, reader.get());
    refresh('token-2');
    await clock.advance(298_000);
    expect(await within(2, reader.get())).toBe('token-2');
  });

  it('judges the expiry when the answer is there, not when the request began', async () => {
    const { reader, refresh, store, within } = setUp({ minRemainingSeconds: 60 });
    refresh('token-1', 61);
    store.latencyMs = 2000;
    // The token's answer, and a second in which the last attempt might have explained it.
    await expect(within(3, reader.get())).rejects.toMatchObject({ code: 'TOKEN_EXPIRED' });
  });

  it('asks SSM again as soon as the token lives for less than minRemainingSeconds', async () => {
    const { reader, refresh, clock, within } = setUp({ minRemainingSeconds: 60 });
    refresh('token-1', 200);
    await within(0, reader.get());
    refresh('token-2');
    await clock.advance(139_999);
    expect(await within(0, reader.get())).toBe('token-1');
    await clock.advance(1);
    expect(await within(0, reader.get())).toBe('token-2');
  });

  it('makes one request for thousands of callers', async () => {
    const { reader, refresh, store, within } = setUp();
    store.latencyMs = 50;
    refresh('token-1');
    const tokens = await within(1, Promise.all(Array.from({ length: 5000 }, () => reader.get())));
    expect(new Set(tokens)).toEqual(new Set(['token-1']));
    expect(store.readsAt).toHaveLength(1);
  });

  it('does not remember a failure', async () => {
    const { reader, refresh, store, within } = setUp();
    refresh('token-1');
    store.fault = SSM_DOWN;
    const failed = await Promise.allSettled([within(0, Promise.all([reader.get(), reader.get()]))]);
    expect(failed).toMatchObject([{ status: 'rejected', reason: { code: 'READ_FAILED' } }]);
    store.fault = undefined;
    expect(await within(1, reader.get())).toBe('token-1');
    expect(store.readsAt).toHaveLength(2);
  });

  it.each<[string, Error | 'hang']>([
    ['fails', SSM_DOWN],
    ['hangs', 'hang'],
    ['says no', Object.assign(new Error('no'), { name: 'AccessDeniedException' })],
  ])('serves the cached token while SSM %s, for as long as it is valid', async (_, fault) => {
    const { reader, refresh, store, clock, within } = setUp();
    refresh('token-1', HOUR);
    await within(0, reader.get());
    store.fault = fault;
    await clock.advance((HOUR - 60) * 1000 - 5001);
    expect(await within(5, reader.get())).toBe('token-1');
    await clock.advance(2);
    await expect(within(5, reader.get())).rejects.toThrow(TokenReadError);
  });

  it('leaves SSM alone for half a minute after a failure that the cached token bridged', async () => {
    const { reader, refresh, store, clock, within } = setUp();
    refresh('token-1');
    await within(0, reader.get());
    store.fault = SSM_DOWN;
    await clock.advance(300_000);
    for (let second = 0; second < 90; second += 1) await within(1, reader.get());
    const [, ...readsWhileDown] = store.readsAt.map((at) => (at - START.getTime()) / 1000);
    expect(readsWhileDown).toEqual([300, 330, 360]);
  });

  it('hands out the replacement as soon as SSM is back', async () => {
    const { reader, refresh, store, clock, within } = setUp();
    refresh('token-1');
    await within(0, reader.get());
    store.fault = SSM_DOWN;
    refresh('token-2');
    await clock.advance(300_000);
    await within(0, reader.get());
    store.fault = undefined;
    await clock.advance(30_000);
    expect(await within(0, reader.get())).toBe('token-2');
  });

  it('serves the cached token when the parameter has been deleted', async () => {
    const { reader, refresh, store, clock, within } = setUp();
    refresh('token-1');
    await within(0, reader.get());
    store.delete(TOKEN);
    await clock.advance(300_000);
    expect(await within(0, reader.get())).toBe('token-1');
  });
});

describe('a clock that jumps, and a process that stands still', () => {
  it('a replaced token is not kept for longer than maxAgeSeconds by a clock that is set back after the read', async () => {
    const { reader, refresh, clock, jump, within } = setUp();
    refresh('token-1');
    expect(await within(0, reader.get())).toBe('token-1');
    refresh('token-2');
    // By so little that the read lies in the past again some minutes later.
    jump(-200);
    await clock.advance(300_000);
    expect(await within(1, reader.get())).toBe('token-2');
  });

  it('a clock that is set back by a day does not freeze a call', async () => {
    const { reader, refresh, jump, within } = setUp();
    refresh('token-1');
    await within(0, reader.get());
    jump(-24 * HOUR);
    refresh('token-2');
    const answer = reader.call(
      async (token) => token,
      (token) => token === 'token-1',
    );
    expect(await within(2, answer)).toBe('token-2');
  });

  it('a read that was frozen half-way with the process is tried again after the thaw', async () => {
    const { reader, store, refresh, clock, jump, within } = setUp();
    refresh('token-1');
    store.fault = new Error('read ECONNRESET');
    store.latencyMs = 100;
    const token = reader.get();
    await clock.advance(20);
    jump(600);
    store.fault = undefined;
    expect(await within(1, token)).toBe('token-1');
    expect(store.readsAt).toHaveLength(2);
  });
});

describe('one read a second at the most', () => {
  it.each<[string, (scene: ReturnType<typeof setUp>) => unknown]>([
    ['there is no token', () => undefined],
    ['SSM fails', ({ store }) => Object.assign(store, { fault: SSM_DOWN })],
    ['the expiry is unknown', ({ store }) => store.put(TOKEN, 'token-1')],
    ['the status has a newer format', ({ store }) => [store.put(TOKEN, 'token-1'), store.put(STATUS, '{"format":2}')]],
    ['the token has expired', ({ refresh }) => refresh('token-1', 0)],
    ['every token is rejected', ({ refresh }) => refresh('token-1')],
    ['maxAgeSeconds is 0', ({ refresh }) => refresh('token-1')],
  ])('where %s', async (_, arrange) => {
    const scene = setUp({ maxAgeSeconds: 0 });
    const { reader, store, clock } = scene;
    arrange(scene);
    let isOver = false;
    const calling = async () => {
      while (!isOver) {
        await reader
          .call(
            async () => 'rejected',
            () => true,
          )
          .catch(() => undefined);
        await clock.sleep(100);
      }
    };
    const callers = Promise.all([calling(), calling(), calling()]);
    await clock.advance(20_000);
    isOver = true;
    await clock.advance(10_000);
    await callers;
    const gaps = (times: readonly number[]) => times.slice(1).map((at, index) => at - (times[index] ?? 0));
    expect(Math.min(...gaps(store.readsAt))).toBeGreaterThanOrEqual(1000);
    expect(gaps(store.readsAt).length).toBeGreaterThan(5);
    expect(Math.min(...gaps(store.attemptReadsAt), 1000)).toBe(1000);
  });
});

describe('a token and a status that do not belong together', () => {
  it('a newer token is handed out while the recorded one would be valid, and cached only briefly', async () => {
    const { reader, refresh, record, store, clock, within } = setUp();
    refresh('token-1', 2 * HOUR);
    const version = store.put(TOKEN, 'token-2');
    expect(await within(0, reader.get())).toBe('token-2');
    record(version, 30);
    await clock.advance(4999);
    expect(await within(0, reader.get())).toBe('token-2');
    await clock.advance(1);
    await expect(within(0, reader.get())).rejects.toMatchObject({ code: 'TOKEN_EXPIRED' });
  });

  it('a newer token is not handed out longer than the recorded one would be', async () => {
    const { reader, refresh, store, clock, within } = setUp({ minRemainingSeconds: 60 });
    refresh('token-1', 600);
    store.put(TOKEN, 'token-2');
    await clock.advance(540_000);
    expect(await within(0, reader.get())).toBe('token-2');
    await clock.advance(1);
    await expect(within(2, reader.get())).rejects.toMatchObject({
      code: 'EXPIRY_UNKNOWN',
      message: expect.stringContaining('The refresher replaces such a token with its next tick'),
    });
  });

  it('the very first token waits for its record', async () => {
    const { reader, record, store, clock, within } = setUp();
    const version = store.put(TOKEN, 'token-1');
    const token = reader.get();
    await clock.advance(100);
    record(version, HOUR);
    expect(await within(1, token)).toBe('token-1');
    expect(store.readsAt).toHaveLength(2);
  });

  it('an older token than the recorded one is read again', async () => {
    const { reader, refresh, store, clock, within } = setUp();
    refresh('token-1');
    store.latencyMs = 100;
    // The answer holds the old token and the new record: the refresher wrote both between the two look-ups.
    const token = reader.get();
    await clock.advance(25);
    refresh('token-2');
    expect(await within(2, token)).toBe('token-2');
  });

  it.each<[string, (scene: ReturnType<typeof setUp>) => void]>([
    ['no status', ({ store }) => store.put(TOKEN, 'token-1')],
    ['a status that cannot be read', ({ store }) => [store.put(TOKEN, 'token-1'), store.put(STATUS, '{')]],
    ['a record of a later version', ({ store, record }) => record(store.put(TOKEN, 'token-1') + 1, HOUR)],
    [
      'a record that has expired',
      ({ store, record }) => [record(store.put(TOKEN, 'token-1'), 0), store.put(TOKEN, 'token-2')],
    ],
  ])('no expiry is invented for a token with %s', async (_, arrange) => {
    const scene = setUp();
    arrange(scene);
    const refused = expect(scene.within(1, scene.reader.get())).rejects;
    await refused.toMatchObject({ code: 'EXPIRY_UNKNOWN', message: expect.stringContaining(STATUS) });
    expect(scene.store.readsAt).toHaveLength(2);
  });
});

describe('call', () => {
  const isRejected = (answer: string) => answer.startsWith('rejected');
  const accepting = (valid: string) =>
    vi.fn(async (token: string) => `${token === valid ? 'served' : 'rejected'} ${token}`);

  it('answers a request whose token is accepted without another read', async () => {
    const { reader, refresh, store, within } = setUp();
    refresh('token-1');
    expect(await within(0, reader.call(accepting('token-1'), isRejected))).toBe('served token-1');
    expect(store.readsAt).toHaveLength(1);
  });

  it('reads past the cache after a rejection and repeats the request with the new token', async () => {
    const { reader, refresh, clock, within } = setUp();
    refresh('token-1');
    await within(0, reader.get());
    await clock.advance(10_000);
    refresh('token-2');
    const request = accepting('token-2');
    expect(await within(0, reader.call(request, isRejected))).toBe('served token-2');
    expect(request.mock.calls).toEqual([['token-1'], ['token-2']]);
    expect(await within(0, reader.get())).toBe('token-2');
  });

  it('does not repeat the request when the token has not changed', async () => {
    const { reader, refresh, store, clock, within } = setUp();
    refresh('token-1');
    await within(0, reader.get());
    await clock.advance(10_000);
    const request = accepting('another');
    expect(await within(1, reader.call(request, isRejected))).toBe('rejected token-1');
    expect(request).toHaveBeenCalledTimes(1);
    // Once for get, and twice more in case that the replacement is being stored.
    expect(store.readsAt).toHaveLength(3);
  });

  it('repeats the request once only', async () => {
    const { reader, refresh, clock, within } = setUp();
    refresh('token-1');
    await within(0, reader.get());
    await clock.advance(10_000);
    refresh('token-2');
    const request = accepting('another');
    expect(await within(0, reader.call(request, isRejected))).toBe('rejected token-2');
    expect(request).toHaveBeenCalledTimes(2);
  });

  it('waits for a judgement that takes time, such as reading the body of the answer', async () => {
    const { reader, refresh, clock, within } = setUp();
    refresh('token-1');
    await within(0, reader.get());
    await clock.advance(10_000);
    refresh('token-2');
    const judge = async (answer: string) => {
      await clock.sleep(20);
      return isRejected(answer);
    };
    expect(await within(1, reader.call(accepting('token-2'), judge))).toBe('served token-2');
  });

  it('ends with the rejection when SSM cannot be asked for another token', async () => {
    const { reader, refresh, store, clock, within } = setUp();
    refresh('token-1');
    await within(0, reader.get());
    store.fault = SSM_DOWN;
    await clock.advance(10_000);
    expect(await within(1, reader.call(accepting('token-2'), isRejected))).toBe('rejected token-1');
  });

  it('lets an error of the request rise as it is', async () => {
    const { reader, refresh, store, within } = setUp();
    refresh('token-1');
    const refused = new Error('socket hang up');
    await expect(
      within(
        0,
        reader.call(
          () => Promise.reject(refused),
          () => true,
        ),
      ),
    ).rejects.toBe(refused);
    expect(store.readsAt).toHaveLength(1);
  });

  it('many rejections at once make one read', async () => {
    const { reader, refresh, store, clock, within } = setUp();
    refresh('token-1');
    await within(0, reader.get());
    await clock.advance(10_000);
    refresh('token-2');
    store.latencyMs = 50;
    const calls = Array.from({ length: 1000 }, () => reader.call(accepting('token-2'), isRejected));
    expect(new Set(await within(1, Promise.all(calls)))).toEqual(new Set(['served token-2']));
    expect(store.readsAt).toHaveLength(2);
  });

  it('does not take the answer of a read that had begun before the rejection', async () => {
    const { reader, refresh, store, clock, within } = setUp();
    refresh('token-1');
    await within(0, reader.get());
    await clock.advance(299_000);
    const slow = async (token: string) => {
      await clock.sleep(token === 'token-1' ? 2500 : 0);
      return `${token === 'token-2' ? 'served' : 'rejected'} ${token}`;
    };
    const answer = reader.call(slow, isRejected);
    await clock.advance(1000);
    // This read looks at the token before it is replaced, and its answer comes in after the rejection.
    store.latencyMs = 2000;
    const cachedAgain = reader.get();
    await clock.advance(1100);
    refresh('token-2');
    expect(await within(1, cachedAgain)).toBe('token-1');
    expect(await within(5, answer)).toBe('served token-2');
  });

  it('a rejected call is not held up by others that read all the time', async () => {
    const { reader, refresh, store, clock, within } = setUp({ maxAgeSeconds: 0 });
    refresh('token-1');
    store.latencyMs = 50;
    let isOver = false;
    const reading = async () => {
      while (!isOver) {
        await reader.get();
        await clock.sleep(1);
      }
    };
    const others = Promise.all([reading(), reading()]);
    await clock.advance(1000);
    refresh('token-2');
    const answer = reader.call(accepting('token-3'), isRejected).finally(() => {
      isOver = true;
    });
    refresh('token-3');
    await clock.advance(3000);
    expect(isOver).toBe(true);
    expect(await answer).toBe('served token-3');
    await within(1, others);
  });

  it('a service that rejects every token makes one read a second at the most', async () => {
    const { reader, refresh, store, clock, within } = setUp();
    refresh('token-1');
    await within(0, reader.get());
    await clock.advance(10_000);
    const before = store.readsAt.length;
    const calling = async () => {
      for (let call = 0; call < 100; call += 1) {
        await reader.call(accepting('another'), isRejected);
        await clock.sleep(10);
      }
    };
    const callers = Promise.all(Array.from({ length: 10 }, calling));
    await clock.advance(10_000);
    expect(store.readsAt.length - before).toBeLessThanOrEqual(11);
    await within(200, callers);
  });
});

describe('errors say what to do', () => {
  const CHECK = 'Check that the refresher is deployed for this parameter';

  it.each<[string, Partial<Attempt> | undefined, string]>([
    ['nothing is known', undefined, CHECK],
    ['the refresher asks for the first time', {}, CHECK],
    [
      'the refresher failed',
      { outcome: FAILED.outcome },
      'last attempt failed at 2026-11-22T09:45:00.000Z with ENDPOINT_UNAVAILABLE',
    ],
    [
      'the refresher failed before it could ask',
      { asked: false, outcome: { code: 'CREDENTIALS_UNREADABLE', at: FAILED.at } },
      'last attempt failed at 2026-11-22T09:44:59.000Z with CREDENTIALS_UNREADABLE',
    ],
    [
      'the credentials were refused',
      REFUSED,
      "refused the refresher's credentials (invalid_grant, at 2026-11-22T08:00:00.000Z)",
    ],
  ])('no token yet, where %s', async (_, written, advice) => {
    const { reader, attempt, within } = setUp();
    if (written !== undefined) attempt(written);
    const refused = expect(within(0, reader.get())).rejects;
    await refused.toMatchObject({ code: 'NO_TOKEN_YET', message: expect.stringContaining(advice) });
  });

  it('no token yet, where a run that lost announced over the outcome', async () => {
    const { reader, attempt, within } = setUp();
    attempt({ outcome: REFUSED.outcome });
    attempt({ on: 0, run: 'run-2' });
    attempt({ on: 0, run: 'run-3' });
    await expect(within(0, reader.get())).rejects.toThrow("refused the refresher's credentials");
  });

  it.each<[string, (scene: ReturnType<typeof setUp>) => unknown, string]>([
    [
      'its role was granted before there was such a parameter',
      ({ store }) =>
        Object.assign(store, { attemptFault: Object.assign(new Error('no'), { name: 'AccessDeniedException' }) }),
      'cannot be read (AccessDeniedException). The grantRead of this version allows it.',
    ],
    ['SSM fails', ({ store }) => Object.assign(store, { attemptFault: SSM_DOWN }), 'cannot be read (Error).'],
    [
      'a later version wrote it',
      ({ store }) => store.put(ATTEMPT_NAME, '{"format":2}'),
      'has format 2, and this version of soap-token-refresher knows 1 at most: update soap-token-refresher here, in the reader.',
    ],
    ['it is damaged', ({ store }) => store.put(ATTEMPT_NAME, '{'), 'is not the JSON that the refresher writes.'],
  ])('that the last attempt is not known, where %s', async (_, arrange, why) => {
    const scene = setUp();
    const { reader, refresh, clock, within } = scene;
    refresh('token-1', HOUR);
    expect(await within(0, reader.get())).toBe('token-1');
    arrange(scene);
    await clock.advance(2 * HOUR * 1000);
    const error: unknown = await within(1, reader.get()).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'TOKEN_EXPIRED', message: expect.stringContaining(CHECK) });
    expect(String(error)).toContain(`What it last tried is not known: ${ATTEMPT_NAME} ${why}`);
  });

  it('within a second where SSM hands out the token and hangs over the last attempt', async () => {
    const { reader, refresh, store, clock, within } = setUp();
    refresh('token-1', 0);
    store.attemptFault = 'hang';
    const begunAt = clock.now();
    let endedAt = 0;
    const failed = reader.get().finally(() => {
      endedAt = clock.now();
    });
    await expect(within(5, failed)).rejects.toMatchObject({ code: 'TOKEN_EXPIRED' });
    expect(endedAt - begunAt).toBe(1000);
  });

  it('token expired, with since when', async () => {
    const { reader, refresh, attempt, clock, within } = setUp();
    refresh('token-1', HOUR);
    attempt(FAILED);
    await clock.advance(2 * HOUR * 1000);
    await expect(within(0, reader.get())).rejects.toMatchObject({
      code: 'TOKEN_EXPIRED',
      expiresAt: new Date('2026-11-22T11:00:00.000Z'),
      message: expect.stringMatching(/expired at 2026-11-22T11:00:00.000Z .* ENDPOINT_UNAVAILABLE/),
    });
  });

  it('token expired, which heals within a minute where the service renews only at expiry, but not where it refuses', async () => {
    const { reader, refresh, attempt, clock, within } = setUp();
    for (const [outcome, isHealing] of [
      [undefined, true],
      [{ code: 'REPLY_MALFORMED', at: FAILED.at }, true],
      [{ code: 'CREDENTIALS_REFUSED', at: FAILED.at }, false],
    ] as const) {
      refresh('token-1', HOUR);
      attempt({ outcome });
      await clock.advance(2 * HOUR * 1000);
      const message = await within(0, reader.get()).catch(String);
      expect(message.includes('ask again in a minute')).toBe(isHealing);
    }
  });

  it('token about to expire, with when and how much was asked for', async () => {
    const { reader, refresh, clock, within } = setUp({ minRemainingSeconds: 120 });
    refresh('token-1', 300);
    await clock.advance(210_000);
    await expect(within(0, reader.get())).rejects.toMatchObject({
      code: 'TOKEN_EXPIRED',
      message: expect.stringContaining('expires at 2026-11-22T10:05:00.000Z, less than the 120 s asked for'),
    });
  });

  it('tokens that never live for as long as is asked for, with both figures', async () => {
    const { reader, refresh, within } = setUp({ minRemainingSeconds: 1800 });
    refresh('token-1', 1200);
    const refused = expect(within(0, reader.get())).rejects;
    await refused.toMatchObject({
      code: 'TOKEN_EXPIRED',
      message: expect.stringMatching(/live for 1200 s.* asks for 1800 s.*smaller minRemainingSeconds/),
    });
  });

  it('a status of a newer format, with the remedy', async () => {
    const { reader, store, within } = setUp();
    store.put(TOKEN, 'token-1');
    store.put(STATUS, '{"format":2,"token":{}}');
    const refused = expect(within(1, reader.get())).rejects;
    await refused.toMatchObject({
      code: 'EXPIRY_UNKNOWN',
      message: expect.stringMatching(/has format 2, .* update soap-token-refresher here/),
    });
  });

  it('a damaged status, which no update of the reader mends', async () => {
    const { reader, store, within } = setUp();
    store.put(TOKEN, 'token-1');
    store.put(STATUS, '{');
    const error = await within(1, reader.get()).catch(String);
    expect(error).toContain(`${STATUS} is not the JSON that the refresher writes`);
    expect(error).not.toMatch(/update|with its next tick/);
  });

  it.each([
    [undefined, 'parameterName'],
    ['', 'parameterName'],
    ['masters-india', 'parameterName'],
  ])('the parameter name %j is refused when the reader is made', (parameterName, word) => {
    expect(() => createTokenReader({ parameterName })).toThrow(word);
  });

  it.each(['minRemainingSeconds', 'maxAgeSeconds'])('a %s that is no number of seconds is refused', (option) => {
    expect(() => setUp({ [option]: -1 })).toThrow(option);
    expect(() => setUp({ [option]: Number.NaN })).toThrow(option);
  });
});
