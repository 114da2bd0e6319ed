import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');

/**
 * Every text of the pages that a command writes, by page. In the page it stands between two markers, for example
 * `<!-- bench: targets -->` and `<!-- end -->`; the first one names the npm script that writes it. `npm test` only
 * compares; `npm test -- -u` writes.
 */
export const WRITTEN = {
  'CONTRIBUTING.md': { script: 'mutants', names: ['figure'] },
  'docs/compliance.md': { script: 'test', names: ['compliance'] },
  'docs/contract.md': {
    script: 'contract',
    names: [
      'variables',
      'function',
      'stores',
      'rights',
      'more rights',
      'schedule',
      'rule',
      'alarms',
      'thresholds',
      'readers',
    ],
  },
  'docs/operations.md': { script: 'test', names: ['error codes'] },
  'docs/outages.md': {
    script: 'simulate',
    names: [
      'picture',
      'side by side',
      'scenarios',
      'refresh policies',
      'page before the end',
      'misread refusals',
      'back-off',
      'late answers',
      'alarm variants',
      'services',
      'random months',
    ],
  },
  'docs/packaging.md': { script: 'consumers', names: ['matrix', 'bundles'] },
  'docs/settings.md': { script: 'test', names: ['settings', 'app settings'] },
  'docs/performance.md': {
    script: 'bench',
    names: ['cold tick', 'targets', 'init', 'circumstances'],
  },
} as const satisfies Record<string, { readonly script: string; readonly names: readonly string[] }>;

export type WrittenPage = keyof typeof WRITTEN;
type NameIn<Page extends WrittenPage> = (typeof WRITTEN)[Page]['names'][number];

/**
 * Writes all texts of a page at once.
 * @throws if a marker is missing; the page then stays as it was
 */
export async function writeBetweenMarkers<Page extends WrittenPage>(
  page: Page,
  texts: Readonly<Record<NameIn<Page>, string>>,
): Promise<void> {
  const file = join(ROOT, page);
  let content = await readFile(file, 'utf8');
  for (const [name, text] of Object.entries<string>(texts)) {
    content = replaceBetweenMarkers(content, `${WRITTEN[page].script}: ${name}`, text);
  }
  await writeFile(file, content);
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
