import { describe, expect, it } from 'vitest';
import { worlds } from './world.ts';

const newWorld = worlds();

describe('reading ahead of the first event', () => {
  it.each([
    ['spares the tick its own reads when the event follows at once', 0, 2],
    ['does not decide on what it read long before the event', 10_000, 4],
  ])('%s', async (_, prefetchMs, reads) => {
    const { tick, aws } = await newWorld();
    const from = aws.calls.length;
    expect(await tick({}, { prefetchMs })).toMatchObject({ outcome: 'refreshed' });
    expect(aws.calls.slice(from).filter(({ operation }) => /^Get/.test(operation))).toHaveLength(reads);
  });

  it.each(['GetSecretValue', 'GetParameters'])('lets the tick try for itself when %s fails', async (operation) => {
    const { tick, fail } = await newWorld();
    fail(operation, { type: 'AccessDeniedException' }, { times: 1 });
    expect(await tick({}, { prefetchMs: 0 })).toMatchObject({ outcome: 'refreshed' });
  });
});
