/**
 * `npm run simulate` writes the figures of docs/outages.md and its picture: scenarios, defaults, a thousand random months.
 * With options it writes nothing: `--months` judges fresh months, `--outage` shows what an outage costs with a rhythm of
 * one's own; `--help` explains them.
 */
import { randomInt } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { runCommand } from '../../cli/command-line.ts';
import { writeBetweenMarkers } from '../markers.ts';
import { rhythmReport, rhythmTasks } from './own-rhythm.ts';
import { randomMonth } from './random-month.ts';
import { monthsReport } from './report/months-report.ts';
import { alarmTable, backOffTable, lateTable, leadTable, misreadTable, rhythmTable } from './report/own-tables.ts';
import { outagePicture } from './report/picture.ts';
import { projectTable, serviceTable, sideBySide } from './report/scenario-tables.ts';
import { SERVICE_SCENARIOS, scenarios } from './scenarios.ts';
import { type OwnRhythm, readSimulateOptions, SIMULATE } from './simulate-options.ts';
import { STRATEGIES } from './strategies.ts';
import type { Summary } from './trial.ts';
import { runAll, runOwn } from './worker-pool.ts';

const RANDOM_MONTHS = 1000;
const PAGE = 'docs/outages.md';
const PICTURES = 'docs/pictures';

await runCommand(SIMULATE, ({ values }) => {
  const options = readSimulateOptions(values);
  if (options.command === 'own rhythm') return showOwnRhythm(options.rhythm);
  if (options.command === 'write page') return writePage();
  return judgeMonths(options.seed ?? randomInt(2 ** 24), options.count);
});
// What is printed is all there; the workers need not be waited for.
process.exit();

async function showOwnRhythm(rhythm: OwnRhythm): Promise<number> {
  console.log(rhythmReport(rhythm, await runAll(await rhythmTasks(rhythm))));
  return 0;
}

async function judgeMonths(first: number, count: number): Promise<number> {
  console.log(`Seeds ${first} to ${first + count - 1}: --months ${count} --seed ${first} shows them again.`);
  const fresh = await runMonths(first, count);
  console.log(monthsReport(fresh));
  return isClean(fresh) ? 0 : 1;
}

async function writePage(): Promise<number> {
  const summaries = await runAll(
    scenarios().flatMap((scenario) => STRATEGIES.map((strategy) => ({ strategy, scenario }))),
  );
  const tables = {
    'side by side': shown('Side by side', sideBySide(summaries)),
    scenarios: shown('Scenarios', projectTable(summaries)),
    services: shown('Services with habits of their own', serviceTable(await runOwn(SERVICE_SCENARIOS))),
    'refresh policies': shown('Refresh policies', await rhythmTable()),
    'page before the end': shown('Page before the end', await leadTable()),
    'misread refusals': shown('What a misread refusal costs', await misreadTable()),
    'back-off': shown('What the back-off costs', await backOffTable()),
    'late answers': shown('What logins cost that are answered too late', await lateTable()),
    'alarm variants': shown('Variants of TokenExpiring', await alarmTable()),
  };
  const picture = await outagePicture();
  const months = await runMonths(0, RANDOM_MONTHS);
  const monthsTable = shown(`${RANDOM_MONTHS} random months`, monthsReport(months));

  await writeFile(`${PICTURES}/outage.svg`, picture.svg);
  const shownPicture = `![${picture.alt}](pictures/outage.svg)`;
  await writeBetweenMarkers(PAGE, 'simulate', { ...tables, picture: shownPicture, 'random months': monthsTable });
  console.log(`Written to ${PAGE} and ${PICTURES}/outage.svg.`);
  return isClean(months) ? 0 : 1;
}

async function runMonths(first: number, count: number): Promise<readonly Summary[]> {
  return await runOwn(Array.from({ length: count }, (_, index) => randomMonth(first + index)));
}

function isClean(judged: readonly Summary[]): boolean {
  return judged.every(({ violations, mistakes }) => violations.length + mistakes.length === 0);
}

/** Prints a table as soon as it is there: all of them take minutes. */
function shown(title: string, table: string): string {
  console.log(`## ${title}\n\n${table}\n`);
  return table;
}
