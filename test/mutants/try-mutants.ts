import { execFile } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Findings } from './mutant-runner.ts';
import { mutate } from './mutations.ts';

const ROOT = join(import.meta.dirname, '../..');
const VITEST = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'test/mutants/vitest.config.ts'];

/** Files, and which tests would miss a change of them: first those that miss most in the least time. */
export interface TestedFiles {
  readonly files: readonly string[];
  readonly tests: readonly string[];
}

/**
 * Tries every mutant of the files that begin so, of which settings are left out where they are given.
 * @returns the mutants, and those of them that no test misses
 */
export async function tryMutants(
  places: readonly TestedFiles[],
  { begin = '', settings }: { readonly begin?: string; readonly settings?: readonly string[] },
) {
  const folder = mkdtempSync(join(tmpdir(), 'mutants-'));
  const runs = places.flatMap(({ files, tests }) => {
    const chosen = globSync(files, { cwd: ROOT }).filter((file) => file.startsWith(begin));
    return chosen.length === 0 ? [] : [{ files: chosen, tests }];
  });
  const mutants = runs.flatMap(({ files }) =>
    files.flatMap((file) => mutate(readFileSync(join(ROOT, file), 'utf8'), file, settings).mutants),
  );
  const killed = new Set<string>();
  const atLoad: (readonly [id: string, tests: readonly string[]])[] = [];
  try {
    await inTurns([...runs.entries()], async ([index, run]) => {
      const found = join(folder, `${index}.json`);
      if (!(await passes(run, { MUTANTS_FINDINGS: found })))
        throw new Error(`The tests of ${run.files.join(', ')} fail without a change: what would they show?`);
      const findings: Findings = JSON.parse(readFileSync(found, 'utf8'));
      for (const id of findings.killed) killed.add(id);
      for (const id of findings.atLoad) atLoad.push([id, run.tests]);
    });
    // What a module asks for while it is loaded is tried in a process of its own.
    await inTurns(atLoad, async ([id, tests]) => {
      const run = { files: [id.split('#')[0] ?? ''], tests };
      if (!(await passes(run, { MUTANT: id }, ['--bail=1'], 300_000))) killed.add(id);
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
  return { mutants, survivors: mutants.filter(({ id }) => !killed.has(id)) };

  /** Whether the tests pass over files in which every mutant can be switched on. */
  async function passes(
    { files, tests }: TestedFiles,
    variables: object,
    options: readonly string[] = [],
    timeout = 0,
  ) {
    const env = { ...process.env, ...variables, MUTANTS: JSON.stringify({ files, tests, settings }) };
    const args = [...VITEST, ...options, ...tests];
    const running = promisify(execFile)(process.execPath, args, { cwd: ROOT, env, maxBuffer: 1e9, timeout });
    return await running.then(
      () => true,
      () => false,
    );
  }
}

/** As many at a time as there are processors. */
async function inTurns<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const waiting = items.values();
  const worker = async () => {
    for (const item of waiting) await work(item);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
}
