/**
 * Leaves out, one by one, each line that hands a setting on or uses it, and runs the tests: `npm run handover`, or
 * `npm run handover -- proxy proxyUrl` for the settings of these names. Prints what no test misses, with exit status 1.
 */
import { execFile } from 'node:child_process';
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { JSON_SCHEMA } from '../../infra/app/settings.ts';
import { SETTINGS } from '../../lambda/refresher/config.ts';
import { type Deletion, deletions } from './deletions.ts';

const ROOT = join(import.meta.dirname, '../..');
const VITEST_OPTIONS = ['--bail=1', '--no-isolate', '--testTimeout=60000', '--hookTimeout=60000'];

/** Where settings are handed on or used, and which tests would miss that: first those that miss most. */
const PLACES = [
  {
    files: ['infra/{function-settings,timing-props,refresher-alarms,token-refresher}.ts', 'infra/app/*stack*.ts'],
    tests: [
      ...['app/settings', 'service', 'token-refresher', 'app/app', 'rules'].map((one) => `test/infra/${one}`),
      'test/contract',
    ],
  },
  {
    files: [
      'lambda/refresher/{config,create-handler,refresh-token,request-token}.ts',
      'lambda/refresher/{rules,adapters}/*.ts',
    ],
    tests: ['settings', 'config', 'tick', 'profile-tick', 'faults', 'ways-in', 'rules', 'adapters'].map(
      (one) => `test/refresher/${one}`,
    ),
  },
];

interface Trial extends Deletion {
  readonly file: string;
  readonly tests: readonly string[];
}

const names = process.argv.length > 2 ? process.argv.slice(2) : settingNames();
const trials: readonly Trial[] = PLACES.flatMap(({ files, tests }) =>
  globSync(files, { cwd: ROOT }).flatMap((file) =>
    deletions(readFileSync(join(ROOT, file), 'utf8'), names).map((deletion) => ({ ...deletion, file, tests })),
  ),
);
const waiting = trials.values();
let notMissed = 0;
await inCopy(async (copy) => {
  const tests = PLACES.flatMap((place) => place.tests);
  const failing = await firstFailing(copy, tests);
  if (failing !== undefined) throw new Error(`${failing} fails without any deletion: what would it show?`);
});
await Promise.all(Array.from({ length: availableParallelism() }, () => inCopy(tryAll)));
console.log(`${trials.length} deletions of ${names.length} settings, ${notMissed} missed by no test`);
process.exitCode = notMissed === 0 ? 0 : 1;

/** The names of the function's settings, of the props and of cdk.json. */
function settingNames(): readonly string[] {
  const { tokens, ...app } = JSON.parse(JSON.stringify(JSON_SCHEMA)).properties.context.properties;
  const all = [SETTINGS, tokens.additionalProperties.properties, app].flatMap(Object.keys);
  return [...new Set(all)];
}

async function inCopy(work: (copy: string) => Promise<void>): Promise<void> {
  const copy = mkdtempSync(join(tmpdir(), 'handover-'));
  const isWanted = (path: string) => !['.git', 'node_modules', 'cdk.out'].includes(basename(path));
  cpSync(ROOT, copy, { recursive: true, filter: isWanted });
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  try {
    await work(copy);
  } finally {
    rmSync(copy, { recursive: true });
  }
}

async function tryAll(copy: string): Promise<void> {
  for (const trial of waiting) {
    const path = join(copy, trial.file);
    const original = readFileSync(path);
    writeFileSync(path, trial.rest);
    const failing = await firstFailing(copy, trial.tests);
    writeFileSync(path, original);
    if (failing !== undefined) continue;
    notMissed += 1;
    console.log(`${trial.file}:${trial.line} is missed by no test:\n  ${trial.left}`);
  }
}

/** The first of the tests that fails. */
async function firstFailing(copy: string, tests: readonly string[]): Promise<string | undefined> {
  for (const test of tests) {
    const args = ['node_modules/vitest/vitest.mjs', 'run', ...VITEST_OPTIONS, test];
    const isPassed = await new Promise<boolean>((resolve) => {
      execFile(process.execPath, args, { cwd: copy }, (error) => resolve(error === null));
    });
    if (!isPassed) return test;
  }
  return undefined;
}
