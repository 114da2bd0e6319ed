import { expect, it } from 'vitest';
import { createTokenStore } from '../../../lambda/refresher/adapters/parameter-store.ts';
import { worlds } from '../world.ts';

const newWorld = worlds();

it('a token and its records are written as Standard parameters, whatever the default of the account is', async () => {
  const { tick, aws, parameterName } = await newWorld();

  await tick();

  const tiers = aws.calls.flatMap(({ operation, input }) =>
    operation === 'PutParameter' ? [[input.Name, input.Tier]] : [],
  );
  expect(tiers).toEqual([
    [`${parameterName}/attempt`, 'Standard'],
    [parameterName, 'Standard'],
    [`${parameterName}/status`, 'Standard'],
  ]);
});

it('a token whose version SSM does not name counts as not stored', async () => {
  const time = { now: () => 0, sleep: async () => {}, timeout: () => new AbortController().signal, random: () => 0 };
  const ssm = { send: async () => ({ $metadata: {} }) };
  const store = createTokenStore(ssm, { tokenParameterName: '/a/token', tokenKmsKeyId: undefined }, time);
  const message = 'SSM stored /a/token but named no version';
  await expect(store.writeToken('token', 1000)).rejects.toMatchObject({ code: 'STORE_FAILED', message });
});
