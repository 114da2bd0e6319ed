import { randomBytes, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { parseJsonObject } from '../../lambda/parse-json.ts';
import { isButton } from './buttons.ts';
import type { PacedClock } from './paced-clock.ts';
import type { TickView } from './snapshot.ts';
import type { TokenLife } from './token-life.ts';

/** At real time, little changes in between. */
const SLOW_MS = 500;
const MAX_POST_LENGTH = 1024;

const HEADERS = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'Cache-Control': 'no-store',
};

/**
 * The page that shows a token's life, behind whatever server listens on this machine: its files, what happens (server-sent
 * events), and its commands. A command must be JSON, come from the page's own origin
 * and carry the key that this start has put into the page: no other page in the browser can send one.
 */
export async function createPage(life: TokenLife, time: PacedClock) {
  const key = randomBytes(24).toString('base64url');
  const start = randomBytes(8).toString('hex');
  const content = await readContent(key);
  const browsers = new Set<ServerResponse>();
  let shownAt = Number.NEGATIVE_INFINITY;

  function send(event: string): void {
    for (const browser of browsers) browser.write(event);
  }

  function state(): string {
    shownAt = performance.now();
    return sse('state', life.snapshot(time.pace()));
  }

  function showState(): void {
    if (browsers.size > 0) send(state());
  }

  function follow(response: ServerResponse): void {
    // Not in chunks, each of which would be three writes: what has no end ends with its connection.
    response.removeHeader('Transfer-Encoding');
    response.writeHead(200, { ...HEADERS, 'Content-Type': 'text/event-stream', Connection: 'close' });
    // Another start has another key: a page that was loaded before must be loaded again.
    response.write(sse('start', start) + sse('ticks', life.ticks) + state());
    browsers.add(response);
    response.on('close', () => browsers.delete(response));
  }

  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const refusal = refusedPost(request, key);
    if (refusal !== undefined) return answer(response, ...refusal);
    const order = parseJsonObject(await limitedText(request));
    const pace = life.paces.find((one) => one === order?.pace);
    if (request.url === '/pace' && pace !== undefined) time.setPace(pace);
    else if (request.url === '/press' && isButton(order?.button)) life.press(order.button);
    else {
      return answer(response, 400, 'There is no such button or pace here.');
    }
    response.writeHead(204, HEADERS).end();
    showState();
  }

  return {
    handle(request: IncomingMessage, response: ServerResponse): void {
      const found = content.get(request.url ?? '');
      if (request.method === 'POST') take(request, response).catch(() => answer(response, 400, 'This is no command.'));
      else if (request.method !== 'GET') answer(response, 405, 'GET or POST.');
      else if (request.url === '/events') follow(response);
      else if (found === undefined) answer(response, 404, 'There is nothing here.');
      else response.writeHead(200, { ...HEADERS, 'Content-Type': found.type }).end(found.text);
    },
    /** Sends a tick to every browser that shows the page. */
    showTick: (view: TickView): void => send(sse('ticks', [view])),
    /** Sends how things are. */
    showState,
    /** The same, where the last time is long enough ago for a person to notice. */
    showStep(): void {
      if (time.pace() > 1 || performance.now() - shownAt >= SLOW_MS) showState();
    },
  };
}

/** The page's files; its script is TypeScript, made one file here. */
async function readContent(
  key: string,
): Promise<ReadonlyMap<string, { readonly type: string; readonly text: string }>> {
  const path = (name: string) => fileURLToPath(new URL(`browser/${name}`, import.meta.url));
  const read = (name: string) => readFile(path(name), 'utf8');
  const asked = { bundle: true, format: 'esm', target: 'es2022', write: false } as const;
  const script = await build({ entryPoints: [path('page.ts')], ...asked });
  return new Map([
    ['/', { type: 'text/html; charset=utf-8', text: (await read('index.html')).replace('{{KEY}}', key) }],
    ['/page.css', { type: 'text/css; charset=utf-8', text: await read('page.css') }],
    ['/page.js', { type: 'text/javascript; charset=utf-8', text: script.outputFiles[0]?.text ?? '' }],
    ['/icon.svg', { type: 'image/svg+xml', text: await read('icon.svg') }],
  ]);
}

function refusedPost({ headers, socket }: IncomingMessage, key: string): [number, string] | undefined {
  if (headers['content-type'] !== 'application/json') return [415, 'Commands are application/json.'];
  const own = [`http://127.0.0.1:${socket.localPort}`, `http://localhost:${socket.localPort}`];
  if (!own.includes(headers.origin ?? '')) return [403, 'Commands come from the page itself.'];
  const given = Buffer.from(String(headers['x-page-key']));
  const right = Buffer.from(key);
  const isRight = given.length === right.length && timingSafeEqual(given, right);
  return isRight ? undefined : [403, 'The command was started anew: load the page again.'];
}

async function limitedText(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) {
    text += chunk;
    if (text.length > MAX_POST_LENGTH) throw new RangeError('too large');
  }
  return text;
}

function answer(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { ...HEADERS, 'Content-Type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
}

function sse(event: string, data: unknown): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
