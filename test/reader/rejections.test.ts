import type { GetParametersCommand } from '@aws-sdk/client-ssm';
import { describe, expect, it, vi } from 'vitest';
import { rejectionReporter } from '../../lambda/reader/rejection-report.ts';
import type { TokenReaderOptions } from '../../lambda/reader/token-reader.ts';
import { instant } from '../../lambda/record.ts';
import { ATTEMPT, ATTEMPT_NAME, DENIED, HOUR, holding, type SetUp, SSM_DOWN, START, setUp, TOKEN } from './scene.ts';

const REJECTED = `${TOKEN}/rejected`;

const isRejected = (answer: string) => answer.startsWith('rejected');
const accepting = (valid: string) =>
  vi.fn(async (token: string) => `${token === valid ? 'served' : 'rejected'} ${token}`);
const rejecting = accepting('none');

/** A reader that has had its token, of version 1, for ten seconds, and reports. */
async function reporting(options: Partial<TokenReaderOptions> = {}) {
  const scene = await holding({ reportRejections: true, random: () => 0.5, ...options });
  await scene.clock.advance(10_000);
  return scene;
}

/** What the refresher does in a moment: it announces that it asks, and stores what it got. */
function replace({ clock, attempt, refresh }: SetUp, token: string): void {
  const at = instant(clock.now());
  attempt({ at });
  refresh(token, 4 * HOUR, { attemptAt: at });
}

describe('call', () => {
  it.each([
    ['with the new token', 'token-2', 'served token-2'],
    ['once only', 'another', 'rejected token-2'],
  ])('reads past the cache after a rejection and repeats the request %s', async (_, valid, answer) => {
    const { reader, refresh, clock, within } = await reporting();
    refresh('token-2');
    const request = accepting(valid);
    // A judgement may take time, such as reading the body of the answer.
    const judge = async (one: string) => {
      await clock.sleep(20);
      return isRejected(one);
    };
    expect(await within(0.1, reader.call(request, judge))).toBe(answer);
    expect(request.mock.calls).toEqual([['token-1'], ['token-2']]);
    expect(await within(0, reader.get())).toBe('token-2');
  });

  it('lets an error of the request rise as it is', async () => {
    const { reader, store, within } = await reporting();
    const refused = new Error('socket hang up');
    const call = reader.call(
      () => Promise.reject(refused),
      () => true,
    );
    await expect(within(0, call)).rejects.toBe(refused);
    expect(store.readsAt).toHaveLength(1);
  });

  it('does not take the answer of a read that had begun before the rejection', async () => {
    const { reader, refresh, store, clock, within } = await holding();
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

  it('is not held up by others that read all the time', async () => {
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
});

describe('a report', () => {
  it('holds the version of the rejected token as text, once it was still stored a second later, and is waited for', async () => {
    const { reader, store, timeOf } = await reporting();
    // Lambda freezes what goes on after the answer.
    expect(await timeOf(reader.call(rejecting, isRejected))).toBe(1500);
    expect(rejecting).toHaveBeenLastCalledWith('token-1');
    expect(store.written).toEqual([{ Name: REJECTED, Value: '1', Type: 'String', Tier: 'Standard', Overwrite: true }]);
    expect(store.readsAt.map((at) => at - START.getTime())).toEqual([0, 10_000, 11_000]);
  });

  it.each<[string, Partial<TokenReaderOptions>, string, readonly string[]]>([
    ['is not written without reportRejections', { reportRejections: undefined }, '0', []],
    ['is not written again where another reader wrote it', {}, '1', []],
    ['takes the place of that of an earlier version', {}, '0', ['1']],
  ])('%s', async (_, options, stored, written) => {
    const { reader, store, within } = await reporting(options);
    store.put(REJECTED, stored);
    expect(await within(2, reader.call(rejecting, isRejected))).toBe('rejected token-1');
    expect(store.written.map(({ Value }) => Value)).toEqual(written);
  });

  it('is not written when the replacement was stored within that second', async () => {
    const { reader, refresh, store, clock, within } = await reporting();
    const call = reader.call(accepting('token-2'), isRejected);
    await clock.advance(900);
    refresh('token-2');
    expect(await within(1, call)).toBe('served token-2');
    expect(store.written).toEqual([]);
  });

  it('is written once, however many calls are rejected', async () => {
    const { reader, store, within } = await reporting();
    await within(2, Promise.all(Array.from({ length: 100 }, () => reader.call(rejecting, isRejected))));
    for (let call = 0; call < 10; call += 1) await within(1, reader.call(rejecting, isRejected));
    expect(store.written).toHaveLength(1);
  });

  it('of one version does not stand in for that of the next', async () => {
    const { store, clock, within } = setUp();
    store.latencyMs = 100;
    const report = rejectionReporter({ client: store, parameterName: TOKEN, clock, timeoutMs: 5000, random: () => 1 });
    await within(4, Promise.all([report(2), report(2), report(3)]));
    expect(store.written.map(({ Value }) => Value)).toEqual(['2', '3']);
  });

  it.each<[string, Error | 'hang', number]>([
    ['is denied', DENIED, 1500],
    ['fails', SSM_DOWN, 1500],
    ['hangs', 'hang', 6500],
  ])('that %s never fails the call, is notified of, and is left alone for half a minute', async (_, fault, waitMs) => {
    const notified = vi.fn(() => {
      throw new Error('a fault of the owner');
    });
    const { reader, store, clock, within } = await reporting({ onReportFailed: notified });
    store.reportFault = fault;
    const begunAt = clock.now();
    const ended = reader.call(rejecting, isRejected).then(() => clock.now() - begunAt);
    expect(await within(7, ended)).toBe(waitMs);
    expect(await within(1, reader.call(rejecting, isRejected))).toBe('rejected token-1');
    expect(notified).toHaveBeenCalledTimes(1);
    store.reportFault = undefined;
    await clock.advance(30_000);
    await within(2, reader.call(rejecting, isRejected));
    expect(store.written).toMatchObject([{ Value: '1' }]);
  });
});

describe('a token that is being replaced', () => {
  it('is looked for once more, a second later', async () => {
    const { reader, store, refresh, attempt, clock, within } = await reporting();
    refresh('token-2');
    attempt({ at: instant(clock.now()) });
    const request = accepting('token-3');
    const call = reader.call(request, isRejected);
    await clock.advance(100);
    refresh('token-3');
    // The second was about to be replaced itself when it was read.
    expect(await within(2, call)).toBe('served token-3');
    expect(request.mock.calls).toEqual([['token-1'], ['token-2'], ['token-3']]);
    expect(store.written).toEqual([]);
  });
});

/** A call that has its tokens replaced while their requests are under way, so often, each request after that time. */
async function replacedMeanwhile(scene: SetUp, times: number, requestMs: number) {
  const { reader, clock, within } = scene;
  let stored = 1;
  const request = async (token: string) => {
    await clock.sleep(requestMs / 2);
    if (stored <= times) {
      stored += 1;
      replace(scene, `token-${stored}`);
    }
    await clock.sleep(requestMs / 2);
    return await accepting(`token-${times + 1}`)(token);
  };
  return await within(((times + 1) * requestMs) / 1000 + 5, reader.call(request, isRejected));
}

describe('no call ends with a rejected token while a valid one is stored', () => {
  it.each([
    [2, 200_000],
    [5, 20],
  ])('where it is replaced %i times while a request of %i ms is under way', async (times, requestMs) => {
    expect(await replacedMeanwhile(await reporting(), times, requestMs)).toBe(`served token-${times + 1}`);
  });

  it.each([DENIED, SSM_DOWN, 'hang' as const])('where the last attempt cannot be read: %s', async (fault) => {
    const scene = await reporting();
    scene.store.attemptFault = fault;
    expect(await replacedMeanwhile(scene, 2, 200)).toBe('served token-3');
  });

  it.each([true, false])(
    'where a run that lost has announced over the one that replaces it; earlier versions can be read: %s',
    async (mayLookBack) => {
      const { reader, store, attempt, refresh, clock, within } = await reporting();
      const send = store.send;
      Object.assign(store, {
        send: (command: GetParametersCommand, options: { abortSignal: AbortSignal }) =>
          mayLookBack || !command.input.Names?.[0]?.includes(':') ? send(command, options) : Promise.reject(DENIED),
      });
      refresh('token-2');
      attempt({ at: instant(clock.now() - 300) });
      attempt({ at: instant(clock.now() - 100), on: 0, run: 'run-2' });
      const call = reader.call(accepting('token-3'), isRejected);
      await clock.advance(100);
      refresh('token-3');
      expect(await within(3, call)).toBe('served token-3');
    },
  );

  it('where SSM fails at once when it is asked for the first time', async () => {
    const { reader, store, refresh, clock, within } = await reporting();
    store.fault = SSM_DOWN;
    const call = reader.call(accepting('token-2'), isRejected);
    await clock.advance(500);
    store.fault = undefined;
    refresh('token-2');
    expect(await within(2, call)).toBe('served token-2');
  });
});

describe('a token that is rejected again and again', () => {
  /** How often token and last attempt are read by one more rejected call. */
  async function readsOfOneMore({ reader, store, within }: SetUp) {
    const [reads, attemptReads] = [store.readsAt.length, store.attemptReadsAt.length];
    await within(3, reader.call(rejecting, isRejected));
    return [store.readsAt.length - reads, store.attemptReadsAt.length - attemptReads];
  }

  const outcome = { code: 'ENDPOINT_UNAVAILABLE', at: ATTEMPT.at };
  it.each<[string, (scene: SetUp) => unknown, readonly number[]]>([
    ['once where no other is on its way', () => undefined, [1, 1]],
    ['once where the attempt failed', ({ attempt, clock }) => attempt({ at: instant(clock.now()), outcome }), [1, 1]],
    ['once where the run died', ({ attempt, clock }) => attempt({ at: instant(clock.now() - 61_000) }), [1, 1]],
    ['twice where another may be stored', ({ attempt, clock }) => attempt({ at: instant(clock.now()) }), [2, 1]],
    ['twice where SSM denies the attempt', ({ store }) => Object.assign(store, { attemptFault: DENIED }), [2, 1]],
    ['twice where the attempt is newer', ({ store }) => store.put(ATTEMPT_NAME, '{"format":2}'), [2, 1]],
  ])('is looked for %s', async (_, arrange, reads) => {
    const scene = await reporting();
    await scene.within(2, scene.reader.call(rejecting, isRejected));
    await scene.clock.advance(10_000);
    arrange(scene);
    expect(await readsOfOneMore(scene)).toEqual(reads);
  });

  it('is looked for twice where it is another one than before', async () => {
    const scene = await reporting();
    await scene.within(2, scene.reader.call(rejecting, isRejected));
    scene.refresh('token-2');
    await scene.within(2, scene.reader.call(rejecting, isRejected));
    await scene.clock.advance(10_000);
    expect(await readsOfOneMore(scene)).toEqual([2, expect.anything()]);
    expect(rejecting).toHaveBeenLastCalledWith('token-2');
  });

  it('has its attempt read once a second at the most, however many calls are rejected one after the other', async () => {
    const { reader, store, refresh, clock, within } = await reporting();
    refresh('token-2');
    const answered = Array.from({ length: 100 }, (_, index) => {
      const slowly = async (token: string) => {
        await clock.sleep(token === 'token-2' ? index * 20 : 0);
        return await rejecting(token);
      };
      return reader.call(slowly, isRejected);
    });
    expect(new Set(await within(5, Promise.all(answered)))).toEqual(new Set(['rejected token-2']));
    expect(store.attemptReadsAt.map((at) => at - START.getTime())).toEqual([10_000, 11_000, 12_000]);
  });

  it('is known to be the last one by the attempt that got it', async () => {
    const scene = await reporting();
    const { reader, store, within } = scene;
    replace(scene, 'token-2');
    // Without a wait for another one, and without a report of what has just been stored.
    expect(await within(0, reader.call(rejecting, isRejected))).toBe('rejected token-2');
    expect(store.written).toEqual([]);
    await within(3, reader.call(rejecting, isRejected));
    expect(store.written).toMatchObject([{ Value: '2' }]);
    expect(await readsOfOneMore(scene)).toEqual([1, 1]);
  });
});

describe('a rejected call beside an SSM in trouble', () => {
  it('waits for one time-out in half a minute at the most', async () => {
    const { reader, store, clock, within } = await reporting();
    store.fault = 'hang';
    const waits: number[] = [];
    const end = clock.now() + 90_000;
    const calling = async () => {
      while (clock.now() < end) {
        const calledAt = clock.now();
        expect(await reader.call(rejecting, isRejected)).toBe('rejected token-1');
        waits.push(clock.now() - calledAt);
        await clock.sleep(500);
      }
    };
    await within(120, calling());
    expect(Math.max(...waits)).toBe(5000);
    expect(waits.filter((wait) => wait > 0).length).toBeLessThanOrEqual(3);
    expect(waits.length).toBeGreaterThan(100);
  });

  it('gives up as soon where the client gives up by itself after seconds', async () => {
    const { reader, store, clock, timeOf } = await reporting();
    const send = async () => {
      await clock.sleep(3000);
      throw SSM_DOWN;
    };
    Object.assign(store, { send });
    const calling = async () => {
      for (let call = 0; call < 5; call += 1) await reader.call(rejecting, isRejected);
    };
    expect(await timeOf(calling())).toBe(3000);
  });

  it('keeps the answer of a request whose token was in its last minute', async () => {
    const { reader, clock, within } = await holding({}, 61);
    const slow = async (token: string) => {
      await clock.sleep(2000);
      return `rejected ${token}`;
    };
    expect(await within(6, reader.call(slow, isRejected))).toBe('rejected token-1');
  });
});
