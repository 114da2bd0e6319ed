/**
 * `npm run simulate` writes the figures of docs/outages.md and its picture: scenarios, defaults, a thousand random months.
 * `npm run simulate -- --months N [--seed S]` judges N fresh months instead, prints their seeds and writes nothing.
 */
import { randomInt } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { writeBetweenMarkers } from '../markers.ts';
import { alarmTable, RHYTHMS, rhythmTable } from './defaults.ts';
import { backOffTable, CHECKS, leadTable, misreadTable, SHORT_LIVES } from './honest-figures.ts';
import { CUSTOMERS, randomMonth } from './random-month.ts';
import { monthsReport } from './report/months-report.ts';
import { outagePicture } from './report/picture.ts';
import { projectTable, serviceTable, sideBySide } from './report/scenario-tables.ts';
import { SCENARIOS, SERVICE_SCENARIOS } from './scenarios.ts';
import type { Summary } from './summary.ts';
import { synthesise } from './synthesised-template.ts';
import { STRATEGIES, type Templates, templateKey } from './trial.ts';
import { runAll } from './worker-pool.ts';

const RANDOM_MONTHS = 1000;
const PAGE = 'docs/outages.md';
const PICTURES = 'docs/pictures';

const settings = [
  {},
  ...RHYTHMS,
  ...SHORT_LIVES,
  ...CHECKS,
  ...CUSTOMERS.map((customer) => customer.settings),
  ...SERVICE_SCENARIOS.map((one) => one.settings),
];
const templates: Templates = new Map(settings.map((one) => [templateKey(one), synthesise(one)]));

const { values: asked } = parseArgs({ options: { months: { type: 'string' }, seed: { type: 'string' } } });
if (asked.months !== undefined) {
  const count = wholeNumber(asked.months, '--months');
  const first = asked.seed === undefined ? randomInt(2 ** 24) : wholeNumber(asked.seed, '--seed');
  console.log(`Seeds ${first} to ${first + count - 1}: --months ${count} --seed ${first} shows them again.`);
  const fresh = await runMonths(first, count);
  console.log(monthsReport(fresh));
  process.exit(isClean(fresh) ? 0 : 1);
}

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
  'alarm variants': shown('Variants of TokenExpiring', await alarmTable(templates)),
};
const picture = await outagePicture(templates);
const months = await runMonths(0, RANDOM_MONTHS);
const monthsTable = shown(`${RANDOM_MONTHS} random months`, monthsReport(months));

await writeFile(`${PICTURES}/outage.svg`, picture.svg);
const shownPicture = `![${picture.alt}](pictures/outage.svg)`;
await writeBetweenMarkers(PAGE, { ...tables, picture: shownPicture, 'random months': monthsTable });
console.log(`Written to ${PAGE} and ${PICTURES}/outage.svg.`);
if (!isClean(months)) process.exitCode = 1;

async function runMonths(first: number, count: number): Promise<readonly Summary[]> {
  const seeds = Array.from({ length: count }, (_, index) => first + index);
  const tasks = seeds.map((seed) => ({ strategy: 'this project' as const, scenario: randomMonth(seed) }));
  return await runAll(tasks, templates);
}

function isClean(judged: readonly Summary[]): boolean {
  return judged.every(({ violations, mistakes }) => violations.length + mistakes.length === 0);
}

function wholeNumber(text: string, option: string): number {
  if (!/^[1-9]\d{0,7}$|^0$/.test(text)) throw new TypeError(`${option} ${text} is not a whole number`);
  return Number(text);
}

/** Prints a table as soon as it is there: all of them take minutes. */
function shown(title: string, table: string): string {
  console.log(`## ${title}\n\n${table}\n`);
  return table;
}
