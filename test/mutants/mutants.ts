/**
 * Changes the files that decide, in one place at a time, and runs the tests that reach the place: `npm run mutants`, or
 * `npm run mutants -- lambda/reader` for the files that begin so. Prints what no test misses, and means-nothing.ts does not
 * name, with exit status 1; writes the figure of a whole run into CONTRIBUTING.md.
 */
import { execFile } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeBetweenMarkers } from '../markers.ts';
import { MEANS_NOTHING } from './means-nothing.ts';
import type { Findings } from './mutant-runner.ts';
import { type Mutant, mutate } from './mutations.ts';

const ROOT = join(import.meta.dirname, '../..');
const VITEST = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'test/mutants/vitest.config.ts'];

/** What decides, and which tests would miss a change: first those that miss most in the least time. */
const PLACES = [
  {
    files: ['lambda/services/{judge,judged-answer,listed-code,element-path,root-part}.ts'],
    tests: [
      'test/services/judge',
      'test/services/masters-india',
      'test/services/check-profile',
      'test/services/service',
      'test/services/published-profiles',
      'test/refresher/profile-tick',
      'test/refresher/redact-service-text',
    ],
  },
  {
    files: ['lambda/refresher/rules/*.ts', 'lambda/{attempt-record,token-status}.ts'],
    tests: [
      'test/records',
      'test/refresher/rules',
      'test/refresher/records',
      'test/refresher/tick',
      'test/refresher/faults',
      'test/refresher/proofs/two-runs',
      'test/reader/token-reader',
      'test/reader/rejections',
    ],
  },
  {
    files: ['lambda/reader/*.ts'],
    tests: [
      ...['token-reader', 'rejections', 'ssm-errors', 'races'].map((one) => `test/reader/${one}`),
      'test/user-agent',
    ],
  },
];

const [begin = ''] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'mutants-'));
const runs = PLACES.flatMap(({ files, tests }) => {
  const chosen = globSync(files, { cwd: ROOT }).filter((file) => file.startsWith(begin));
  return chosen.length === 0 ? [] : [{ files: chosen, tests }];
});
const mutants = runs.flatMap(({ files }) =>
  files.flatMap((file) => mutate(readFileSync(join(ROOT, file), 'utf8'), file).mutants),
);
const killed = new Set<string>();
const atLoad: (readonly [id: string, tests: readonly string[]])[] = [];
try {
  await inTurns(runs, async ({ files, tests }) => {
    const { isPassed, findings } = await runTests(files, tests);
    if (!isPassed) throw new Error(`The tests of ${files.join(', ')} fail without a change: what would they show?`);
    for (const id of findings.killed) killed.add(id);
    for (const id of findings.atLoad) atLoad.push([id, tests]);
  });
  // What a module asks for only while it is loaded is tried in a process of its own.
  await inTurns(atLoad, async ([id, tests]) => {
    const { isPassed } = await runTests([id.split('#')[0] ?? ''], tests, id);
    if (!isPassed) killed.add(id);
  });
} finally {
  rmSync(folder, { recursive: true });
}

const survivors = mutants.filter(({ id }) => !killed.has(id));
const isNamed = ({ file, change }: Mutant) => MEANS_NOTHING[file]?.[change] !== undefined;
const missed = survivors.filter((mutant) => !isNamed(mutant));
for (const { file, line, change } of missed) console.log(`${file}:${line} is missed by no test: ${change}`);
const named = Object.entries(MEANS_NOTHING).flatMap(([file, changes]) =>
  Object.keys(changes).map((change) => ({ file, change })),
);
const gone = named.filter(
  ({ file, change }) =>
    runs.some(({ files }) => files.includes(file)) &&
    !survivors.some((mutant) => mutant.file === file && mutant.change === change),
);
for (const { file, change } of gone)
  console.log(`means-nothing.ts names what is killed or gone, in ${file}: ${change}`);
const equal = survivors.length - missed.length;
const figure = `Of ${mutants.length} mutants the tests kill ${killed.size}; ${equal} more mean nothing, and ${missed.length} survive.`;
console.log(figure);
if (begin === '') await writeBetweenMarkers('CONTRIBUTING.md', 'mutants', { figure });
process.exitCode = missed.length + gone.length === 0 ? 0 : 1;

/** As many at a time as there are processors. */
async function inTurns<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const waiting = items.values();
  const worker = async () => {
    for (const item of waiting) await work(item);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
}

/** @param tried the only mutant; left out, all of them, one after the other */
async function runTests(
  files: readonly string[],
  tests: readonly string[],
  tried?: string,
): Promise<{ readonly isPassed: boolean; readonly findings: Findings }> {
  const out = join(folder, `${tried?.replaceAll(/\W/g, '-') ?? files.length}.json`);
  const env = {
    ...process.env,
    MUTANTS_FILES: JSON.stringify(files),
    MUTANTS_TESTS: JSON.stringify(tests),
    MUTANTS_FINDINGS: out,
    ...(tried !== undefined && { MUTANT: tried }),
  };
  const bail = tried === undefined ? [] : ['--bail=1'];
  const isPassed = await new Promise<boolean>((resolve) => {
    const options = { cwd: ROOT, env, maxBuffer: 1e9, ...(tried !== undefined && { timeout: 300_000 }) };
    execFile(process.execPath, [...VITEST, ...bail, ...tests], options, (error) => resolve(error === null));
  });
  if (tried !== undefined) return { isPassed, findings: { killed: [], atLoad: [] } };
  return { isPassed, findings: JSON.parse(readFileSync(out, 'utf8')) };
}
