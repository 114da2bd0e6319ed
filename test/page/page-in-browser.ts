/** `npm run test:page`: the page of `npm start -- --serve` in a real browser. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { after, before, describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { AxeResults } from 'axe-core';
import type { Browser, Page } from 'puppeteer-core';
import { servePage, worldStart } from '../../local/page/serve-page.ts';
import type { Button } from '../../local/page/snapshot.ts';
import { listen } from '../../local/world/listen.ts';
import type { VirtualWorld } from '../../local/world/virtual-world.ts';
import { ENV, pageWorld } from '../local/page/page-world.ts';
import { AXE, startChromium } from './chromium.ts';

const PATIENCE_MS = 60_000;
const path = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url));

let command: ChildProcess;
let stdout = '';
let url = '';
let browser: Browser;
let page: Page;
/** What must not be: errors in the console, and requests to another host. */
const complaints: string[] = [];

before(async () => {
  const started = spawn(process.execPath, [path('local/start/start.ts'), '--serve']);
  command = started;
  for (const output of [started.stdout, started.stderr]) output.on('data', (chunk) => (stdout += chunk));
  url = await until('npm start prints the address of the page', () => /in the browser\n +(\S+)/.exec(stdout)?.[1]);
  browser = await startChromium('--host-resolver-rules=MAP rebound.example 127.0.0.1');
  page = await browser.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warn') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== new URL(url).origin) complaints.push(`asked for ${request.url()}`);
  });
  await page.setViewport({ width: 1200, height: 900 });
  await page.goto(url);
  await until('the page has connected', async () => /All is well/.test(await words('#verdict-title')));
});

after(async () => {
  await browser?.close();
  command?.kill('SIGINT');
});

/** Another page, of a world that has been played up to now. */
async function showOf(world: VirtualWorld, env: Readonly<Record<string, string>>, test: TestContext): Promise<Page> {
  const served = await servePage({ world, env, port: 0, onTick: () => {}, onPace: () => {} });
  test.after(() => served.close());
  const other = await browser.newPage();
  test.after(() => other.close());
  await other.goto(served.url);
  return other;
}

/** Looks again and again. @returns the first answer that is one */
async function until<Answer>(what: string, look: () => Answer | Promise<Answer>): Promise<NonNullable<Answer>> {
  const end = Date.now() + PATIENCE_MS;
  while (Date.now() < end) {
    const answer = await look();
    if (answer) return answer;
    await sleep(50);
  }
  const shown = page === undefined ? stdout : await words('body').catch(() => stdout);
  throw new Error(`It never came: ${what}.\n${shown}`);
}

async function all(selector: string): Promise<readonly string[]> {
  return await page.$$eval(selector, (elements) =>
    elements.map((element) => element.textContent?.replaceAll(/\s+/g, ' ').trim() ?? ''),
  );
}

async function words(selector: string): Promise<string> {
  const [first = ''] = await all(selector);
  return first;
}

async function press(button: Button): Promise<void> {
  await page.click(`[data-button="${button}"]`);
}

async function setPace(pace: number): Promise<void> {
  await page.click(`[name="pace"][value="${pace}"]`);
}

const verdict = () => words('#verdict-title');
const buttonSays = (button: Button) => words(`[data-button="${button}"]`);
const alarm = async (name: string) => (await all('#alarms > li')).find((row) => row.startsWith(name)) ?? '';
const readers = async () => (await all('#readers > li')).join();
const chartLabel = () => page.$eval('#chart svg', (picture) => picture.getAttribute('aria-label') ?? '');
const firstLane = () =>
  page.$$eval('#chart .curve', (curves) => curves.map((one) => one.getAttribute('points')).join());

/** Forces a tick, as a person does. @returns what the page shows of the first tick since that did something */
async function refreshNow(): Promise<string> {
  const [newest] = await all('#log details summary');
  await press('refresh-now');
  return await until('a forced tick has ended', async () => {
    const shown = await all('#log details summary');
    return shown
      .slice(0, newest === undefined ? undefined : shown.indexOf(newest))
      .findLast((one) => !/left alone|held/.test(one));
  });
}

describe('the page of npm start -- --serve', { timeout: 4 * PATIENCE_MS }, () => {
  it('shows a past, a present and what comes next', async () => {
    assert.match(
      await chartLabel(),
      /Version \d+ lives for .+ Due at \d\d:\d\d, expires at \d\d:\d\d, a person is paged below 1 h 20 min/,
    );
    assert.match(await words('#chart'), /due \d\d:\d\d.*expires \d\d:\d\d|expires \d\d:\d\d.*due \d\d:\d\d/);
    assert.equal((await all('#alarms > li')).filter((row) => / OK, since/.test(row)).length, 4);
    assert.equal((await all('#readers > li')).filter((row) => /served with version/.test(row)).length, 2);
    assert.match(await words('#logins'), /^\d+ in all, the last one at/);
  });

  it('has a log line for each tick, which opens', async () => {
    await page.click('#log details summary');
    await until('it opens', () => page.$('#log details pre'));
    assert.match(
      await words('#log details pre'),
      /^\{ "outcome": "(fresh|refreshed)".*"tokenParameter": "\/local\/access-token"/,
    );
    await page.click('#log details summary');
  });

  it('moves, and as fast as somebody chooses', async () => {
    await setPace(600);
    const before = await firstLane();
    await until('the curve moves', async () => (await firstLane()) !== before);
    await setPace(0);
    await until('the pace is taken', () => page.$('[value="0"]:checked'));
    await sleep(300);
    const stopped = await words('#clock');
    await sleep(1500);
    assert.equal(await words('#clock'), stopped);
    await setPace(600);
    await until('time goes on', async () => (await words('#clock')) !== stopped);
  });

  it('shows that the service has ended the token early, until a reader has reported it', async () => {
    await setPace(10);
    await press('token-ended');
    await until('the page says so', async () => /has ended version/.test(await verdict()));
    assert.notEqual(await page.$('#chart .dead'), null);
    await setPace(60);
    await until('a reader is rejected', async () => /rejected/.test(await readers()));
    await until('all is well', async () => /All is well/.test(await verdict()));
    await setPace(600);
  });

  it('lets it be heard that the token has expired, who is paged and what mends it', async () => {
    await press('service-down');
    const heard = () => words('#news');
    await until('a page', async () =>
      /The person on call is paged: TokenExpiring.*The service mends it/.test(await heard()),
    );
    await until('the end', async () => /has expired\. The person on call is paged.* mends it/.test(await heard()));
    assert.match(await verdict(), /has expired/);
    assert.match(await chartLabel(), /has expired\..* It ended at \d\d:\d\d, a person is paged below/);
    await press('all-well');
    await until('nothing is broken', async () => !/· now/.test(await words('.buttons')));
  });

  it('lights the lamp of an alarm until the password is put right, which the next tick uses', async () => {
    await press('password-refused');
    await until('the button says so', async () => /· now/.test(await buttonSays('password-refused')));
    assert.match(await refreshNow(), /failed.*refused/i);
    await until('the lamp goes on', async () => /ALARM, since/.test(await alarm('CredentialsRefused')));
    assert.equal(await page.$eval('#alarms .is-firing use', (lamp) => lamp.getAttribute('href')), '#sign-danger');
    await press('password-right');
    await until('the lamp goes off', async () => / OK, since/.test(await alarm('CredentialsRefused')));
    assert.match(await refreshNow(), /refreshed.*a person asked for it/);
  });

  it('works from the keyboard', async () => {
    await page.focus('[data-button="store-no-writes"]');
    await page.keyboard.press('Enter');
    await until('the button says so', async () => /· now/.test(await buttonSays('store-no-writes')));
    assert.match(await refreshNow(), /failed.*SSM did not store/);
    await until('the page says what mends it', async () => /Parameter Store mends it/.test(await words('#verdict')));
    await page.focus('[data-button="all-well"]');
    await page.keyboard.press('Space');
    await until('nothing is broken', async () => !/· now/.test(await words('.buttons')));
    await page.focus('[name="pace"]:checked');
    await page.keyboard.press('ArrowLeft');
    await until('the pace is slower', () => page.$('[value="60"]:checked'));
  });

  for (const scheme of ['light', 'dark']) {
    for (const width of [1200, 400]) {
      it(`shuts nobody out: ${scheme}, ${width} pixels wide`, async () => {
        await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
        await page.setViewport({ width, height: 900 });
        await sleep(300);
        await page.evaluate(AXE);
        const { passes, violations } = (await page.evaluate('axe.run()')) as AxeResults;
        assert.ok(passes.length > 20);
        assert.deepEqual(
          violations.filter(({ impact }) => impact === 'serious' || impact === 'critical'),
          [],
        );
        assert.equal(await page.evaluate('document.documentElement.scrollWidth'), width);
        const folder = process.env.SCREENSHOTS;
        if (folder !== undefined)
          await page.screenshot({ path: `${folder}/page-${scheme}-${width}.png`, fullPage: true });
      });
    }
  }

  it('lets the example stop while time is hurried, and serves it in real time', async () => {
    const example = () => spawn(process.execPath, [path('examples/downstream/watch.ts')]);
    const hurried = example();
    const [complaint, [status]] = await Promise.all([text(hurried.stderr), once(hurried, 'close')]);
    assert.equal(status, 1);
    assert.match(complaint, /passes 60 times as fast as real time\. Choose "Real time"/);

    await setPace(1);
    const served = example();
    let output = '';
    served.stdout.on('data', (chunk) => (output += chunk));
    await until('an invoice comes', () => /invoice \d+ ACT/.test(output));
    await setPace(60);
    const [end] = await once(served, 'close');
    assert.equal(end, 1);
  });

  it('takes nothing from a page of another origin, and shows nothing under another name', async (test) => {
    const foreign = await listen(0, (_, answer) => answer.end('<title>evil</title>'));
    test.after(() => foreign.close());
    const evil = await browser.newPage();
    await evil.goto(foreign.url);
    const order = JSON.stringify({ button: 'service-down' });
    const attack = `Promise.all([
      fetch(${JSON.stringify(url)} + 'press', { method: 'POST', mode: 'no-cors', body: ${JSON.stringify(order)} }).then(() => 'sent', () => 'refused'),
      fetch(${JSON.stringify(url)} + 'press', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: ${JSON.stringify(order)} }).then(() => 'read', () => 'refused'),
      fetch(${JSON.stringify(url)}).then(() => 'read', () => 'refused'),
      new Promise((done) => { const events = new EventSource(${JSON.stringify(url)} + 'events'); events.onopen = () => done('read'); events.onerror = () => done('refused'); }),
    ])`;
    assert.deepEqual(await evil.evaluate(attack), ['refused', 'refused', 'refused', 'refused']);
    const rebound = await evil.goto(url.replace('127.0.0.1', 'rebound.example'));
    assert.equal(rebound?.status(), 403);
    await evil.close();
    assert.doesNotMatch(await buttonSays('service-down'), /· now/);
  });

  it('gives a third ticket alarm a lane of its own', async (test) => {
    const env = { ...ENV, CREDENTIALS_MAX_AGE_SECONDS: '3600' };
    const other = await showOf(pageWorld(worldStart(14_400, 900)), env, test);
    await other.waitForSelector('#chart .firing');
    const numbers = (selector: string, name: string) =>
      other.$eval(selector, (part, attribute) => Number(part.getAttribute(attribute)), name);
    const bottom = (await numbers('#chart .firing', 'y')) + (await numbers('#chart .firing', 'height'));
    assert.equal((await other.$$('#alarms > li')).length, 5);
    assert.ok(bottom < (await numbers('#chart .lane', 'y1')), 'the bar of the last alarm is above the axis');
  });

  const LABELS: readonly (readonly [where: string, lifetime: number, checkEvery: number, env: object, RegExp])[] = [
    [
      'a token is due at its end and paged for in its last second',
      14_400,
      60,
      { RENEWAL_WINDOW_SECONDS: '0' },
      /due, expires \d\d:\d\d/,
    ],
    [
      'tokens live for a week and are due after a day, but names the day',
      604_800,
      900,
      { REFRESH_EVERY_SECONDS: '86400' },
      /expires \d{1,2} [A-Z][a-z]{2} \d\d:\d\d.*version \d: 6 d \d+ h, due \d\d:\d\d/,
    ],
  ];
  for (const [where, lifetime, checkEvery, settings, labels] of LABELS) {
    it(`writes no words over others where ${where}`, async (test) => {
      const timing = { TOKEN_LIFETIME_SECONDS: `${lifetime}`, CHECK_EVERY_SECONDS: `${checkEvery}` };
      const world = pageWorld(worldStart(lifetime, checkEvery));
      world.vendor.service.tokenLifetimeSeconds = lifetime;
      const other = await showOf(world, { ...ENV, ...timing, ...settings }, test);
      await other.waitForSelector('#chart .due');
      const words = `[...document.querySelectorAll('#chart text')].map((one) => {
        const { left, right, top, bottom } = one.getBoundingClientRect();
        return { words: one.textContent, left, right, top: top + 2, bottom: bottom - 2 };
      })`;
      const shown = (await other.evaluate(words)) as {
        words: string;
        left: number;
        right: number;
        top: number;
        bottom: number;
      }[];
      const texts = shown.map((one) => one.words);
      assert.match(texts.join(), labels);
      const times = texts.filter((one) => /^(\d\d:\d\d|\d{1,2} [A-Z][a-z]{2})$/.test(one));
      assert.ok(times.length > 3 && new Set(times).size === times.length, 'the axis has each time once');
      const over = shown.flatMap((one, index) =>
        shown
          .slice(index + 1)
          .filter(
            (two) => one.left < two.right && two.left < one.right && one.top < two.bottom && two.top < one.bottom,
          ),
      );
      assert.deepEqual(over, []);
    });
  }

  it('says in a sentence what it needs where scripts are off', async () => {
    const plain = await browser.newPage();
    await plain.setJavaScriptEnabled(false);
    await plain.goto(url);
    const shown = await plain.$eval('#verdict', (element) => element.textContent ?? '');
    assert.match(shown, /Not connected\s+This page is drawn by its script\. Allow JavaScript/);
    await plain.close();
  });

  it('has complained of nothing, and asked nobody else', () => {
    assert.deepEqual(complaints, []);
  });

  it('says at the top that the server is lost, and stops its clock', async () => {
    command.kill('SIGINT');
    await until('it says so', async () => /The server is lost/.test(await verdict()));
    assert.match(await words('#news'), /The server is lost.*The clock stands still/);
    assert.match(await words('#date'), /the clock stands still/);
    const stopped = await words('#clock');
    await sleep(1500);
    assert.equal(await words('#clock'), stopped);
  });
});
