/** The files of an empty project that uses the construct and the reader, as its owner would write them. */
import { CONSTRUCTS, type ConsumerRow, NODE_TYPES, RUNNER_PACKAGES } from './rows.ts';

/** What the project leaves behind when all of it worked. */
export const OUTCOME = { parameterName: '/a/token', bundle: true, reader: 'NO_TOKEN_YET' };
export const OUTCOME_FILE = 'outcome.json';

/** Everything that the project installs from the registry, by name and exact version. */
export function pinned({ typescript, runner, node, cdk }: ConsumerRow): Readonly<Record<string, string>> {
  return {
    'aws-cdk-lib': cdk,
    constructs: CONSTRUCTS[cdk],
    typescript,
    '@types/node': NODE_TYPES[node],
    ...RUNNER_PACKAGES[runner],
  };
}

function isTestRunner({ runner }: Pick<ConsumerRow, 'runner'>): boolean {
  return runner === 'Vitest' || runner.startsWith('Jest');
}

/** The command that runs the project. */
export function runCommand(row: ConsumerRow): readonly [string, ...string[]] {
  switch (row.runner) {
    case 'Vitest':
      return ['vitest', 'run'];
    case 'Jest, swc':
    case 'Jest, ts-jest':
      return ['jest'];
    default:
      return [row.runner, 'program.ts'];
  }
}

/** @param tarball path of the package, or undefined for the control, which goes without */
export function projectFiles(row: ConsumerRow, tarball: string | undefined): Readonly<Record<string, string>> {
  const dependencies = { ...pinned(row), ...(tarball !== undefined && { 'soap-token-refresher': `file:${tarball}` }) };
  const manifest = { private: true, type: row.format === 'ESM' ? 'module' : 'commonjs', dependencies };
  const resolution =
    row.module === 'bundler' ? { module: 'esnext', moduleResolution: 'bundler' } : { module: row.module };
  const types = ['node', ...(row.runner.startsWith('Jest') ? ['jest'] : [])];
  const compilerOptions = { ...resolution, target: 'es2022', strict: true, noEmit: true, skipLibCheck: true, types };
  return {
    'package.json': JSON.stringify(manifest),
    'tsconfig.json': JSON.stringify({ compilerOptions, files: [isTestRunner(row) ? 'program.test.ts' : 'program.ts'] }),
    'jest.config.cjs': `module.exports = { testEnvironment: 'node', transform: { '\\\\.ts$': ${
      row.runner === 'Jest, ts-jest' ? `'ts-jest'` : `['@swc/jest', { jsc: { parser: { syntax: 'typescript' } } }]`
    } } };`,
    [isTestRunner(row) ? 'program.test.ts' : 'program.ts']: program(row.runner),
  };
}

/** What the project's owner wrote, for what runs it. */
export function program(runner: ConsumerRow['runner']): string {
  return `${runner === 'Vitest' ? "import { test } from 'vitest';" : ''}
import { globSync, writeFileSync } from 'node:fs';
import { App, Stack } from 'aws-cdk-lib';
import { type IRefreshedToken, RefreshedToken, TokenRefresher, type TokenRefresherProps } from 'soap-token-refresher';
import { createTokenReader, type TokenReadError, type TokenReader } from 'soap-token-refresher/reader';
import { dpd, type ServiceProfile } from 'soap-token-refresher/services';

async function useBoth(): Promise<void> {
  const props: TokenRefresherProps = { endpoint: 'https://soap.example.test/', tokenParameterName: '/a/token', alarmActions: 'none' };
  // @ts-expect-error: alarms that reach nobody must be a decision. Without our types this line would not be an error.
  const incomplete: TokenRefresherProps = { endpoint: props.endpoint, tokenParameterName: '/a/token' };
  const app = new App({ outdir: 'cdk.out' });
  const stack = new Stack(app, 'Team');
  const { token } = new TokenRefresher(stack, 'Refresher', props);
  const service: ServiceProfile = { ...dpd, timing: { ...dpd.timing, loginsPerDay: 5 } };
  new TokenRefresher(stack, 'Parcels', { ...props, tokenParameterName: '/b/token', service });
  const same: IRefreshedToken = RefreshedToken.fromParameterName(stack, 'Token', token.parameterName);
  app.synth();

  const client = { send: async () => ({ Parameters: [], $metadata: {} }) };
  const reader: TokenReader = createTokenReader({ parameterName: '/a/token', client });
  const code = await reader.get().catch(({ code }: TokenReadError) => code);
  const outcome = {
    parameterName: same.parameterName,
    bundle: globSync('cdk.out/asset.*/handler.mjs').length === 1,
    reader: code,
    node: process.versions.node,
  };
  writeFileSync('${OUTCOME_FILE}', JSON.stringify(outcome));
}

${isTestRunner({ runner }) ? "test('both work', useBoth, 300_000);" : 'useBoth();'}
`;
}
