import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '..');

/** Every page of this repository. */
export const PAGES = [
  'README.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  ...globSync('docs/*.md', { cwd: ROOT }),
];

/** @param path from the root of the repository */
export function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** A block of code, with its indentation in a list and its language. */
const BLOCK = /^( *)```(\w*)\n(.*?)^\1```$/gms;

/** The blocks of one language in a page, without the indentation of a list. */
export function blocks(page: string, language: string): readonly string[] {
  return [...read(page).matchAll(BLOCK)]
    .filter(([, , found]) => found === language)
    .map(([, indent = '', , text = '']) => text.replaceAll(new RegExp(`^${indent}`, 'gm'), ''));
}

/** A page without its blocks of code. */
export function prose(page: string): string {
  return read(page).replaceAll(BLOCK, '');
}
