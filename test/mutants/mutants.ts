/**
 * Changes the files that decide, in one place at a time, and runs the tests that reach the place: `npm run mutants`, or
 * `npm run mutants -- lambda/reader` for the files that begin so. Prints what no test misses, and means-nothing.ts does not
 * name, with exit status 1; writes the figure of a whole run into CONTRIBUTING.md.
 */
import { writeBetweenMarkers } from '../markers.ts';
import { MEANS_NOTHING } from './means-nothing.ts';
import { type TestedFiles, tryMutants } from './try-mutants.ts';

/** What decides, and which tests would miss a change. */
const PLACES: readonly TestedFiles[] = [
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
const { mutants, survivors } = await tryMutants(PLACES, { begin });
const missed = survivors.filter(({ file, change }) => MEANS_NOTHING[file]?.[change] === undefined);
for (const { file, line, change } of missed) console.log(`${file}:${line} is missed by no test: ${change}`);
const tried = new Set(mutants.map(({ file }) => file));
const named = Object.entries(MEANS_NOTHING).flatMap(([file, changes]) =>
  Object.keys(changes).map((change) => ({ file, change })),
);
const gone = named.filter(
  ({ file, change }) =>
    tried.has(file) && !survivors.some((mutant) => mutant.file === file && mutant.change === change),
);
for (const { file, change } of gone)
  console.log(`means-nothing.ts names what is killed or gone, in ${file}: ${change}`);
const killed = mutants.length - survivors.length;
const equal = survivors.length - missed.length;
const figure = `Of ${mutants.length} mutants the tests kill ${killed}; ${equal} more mean nothing, and ${missed.length} survive.`;
console.log(figure);
if (begin === '') await writeBetweenMarkers('CONTRIBUTING.md', 'mutants', { figure });
process.exitCode = missed.length + gone.length === 0 ? 0 : 1;
