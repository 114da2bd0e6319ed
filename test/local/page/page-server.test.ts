import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLocalWorld, type LocalWorld, worldStart } from '../../../local/page/local-world.ts';
import { type ServedPage, servePage } from '../../../local/page/serve-page.ts';

const CREDENTIALS = { username: 'erin', password: 'S3CR3T-password', client_id: 'S3CR3T-id', client_secret: 'S3CR3T' };
const ENV = {
  CREDENTIALS_SECRET_ID: 'local/credentials',
  TOKEN_ENDPOINT: 'http://127.0.0.1:4781/api',
  TOKEN_PARAMETER_NAME: '/local/access-token',
  REFRESH_EVERY_SECONDS: '7200',
  CHECK_EVERY_SECONDS: '900',
  TOKEN_LIFETIME_SECONDS: '14400',
};

function newWorld(): LocalWorld {
  return createLocalWorld({
    start: worldStart(14_400, 900),
    secretId: ENV.CREDENTIALS_SECRET_ID,
    secretString: JSON.stringify(CREDENTIALS),
    credentials: CREDENTIALS,
    lifetimeSeconds: 14_400,
  });
}

let world: LocalWorld;
let page: ServedPage;
let onlooker: ServedPage;
const stop = new AbortController();

beforeAll(async () => {
  world = newWorld();
  page = await servePage({ world, env: ENV, isVirtual: true, port: 0 });
  onlooker = await servePage({ world: newWorld(), env: ENV, isVirtual: false, port: 0 });
  void page.run(stop.signal);
});
afterAll(async () => {
  stop.abort();
  await Promise.all([page.close(), onlooker.close()]);
});

interface Sent {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

async function send(
  url: string,
  { path = '/', method = 'GET', headers = {}, body = '' }: Sent,
): Promise<IncomingMessage> {
  const sent = request(new URL(path, url), { method, headers });
  sent.end(body);
  const [answer] = await once(sent, 'response');
  return answer;
}

async function keyOf(url: string): Promise<string> {
  return /name="key" content="([^"]+)"/.exec(await text(await send(url, {})))?.[1] ?? '';
}

/** A command as the page itself sends it, unless something is said otherwise. */
async function command(url: string, order: object, headers: Readonly<Record<string, string>> = {}, path = '/press') {
  const own = { 'Content-Type': 'application/json', Origin: new URL(url).origin, 'X-Page-Key': await keyOf(url) };
  const answer = await send(url, {
    path,
    method: 'POST',
    headers: { ...own, ...headers },
    body: JSON.stringify(order),
  });
  answer.resume();
  return answer.statusCode;
}

/** What the page is told until this has been told. */
async function toldUntil(url: string, isEnough: (told: string) => boolean): Promise<string> {
  const answer = await send(url, { path: '/events' });
  let told = '';
  for await (const chunk of answer) {
    told += chunk;
    if (isEnough(told)) break;
  }
  return told;
}

it('is one page without a script or a style of its own, which may load nothing from elsewhere', async () => {
  const answer = await send(page.url, {});
  const html = await text(answer);
  const policy = String(answer.headers['content-security-policy']);

  expect(policy).toMatch(/^default-src 'none'; /);
  expect(policy).not.toMatch(/unsafe|\*|http|data:/);
  expect(html).not.toMatch(/<script(?![^>]*\ssrc="\/)|<style|\sstyle=|\son\w+=/);
  expect([...html.matchAll(/\s(?:src|href)="([^"]*)"/g)].filter(([, to = '']) => !/^(\/\w|#)/.test(to))).toEqual([]);
});

it('carries out what its own page sends', async () => {
  expect(await command(page.url, { button: 'refresh-now' })).toBe(204);
  await toldUntil(page.url, (told) => told.includes('a person asked for it'));
  expect(await command(page.url, { pace: 10 }, {}, '/pace')).toBe(204);
  await toldUntil(page.url, (told) => told.includes('"pace":10,'));
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
  expect(world.vendor.disturbance).toBeUndefined();
});

it('shows nothing to a foreign Host', async () => {
  for (const path of ['/', '/events', '/page.js']) {
    expect((await send(page.url, { path, headers: { Host: 'rebound.example' } })).statusCode).toBe(403);
  }
});

it.each([{ button: 'toString' }, { button: 7 }, { pace: 61 }, { pace: '60' }, [], 'x'.repeat(2000)])(
  'refuses %j, which is no command',
  async (order) => {
    for (const path of ['/press', '/pace', '/other'])
      expect(await command(page.url, order as object, {}, path)).toBe(400);
  },
);

it('tells neither a token nor a secret', async () => {
  const told = await toldUntil(page.url, (text) => text.includes('event: state'));

  expect(told).toContain('"kind":"refreshed"');
  expect(told).not.toContain('S3CR3T');
  for (const { token } of world.vendor.service.issuedTokens) expect(told).not.toContain(token);
});

describe('beside a real service', () => {
  it('only looks on: no button, and time as it passes', async () => {
    expect(await command(onlooker.url, { button: 'service-down' })).toBe(400);
    expect(await command(onlooker.url, { pace: 600 }, {}, '/pace')).toBe(400);
    expect(await toldUntil(onlooker.url, (told) => told.includes('event: state'))).toContain('"isVirtual":false');
  });
});
