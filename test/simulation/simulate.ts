/** `npm run simulate`: the scenarios, the search for the defaults, a thousand random months, and the picture. */
import { writeFile } from 'node:fs/promises';
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
console.log('## Scenarios\n');
console.log(`${projectTable(summaries)}\n`);
console.log('## Side by side: longest time without a valid token / paged after / requests (refused) meanwhile\n');
console.log(`${sideBySide(summaries)}\n`);

console.log('## Services with habits of their own, ten quiet days each\n');
const serviceTasks = SERVICE_SCENARIOS.map((scenario) => ({ strategy: 'this project' as const, scenario }));
console.log(`${serviceTable(await runAll(serviceTasks, templates))}\n`);

console.log('## Refresh policy: what it buys in an outage, what it costs on a quiet day\n');
console.log(`${await rhythmTable(templates)}\n`);
console.log('## TokenExpiring: what its variants make of the same months\n');
console.log(`${await alarmTable(templates)}\n`);

await writeFile(PICTURE, await outagePicture(templates));
console.log(`## The picture of an outage of six hours: ${PICTURE}\n`);

const seeds = Array.from({ length: RANDOM_MONTHS }, (_, seed) => seed);
const months = await runAll(
  seeds.map((seed) => ({ strategy: 'this project' as const, scenario: randomMonth(seed) })),
  templates,
);
console.log(`## ${RANDOM_MONTHS} random months\n`);
console.log(monthsReport(months));
if (months.some(({ violations, mistakes }) => violations.length + mistakes.length > 0)) process.exitCode = 1;
