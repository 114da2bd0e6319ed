import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');

/**
 * Writes all texts of a page that a command writes. In the page each stands between two markers, for example
 * `<!-- bench: targets -->` and `<!-- end -->`; the first one names the npm script that writes it. `npm test` only compares;
 * `npm test -- -u` writes.
 * @throws if there is not one marker for each text; the page then stays as it was
 */
export async function writeBetweenMarkers(
  page: string,
  script: string,
  texts: Readonly<Record<string, string>>,
): Promise<void> {
  const file = join(ROOT, page);
  await writeFile(file, withTexts(await readFile(file, 'utf8'), script, texts));
}

/** The page with all texts that this npm script writes. */
export function withTexts(page: string, script: string, texts: Readonly<Record<string, string>>): string {
  const names = [...page.matchAll(/^<!-- (\w+): (.+) -->$/gm)].flatMap(([, by, name = '']) =>
    by === script ? [name] : [],
  );
  const unknown = names.filter((name) => !Object.hasOwn(texts, name));
  if (unknown.length > 0) throw new Error(`npm run ${script} does not write what the page has: ${unknown.join(', ')}.`);
  return Object.entries(texts).reduce(
    (written, [name, text]) => replaceBetweenMarkers(written, `${script}: ${name}`, text),
    page,
  );
}

/**
 * @param page Markdown
 * @param marker what the first marker says, for example `bench: targets`
 * @returns the page with `text` between that marker and the next `<!-- end -->`; all else stays as it is
 * @throws if the marker is missing or there twice, or if it has no end before the next marker
 */
export function replaceBetweenMarkers(page: string, marker: string, text: string): string {
  const opening = `<!-- ${marker} -->\n`;
  const [before, rest, ...more] = page.split(opening);
  if (before === undefined || rest === undefined) throw new Error(`The page has no marker <!-- ${marker} -->.`);
  if (more.length > 0) throw new Error(`The page has the marker <!-- ${marker} --> more than once.`);
  const closing = rest.indexOf('<!-- ');
  if (closing < 0 || !rest.startsWith('<!-- end -->', closing)) {
    throw new Error(`The marker <!-- ${marker} --> is not followed by <!-- end -->.`);
  }
  return `${before}${opening}\n${text}\n\n${rest.slice(closing)}`;
}
