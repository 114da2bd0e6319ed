import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createTokenReader } from '../lambda/reader/token-reader.ts';
import { type Listening, listen } from '../local/world/listen.ts';
import { worlds } from './refresher/world.ts';

const { name, version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

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
  expect([...agents.keys()].toSorted()).toEqual([
    'AmazonSSM.GetParameters',
    'AmazonSSM.PutParameter',
    'secretsmanager.GetSecretValue',
  ]);
  for (const agent of agents.values()) expect(agent).toMatch(new RegExp(` ${name}/${version}(?: |$)`));

  agents.clear();
  await createTokenReader({ parameterName }).get();
  expect([...agents]).toEqual([
    ['AmazonSSM.GetParameters', expect.stringMatching(new RegExp(` ${name}/${version}(?: |$)`))],
  ]);
});
