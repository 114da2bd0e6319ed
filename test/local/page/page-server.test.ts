import { once } from 'node:events';
import { type IncomingMessage, type RequestOptions, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ServedPage, servePage, worldStart } from '../../../local/page/serve-page.ts';
import type { VirtualWorld } from '../../../local/world/virtual-world.ts';
import { ENV, pageWorld } from './page-world.ts';

let world: VirtualWorld;
let page: ServedPage;
const stop = new AbortController();

beforeAll(async () => {
  const start = worldStart(14_400, 900);
  world = pageWorld(start);
  page = await servePage({ world, env: ENV, port: 0, onTick: () => {}, onPace: () => {} });
  void page.run(stop.signal);
});
afterAll(async () => {
  stop.abort();
  await page.close();
});

type Sent = Omit<RequestOptions, 'path'> & { readonly path?: string; readonly body?: string };

async function send(url: string, { path = '/', body = '', ...options }: Sent = {}): Promise<IncomingMessage> {
  const [answer] = await once(request(new URL(path, url), options).end(body), 'response');
  return answer;
}

async function keyOf(url: string): Promise<string> {
  return /name="key" content="([^"]+)"/.exec(await text(await send(url)))?.[1] ?? '';
}

/** A command as the page itself sends it, unless something is said otherwise. */
async function command(url: string, order: object, headers: Readonly<Record<string, string>> = {}, path = '/press') {
  const own = { 'Content-Type': 'application/json', Origin: new URL(url).origin, 'X-Page-Key': await keyOf(url) };
  const sent = { path, method: 'POST', headers: { ...own, ...headers }, body: JSON.stringify(order) };
  const answer = await send(url, sent);
  answer.resume();
  return answer.statusCode;
}

/** What the server has sent once this is among it. */
async function sentUntil(url: string, isEnough: (sent: string) => boolean): Promise<string> {
  const answer = await send(url, { path: '/events' });
  let sent = '';
  for await (const chunk of answer) {
    sent += chunk;
    if (isEnough(sent)) break;
  }
  return sent;
}

it('has no past that would take minutes to play, however long the tokens live', () => {
  expect(Date.now() - worldStart(365 * 86_400, 900)).toBeLessThan(11 * 86_400_000);
});

it('is one page without a script or a style of its own, which may load nothing from elsewhere', async () => {
  const answer = await send(page.url);
  const html = await text(answer);
  const policy = String(answer.headers['content-security-policy']);

  expect(policy).toMatch(/^default-src 'none'; /);
  expect(policy).not.toMatch(/unsafe|\*|http|data:/);
  expect(html).not.toMatch(/<script(?![^>]*\ssrc="\/)|<style|\sstyle=|\son\w+=/);
  expect([...html.matchAll(/\s(?:src|href)="([^"]*)"/g)].filter(([, to = '']) => !/^(\/\w|#)/.test(to))).toEqual([]);
});

it('carries out what its own page sends', async () => {
  expect(await command(page.url, { button: 'refresh-now' })).toBe(204);
  await sentUntil(page.url, (sent) => sent.includes('a person asked for it'));
  expect(await command(page.url, { pace: 10 }, {}, '/pace')).toBe(204);
  await sentUntil(page.url, (sent) => sent.includes('"pace":10,'));
  expect(await command(page.url, { pace: 1 }, {}, '/pace')).toBe(204);
});

it.each([
  ['another origin', { Origin: 'http://evil.example' }],
  ['another port of this machine', { Origin: 'http://127.0.0.1:3000' }],
  ['no page at all', { Origin: 'null' }],
  ['a form', { 'Content-Type': 'text/plain' }],
  ['a page of an earlier start', { 'X-Page-Key': 'A'.repeat(32) }],
  ['a page without a key', { 'X-Page-Key': '' }],
  ['a name that another page has in the DNS', { Host: 'rebound.example' }],
])('refuses a command from %s', async (_, headers) => {
  expect(await command(page.url, { button: 'service-down' }, headers)).toBeGreaterThanOrEqual(400);
  expect(world.vendor.fault).toBeUndefined();
});

it.each([{ button: 'toString' }, { button: 7 }, { pace: 61 }, { pace: '60' }, [], 'x'.repeat(2000)])(
  'refuses %j, which is no command',
  async (order) => {
    for (const path of ['/press', '/pace', '/other'])
      expect(await command(page.url, order as object, {}, path)).toBe(400);
  },
);
