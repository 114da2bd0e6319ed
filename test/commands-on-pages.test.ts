import { expect, it } from 'vitest';
import { blocks, PAGES, prose, read } from './pages.ts';

/** Where a command is run, by how it begins: a file, and what stands in it. */
const RUN: readonly (readonly [RegExp, file: string, text: string])[] = [
  [/^npm ci$/, '.ci/run', 'npm ci'],
  [/^npm run check$/, '.ci/run', 'npm run check'],
  [/^npm run test:page$/, '.ci/run', 'npm run test:page'],
  [/^npm run consumers$/, '.ci/run', 'npm run consumers'],
  [/^npm test( -- -u)?$/, 'package.json', 'npm run unused && npm test && npm run test:commands'],
  [/^npm run synth$/, 'package.json', '&& npm run synth'],
  [/^npm start( -- --serve( --every 5| --lifetime 150| --fail 503)*)?$/, 'test/local/start/start.test.ts', "'--serve'"],
  [/^npm start -- (--help|--fail)$/, 'test/local/start/start.test.ts', "['--help']"],
  [/^npm start -- --service (dpd|acme.service.json)$/, 'test/local/start/start.test.ts', "['--service', 'dpd']"],
  [/^npm start -- (--service dpd )?--endpoint URL --cred/, 'test/local/start/start.test.ts', "'--endpoint'"],
  [/^npm run example$/, 'test/local/install.test.ts', "run('example'"],
  [/^npm run status( -- --context stage=\w+)?$/, 'test/cli/status.test.ts', 'infra/app/app-status.ts'],
  [/^npx soap-token-refresher status/, 'test/cli/status.test.ts', 'cli/soap-token-refresher.ts'],
  [/^npm run service( -- check .*)?$/, 'test/local/service/service-command.test.ts', "run('check'"],
  [/^npm run --silent service -- print /, 'test/local/service/service-command.test.ts', "run('print'"],
  [/^npm run simulate -- /, 'test/simulation/own-rhythm.test.ts', 'rhythmTasks'],
  [/^npm run cdk -- diff$/, 'test/infra/app/deploy-page.test.ts', 'diff'],
  [/^npm run cdk -- diff TokenRefresher-<name> --template/, 'test/infra/app/deploy-page.test.ts', "'--template'"],
  [/^npm run cdk -- (diff|deploy --all).* --context/, 'test/infra/app/deploy-page.test.ts', 'diff'],
  [/^npm pack/, 'test/package.test.ts', "'pack'"],
  [/^npm run zip$/, 'test/package.test.ts', 'npm run -s zip'],
  [/^npm run integ$/, 'package.json', '&& npm run integ"'],
  [/^npm run contract$/, 'test/contract/contract.test.ts', 'contract()'],
  [/^npm install \.\/soap-token-refresher-/, 'test/consumers/commands.ts', "'install'"],
  [/^aws ssm (get|put)-parameter /, 'test/shell-commands.test.ts', 'aws ssm put-parameter'],
  [/^aws --region … secretsmanager put-secret-value /, 'test/shell-commands.test.ts', 'put-secret-value'],
  [/^(jq -n|curl -i)/, 'test/shell-commands.test.ts', 'service -- check'],
  [/^npx cdk$/, 'test/infra/app/deploy-page.test.ts', 'node_modules/.bin/cdk'],
  [/^npm run handover( -- NAME)?$/, 'test/mutants/mutations.test.ts', 'that name a setting'],
  [/^npm run build$/, 'package.json', 'npm run -s build && vitest run'],
  [/^npx vitest run test\/docs.test.ts -u$/, 'package.json', 'vitest run'],
  // They write pages and pictures of this repository.
  [/^npm run bench$/, 'docs/performance.md', '<!-- bench: cold tick -->'],
  [/^npm run simulate$/, 'docs/outages.md', '<!-- simulate: scenarios -->'],
  [/^npm run mutants$/, 'CONTRIBUTING.md', '<!-- mutants: figure -->'],
  [/^npm run integ:snapshot$/, 'test/integ/integ.token-refresher.ts', 'npm run integ'],
  [/^npm run pictures$/, 'test/page/pictures.ts', 'docs/pictures'],
];

/** A page marks what nobody has run: with "not tried" behind it, or in a list that these words begin. */
const MARK = /\bNot tried\b[^\n]*(?:\n(?!\n)[^\n]*)*/g;

/** All commands of a page: the lines of blocks for a shell or a workflow, and code within sentences. */
function commandsOn(page: string) {
  const untried = [...read(page).matchAll(MARK)].flatMap(([paragraph]) => [...paragraph.matchAll(/`([^`]+)`/g)]);
  const prefixes = untried.map(([, command = '']) => command);
  const linesOf = (language: string) =>
    blocks(page, language).flatMap((block) => block.replaceAll(/\\\n\s*/g, '').split('\n'));
  const steps = linesOf('yaml').flatMap((line) => /- run: (.*)/.exec(line)?.[1] ?? []);
  const inline = [...prose(page).matchAll(/`([^`]+)`((?: \(|, )not tried\b)?/g)].map(
    ([, code = '', mark = '']) => `${code}${mark}`,
  );
  return [...linesOf('sh'), ...steps, ...inline].flatMap((line) => {
    const [code = '', comment = ''] = line
      .replaceAll(/\s+/g, ' ')
      .trim()
      .split(/(?= # | \(not|, not)/);
    const isCommented = /not tried/.test(comment);
    return code
      .split(' && ')
      .filter((command) => /^(?:npm|npx|aws|git|curl|jq|docker) [^ ]/.test(command))
      .map((command) => ({ command, isMarked: isCommented || prefixes.some((prefix) => command.startsWith(prefix)) }));
  });
}

it.each(PAGES)('%s shows no command that is neither run somewhere nor marked as not tried', (page) => {
  const tried = commandsOn(page).filter(({ isMarked }) => !isMarked);
  const unknown = tried.filter(({ command }) => !RUN.some(([known]) => known.test(command)));
  expect(unknown.map(({ command }) => command)).toEqual([]);
});

it('every command that is run is on a page, and run where this says so', () => {
  const shown = PAGES.flatMap(commandsOn).map(({ command }) => command);
  for (const [known, file, text] of RUN) {
    expect(
      shown.filter((command) => known.test(command)),
      `${known}`,
    ).not.toEqual([]);
    expect(read(file), file).toContain(text);
  }
});
