import { expect, it } from 'vitest';
import { worlds } from '../world.ts';

const newWorld = worlds();

it('a token and its status are Standard parameters, also where the default of the account is another tier', async () => {
  const { tick, aws, parameterName } = await newWorld();
  aws.parameters.settings.defaultTier = 'Advanced';

  await tick();

  const tiers = [parameterName, `${parameterName}/status`].map((name) => aws.parameters.parameter(name)?.tier);
  expect(tiers).toEqual(['Standard', 'Standard']);
});
