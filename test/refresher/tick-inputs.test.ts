import { describe, expect, it } from 'vitest';
import { worlds } from './world.ts';

const newWorld = worlds();
const READS = /^Get/;

describe('reading ahead of the first event', () => {
  it('spares the tick its own reads when the event follows at once', async () => {
    const { tick, aws, secretId, parameterName } = await newWorld();
    const from = aws.calls.length;
    expect(await tick({}, { prefetchMs: 0 })).toMatchObject({ outcome: 'refreshed' });
    const reads = aws.calls.slice(from).filter(({ operation }) => READS.test(operation));
    expect(reads.map(({ input }) => input)).toEqual(
      expect.arrayContaining([
        { SecretId: secretId },
        {
          Names: ['', '/status', '/attempt', '/rejected'].map((end) => parameterName + end),
          WithDecryption: false,
        },
      ]),
    );
    expect(reads).toHaveLength(2);
  });

  it('does not decide on what it read long before the event', async () => {
    const { tick, aws } = await newWorld();
    const from = aws.calls.length;
    expect(await tick({}, { prefetchMs: 10_000 })).toMatchObject({ outcome: 'refreshed' });
    expect(aws.calls.slice(from).filter(({ operation }) => READS.test(operation))).toHaveLength(4);
  });

  it.each(['GetSecretValue', 'GetParameters'])('lets the tick try for itself when %s fails', async (operation) => {
    const { tick, fail } = await newWorld();
    fail(operation, { type: 'AccessDeniedException' }, { times: 1 });
    expect(await tick({}, { prefetchMs: 0 })).toMatchObject({ outcome: 'refreshed' });
  });
});
