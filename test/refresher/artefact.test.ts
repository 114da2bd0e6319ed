import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { ERROR_GUIDE } from '../../lambda/error-guide.ts';
import { dpd, finanzonline, regon, sabre } from '../../lambda/services/profiles.ts';

const ARTEFACT = new URL('../../dist/refresher/', import.meta.url);

/** The artefact's entry and all that it imports at once, by name. */
function loadedParts(name = './handler.mjs', loaded = new Map<string, string>()): ReadonlyMap<string, string> {
  if (loaded.has(name)) return loaded;
  const code = readFileSync(new URL(name, ARTEFACT), 'utf8');
  loaded.set(name, code);
  for (const [, part] of code.matchAll(/\b(?:from|import)\s*"(\.\/[^"]+)"/g)) loadedParts(part, loaded);
  return loaded;
}

it('loads at most 450 KiB of code, for every tick is a cold start', () => {
  const bytes = [...loadedParts().values()].reduce((sum, code) => sum + Buffer.byteLength(code), 0);
  expect(bytes).toBeGreaterThan(100 * 1024);
  expect(bytes).toBeLessThanOrEqual(450 * 1024);
});

it.each([
  ['imports no built-in module in the way that would load fetch', /\b(?:from|import)\s*"(?:node:)?https?"/],
  ['is ASCII, for one character beyond it makes V8 keep and compile a whole part at two bytes each', /\P{ASCII}/u],
])('%s', (_, pattern) => {
  for (const [name, code] of loadedParts()) expect(pattern.exec(code)?.[0], name).toBeUndefined();
});

it('leaves out the guide to error codes, which is for people, and every service profile: one arrives as a variable', () => {
  const code = readdirSync(ARTEFACT).map((name) => readFileSync(new URL(name, ARTEFACT), 'utf8'));
  expect(code.join('\n')).toContain('CREDENTIALS_REFUSED');
  for (const text of [
    ERROR_GUIDE.CREDENTIALS_REFUSED.meaning,
    ...[dpd, finanzonline, regon, sabre].map((one) => one.answer),
  ])
    expect(code.join('\n')).not.toContain(text);
});
