/**
 * Writes what tsc does not write of the published package: `./reader` and `./services` as ES modules beside the CommonJS
 * that tsc made, for a bundler cannot carry a `require` into an ES bundle. Types are declared once, by tsc.
 */
import { writeFile } from 'node:fs/promises';
import { build } from 'esbuild';

const SOURCES = { reader: 'lambda/reader/token-reader', services: 'lambda/services/profiles' };

await build({
  entryPoints: Object.fromEntries(Object.entries(SOURCES).map(([door, source]) => [door, `${source}.ts`])),
  outdir: 'dist',
  outExtension: { '.js': '.mjs' },
  bundle: true,
  packages: 'external',
  format: 'esm',
  platform: 'node',
  target: 'node22',
  logLevel: 'warning',
});
for (const [door, source] of Object.entries(SOURCES)) {
  await writeFile(`dist/${door}.d.mts`, `export * from './${source}.js';\n`);
}
await writeFile('dist/package.json', JSON.stringify({ type: 'commonjs' }));
