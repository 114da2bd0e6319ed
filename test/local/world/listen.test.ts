import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type Listening, listen } from '../../../local/world/listen.ts';

let server: Listening;
let served = 0;

beforeAll(async () => {
  server = await listen(0, (_, response) => {
    served += 1;
    response.end();
  });
});
beforeEach(() => {
  served = 0;
});
afterAll(() => server.close());

/** The first line of the answer to a request with these very header lines. */
async function statusLine(version: string, ...headers: readonly string[]): Promise<string> {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  await once(socket, 'connect');
  socket.write(`${[`GET / HTTP/${version}`, ...headers, 'Connection: close'].join('\r\n')}\r\n\r\n`);
  return (await text(socket)).split('\r\n')[0] ?? '';
}

it.each([
  'rebound.example',
  '127.0.0.1.example:4780',
  'a@localhost',
  'localhost, rebound.example',
  'localhost.',
  '',
  // Nothing listens on IPv6.
  '[::1]:4780',
])('refuses the Host "%s", under which a page in a browser could reach a local port', async (host) => {
  expect(await statusLine('1.1', `Host: ${host}`)).toBe('HTTP/1.1 403 Forbidden');
  expect(served).toBe(0);
});

it.each(['127.0.0.1', 'LOCALHOST:4780'])('answers under the local name %s', async (host) => {
  expect(await statusLine('1.1', `Host: ${host}`)).toBe('HTTP/1.1 200 OK');
});

it('listens at no other address, so that nobody but this machine can connect at all', async () => {
  await expect(once(connect(Number(new URL(server.url).port), '::1'), 'connect')).rejects.toThrow();
});

it.each(['1.1', '1.0'])('refuses a request without a Host in HTTP/%s', async (version) => {
  expect(await statusLine(version)).toMatch(/ 40[03] /);
  expect(served).toBe(0);
});
