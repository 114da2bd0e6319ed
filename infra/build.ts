/**
 * Builds the one artefact that is deployed, started locally, measured and published: dist/refresher/handler.mjs.
 */
import { build } from 'esbuild';

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
  // Linked: loaded only when a stack trace is printed with --enable-source-maps.
  sourcemap: 'linked',
  legalComments: 'none',
  logLevel: 'warning',
});
