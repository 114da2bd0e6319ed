/**
 * The import graph of the product, types included: its circles, and its arrows that point up. `npm run arrows` prints
 * them; exit status 1 if there is one.
 */
import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** From the ground up. A room imports its own files and those of the rooms below; the first pattern that fits a file counts. */
const FLOORS: readonly (readonly RegExp[])[] = [
  [/^lambda\/[^/]+$/],
  [/^lambda\/(?:soap|reader)\//, /^lambda\/refresher\/rules\//],
  [/^lambda\/services\//],
  [/^lambda\/refresher\/(?!adapters\/|handler\.ts)/],
  [/^lambda\/refresher\/adapters\//],
  [/^lambda\/refresher\/handler\.ts/],
  [/^cli\//],
  [/^infra\/[^/]+$/],
  [/^infra\/(?:app|bundle)\//],
  [/^local\/world\//],
  [/^local\//],
];

/** What each file imports, of the product. */
export function importsOfProduct(): ReadonlyMap<string, readonly string[]> {
  const files = globSync('{lambda,infra,cli,local}/**/*.{ts,js,cjs}', { exclude: ['**/node_modules/**'] });
  return new Map(
    files.map((file) => {
      const named = readFileSync(file, 'utf8').matchAll(/(?:from|import)\s*\(?\s*'(\.{1,2}\/[^']+)'/g);
      const targets = [...named].map(([, path = '']) => join(dirname(file), path));
      return [file, targets.filter((target) => files.includes(target))];
    }),
  );
}

/** Files that import each other in a loop, one entry a loop. */
export function circles(imports: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    const at = path.indexOf(file);
    if (at >= 0) found.push([...path.slice(at), file].join(' -> '));
    if (at >= 0 || done.has(file)) return;
    for (const next of imports.get(file) ?? []) visit(next, [...path, file]);
    done.add(file);
  };
  for (const file of imports.keys()) visit(file, []);
  return found;
}

/** Arrows from a lower floor to a higher one. */
export function upwardArrows(imports: ReadonlyMap<string, readonly string[]>): readonly string[] {
  return [...imports].flatMap(([file, targets]) =>
    targets.filter((target) => floorOf(target) > floorOf(file)).map((target) => `${file} -> ${target}`),
  );
}

function floorOf(file: string): number {
  const floor = FLOORS.findIndex((patterns) => patterns.some((pattern) => pattern.test(file)));
  if (floor < 0) throw new Error(`${file} is on no floor`);
  return floor;
}

if (import.meta.main) {
  const imports = importsOfProduct();
  const [loops, up] = [circles(imports), upwardArrows(imports)];
  console.log(`${imports.size} files, ${[...imports.values()].flat().length} arrows`);
  console.log([`circles: ${loops.length}`, ...loops, `arrows up: ${up.length}`, ...up].join('\n'));
  process.exitCode = loops.length + up.length > 0 ? 1 : 0;
}
