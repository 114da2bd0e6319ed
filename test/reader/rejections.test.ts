import { GetParametersCommand } from '@aws-sdk/client-ssm';
import { describe, expect, it, vi } from 'vitest';
import { encodeAttempt } from '../../lambda/attempt-record.ts';
import type { ParameterClient } from '../../lambda/reader/parameter-client.ts';
import { rejectionReporter } from '../../lambda/reader/rejection-report.ts';
import { createTokenReader } from '../../lambda/reader/token-reader.ts';
import { instant } from '../../lambda/record.ts';
import { encodeStatus } from '../../lambda/token-status.ts';
import { VirtualClock } from '../../local/world/time/virtual-clock.ts';
import { ATTEMPT, ATTEMPT_NAME, HOUR, START, STATUS, setUp, TOKEN, tokenRecord } from './scene.ts';
import { createVirtualSsm } from './virtual-ssm.ts';

const REJECTED = `${TOKEN}/rejected`;
const SSM_DOWN = new Error('connect ECONNREFUSED');
const DENIED = Object.assign(new Error('not authorized to perform: ssm:PutParameter'), {
  name: 'AccessDeniedException',
});

const isRejected = (answer: string) => answer.startsWith('rejected');
const accepting = (valid: string) =>
  vi.fn(async (token: string) => `${token === valid ? 'served' : 'rejected'} ${token}`);
const rejecting = accepting('none');

/** A reader that has had its token for ten seconds. */
async function reporting(options: Parameters<typeof setUp>[0] = {}) {
  const scene = setUp({ reportRejections: true, random: () => 0.5, ...options });
  scene.refresh('token-0');
  scene.refresh('token-1');
  await scene.within(0, scene.reader.get());
  await scene.clock.advance(10_000);
  return scene;
}

describe('a report', () => {
  it('holds the version of the rejected token as text, once it was still stored a second later', async () => {
    const { reader, store, clock, within } = await reporting();
    const call = reader.call(rejecting, isRejected);
    await clock.advance(1499);
    expect(store.written).toEqual([]);
    expect(await within(0.001, call)).toBe('rejected token-1');
    expect(store.written).toEqual([{ Name: REJECTED, Value: '2', Type: 'String', Tier: 'Standard', Overwrite: true }]);
    const looks = store.readsAt.map((at) => at - START.getTime());
    expect(looks).toEqual([0, 10_000, 11_000]);
  });

  it('is waited for, five seconds at the most: Lambda freezes what goes on after the answer', async () => {
    const { reader, store, clock } = await reporting();
    store.reportFault = 'hang';
    let isOver = false;
    const call = reader.call(rejecting, isRejected).finally(() => {
      isOver = true;
    });
    await clock.advance(6400);
    expect(isOver).toBe(false);
    await clock.advance(200);
    expect(isOver).toBe(true);
    expect(await call).toBe('rejected token-1');
  });

  it('is not written without reportRejections', async () => {
    const { reader, store, within } = await reporting({ reportRejections: undefined });
    expect(await within(1, reader.call(rejecting, isRejected))).toBe('rejected token-1');
    expect(store.written).toEqual([]);
  });

  it('is not written again where another reader wrote it', async () => {
    const { reader, store, within } = await reporting();
    store.put(REJECTED, '2');
    await within(2, reader.call(rejecting, isRejected));
    expect(store.written).toEqual([]);
  });

  it('takes the place of that of an earlier version', async () => {
    const { reader, store, within } = await reporting();
    store.put(REJECTED, '1');
    await within(2, reader.call(rejecting, isRejected));
    expect(store.written).toMatchObject([{ Value: '2' }]);
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

  it.each<[string, Error | 'hang']>([
    ['is denied', DENIED],
    ['fails', SSM_DOWN],
    ['hangs', 'hang'],
  ])('that %s never fails the call, is notified of, and is left alone for half a minute', async (_, fault) => {
    const notified = vi.fn(() => {
      throw new Error('a fault of the owner');
    });
    const { reader, store, clock, within } = await reporting({ onReportFailed: notified });
    store.reportFault = fault;
    expect(await within(7, reader.call(rejecting, isRejected))).toBe('rejected token-1');
    expect(await within(1, reader.call(rejecting, isRejected))).toBe('rejected token-1');
    expect(notified).toHaveBeenCalledTimes(1);
    store.reportFault = undefined;
    await clock.advance(30_000);
    await within(2, reader.call(rejecting, isRejected));
    expect(store.written).toMatchObject([{ Value: '2' }]);
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

  it('no call fails in 50 workers and 20 replacements, where the old token ends 60 ms before the new one is stored', async () => {
    const clock = new VirtualClock(START.getTime());
    const store = createVirtualSsm(clock);
    store.latencyMs = 20;
    const valid = new Set<string>();
    const replace = async (token: string) => {
      const [issuedAt, at] = [clock.now(), instant(clock.now())];
      store.put(ATTEMPT_NAME, encodeAttempt({ attempt: { ...ATTEMPT, at, on: store.versionOf(ATTEMPT_NAME) } }));
      await clock.sleep(200);
      valid.clear();
      valid.add(token);
      await clock.sleep(60);
      const version = store.put(TOKEN, token);
      await clock.sleep(30);
      const record = tokenRecord(version, issuedAt, issuedAt + 4 * HOUR * 1000);
      store.put(STATUS, encodeStatus({ token: { ...record, attemptAt: at } }));
    };
    const first = replace('token-0');
    await clock.advance(1000);
    await first;

    let isOver = false;
    let [served, repeated, failed] = [0, 0, 0];
    const working = async (worker: number) => {
      const reader = createTokenReader({ parameterName: TOKEN, client: store, clock });
      await clock.sleep(worker * 7);
      while (!isOver) {
        let sent = 0;
        const isServed = await reader.call(
          async (token) => {
            sent += 1;
            await clock.sleep(5);
            const isTaken = valid.has(token);
            await clock.sleep(5);
            return isTaken;
          },
          (answer) => !answer,
        );
        if (isServed) served += 1;
        else failed += 1;
        if (sent > 1) repeated += 1;
        await clock.sleep(90);
      }
    };
    const workers = Promise.all(Array.from({ length: 50 }, (_, worker) => working(worker)));
    for (let count = 1; count <= 20; count += 1) {
      const replaced = replace(`token-${count}`);
      await clock.advance(5000);
      await replaced;
    }
    isOver = true;
    await clock.advance(5000);
    await workers;
    expect(failed).toBe(0);
    // Not each of the thousand times: who read a token before its record was there asks again by itself.
    expect(repeated).toBeGreaterThan(500);
    expect(served).toBeGreaterThan(repeated);
  });
});

/** A call whose first two tokens are replaced while their requests are under way, the second after `secondTakesMs`. */
async function twiceReplaced(scene: Awaited<ReturnType<typeof reporting>>, secondTakesMs: number) {
  const { reader, clock, refresh, attempt, within } = scene;
  const replace = (token: string) => {
    const at = instant(clock.now());
    attempt({ at });
    refresh(token, 4 * HOUR, { attemptAt: at });
  };
  replace('token-2');
  const request = async (token: string) => {
    if (token === 'token-2') {
      await clock.sleep(secondTakesMs / 2);
      replace('token-3');
      await clock.sleep(secondTakesMs / 2);
    }
    return await accepting('token-3')(token);
  };
  return await within(secondTakesMs / 1000 + 5, reader.call(request, isRejected));
}

const NO_RIGHTS = Object.assign(new Error('not authorized'), { name: 'AccessDeniedException' });

describe('no call ends with a rejected token while a valid one is stored', () => {
  it('where the second one is replaced while its request is under way, in a moment or in minutes', async () => {
    expect(await twiceReplaced(await reporting(), 200)).toBe('served token-3');
    expect(await twiceReplaced(await reporting(), 200_000)).toBe('served token-3');
  });

  it.each([NO_RIGHTS, SSM_DOWN, 'hang' as const])('where the last attempt cannot be read: %s', async (fault) => {
    const scene = await reporting();
    scene.store.attemptFault = fault;
    expect(await twiceReplaced(scene, 200)).toBe('served token-3');
  });

  it('where a run that lost has announced over the one that replaces it, and its earlier versions cannot be read', async () => {
    for (const mayLookBack of [true, false]) {
      const scene = await reporting();
      const { reader, store, attempt, refresh, clock, within } = scene;
      const send = store.send;
      Object.assign(store, {
        send: (command: GetParametersCommand, options: { abortSignal: AbortSignal }) =>
          mayLookBack || !command.input.Names?.[0]?.includes(':') ? send(command, options) : Promise.reject(NO_RIGHTS),
      });
      refresh('token-2');
      attempt({ at: instant(clock.now() - 300) });
      attempt({ at: instant(clock.now() - 100), on: 0, run: 'run-2' });
      const call = reader.call(accepting('token-3'), isRejected);
      await clock.advance(100);
      refresh('token-3');
      expect(await within(3, call)).toBe('served token-3');
    }
  });

  it('where SSM fails at once when it is asked for the first time', async () => {
    const { reader, store, refresh, clock, within } = await reporting();
    store.fault = SSM_DOWN;
    const call = reader.call(accepting('token-2'), isRejected);
    await clock.advance(500);
    store.fault = undefined;
    refresh('token-2');
    expect(await within(2, call)).toBe('served token-2');
  });

  it('however often it is replaced meanwhile', async () => {
    const { reader, attempt, refresh, clock, within } = await reporting();
    let stored = 1;
    const request = async (token: string) => {
      await clock.sleep(10);
      if (stored < 6) {
        stored += 1;
        const at = instant(clock.now());
        attempt({ at });
        refresh(`token-${stored}`, 4 * HOUR, { attemptAt: at });
      }
      return await accepting('token-6')(token);
    };
    expect(await within(10, reader.call(request, isRejected))).toBe('served token-6');
  });
});

describe('a token that is rejected again and again', () => {
  /** How often token and last attempt are read by one more rejected call, the token being reported already. */
  async function oneMore(arrange: (scene: Awaited<ReturnType<typeof reporting>>) => void) {
    const scene = await reporting();
    const { reader, store, clock, within } = scene;
    await within(2, reader.call(rejecting, isRejected));
    await clock.advance(10_000);
    arrange(scene);
    const [reads, attemptReads] = [store.readsAt.length, store.attemptReadsAt.length];
    await within(3, reader.call(rejecting, isRejected));
    return [store.readsAt.length - reads, store.attemptReadsAt.length - attemptReads];
  }

  it('is looked for once where no other is on its way', async () => {
    expect(await oneMore(() => {})).toEqual([1, 1]);
    const outcome = { code: 'ENDPOINT_UNAVAILABLE', at: ATTEMPT.at };
    expect(await oneMore(({ attempt, clock }) => attempt({ at: instant(clock.now()), outcome }))).toEqual([1, 1]);
    const died = ({ attempt, clock }: Awaited<ReturnType<typeof reporting>>) =>
      attempt({ at: instant(clock.now() - 61_000) });
    expect(await oneMore(died)).toEqual([1, 1]);
  });

  it('is looked for twice where it is another one than before', async () => {
    const { reader, store, refresh, clock, within } = await reporting();
    await within(2, reader.call(rejecting, isRejected));
    refresh('token-2');
    await within(2, reader.call(rejecting, isRejected));
    await clock.advance(10_000);
    const reads = store.readsAt.length;
    expect(await within(3, reader.call(rejecting, isRejected))).toBe('rejected token-2');
    expect(store.readsAt.length - reads).toBe(2);
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

  it('is looked for twice while another one may be stored, or where nobody can say', async () => {
    expect(await oneMore(({ attempt, clock }) => attempt({ at: instant(clock.now()) }))).toEqual([2, 1]);
    expect(await oneMore(({ store }) => Object.assign(store, { attemptFault: NO_RIGHTS }))).toEqual([2, 1]);
    expect(await oneMore(({ store }) => store.put(ATTEMPT_NAME, '{"format":2}'))).toEqual([2, 1]);
  });

  it('is known to be the last one by the attempt that got it', async () => {
    const { reader, store, attempt, refresh, clock, within } = await reporting();
    const at = instant(clock.now());
    attempt({ at });
    refresh('token-2', 4 * HOUR, { attemptAt: at });
    // Without a wait for another one, and without a report of what has just been stored.
    expect(await within(0, reader.call(rejecting, isRejected))).toBe('rejected token-2');
    expect(store.written).toEqual([]);
    await within(3, reader.call(rejecting, isRejected));
    expect(store.written).toMatchObject([{ Value: '3' }]);
    const [reads, attemptReads] = [store.readsAt.length, store.attemptReadsAt.length];
    await within(2, reader.call(rejecting, isRejected));
    expect([store.readsAt.length - reads, store.attemptReadsAt.length - attemptReads]).toEqual([1, 1]);
  });
});

describe('a rejected call beside an SSM in trouble', () => {
  it('waits for one time-out in half a minute at the most', async () => {
    const { reader, store, clock } = await reporting();
    store.fault = 'hang';
    const waits: number[] = [];
    const begunAt = clock.now();
    const calling = async () => {
      while (clock.now() - begunAt < 90_000) {
        const calledAt = clock.now();
        expect(await reader.call(rejecting, isRejected)).toBe('rejected token-1');
        waits.push(clock.now() - calledAt);
        await clock.sleep(500);
      }
    };
    const called = calling();
    await clock.advance(120_000);
    await called;
    expect(Math.max(...waits)).toBe(5000);
    expect(waits.filter((wait) => wait > 0).length).toBeLessThanOrEqual(3);
    expect(waits.length).toBeGreaterThan(100);
  });

  it('gives up as soon where the client gives up by itself after seconds', async () => {
    const { refresh, store, clock } = setUp();
    refresh('token-1');
    let isDown = false;
    const client: ParameterClient = {
      async send(command: unknown, options: { abortSignal: AbortSignal }) {
        if (!(command instanceof GetParametersCommand)) throw new Error('expected a read');
        if (!isDown) return await store.send(command, options);
        await clock.sleep(3000);
        throw SSM_DOWN;
      },
    };
    const reader = createTokenReader({ parameterName: TOKEN, client, clock });
    const first = reader.get();
    await clock.advance(10_000);
    await first;
    isDown = true;
    const begunAt = clock.now();
    let endedAt = 0;
    const calls = (async () => {
      for (let call = 0; call < 5; call += 1) await reader.call(rejecting, isRejected);
      endedAt = clock.now();
    })();
    await clock.advance(20_000);
    await calls;
    expect(endedAt - begunAt).toBe(3000);
  });

  it('keeps the answer of a request whose token was in its last minute', async () => {
    const { reader, refresh, clock, within } = setUp();
    refresh('token-1', 61);
    const slow = async (token: string) => {
      await clock.sleep(2000);
      return `rejected ${token}`;
    };
    expect(await within(6, reader.call(slow, isRejected))).toBe('rejected token-1');
  });
});
