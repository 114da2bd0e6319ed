import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createTokenReader } from '../lambda/reader/token-reader.ts';
import { type Listening, listen } from '../local/world/listen.ts';
import manifest from '../package.json' with { type: 'json' };
import { worlds } from './refresher/world.ts';

const world = worlds();
const agents = new Map<string, string>();
let witness: Listening;

/** Stands in front of the local AWS and writes down who asks. */
beforeAll(async () => {
  const aws = `${process.env.AWS_ENDPOINT_URL}`;
  witness = await listen(0, async (request, response) => {
    const target = String(request.headers['x-amz-target']);
    agents.set(target, String(request.headers['user-agent']));
    const headers = { 'x-amz-target': target, 'content-type': String(request.headers['content-type']) };
    const answer = await fetch(aws, { method: 'POST', headers, body: await text(request) });
    response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.1' }).end(await answer.text());
  });
  vi.stubEnv('AWS_ENDPOINT_URL', witness.url);
});
afterAll(() => witness.close());

it('every call to AWS tells CloudTrail that this package made it, and in which version', async () => {
  const { tick, parameterName } = await world();
  await tick();
  const ours = expect.stringMatching(new RegExp(` ${manifest.name}/${manifest.version}(?: |$)`));
  const calls = ['AmazonSSM.GetParameters', 'secretsmanager.GetSecretValue', 'AmazonSSM.PutParameter'];
  expect(Object.fromEntries(agents)).toEqual(Object.fromEntries(calls.map((call) => [call, ours])));

  agents.clear();
  await createTokenReader({ parameterName }).get();
  expect([...agents]).toEqual([['AmazonSSM.GetParameters', ours]]);
});
