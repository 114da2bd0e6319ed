import { setTimeout as sleep } from 'node:timers/promises';
import { SSMClient } from '@aws-sdk/client-ssm';
import { expect, it } from 'vitest';
import { createHandler } from '../../examples/downstream/get-e-invoice.ts';
import { createTokenReader, TokenReadError, type TokenReader } from '../../lambda/reader/token-reader.ts';
import { worlds } from '../refresher/world.ts';

const newWorld = worlds();

/** The reader's seconds are a tenth of real ones, so that its pauses do not hold up the test. */
const HURRY = 10;
const READERS = 4;
const CALLERS_EACH = 5;
const REFRESHES = 6;

/** Real handler, real reader, real sockets; the orders of events that chance does not bring are in races.test.ts. */
it('readers beside a refresher: no call ends with a rejected token while a valid one is stored', async () => {
  const { tick, soap, aws, parameterName, storedToken } = await newWorld({ issuing: 'new-revoking-old' });
  await tick();

  const startedAt = Date.now();
  const clock = {
    now: () => startedAt + (Date.now() - startedAt) * HURRY,
    sleep: (ms: number) => sleep(ms / HURRY),
    timeout: (ms: number) => AbortSignal.timeout(ms),
  };
  let faults = 0;
  // Every seventh read fails in the middle of everything, and the SDK may not hide it by trying again.
  let reads = 0;
  aws.faults = (operation, input) => {
    if (operation !== 'GetParameters' || input.WithDecryption !== true) return undefined;
    reads += 1;
    if (reads % 7 !== 0) return undefined;
    faults += 1;
    return faults % 2 === 0 ? 'reset' : { type: 'ThrottlingException', message: 'Rate exceeded', status: 400 };
  };

  let isOver = false;
  let served = 0;
  let repeated = 0;
  const isValid = (token: string | undefined) => soap.issuedTokens.some((one) => one.token === token && !one.revoked);

  async function calling(tokens: TokenReader): Promise<void> {
    let sent: string[] = [];
    let storedAtRejection: string | undefined;
    let faultsAtRejection = 0;
    const watched: TokenReader = {
      get: tokens.get,
      call: (request, isRejected) =>
        tokens.call(
          (token) => {
            sent.push(token);
            return request(token);
          },
          async (answer) => {
            const rejected = await isRejected(answer);
            if (rejected) [storedAtRejection, faultsAtRejection] = [storedToken(), faults];
            return rejected;
          },
        ),
    };
    const handler = createHandler({ E_INVOICE_ENDPOINT: soap.url }, watched);
    while (!isOver) {
      sent = [];
      try {
        const invoice = await handler({ userGstin: '05AAAPG7885R002', irn: 'a'.repeat(64) });
        expect(invoice).toMatchObject({ Status: 'ACT' });
        served += 1;
        if (sent.length > 1) repeated += 1;
      } catch (error) {
        // Where the token that it had was rejected before, SSM may be down when it is asked for another.
        if (!(error instanceof TokenReadError && error.code === 'READ_FAILED')) {
          expect(error).toMatchObject({ message: expect.stringContaining('invalid_token') });
          // Its replacement was not stored yet, or was replaced itself, or SSM was down when it was asked.
          expect(isValid(storedAtRejection) && faults === faultsAtRejection).toBe(false);
        }
      }
      await sleep(5);
    }
  }

  const client = () => new SSMClient({ maxAttempts: 1 });
  const readers = Array.from({ length: READERS }, () => createTokenReader({ parameterName, client: client(), clock }));
  const callers = Promise.all(
    readers.flatMap((tokens) => Array.from({ length: CALLERS_EACH }, () => calling(tokens))),
  ).finally(() => {
    isOver = true;
  });
  const refreshing = async () => {
    for (let count = 0; count < REFRESHES && !isOver; count += 1) {
      await sleep(200);
      await tick({ force: true });
    }
    await sleep(200);
    isOver = true;
  };
  await Promise.all([refreshing(), callers]);

  expect(soap.issuedTokens).toHaveLength(REFRESHES + 1);
  expect(faults).toBeGreaterThan(0);
  expect(repeated).toBeGreaterThan(0);
  expect(served).toBeGreaterThan(READERS * CALLERS_EACH);
  // A first read, and later at most one a second, for nothing but a rejection or a failure makes a reader ask again so soon.
  const secondsPassed = (clock.now() - startedAt) / 1000;
  expect(reads).toBeLessThanOrEqual(READERS * (secondsPassed + 1));
});
