import { GetParametersCommand } from '@aws-sdk/client-ssm';
import { describe, expect, it, vi } from 'vitest';
import { rejectionReporter } from '../../lambda/reader/rejection-report.ts';
import type { ParameterClient } from '../../lambda/reader/stored-token.ts';
import { createTokenReader } from '../../lambda/reader/token-reader.ts';
import { encodeStatus } from '../../lambda/token-status.ts';
import { VirtualClock } from '../../local/world/time/virtual-clock.ts';
import { ATTEMPT, HOUR, START, STATUS, setUp, TOKEN } from './scene.ts';
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
  ])('that %s never fails the call, is told, and is left alone for half a minute', async (_, fault) => {
    const told = vi.fn(() => {
      throw new Error('a fault of the owner');
    });
    const { reader, store, clock, within } = await reporting({ onReportFailed: told });
    store.reportFault = fault;
    expect(await within(7, reader.call(rejecting, isRejected))).toBe('rejected token-1');
    expect(await within(1, reader.call(rejecting, isRejected))).toBe('rejected token-1');
    expect(told).toHaveBeenCalledTimes(1);
    store.reportFault = undefined;
    await clock.advance(30_000);
    await within(2, reader.call(rejecting, isRejected));
    expect(store.written).toMatchObject([{ Value: '2' }]);
  });
});

describe('a token that is being replaced', () => {
  it('is looked for once more, a second later', async () => {
    const { reader, store, refresh, clock, within } = await reporting();
    refresh('token-2', 4 * HOUR, { attempt: { ...ATTEMPT, at: new Date(clock.now()).toISOString() } });
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
    let record = {};
    const replace = async (token: string) => {
      const at = new Date(clock.now()).toISOString();
      store.put(STATUS, encodeStatus({ ...record, attempt: { ...ATTEMPT, at } }));
      await clock.sleep(200);
      valid.clear();
      valid.add(token);
      await clock.sleep(60);
      const version = store.put(TOKEN, token);
      await clock.sleep(30);
      record = {
        token: {
          version,
          issuedAt: at,
          expiresAt: new Date(clock.now() + 4 * HOUR * 1000).toISOString(),
          lifetimeAssumed: false,
          fingerprint: 'sha256:0',
          secretVersionId: 's',
          configuration: 'sha256:c',
        },
      };
      store.put(STATUS, encodeStatus(record));
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
