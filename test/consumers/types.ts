import { attempt, projectWith, write } from './commands.ts';
import { program } from './project.ts';
import type { Row } from './row.ts';
import { CONSTRUCTS, NODE_TYPES } from './rows.ts';

const TYPESCRIPTS = ['5.4.5', '5.7.3', '5.9.3', '6.0.3', '7.0.2'];
const RESOLUTIONS = {
  node16: { module: 'node16' },
  nodenext: { module: 'nodenext' },
  bundler: { module: 'preserve', moduleResolution: 'bundler' },
};
const CDK = '2.276.0';
const PEERS = { 'aws-cdk-lib': CDK, constructs: CONSTRUCTS[CDK] };

/**
 * An ES module and a CommonJS one, each compiled with and without `skipLibCheck`.
 * @param tarball the package
 */
export function typeRows(tarball: string): readonly Row[] {
  let installed: Promise<string> | undefined;
  return TYPESCRIPTS.flatMap((typescript) =>
    Object.entries(RESOLUTIONS).map(([name, resolution]) => ({
      cells: [`TypeScript ${typescript}`, name, 'the types alone'],
      play: async () => {
        installed ??= typesProject(tarball);
        const project = await installed;
        const failures: (string | undefined)[] = [];
        for (const skipLibCheck of [true, false]) {
          const compilerOptions = { ...resolution, target: 'es2022', strict: true, noEmit: true, skipLibCheck };
          const config = `tsconfig.${typescript}.${name}.${skipLibCheck}.json`;
          const files = ['esm/program.ts', 'commonjs/program.ts'];
          write(project, {
            [config]: JSON.stringify({ compilerOptions: { ...compilerOptions, types: ['node'] }, files }),
          });
          failures.push(await attempt('node', [`node_modules/${alias(typescript)}/bin/tsc`, '-p', config], project));
        }
        return failures.find((failure) => failure !== undefined);
      },
    })),
  );
}

async function typesProject(tarball: string): Promise<string> {
  const compilers = Object.fromEntries(TYPESCRIPTS.map((version) => [alias(version), `npm:typescript@${version}`]));
  const project = await projectWith('types', {
    ...compilers,
    ...PEERS,
    '@types/node': NODE_TYPES[22],
    'soap-token-refresher': `file:${tarball}`,
  });
  const text = program('node');
  write(project, {
    'esm/package.json': '{ "type": "module" }',
    'esm/program.ts': text,
    'commonjs/package.json': '{ "type": "commonjs" }',
    'commonjs/program.ts': text,
  });
  return project;
}

function alias(typescript: string): string {
  return `typescript-${typescript}`;
}
