import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';
import { expect, it, onTestFinished } from 'vitest';
import { createTokenReader } from '../lambda/reader/token-reader.ts';
import manifest from '../package.json' with { type: 'json' };
import { worlds } from './refresher/world.ts';

const world = worlds();
const REQUEST = 'http.client.request.start';

it('every call to AWS tells CloudTrail that this package made it, and in which version', async () => {
  const { tick, parameterName } = await world();
  const agents = new Map<unknown, unknown>();
  const witness = (message: unknown) => {
    const { request } = message as { readonly request: ClientRequest };
    if (request.hasHeader('x-amz-target'))
      agents.set(request.getHeader('x-amz-target'), request.getHeader('user-agent'));
  };
  subscribe(REQUEST, witness);
  onTestFinished(() => void unsubscribe(REQUEST, witness));
  await tick();
  const ours = expect.stringMatching(new RegExp(` ${manifest.name}/${manifest.version}(?: |$)`));
  const calls = ['AmazonSSM.GetParameters', 'secretsmanager.GetSecretValue', 'AmazonSSM.PutParameter'];
  expect(Object.fromEntries(agents)).toEqual(Object.fromEntries(calls.map((call) => [call, ours])));

  agents.clear();
  await createTokenReader({ parameterName }).get();
  expect([...agents]).toEqual([['AmazonSSM.GetParameters', ours]]);
});
