import { attempt, projectWith, write } from './commands.ts';
import { program } from './project.ts';
import { CDK, NODE_TYPES, type Row } from './rows.ts';

const TYPESCRIPTS = ['5.4.5', '5.7.3', '5.9.3', '6.0.3', '7.0.2'];
const RESOLUTIONS = {
  node16: ['--module', 'node16'],
  nodenext: ['--module', 'nodenext'],
  bundler: ['--module', 'preserve', '--moduleResolution', 'bundler'],
};
const PROGRAMS = ['esm/program.ts', 'commonjs/program.ts'];
// Without `skipLibCheck`, which only leaves out what could be wrong in the declarations themselves.
const OPTIONS = ['--target', 'es2022', '--strict', '--noEmit', '--types', 'node', ...PROGRAMS];

/**
 * An ES module and a CommonJS one, compiled.
 * @param tarball the package
 */
export function typeRows(tarball: string): readonly Row[] {
  let installed: Promise<string> | undefined;
  return TYPESCRIPTS.flatMap((typescript) =>
    Object.entries(RESOLUTIONS).map(([name, resolution]) => ({
      cells: [`TypeScript ${typescript}`, name, 'the types alone'],
      play: async () => {
        installed ??= typesProject(tarball);
        const tsc = `node_modules/${alias(typescript)}/bin/tsc`;
        return await attempt('node', [tsc, ...resolution, ...OPTIONS], await installed);
      },
    })),
  );
}

async function typesProject(tarball: string): Promise<string> {
  const compilers = Object.fromEntries(TYPESCRIPTS.map((version) => [alias(version), `npm:typescript@${version}`]));
  const others = { ...CDK, '@types/node': NODE_TYPES[22], 'soap-token-refresher': `file:${tarball}` };
  const project = await projectWith('types', { dependencies: { ...compilers, ...others } });
  write(project, {
    'esm/package.json': '{ "type": "module" }',
    'commonjs/package.json': '{ "type": "commonjs" }',
    ...Object.fromEntries(PROGRAMS.map((file) => [file, program('node')])),
  });
  return project;
}

function alias(typescript: string): string {
  return `typescript-${typescript}`;
}
