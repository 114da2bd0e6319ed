/** `npm run simulate` writes the figures of docs/outages.md and its picture: scenarios, defaults, a thousand random months. */
import { writeFile } from 'node:fs/promises';
import { writeBetweenMarkers } from '../markers.ts';
import { alarmTable, RHYTHMS, rhythmTable } from './defaults.ts';
import { CUSTOMERS, randomMonth } from './random-month.ts';
import { monthsReport } from './report/months-report.ts';
import { outagePicture } from './report/picture.ts';
import { projectTable, serviceTable, sideBySide } from './report/scenario-tables.ts';
import { SCENARIOS, SERVICE_SCENARIOS } from './scenarios.ts';
import { synthesise } from './synthesised-template.ts';
import { STRATEGIES, type Templates, templateKey } from './trial.ts';
import { runAll } from './worker-pool.ts';

const RANDOM_MONTHS = 1000;
const PAGE = 'docs/outages.md';
const PICTURE = 'docs/outage.svg';

const settings = [
  {},
  ...RHYTHMS,
  ...CUSTOMERS.map((customer) => customer.settings),
  ...SERVICE_SCENARIOS.map((one) => one.settings),
];
const templates: Templates = new Map(settings.map((one) => [templateKey(one), synthesise(one)]));

const scenarioTasks = SCENARIOS.flatMap((scenario) => STRATEGIES.map((strategy) => ({ strategy, scenario })));
const summaries = await runAll(scenarioTasks, templates);
const serviceTasks = SERVICE_SCENARIOS.map((scenario) => ({ strategy: 'this project' as const, scenario }));
const seeds = Array.from({ length: RANDOM_MONTHS }, (_, seed) => seed);
const monthTasks = seeds.map((seed) => ({ strategy: 'this project' as const, scenario: randomMonth(seed) }));
const tables = {
  'side by side': shown('Side by side', sideBySide(summaries)),
  scenarios: shown('Scenarios', projectTable(summaries)),
  services: shown('Services with habits of their own', serviceTable(await runAll(serviceTasks, templates))),
  'refresh policies': shown('Refresh policies', await rhythmTable(templates)),
  'alarm variants': shown('Variants of TokenExpiring', await alarmTable(templates)),
};
const picture = await outagePicture(templates);
const months = await runAll(monthTasks, templates);
const monthsTable = shown(`${RANDOM_MONTHS} random months`, monthsReport(months));

await writeFile(PICTURE, picture);
await writeBetweenMarkers(PAGE, { ...tables, 'random months': monthsTable });
console.log(`Written to ${PAGE} and ${PICTURE}.`);
if (months.some(({ violations, mistakes }) => violations.length + mistakes.length > 0)) process.exitCode = 1;

/** Prints a table as soon as it is there: all of them take minutes. */
function shown(title: string, table: string): string {
  console.log(`## ${title}\n\n${table}\n`);
  return table;
}
