/**
 * Builds the one artefact that is deployed, started locally, measured and published: dist/refresher/handler.mjs and its parts.
 */
import { rm } from 'node:fs/promises';
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

// Parts are named for their content, so those of an earlier build would stay beside them.
await rm('dist/refresher', { recursive: true, force: true });
await build({
  entryPoints: { handler: 'lambda/refresher/handler.ts' },
  outdir: 'dist/refresher',
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
