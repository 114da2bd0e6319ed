import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { attempt, execute, folder, projectWith, write } from './commands.ts';
import { CDK, NODE_TYPES, type Row } from './rows.ts';

const JSII = '5.9.50';

/** What jsii asks of a package. */
const MANIFEST = {
  name: 'soap-token-refresher',
  version: '0.0.0',
  type: 'commonjs',
  description: 'The declarations',
  license: 'Apache-2.0',
  author: { name: 'nobody' },
  repository: { url: 'https://example.com/soap-token-refresher.git' },
  main: 'infra/index.js',
  types: 'infra/index.d.ts',
  peerDependencies: CDK,
  devDependencies: { jsii: JSII, '@types/node': NODE_TYPES[24] },
  jsii: { outdir: 'out', targets: {}, tsc: { types: ['node'] } },
};

/**
 * What other languages would see of the construct: jsii takes its declarations for sources, with those that its door
 * exports from `lambda/`. What they use of `lambda/` besides need not be as jsii wants it.
 * @param tarball the package
 */
export function jsiiRow(tarball: string): Row {
  return {
    cells: [`jsii ${JSII}`, 'the declarations of infra/'],
    quick: true,
    play: async () => {
      const project = await projectWith('jsii', MANIFEST);
      const unpacked = join(folder, 'unpacked');
      write(unpacked, { 'README.md': '' });
      await execute('tar', ['-xzf', tarball, '--strip-components=2', '-C', unpacked, 'package/dist'], folder);
      const read = (name: string) => readFileSync(join(unpacked, name), 'utf8');
      const exported = [...read('infra/index.d.ts').matchAll(/from '\.\.\/(.+)\.ts'/g)].map(
        ([, module]) => `${module}.d.ts`,
      );
      for (const name of globSync('{infra,lambda}/**/*.d.ts', { cwd: unpacked })) {
        const isSource = name.startsWith('infra') || exported.includes(name);
        const text = read(name).replaceAll(/(from '\.[^']*)\.ts'/g, "$1'");
        write(project, { [isSource ? name.replace('.d.ts', '.ts') : name]: text });
      }
      return await attempt('node', ['node_modules/jsii/bin/jsii'], project);
    },
  };
}
