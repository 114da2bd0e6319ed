import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type LocalAws, startLocalAws } from '../../../local/world/aws/aws-server.ts';
import { type SoapEndpoint, startSoapEndpoint } from '../../../local/world/soap/soap-endpoint.ts';

const CREDENTIALS = { username: 'erin', password: 'right', client_id: 'client', client_secret: 'client-secret' };

let aws: LocalAws;
let soap: SoapEndpoint;

beforeAll(async () => {
  aws = await startLocalAws();
  soap = await startSoapEndpoint({ credentials: CREDENTIALS });
});
afterAll(() => Promise.all([aws.close(), soap.close()]));

/** The first line of the answer to a request with these very header lines. */
async function statusLine(url: string, ...headers: readonly string[]): Promise<string> {
  return answerTo(url, '1.1', headers);
}

async function answerTo(url: string, version: string, headers: readonly string[]): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  await once(socket, 'connect');
  socket.write(
    `POST / HTTP/${version}\r\n${headers.map((line) => `${line}\r\n`).join('')}Connection: close\r\nContent-Length: 2\r\n\r\n{}`,
  );
  return (await text(socket)).split('\r\n')[0] ?? '';
}

it.each([
  'rebound.example',
  '127.0.0.1.example:4780',
  'localhost.example',
  '0.0.0.0',
  '169.254.169.254',
  '',
  'a@localhost',
  'localhost, rebound.example',
  'localhost.',
  // Nothing listens on IPv6.
  '[::1]',
  '[::1]:4780',
  '[::ffff:127.0.0.1]',
])('refuses the Host "%s", under which a page in a browser could reach a local port', async (host) => {
  for (const { url } of [aws, soap]) {
    expect(await statusLine(url, `Host: ${host}`)).toBe('HTTP/1.1 403 Forbidden');
  }
  expect([...aws.calls, ...soap.calls]).toEqual([]);
});

it.each(['127.0.0.1', 'localhost', 'LOCALHOST:4780', '127.0.0.1:1'])(
  'answers under the local name %s',
  async (host) => {
    for (const { url } of [aws, soap]) {
      expect(await statusLine(url, `Host: ${host}`)).not.toContain('403');
      // Nobody but this machine can connect at all.
      expect(new URL(url).hostname).toBe('127.0.0.1');
    }
  },
);

it.each(['1.1', '1.0'])('refuses a request without a Host in HTTP/%s', async (version) => {
  for (const { url } of [aws, soap]) expect(await answerTo(url, version, [])).toMatch(/ 40[03] /);
  expect(soap.calls.filter(({ operation }) => operation !== '')).toEqual([]);
  expect(aws.calls.filter(({ operation }) => operation !== '')).toEqual([]);
});
