import { describe, expect, it, vi } from 'vitest';
import type { Attempt } from '../../lambda/attempt-record.ts';
import { createTokenReader, TokenReadError } from '../../lambda/reader/token-reader.ts';
import { ATTEMPT_NAME, DENIED, HOUR, holding, type SetUp, SSM_DOWN, START, STATUS, setUp, TOKEN } from './scene.ts';

describe('get', () => {
  it('asks SSM for token and status in one request, decrypted, for nothing else in a day in which all is well, and once in five minutes', async () => {
    const { reader, refresh, attempt, store, within } = setUp();
    for (let second = 0; second < 24 * HOUR; second += 10) {
      if (second % (2 * HOUR) === 0) {
        attempt();
        refresh(`token-${second}`);
      }
      await within(10, reader.get());
    }
    const input = { Names: [TOKEN, STATUS], WithDecryption: true };
    expect(store.inputs).toEqual(Array.from({ length: (24 * HOUR) / 300 }, () => input));
  });

  it.each([
    ['maxAgeSeconds have passed', { maxAgeSeconds: 300 }, 4 * HOUR, 300, 0],
    ['they have passed since the request, and not the answer', { maxAgeSeconds: 300 }, 4 * HOUR, 300, 2],
    ['the token lives for less than minRemainingSeconds', { minRemainingSeconds: 60 }, 200, 140, 0],
  ])('asks SSM again once %s, and not before', async (_, options, lifetimeSeconds, seconds, latencySeconds) => {
    const { reader, refresh, store, clock, within } = setUp(options);
    refresh('token-1', lifetimeSeconds);
    store.latencyMs = latencySeconds * 1000;
    await within(latencySeconds, reader.get());
    refresh('token-2');
    await clock.advance((seconds - latencySeconds) * 1000 - 1);
    expect(await within(0, reader.get())).toBe('token-1');
    await clock.advance(1);
    expect(await within(latencySeconds, reader.get())).toBe('token-2');
    expect(store.readsAt).toHaveLength(2);
  });

  it('sets no timer that is longer than those of Node, whatever maxAgeSeconds is', async () => {
    const { reader, refresh, clock, within } = setUp({ maxAgeSeconds: 90 * 24 * HOUR });
    const timeout = vi.spyOn(clock, 'timeout');
    refresh('token-1');
    await within(0, reader.get());
    expect(Math.max(...timeout.mock.calls.flat())).toBe(2_147_483_647);
  });

  it('judges the expiry when the answer is there, not when the request began', async () => {
    const { reader, refresh, store, within } = setUp({ minRemainingSeconds: 60 });
    refresh('token-1', 61);
    store.latencyMs = 2000;
    // The token's answer, and a second in which the last attempt might have explained it.
    await expect(within(3, reader.get())).rejects.toMatchObject({ code: 'TOKEN_EXPIRED' });
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

  it.each<[string, (scene: SetUp) => unknown]>([
    ['fails', ({ store }) => Object.assign(store, { fault: SSM_DOWN })],
    ['hangs', ({ store }) => Object.assign(store, { fault: 'hang' })],
    ['says no', ({ store }) => Object.assign(store, { fault: DENIED })],
    ['has lost the token', ({ store }) => store.delete(TOKEN)],
  ])('serves the cached token while SSM %s, for as long as it is valid', async (_, arrange) => {
    const scene = await holding({}, HOUR);
    const { reader, clock, within } = scene;
    arrange(scene);
    await clock.advance((HOUR - 60) * 1000 - 5001);
    expect(await within(5, reader.get())).toBe('token-1');
    await clock.advance(2);
    await expect(within(5, reader.get())).rejects.toThrow(TokenReadError);
  });

  it('leaves SSM alone for half a minute after a failure that the cached token bridged, and then has the new token', async () => {
    const { reader, refresh, store, clock, within } = await holding();
    refresh('token-2');
    store.fault = SSM_DOWN;
    await clock.advance(300_000);
    for (let second = 0; second < 90; second += 1) expect(await within(1, reader.get())).toBe('token-1');
    store.fault = undefined;
    expect(await within(0, reader.get())).toBe('token-2');
    expect(store.readsAt.map((at) => (at - START.getTime()) / 1000)).toEqual([0, 300, 330, 360, 390]);
  });
});

describe('a clock that jumps, and a process that stands still', () => {
  it('a replaced token is not kept for longer than maxAgeSeconds by a clock that is set back after the read', async () => {
    const { reader, refresh, clock, jump, within } = await holding();
    refresh('token-2');
    // By so little that the read lies in the past again some minutes later.
    jump(-200);
    await clock.advance(300_000);
    expect(await within(1, reader.get())).toBe('token-2');
  });

  it('a clock that is set back by a day does not freeze a call', async () => {
    const { reader, refresh, jump, within } = await holding();
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
  it.each<[string, (scene: SetUp) => unknown]>([
    ['there is no token', () => undefined],
    ['SSM fails', ({ store }) => Object.assign(store, { fault: SSM_DOWN })],
    ['the expiry is unknown', ({ store }) => store.put(TOKEN, 'token-1')],
    ['the status has a newer format', ({ store }) => [store.put(TOKEN, 'token-1'), store.put(STATUS, '{"format":2}')]],
    ['the token has expired', ({ refresh }) => refresh('token-1', 0)],
    ['every token is rejected, and maxAgeSeconds is 0', ({ refresh }) => refresh('token-1')],
  ])('where %s', async (_, arrange) => {
    const scene = setUp({ maxAgeSeconds: 0 });
    const { reader, store, clock } = scene;
    arrange(scene);
    const end = clock.now() + 20_000;
    const calling = async () => {
      while (clock.now() < end) {
        await reader
          .call(
            () => Promise.resolve(),
            () => true,
          )
          .catch(() => undefined);
        await clock.sleep(100);
      }
    };
    await scene.within(30, Promise.all([calling(), calling(), calling()]));
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
    const message = expect.stringContaining('The refresher replaces such a token with its next tick');
    await expect(within(2, reader.get())).rejects.toMatchObject({ code: 'EXPIRY_UNKNOWN', message });
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

  const DAMAGED = /^(?!.*(update|with its next tick)).*status is not the JSON that the refresher writes/;
  const NEWER = /has format 2, .* update soap-token-refresher here/;
  it.each<[string, (scene: SetUp, version: number) => void, RegExp?]>([
    ['no status', () => undefined],
    ['a record of a later version', ({ record }, version) => record(version + 1, HOUR)],
    ['a record that has expired', ({ store, record }, version) => [record(version, 0), store.put(TOKEN, 'token-2')]],
    ['a damaged status', ({ store }) => store.put(STATUS, '{'), DAMAGED],
    ['a status of a newer format', ({ store }) => store.put(STATUS, '{"format":2,"token":{}}'), NEWER],
  ])('no expiry is invented for a token with %s', async (_, arrange, words = /\/status/) => {
    const scene = setUp();
    arrange(scene, scene.store.put(TOKEN, 'token-1'));
    const refused = expect(scene.within(1, scene.reader.get())).rejects;
    await refused.toMatchObject({ code: 'EXPIRY_UNKNOWN', message: expect.stringMatching(words) });
    expect(scene.store.readsAt).toHaveLength(2);
  });
});

describe('errors say what to do', () => {
  const CHECK = 'Check that the refresher is deployed for this parameter';
  const at = '2026-11-22T09:45:00.000Z';
  const FAILED: Partial<Attempt> = { outcome: { code: 'ENDPOINT_UNAVAILABLE', at } };
  const UNASKED: Partial<Attempt> = { asked: false, outcome: { code: 'CREDENTIALS_UNREADABLE', at } };
  const REFUSED: Partial<Attempt> = { outcome: { code: 'CREDENTIALS_REFUSED', at, reason: 'invalid_grant' } };
  const SAYS_REFUSED = `refused the refresher's credentials (invalid_grant, at ${at})`;

  it.each<[string, readonly Partial<Attempt>[], string]>([
    ['nothing is known', [], CHECK],
    ['the refresher asks for the first time', [{}], CHECK],
    ['the refresher failed', [FAILED], `last attempt failed at ${at} with ENDPOINT_UNAVAILABLE`],
    ['the refresher failed before it could ask', [UNASKED], `last attempt failed at ${at} with CREDENTIALS_UNREADABLE`],
    ['the credentials were refused', [REFUSED], SAYS_REFUSED],
    ['runs that lost announced over the outcome', [REFUSED, { on: 0, run: 'b' }, { on: 0, run: 'c' }], SAYS_REFUSED],
  ])('no token yet, where %s', async (_, written, advice) => {
    const { reader, attempt, within } = setUp();
    for (const one of written) attempt(one);
    const refused = expect(within(0, reader.get())).rejects;
    await refused.toMatchObject({ code: 'NO_TOKEN_YET', message: expect.stringContaining(advice) });
  });

  const OLD_ROLE = 'cannot be read (AccessDeniedException). The grantRead of this version allows it.';
  const NEWER =
    'has format 2, and this version of soap-token-refresher knows 1 at most: update soap-token-refresher here, in the reader.';
  it.each<[string, (scene: SetUp) => unknown, string]>([
    ['its role is an older one', ({ store }) => Object.assign(store, { attemptFault: DENIED }), OLD_ROLE],
    ['SSM fails', ({ store }) => Object.assign(store, { attemptFault: SSM_DOWN }), 'cannot be read (Error).'],
    ['a later version wrote it', ({ store }) => store.put(ATTEMPT_NAME, '{"format":2}'), NEWER],
    ['it is damaged', ({ store }) => store.put(ATTEMPT_NAME, '{'), 'is not the JSON that the refresher writes.'],
  ])('that the last attempt is not known, where %s', async (_, arrange, why) => {
    const scene = setUp();
    scene.refresh('token-1', 0);
    arrange(scene);
    const error: unknown = await scene.within(1, scene.reader.get()).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'TOKEN_EXPIRED', message: expect.stringContaining(CHECK) });
    expect(String(error)).toContain(`What it last tried is not known: ${ATTEMPT_NAME} ${why}`);
  });

  it('within a second where SSM hands out the token and hangs over the last attempt', async () => {
    const { reader, refresh, store, timeOf } = setUp();
    refresh('token-1', 0);
    store.attemptFault = 'hang';
    const failed = reader.get();
    expect(await timeOf(failed)).toBe(1000);
    await expect(failed).rejects.toMatchObject({ code: 'TOKEN_EXPIRED' });
  });

  // Where the service renews only at expiry there is no token for a moment, and nothing is wrong, but not where it refuses.
  it.each<[string, Partial<Attempt>, RegExp]>([
    ['since when', {}, /expired at 2026-11-22T11:00:00.000Z .*ask again in a minute/],
    ['what failed', FAILED, /expired at 2026-11-22T11:00:00.000Z .*ask again in a minute.* ENDPOINT_UNAVAILABLE/],
    ['that the service refuses', REFUSED, /expired at 2026-11-22T11:00:00.000Z (?!.*ask again).* refused/],
  ])('token expired, with %s', async (_, written, words) => {
    const { reader, attempt, clock, within } = await holding({}, HOUR);
    attempt(written);
    await clock.advance(2 * HOUR * 1000);
    await expect(within(0, reader.get())).rejects.toMatchObject({
      code: 'TOKEN_EXPIRED',
      expiresAt: new Date('2026-11-22T11:00:00.000Z'),
      message: expect.stringMatching(words),
    });
  });

  it.each([
    [120, /expires at 2026-11-22T10:05:00.000Z, less than the 120 s asked for/],
    [1800, /live for 300 s.* asks for 1800 s.*smaller minRemainingSeconds/],
  ])(
    'a token of five minutes that does not live for another %i s, with both figures',
    async (minRemainingSeconds, words) => {
      const { reader, refresh, clock, within } = setUp({ minRemainingSeconds });
      refresh('token-1', 300);
      await clock.advance(210_000);
      const refused = expect(within(0, reader.get())).rejects;
      await refused.toMatchObject({ code: 'TOKEN_EXPIRED', message: expect.stringMatching(words) });
    },
  );

  it.each([undefined, '', 'masters-india'])(
    'the parameter name %j is refused when the reader is made',
    (parameterName) => {
      expect(() => createTokenReader({ parameterName })).toThrow('parameterName');
    },
  );

  it.each(['minRemainingSeconds', 'maxAgeSeconds'])('a %s that is no number of seconds is refused', (option) => {
    expect(() => setUp({ [option]: -1 })).toThrow(option);
    expect(() => setUp({ [option]: Number.NaN })).toThrow(option);
  });
});
