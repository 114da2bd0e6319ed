import { existsSync, globSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, it } from 'vitest';
import { alarmName, alarmRules } from '../infra/alarm-rules.ts';
import { ERROR_GUIDE } from '../lambda/error-guide.ts';
import { METRICS } from '../lambda/refresher/metric-names.ts';
import { timingOf } from '../lambda/timing.ts';
import { replaceBetweenMarkers } from './markers.ts';
import { blocks, PAGES, prose, ROOT, read } from './pages.ts';

const CODE = globSync('{cli,lambda,infra,local,test,examples}/**/*.{ts,js,py}', {
  cwd: ROOT,
  exclude: (path) => path.endsWith('node_modules'),
});

/** Headings as GitHub makes anchors of them. What looks like one in a block of code is a comment of a shell script. */
function headings(page: string): ReadonlyMap<string, string> {
  const anchors = new Map<string, string>();
  for (const [, heading = ''] of prose(page).matchAll(/^#+ (.+)$/gm)) {
    const text = heading.replaceAll('`', '');
    const words = text.toLowerCase().replaceAll(/[^\p{L}\p{N}_ -]/gu, '');
    const anchor = words.replaceAll(' ', '-');
    if (anchors.has(anchor)) throw new Error(`${page} has two headings ${heading}: a link could mean either.`);
    anchors.set(anchor, text);
  }
  return anchors;
}

/** Where the relative links of a page lead, pictures included. */
function relativeLinks(page: string): readonly string[] {
  return [...prose(page).matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target = '']) =>
    /^[a-z]+:/.test(target) ? [] : [target],
  );
}

it.each(PAGES)('%s links to files and headings that exist', (page) => {
  const broken = relativeLinks(page).filter((link) => {
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? page : relative(ROOT, join(ROOT, dirname(page), path));
    return !existsSync(join(ROOT, target)) || (anchor !== undefined && !headings(target).has(anchor));
  });
  expect(broken).toEqual([]);
});

it('has every page linked from the README', () => {
  const linked = relativeLinks('README.md').map((link) => link.replace(/#.*/, ''));
  expect(linked).toEqual(expect.arrayContaining(PAGES.filter((page) => page !== 'README.md')));
});

it('has a README of two screens', () => {
  const lines = read('README.md').trimEnd().split('\n');
  expect(lines.length).toBeLessThanOrEqual(150);
  expect(lines.filter((line) => line.startsWith('|') && line.length > 120)).toEqual([]);
});

it('has code that points at headings which exist', () => {
  const pointers = CODE.flatMap((file) => {
    // A comment may break the line in the middle of a pointer.
    const text = read(file).replaceAll(/\s*\n\s*\*?\s*/g, ' ');
    return [...text.matchAll(/(README|docs\/\w+\.md), "([^"]+)"/g)].map(([pointer, page = '', heading = '']) => ({
      pointer: `${file}: ${pointer}`,
      page: page === 'README' ? 'README.md' : page,
      heading,
    }));
  });
  expect(pointers.length).toBeGreaterThan(0);
  const broken = pointers.filter(
    ({ page, heading }) => !PAGES.includes(page) || ![...headings(page).values()].includes(heading),
  );
  expect(broken.map(({ pointer }) => pointer)).toEqual([]);
});

it('has no code that points somewhere into the README', () => {
  const itsTests = ['test/docs.test.ts', 'test/readme-figures.test.ts'];
  const vague = CODE.filter((file) => !itsTests.includes(file) && /README(?!\.md|, ")/.test(read(file)));
  expect(vague).toEqual([]);
});

it('explains the error codes on the page in the words of npm start and the alarms', async () => {
  const sections = Object.entries(ERROR_GUIDE).map(([code, { alarm = 'RefreshFailing', ...guide }]) =>
    [
      `### \`${code}\``,
      '',
      `- **Means**: ${guide.meaning}.`,
      `- **At stake**: ${guide.atStake}`,
      `- **Asked again**: ${guide.askedAgain}. First alarm: [${alarm}](#${alarm.toLowerCase()}).`,
      `- **Do first**: ${guide.doFirst}`,
      `- **Over when**: ${guide.overWhen}`,
    ].join('\n'),
  );
  const page = replaceBetweenMarkers(read('docs/operations.md'), 'test: error codes', sections.join('\n\n'));
  // With -u, Vitest writes the page.
  await expect(page).toMatchFileSnapshot('../docs/operations.md');
});

it('has a pattern for events that takes the pages, and no ticket', () => {
  const [pattern = ''] = blocks('docs/operations.md', 'json').filter((block) => block.includes('"aws.cloudwatch"'));
  const taken: { readonly prefix: string }[] = JSON.parse(pattern).detail.alarmName;
  const pages = alarmRules(timingOf({}), 1).filter(({ severity }) => severity === 'page');
  expect(taken.map(({ prefix }) => prefix)).toEqual(pages.map(({ kind }) => alarmName(kind, '/')));
});

it('has a heading for each alarm, to which runbookUrl can point', () => {
  const kinds = alarmRules(timingOf({}), 1).map(({ kind }) => kind);
  expect([...headings('docs/operations.md').values()]).toEqual(expect.arrayContaining(kinds));
});

it('adds up what a token costs, with as many alarms and metrics as it has', () => {
  const page = read('docs/deploy.md');
  const rows = [...page.matchAll(/^\| \*{0,2}([^|*]+?)\*{0,2} +\| (.+?) +\| \*{0,2}(\d\.\d{3})\*{0,2} +\|$/gm)];
  const cost = new Map(rows.map(([, item = '', , dollars]) => [item, Number(dollars)]));
  const [token = 0, dashboard = 0] = [cost.get('a token'), cost.get('dashboard')];
  const items = [...cost].filter(([item]) => item !== 'a token' && item !== 'dashboard');
  expect(items.reduce((sum, [, dollars]) => sum + dollars, 0)).toBeCloseTo(token, 3);
  expect(cost.get('alarms')).toBeCloseTo(0.1 * alarmRules(timingOf({})).length);
  expect(cost.get('metrics')).toBeCloseTo(0.3 * (Object.keys(METRICS).length - 1)); // CredentialsAge comes with its limit
  for (const figure of [token + dashboard, 100 * token + dashboard, 100 * token + dashboard - 99]) {
    expect(page).toContain(`$${figure > 100 ? Math.round(figure) : figure.toFixed(2)}`);
  }
});
