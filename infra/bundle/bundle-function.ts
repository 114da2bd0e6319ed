/**
 * Builds the one artefact that is deployed, started locally, measured and published: dist/refresher/handler.mjs and its
 * parts. Into a folder that is named, it builds the same with source maps, for a profile.
 */
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { thirdPartyNotices } from './third-party-notices.ts';

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

/** Another one only where this file is the command itself: the arguments of `npm start` are not for it. */
const FOLDER = (import.meta.main && process.argv[2]) || 'dist/refresher';

const { outputFiles, metafile } = await build({
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
  // The parts' names depend on where the sources stand: seen from here, also where node_modules is a link.
  preserveSymlinks: true,
  // They stand in THIRD_PARTY_NOTICES instead.
  legalComments: 'none',
  metafile: true,
  sourcemap: FOLDER !== 'dist/refresher',
  logLevel: 'warning',
});

// A part is there before the entry that names it.
await mkdir(FOLDER, { recursive: true });
for (const { path, contents } of outputFiles.toSorted((one, other) => rank(one.path) - rank(other.path))) {
  await replace(path, contents);
}
await replace(join(FOLDER, 'THIRD_PARTY_NOTICES'), Buffer.from(await thirdPartyNotices(metafile.outputs)));
// Parts are named for their content, so those of an earlier build would stay, and be deployed.
const built = new Set(outputFiles.map(({ path }) => basename(path)));
for (const name of await readdir(FOLDER)) {
  if (/\.mjs(?:\.map)?$/.test(name) && !built.has(name)) await rm(join(FOLDER, name), { force: true });
}

function rank(path: string): number {
  return basename(path).startsWith('handler.') ? 1 : 0;
}

/** Another terminal may be running what an earlier build made: a file is whole at any time, and left alone if the same. */
async function replace(path: string, contents: Uint8Array): Promise<void> {
  // In a new folder there is none; one that cannot be read is replaced, or the write says why not.
  const before = await readFile(path).catch(() => undefined);
  if (before?.equals(contents)) return;
  const unfinished = `${path}.${process.pid}`;
  await writeFile(unfinished, contents);
  await rename(unfinished, path);
}
