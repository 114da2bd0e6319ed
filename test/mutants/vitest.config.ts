import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { mutate } from './mutations.ts';
import type { TestedFiles } from './try-mutants.ts';

const ROOT = join(import.meta.dirname, '../..');
/** What `tryMutants` says of this run. */
const { files, tests, settings }: TestedFiles & { settings?: readonly string[] } = JSON.parse(
  process.env.MUTANTS ?? '{}',
);

/** As they are listed: those that kill most in the least time come first. */
class InOrder extends BaseSequencer {
  override async sort(specifications: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => tests.findIndex((one) => moduleId.startsWith(join(ROOT, one)));
    return specifications.toSorted((one, other) => place(one) - place(other));
  }
}

/** The tests, over files in which every mutant can be switched on: one process tries them all. */
export default defineConfig({
  root: ROOT,
  plugins: [
    {
      name: 'mutants',
      enforce: 'pre',
      transform: (_, path) =>
        files.includes(relative(ROOT, path))
          ? mutate(readFileSync(path, 'utf8'), relative(ROOT, path), settings).code
          : undefined,
    },
  ],
  test: {
    runner: join(import.meta.dirname, 'mutant-runner.ts'),
    env: { CDK_VALIDATION: 'false' },
    isolate: false,
    fileParallelism: false,
    maxConcurrency: 1,
    sequence: { sequencer: InOrder },
    // Of a test with all mutants; one that a single mutant makes wait for ever is ended.
    testTimeout: process.env.MUTANT === undefined ? 3_600_000 : 20_000,
    hookTimeout: 3_600_000,
    dangerouslyIgnoreUnhandledErrors: true,
    silent: true,
    // What is kept there knows nothing of which files are changed.
    fsModuleCache: false,
  },
});
