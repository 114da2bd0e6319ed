/**
 * Installs the packed package where people use it, and uses it: `npm run consumers`, with `-- --quick` seven of the rows, two
 * of them bundles and one the control. Writes the tables of docs/packaging.md where all of them ran.
 */
import { rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { startLocalAws } from '../../local/world/aws/aws-server.ts';
import { markdownTable } from '../markdown-table.ts';
import { writeBetweenMarkers } from '../markers.ts';
import { BUNDLE_HEADER, bundleRows } from './bundles.ts';
import { folder, packed } from './commands.ts';
import { jsiiRow } from './jsii.ts';
import { PROJECT_HEADER, projectRows } from './play-project.ts';
import type { Row } from './rows.ts';
import { typeRows } from './types.ts';

const { quick = false } = parseArgs({ options: { quick: { type: 'boolean' } } }).values;
const aws = await startLocalAws();

try {
  const tarball = await packed();
  const projects = projectRows(tarball);
  const bundles = bundleRows(tarball, aws, { quick });
  const rows = [...projects, ...bundles, jsiiRow(tarball), ...typeRows(tarball)];
  const surprises = await play(quick ? rows.filter((row) => row.quick) : rows);
  for (const surprise of surprises) console.error(`\n${surprise}`);
  if (surprises.length > 0) process.exitCode = 1;
  else if (!quick) {
    const table = (header: readonly string[], played: readonly Row[]) =>
      markdownTable(
        header,
        played.map(({ cells }) => cells),
      );
    await writeBetweenMarkers('docs/packaging.md', 'consumers', {
      matrix: table(PROJECT_HEADER, projects),
      bundles: table(BUNDLE_HEADER, bundles),
    });
  }
} finally {
  await aws.close();
  rmSync(folder, { recursive: true, force: true });
}

/** @returns what is not as the rows say */
async function play(rows: readonly Row[]): Promise<readonly string[]> {
  const surprises: string[] = [];
  const waiting = rows.values();
  const work = async (): Promise<void> => {
    for (const row of waiting) {
      const title = row.cells.join(' | ');
      const startedAt = Date.now();
      const surprise = surpriseOf(row, await row.play().catch((error: unknown) => String(error)));
      const seconds = Math.round((Date.now() - startedAt) / 1000);
      console.log(`${surprise === undefined ? 'as expected' : 'NOT as expected'} after ${seconds} s: ${title}`);
      if (surprise !== undefined) surprises.push(`${title}\n${surprise}`);
    }
  };
  // Half of the time goes into writing files: two at a time keep disk and processor busy.
  await Promise.all([work(), work()]);
  return surprises;
}

/** What is not as the row says; undefined where all of it is. */
function surpriseOf({ fails }: Row, failure: string | undefined): string | undefined {
  if (fails === undefined) return failure && `It should work, but failed:\n${failure}`;
  if (failure !== undefined && fails.message.test(failure)) return undefined;
  return `It should have failed with ${fails.message}, but: ${failure ?? 'it worked'}`;
}
