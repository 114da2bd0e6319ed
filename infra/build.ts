/**
 * Builds the one artefact that is deployed, started locally, measured and published: dist/refresher/handler.mjs and its parts.
 */
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { build, type Plugin } from 'esbuild';

/**
 * Takes Node's built-in modules as CommonJS does. An `import` reads every export there is, and those of node:http
 * include getters that load all of `fetch`: 40 ms of CPU for something that is not used.
 */
const builtInModules: Plugin = {
  name: 'built-in modules',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:/ }, ({ path }) => ({ path, namespace: 'built-in' }));
    onLoad({ filter: /.*/, namespace: 'built-in' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule('${path}');`,
    }));
  },
};

const FOLDER = 'dist/refresher';

const { outputFiles } = await build({
  entryPoints: { handler: 'lambda/refresher/handler.ts' },
  outdir: FOLDER,
  write: false,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  minify: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  // The SDK's ESM build is smaller than its CommonJS one, and esbuild can shake it.
  mainFields: ['module', 'main'],
  // What the SDK imports on demand, above all the credential providers that never run in Lambda, stays out of the path.
  splitting: true,
  plugins: [builtInModules],
  // Linked: loaded only when a stack trace is printed with --enable-source-maps.
  sourcemap: 'linked',
  legalComments: 'none',
  logLevel: 'warning',
});

// Another terminal may be running what an earlier build made: every file is whole at any time, a part is there before
// the entry that names it, and one that did not change is left alone.
await mkdir(FOLDER, { recursive: true });
for (const { path, contents } of outputFiles.toSorted((one, other) => rank(one.path) - rank(other.path))) {
  const before = await readFile(path).catch(() => undefined);
  if (before?.equals(contents)) continue;
  const unfinished = `${path}.${process.pid}`;
  await writeFile(unfinished, contents);
  await rename(unfinished, path);
}
// Parts are named for their content, so those of an earlier build would stay, and be deployed.
const built = new Set(outputFiles.map(({ path }) => basename(path)));
for (const name of await readdir(FOLDER)) {
  if (/\.mjs(?:\.map)?$/.test(name) && !built.has(name)) await rm(join(FOLDER, name), { force: true });
}

function rank(path: string): number {
  return basename(path).startsWith('handler.') ? 1 : 0;
}
