/**
 * `npm run simulate` writes the figures of docs/outages.md and its picture: scenarios, defaults, a thousand random months.
 * With options it writes nothing: `--months` judges fresh months, `--outage` shows what an outage costs with a rhythm of
 * one's own; `--help` explains them.
 */
import { randomInt } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { runCommand } from '../../cli/command-line.ts';
import { writeBetweenMarkers } from '../markers.ts';
import { alarmTable, RHYTHMS, rhythmTable } from './defaults.ts';
import { backOffTable, CHECKS, lateTable, leadTable, misreadTable, SHORT_LIVES } from './honest-figures.ts';
import { rhythmReport, rhythmTasks, settingsOf } from './own-rhythm.ts';
import { CUSTOMERS, randomMonth } from './random-month.ts';
import { monthsReport } from './report/months-report.ts';
import { outagePicture } from './report/picture.ts';
import { projectTable, serviceTable, sideBySide } from './report/scenario-tables.ts';
import { SCENARIOS, SERVICE_SCENARIOS } from './scenarios.ts';
import { type OwnRhythm, readSimulateOptions, SIMULATE } from './simulate-options.ts';
import type { Summary } from './summary.ts';
import { synthesise } from './synthesised-template.ts';
import { STRATEGIES, type Templates, templateKey } from './trial.ts';
import { runAll } from './worker-pool.ts';

const RANDOM_MONTHS = 1000;
const PAGE = 'docs/outages.md';
const PICTURES = 'docs/pictures';

await runCommand(SIMULATE, ({ values }) => {
  const options = readSimulateOptions(values);
  if (options.command === 'own rhythm') return showOwnRhythm(options.rhythm);
  const settings = [
    {},
    ...RHYTHMS,
    ...SHORT_LIVES,
    ...CHECKS,
    ...CUSTOMERS.map((customer) => customer.settings),
    ...SERVICE_SCENARIOS.map((one) => one.settings),
  ];
  const templates: Templates = new Map(settings.map((one) => [templateKey(one), synthesise(one)]));
  if (options.command === 'write page') return writePage(templates);
  return judgeMonths(options.seed ?? randomInt(2 ** 24), options.count, templates);
});
// What is printed is all there; the workers need not be waited for.
process.exit();

async function showOwnRhythm(rhythm: OwnRhythm): Promise<number> {
  const own = settingsOf(rhythm);
  const templates = new Map([[templateKey(own), synthesise(own)]]);
  const summaries = await runAll(await rhythmTasks(rhythm, templates), templates);
  console.log(rhythmReport(rhythm, summaries));
  return 0;
}

async function judgeMonths(first: number, count: number, templates: Templates): Promise<number> {
  console.log(`Seeds ${first} to ${first + count - 1}: --months ${count} --seed ${first} shows them again.`);
  const fresh = await runMonths(first, count, templates);
  console.log(monthsReport(fresh));
  return isClean(fresh) ? 0 : 1;
}

async function writePage(templates: Templates): Promise<number> {
  const scenarioTasks = SCENARIOS.flatMap((scenario) => STRATEGIES.map((strategy) => ({ strategy, scenario })));
  const summaries = await runAll(scenarioTasks, templates);
  const serviceTasks = SERVICE_SCENARIOS.map((scenario) => ({ strategy: 'this project' as const, scenario }));
  const tables = {
    'side by side': shown('Side by side', sideBySide(summaries)),
    scenarios: shown('Scenarios', projectTable(summaries)),
    services: shown('Services with habits of their own', serviceTable(await runAll(serviceTasks, templates))),
    'refresh policies': shown('Refresh policies', await rhythmTable(templates)),
    'page before the end': shown('Page before the end', await leadTable(templates)),
    'misread refusals': shown('What a misread refusal costs', await misreadTable(templates)),
    'back-off': shown('What the back-off costs', await backOffTable(templates)),
    'late answers': shown('What logins cost that are answered too late', await lateTable(templates)),
    'alarm variants': shown('Variants of TokenExpiring', await alarmTable(templates)),
  };
  const picture = await outagePicture(templates);
  const months = await runMonths(0, RANDOM_MONTHS, templates);
  const monthsTable = shown(`${RANDOM_MONTHS} random months`, monthsReport(months));

  await writeFile(`${PICTURES}/outage.svg`, picture.svg);
  const shownPicture = `![${picture.alt}](pictures/outage.svg)`;
  await writeBetweenMarkers(PAGE, { ...tables, picture: shownPicture, 'random months': monthsTable });
  console.log(`Written to ${PAGE} and ${PICTURES}/outage.svg.`);
  return isClean(months) ? 0 : 1;
}

async function runMonths(first: number, count: number, templates: Templates): Promise<readonly Summary[]> {
  const seeds = Array.from({ length: count }, (_, index) => first + index);
  const tasks = seeds.map((seed) => ({ strategy: 'this project' as const, scenario: randomMonth(seed) }));
  return await runAll(tasks, templates);
}

function isClean(judged: readonly Summary[]): boolean {
  return judged.every(({ violations, mistakes }) => violations.length + mistakes.length === 0);
}

/** Prints a table as soon as it is there: all of them take minutes. */
function shown(title: string, table: string): string {
  console.log(`## ${title}\n\n${table}\n`);
  return table;
}
