import { expect, it } from 'vitest';
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
