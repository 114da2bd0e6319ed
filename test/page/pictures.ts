/**
 * `npm run pictures` takes the pictures of README.md and docs/: the page in both colour schemes, the life of one token, and a
 * terminal. The world of the page begins at a fixed time, so that only what has changed looks different.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigError, readConfig } from '../../lambda/refresher/config.ts';
import { pacedClock } from '../../local/page/paced-clock.ts';
import { createPage } from '../../local/page/page-server.ts';
import { playTokenLife } from '../../local/page/token-life.ts';
import { listen } from '../../local/world/listen.ts';
import { ENV, pageWorld } from '../local/page/page-world.ts';
import { startChromium } from './chromium.ts';
import { terminalPicture } from './terminal-picture.ts';

const ROOT = join(import.meta.dirname, '../..');
const PICTURES = join(ROOT, 'docs/pictures');
const MINUTE_MS = 60_000;
const START = Date.UTC(2026, 0, 12, 6);

/** Runs in the page: its chart as a file of its own, with the signs and the colours that it uses. */
const SERIALISED_CHART = `(() => {
  const chart = document.querySelector('#chart svg').cloneNode(true);
  const [, , width, height] = chart.getAttribute('viewBox').split(' ').map(Number);
  const used = new Set([...chart.querySelectorAll('use')].map((use) => use.getAttribute('href').slice(1)));
  const signs = [...document.querySelectorAll('symbol')].filter(({ id }) => used.has(id));
  const rules = [...document.styleSheets[0].cssRules].filter(({ selectorText, cssText }) =>
    selectorText === undefined
      ? cssText.includes('prefers-color-scheme')
      : selectorText === ':root' || /^#chart text/.test(selectorText) ||
        (/^\\.[a-z-]+$/.test(selectorText) && (chart.querySelector(selectorText) || signs.some((one) => one.querySelector(selectorText)))),
  );
  const style = document.createElementNS('http://www.w3.org/2000/svg', 'style');
  style.textContent = rules.map(({ cssText }) => cssText.replaceAll('#chart text', 'text')).join('\\n');
  const paper = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
  for (const [name, value] of Object.entries({ x: -12, y: -12, width: width + 24, height: height + 24, rx: 12, fill: 'var(--card)' })) {
    paper.setAttribute(name, value);
  }
  chart.prepend(style, ...signs.map((sign) => sign.cloneNode(true)), paper);
  chart.setAttribute('viewBox', [-12, -12, width + 24, height + 24].join(' '));
  chart.setAttribute('width', width + 24);
  chart.removeAttribute('height');
  chart.setAttribute('font-family', 'system-ui, sans-serif');
  chart.setAttribute('font-size', '12');
  return new XMLSerializer().serializeToString(chart);
})()`;

const config = readConfig(ENV);
if (config instanceof ConfigError) throw config;
const world = pageWorld(START);
const life = playTokenLife({ world, config, onTick: (_, view) => page.showTick(view) });
const time = pacedClock(world.clock, () => {});
time.setPace(60);
const page = await createPage(life, time);
const server = await listen(0, page.handle);
const browser = await startChromium();
mkdirSync(PICTURES, { recursive: true });
try {
  const tab = await browser.newPage();
  await tab.setViewport({ width: 1200, height: 900 });
  await tab.goto(server.url);
  const passUntil = async (hours: number, minutes: number) => {
    await world.clock.runUntil(START + (hours * 60 + minutes) * MINUTE_MS);
    page.showState();
    await sleep(1000);
  };

  // An outage that is noticed, paged, and over before a reader could suffer.
  await passUntil(4, 40);
  life.press('service-down');
  await passUntil(7, 20);
  for (const scheme of ['light', 'dark']) {
    await tab.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
    await tab.screenshot({
      path: join(PICTURES, `page-${scheme}.png`),
      clip: { x: 0, y: 0, width: 1200, height: 1000 },
    });
  }
  life.press('all-well');
  await passUntil(9, 30);
  write('life.svg', await tab.evaluate(SERIALISED_CHART));
} finally {
  await browser.close();
  await server.close();
}
const run = execFileSync(process.execPath, [join(ROOT, 'local/start/start.ts')], {
  encoding: 'utf8',
  env: { ...process.env, FORCE_COLOR: '1' },
});
write('terminal.svg', terminalPicture('npm start', run));

function write(name: string, picture: unknown): void {
  writeFileSync(join(PICTURES, name), `${picture}\n`);
}
