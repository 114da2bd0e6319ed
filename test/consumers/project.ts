/** The files of an empty project that uses the construct and the reader, as its owner would write them. */
import type { Project, RUNNERS } from './rows.ts';

/** What the project leaves behind when all of it worked. */
export const OUTCOME = { parameterName: '/a/token', bundle: true, reader: 'NO_TOKEN_YET' };
export const OUTCOME_FILE = 'outcome.json';
/** As Jest and Vitest know that it is theirs. */
export const PROGRAM_FILE = 'program.test.ts';

/** All but its package.json. */
export function projectFiles({ module, runner }: Project): Readonly<Record<string, string>> {
  const resolution = module === 'bundler' ? { module: 'esnext', moduleResolution: 'bundler' } : { module };
  const types = ['node', ...(runner.startsWith('Jest') ? ['jest'] : [])];
  const compilerOptions = { ...resolution, target: 'es2022', strict: true, noEmit: true, skipLibCheck: true, types };
  return {
    'tsconfig.json': JSON.stringify({ compilerOptions, files: [PROGRAM_FILE] }),
    'jest.config.cjs': `module.exports = { testEnvironment: 'node', transform: { '\\\\.ts$': ${
      runner === 'Jest, ts-jest' ? `'ts-jest'` : `['@swc/jest', { jsc: { parser: { syntax: 'typescript' } } }]`
    } } };`,
    [PROGRAM_FILE]: program(runner),
  };
}

/** What the project's owner wrote, for what runs it. */
export function program(runner: keyof typeof RUNNERS): string {
  const isTestRunner = runner === 'Vitest' || runner.startsWith('Jest');
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

${isTestRunner ? "test('both work', useBoth, 300_000);" : 'useBoth();'}
`;
}
