/**
 * Leaves out, one by one, each statement, property, argument and element of a list that hands a setting on or uses it, and
 * runs the tests: `npm run handover`, or `npm run handover -- proxy proxyUrl` for the settings of these names. Prints what
 * no test misses, with exit status 1.
 */
import { JSON_SCHEMA } from '../../infra/app/settings.ts';
import { SETTINGS } from '../../lambda/refresher/config.ts';
import { type TestedFiles, tryMutants } from './try-mutants.ts';

/** Where settings are handed on or used, and which tests would miss that. */
const PLACES: readonly TestedFiles[] = [
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

const settings = process.argv.length > 2 ? process.argv.slice(2) : settingNames();
const { mutants, survivors } = await tryMutants(PLACES, { settings });
for (const { file, line, change } of survivors) console.log(`${file}:${line} is missed by no test:\n  ${change}`);
console.log(`${mutants.length} deletions of ${settings.length} settings, ${survivors.length} missed by no test`);
process.exitCode = survivors.length === 0 ? 0 : 1;

/** The names of the function's settings, of the props and of cdk.json. */
function settingNames(): readonly string[] {
  const { tokens, ...app } = JSON.parse(JSON.stringify(JSON_SCHEMA)).properties.context.properties;
  const all = [SETTINGS, tokens.additionalProperties.properties, app].flatMap(Object.keys);
  return [...new Set(all)];
}
