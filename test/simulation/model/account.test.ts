import { expect, it } from 'vitest';
import { pageWorld } from '../../local/page/page-world.ts';
import { recordAccount } from './account.ts';

it('distinguishes who wrote a parameter, and knows when it was deleted', () => {
  const world = pageWorld(0);
  const account = recordAccount(world);
  const input = { Name: '/t', Value: 'v', Type: 'SecureString', Overwrite: true };

  world.aws.services.perform('PutParameter', input, new Date(0));
  account.overwriteParameter('/t', 'another', 'SecureString');
  account.deleteParameter('/t');
  account.deleteParameter('/t');

  expect(account.changes).toMatchObject([
    { name: '/t', value: 'v', isOwn: true },
    { name: '/t', value: 'another', isOwn: false },
    { name: '/t', value: undefined, isOwn: false },
    { name: '/t', value: undefined, isOwn: false },
  ]);
});
