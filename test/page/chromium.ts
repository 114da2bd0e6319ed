import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import puppeteer, { type Browser } from 'puppeteer-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];

/** Starts an installed Chromium; nothing is downloaded. @throws where there is none */
export async function startChromium(...options: readonly string[]): Promise<Browser> {
  // Chromium's own sandbox does not start as root.
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return await puppeteer.launch({ executablePath: chromiumPath(), args: [...asRoot, ...options] });
}

function chromiumPath(): string {
  const { CHROME_PATH, PATH = '' } = process.env;
  if (CHROME_PATH !== undefined) return CHROME_PATH;
  const places = PATH.split(delimiter).flatMap((folder) => NAMES.map((name) => join(folder, name)));
  const found = [...places, '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'].find((place) =>
    existsSync(place),
  );
  if (found !== undefined) return found;
  throw new Error(`There is no Chromium in PATH (${NAMES.join(', ')}): install one, or name it in CHROME_PATH.`);
}

/** The script of axe-core, which finds what shuts people out. */
export const AXE = readFileSync(new URL(import.meta.resolve('axe-core/axe.min.js')), 'utf8');
