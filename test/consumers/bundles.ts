/** A function that reads a token, bundled in each way that its owner may choose, and run against a local SSM. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { LocalAws } from '../../local/world/aws/aws-server.ts';
import { execute, folder, projectWith, write } from './commands.ts';
import { CDK, type Failing, type Row } from './rows.ts';

/** The titles of the cells. */
export const BUNDLE_HEADER = ['bundled by', 'format', 'AWS SDK', 'outcome'];

const VERSIONS = {
  esbuild: { esbuild: '0.28.2' },
  NodejsFunction: { ...CDK, esbuild: '0.28.2' },
  webpack: { webpack: '5.113.0' },
  Rollup: {
    rollup: '4.68.8',
    '@rollup/plugin-commonjs': '29.0.3',
    '@rollup/plugin-json': '6.1.0',
    '@rollup/plugin-node-resolve': '16.0.3',
  },
};

interface Bundle extends Pick<Row, 'quick' | 'fails'> {
  readonly bundler: keyof typeof VERSIONS;
  readonly format: 'ESM' | 'CommonJS';
  readonly sdk: 'external' | 'inside';
  /** Has esbuild prefer ES modules, as webpack and Rollup do anyway. */
  readonly mainFields?: readonly string[];
  /** The reader is taken from the CommonJS build. */
  readonly control?: true;
}

const SDK_DIES: Failing = {
  message: /Dynamic require of "node:https?" is not supported/,
  reason: 'esbuild takes the CommonJS of the AWS SDK, unless `mainFields` says otherwise',
};
const CONTROL: Failing = {
  message: /Dynamic require of "@aws-sdk\/client-ssm" is not supported/,
  reason: 'the control: it takes the CommonJS build of the reader',
};

const BUNDLES: readonly Bundle[] = [
  ...(['esbuild', 'NodejsFunction', 'webpack', 'Rollup'] as const).flatMap((bundler) =>
    (['ESM', 'CommonJS'] as const).flatMap((format) =>
      (['external', 'inside'] as const).map((sdk) => {
        const isEsbuild = bundler === 'esbuild' || bundler === 'NodejsFunction';
        const mainFields = isEsbuild && format === 'ESM' && sdk === 'inside' ? ['module', 'main'] : undefined;
        return { bundler, format, sdk, mainFields, quick: bundler === 'esbuild' && format === 'ESM' };
      }),
    ),
  ),
  { bundler: 'NodejsFunction', format: 'ESM', sdk: 'inside', fails: SDK_DIES },
  { bundler: 'esbuild', format: 'ESM', sdk: 'external', control: true, fails: CONTROL },
];

/** Each is handed a row and the file to write. */
const BUNDLE = `const [row, outfile] = process.argv.slice(2);
const { format, sdk, mainFields, control } = JSON.parse(row);
const esm = format === 'ESM';
const external = sdk === 'external';`;
const BUNDLERS: Readonly<Record<Bundle['bundler'], string>> = {
  esbuild: `import { build } from 'esbuild';
${BUNDLE}
const commonjs = { 'soap-token-refresher/reader': './node_modules/soap-token-refresher/dist/lambda/reader/token-reader.js' };
await build({
  entryPoints: ['handler.mjs'], outfile, bundle: true, platform: 'node', format: esm ? 'esm' : 'cjs', mainFields,
  external: external ? ['@aws-sdk/*'] : [], alias: control && commonjs, logLevel: 'warning',
});`,
  NodejsFunction: `import { copyFileSync, globSync } from 'node:fs';
import { App, Stack } from 'aws-cdk-lib';
import { Runtime } from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
${BUNDLE}
const app = new App({ outdir: \`\${outfile}.cdk.out\` });
new NodejsFunction(new Stack(app, 'Team'), 'Function', {
  entry: 'handler.mjs',
  runtime: Runtime.NODEJS_24_X,
  bundling: { format: esm ? OutputFormat.ESM : OutputFormat.CJS, bundleAwsSDK: !external, mainFields },
});
app.synth();
copyFileSync(globSync(\`\${outfile}.cdk.out/asset.*/index.*\`)[0], outfile);`,
  webpack: `import { basename, dirname } from 'node:path';
import webpack from 'webpack';
${BUNDLE}
const library = { type: esm ? 'module' : 'commonjs2' };
const config = {
  mode: 'production', target: 'node22', entry: './handler.mjs', experiments: { outputModule: esm },
  externalsType: esm ? 'module' : 'commonjs', externals: external ? [/^@aws-sdk\\//] : [],
  output: { path: dirname(outfile), filename: basename(outfile), library },
};
webpack(config, (error, stats) => {
  if (error || stats.hasErrors()) throw error ?? new Error(stats.toString());
});`,
  Rollup: `import commonjs from '@rollup/plugin-commonjs';
import json from '@rollup/plugin-json';
import resolve from '@rollup/plugin-node-resolve';
import { rollup } from 'rollup';
${BUNDLE}
const bundle = await rollup({
  input: 'handler.mjs',
  external: external ? [/^node:/, /^@aws-sdk\\//] : [/^node:/],
  plugins: [resolve({ preferBuiltins: true }), commonjs(), json()],
});
await bundle.write({ file: outfile, format: esm ? 'es' : 'cjs', inlineDynamicImports: true });`,
};

const TOKEN = 'token-of-the-local-ssm';
const OUTCOME = JSON.stringify({ token: TOKEN, withoutToken: 'NO_TOKEN_YET', faults: ['token'] });
const FUNCTION = {
  'handler.mjs': `import { createTokenReader } from 'soap-token-refresher/reader';
import { checkProfile, dpd } from 'soap-token-refresher/services';
const reader = createTokenReader({ parameterName: '/a/token' });
const other = createTokenReader({ parameterName: '/no/token' });
export const handler = async () => ({
  token: await reader.get(),
  withoutToken: await other.get().catch(({ code }) => code),
  faults: checkProfile({ ...dpd, token: 'a//b' }).faults.map(({ key }) => key),
});`,
  'run.cjs': `import(process.argv[2]).then(async (bundle) => {
  console.log(JSON.stringify(await (bundle.handler ?? bundle.default.handler)()));
});`,
};

/**
 * @param tarball the package
 * @param aws the bundles read their token from it
 */
export function bundleRows(tarball: string, aws: LocalAws, { quick }: { readonly quick: boolean }): readonly Row[] {
  storeToken(aws);
  const bundles = BUNDLES.filter((one) => !quick || one.quick);
  const versions = Object.assign({}, ...bundles.map(({ bundler }) => VERSIONS[bundler]));
  const dependencies = { ...versions, 'soap-token-refresher': `file:${tarball}` };
  let installed: Promise<string> | undefined;
  return bundles.map((bundle, index) => ({
    cells: cells(bundle),
    quick: bundle.quick,
    fails: bundle.fails,
    play: async () => {
      installed ??= projectWith('bundles', { dependencies });
      const outcome = await bundleAndRun(bundle, await installed, `${index}`, aws.url);
      return outcome === OUTCOME ? undefined : `expected ${OUTCOME}, but: ${outcome}`;
    },
  }));
}

/** A living token, with the status that the refresher writes beside it. */
function storeToken(aws: LocalAws): void {
  const now = Date.now();
  const [issuedAt, expiresAt] = [now, now + 4 * 60 * 60_000].map((time) => new Date(time).toISOString());
  const known = { fingerprint: '', secretVersionId: 'first', configuration: 'sha256:', lifetimeAssumed: false };
  const status = JSON.stringify({ format: 1, token: { version: 1, issuedAt, expiresAt, ...known } });
  aws.perform('PutParameter', { Name: '/a/token', Type: 'SecureString', Value: TOKEN });
  aws.perform('PutParameter', { Name: '/a/token/status', Type: 'String', Value: status });
}

/** @returns what the bundled function answered. @throws where it could not be bundled, loaded or run */
async function bundleAndRun(bundle: Bundle, project: string, name: string, ssmUrl: string): Promise<string> {
  for (const [bundler, program] of Object.entries(BUNDLERS)) write(project, { [`${bundler}.mjs`]: program });
  write(project, FUNCTION);
  // What has the SDK inside finds none beside it; what has not finds that of the project, as Lambda's in Lambda.
  const home = join(bundle.sdk === 'inside' ? folder : project, 'bundled', name);
  mkdirSync(home, { recursive: true });
  const outfile = join(home, bundle.format === 'ESM' ? 'index.mjs' : 'index.cjs');
  await execute('node', [`${bundle.bundler}.mjs`, JSON.stringify(bundle), outfile], project);
  const account = { AWS_REGION: 'eu-central-1', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };
  const answer = await execute('node', ['run.cjs', outfile], project, { ...account, AWS_ENDPOINT_URL: ssmUrl });
  return answer.trim();
}

function cells({ bundler, format, sdk, mainFields, fails }: Bundle): readonly string[] {
  const version = Object.values(VERSIONS[bundler])[0];
  const how = mainFields === undefined ? '' : `, \`mainFields: ${mainFields.join(', ')}\``;
  return [`${bundler} ${version}${how}`, format, sdk, fails === undefined ? 'works' : `fails: ${fails.reason}`];
}
