import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Listening, listen } from '../../../local/world/listen.ts';

let server: Listening;
beforeAll(async () => {
  server = await listen(0, (_, response) => void response.end('served'));
});
afterAll(() => server.close());

/** The answer to a request with these very header lines. */
async function answer(version: string, ...headers: readonly string[]): Promise<string> {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  await once(socket, 'connect');
  socket.write(`${[`GET / HTTP/${version}`, ...headers, 'Connection: close'].join('\r\n')}\r\n\r\n`);
  return await text(socket);
}

const OTHER_NAMES = ['rebound.example', '127.0.0.1.example:4780', 'a@localhost', 'localhost, rebound.example'];

// Nothing listens on IPv6.
it.each([...OTHER_NAMES, 'localhost.', '', '[::1]:4780'])(
  'refuses the Host "%s", under which a page in a browser could reach a local port',
  async (host) => {
    expect(await answer('1.1', `Host: ${host}`)).toMatch(/^HTTP\/1.1 403 Forbidden(?!.*served)/s);
  },
);

it.each(['127.0.0.1', 'LOCALHOST:4780'])('answers under the local name %s', async (host) => {
  expect(await answer('1.1', `Host: ${host}`)).toMatch(/^HTTP\/1.1 200 OK.*served/s);
});

it('listens at no other address, so that nobody but this machine can connect at all', async () => {
  await expect(once(connect(Number(new URL(server.url).port), '::1'), 'connect')).rejects.toThrow();
});

it.each(['1.1', '1.0'])('refuses a request without a Host in HTTP/%s', async (version) => {
  expect(await answer(version)).toMatch(/^HTTP\/1.1 40[03] (?!.*served)/s);
});
