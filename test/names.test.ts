import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { expect, it } from 'vitest';

/** Which places share a name, of those that have one. */
function shared(named: readonly (readonly [name: string, place: string])[]): Record<string, string[]> {
  const places = Map.groupBy(named, ([name]) => name);
  const several = [...places].filter(([, found]) => found.length > 1);
  return Object.fromEntries(several.map(([name, found]) => [name, found.map(([, place]) => place)]));
}

// What commands install or write is nobody's.
const exclude = ['**/node_modules/**', '**/*.snapshot/**'];
const PRODUCT = globSync('{cli,lambda,infra,local}/**/*.{ts,js,html}', { exclude });

it('no two exported types have one name: a search for it finds one thing', () => {
  const types = [...PRODUCT, ...globSync('test/**/*.ts', { exclude })].flatMap((file) => {
    const exports = /^export (?:declare |abstract )*(?:interface|type|class|enum) (\w+)/gm;
    return [...readFileSync(file, 'utf8').matchAll(exports)].map(([, name = '']) => [name, file] as const);
  });

  expect(types.length).toBeGreaterThan(100);
  expect(shared(types)).toEqual({});
});

it('no two files of the product have one base name: a stack trace names one file', () => {
  const files = PRODUCT.filter((file) => file.endsWith('.ts'));

  expect(files.length).toBeGreaterThan(100);
  expect(shared(files.map((file) => [basename(file), file] as const))).toEqual({});
});

it.each([
  ['infra/token-refresher.ts', 'export class TokenRefresher '],
  ['infra/refreshed-token.ts', 'static fromParameterName('],
  ['lambda/reader/token-reader.ts', 'export function createTokenReader('],
  ['lambda/services/profile.ts', 'export interface ServiceProfile '],
])('in %s, whoever meets %s is shown an example', (file, declaration) => {
  const [before = ''] = readFileSync(file, 'utf8').split(declaration);
  expect(before.slice(before.lastIndexOf('/**'))).toMatch(/\n *\* @example\n.*\*\/\s*$/s);
});

/** Words that were translated, or were private ones for what AWS, OAuth and SOAP have a word for. */
const OLD_WORDS =
  /\b(?:tell|tells|telling|told|tellFirstFailure|isUntold|toldReason|stood|goesOn|so many|so much|Circumstances|Surroundings|Readings|Rhythm|by another hand|looked after|mayHaveBeenJudged|refusedBy)\b|\b(?:type|interface) (?:Origin|Way)\b/;

it('the product speaks in plain words: none of the old ones is left', () => {
  const lines = PRODUCT.flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .flatMap((line, at) => (OLD_WORDS.test(line) ? [`${file}:${at + 1} ${line.trim()}`] : [])),
  );

  expect(lines.filter((line) => !/may have stood|has stood/.test(line))).toEqual([]);
});
