import { expect, it } from 'vitest';
import { worlds } from '../world.ts';

const newWorld = worlds();

it('a token and its records are Standard parameters, also where the default of the account is another tier', async () => {
  const { tick, aws, parameterName } = await newWorld();
  aws.parameters.settings.defaultTier = 'Advanced';

  await tick();

  const names = [parameterName, `${parameterName}/status`, `${parameterName}/attempt`];
  const tiers = names.map((name) => aws.parameters.parameter(name)?.tier);
  expect(tiers).toEqual(['Standard', 'Standard', 'Standard']);
});
