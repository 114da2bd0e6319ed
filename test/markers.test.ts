import { expect, it } from 'vitest';
import manifest from '../package.json' with { type: 'json' };
import { replaceBetweenMarkers, withTexts } from './markers.ts';
import { PAGES, read } from './pages.ts';

const PAGE = '<!-- bench: first -->\n\nold\n\n<!-- end -->\n<!-- bench: second -->\n<!-- end -->\n';

it.each([
  ['there is no such marker', '<!-- bench: fourth -->\n', 'has no marker <!-- bench: third -->'],
  ['it stands in a line of prose', 'See <!-- bench: third -->.', 'has no marker <!-- bench: third -->'],
  ['it is there twice', '<!-- bench: third -->\n<!-- end -->\n'.repeat(2), 'more than once'],
  ['its end is missing', '<!-- bench: third -->\ntext', 'is not followed by <!-- end -->'],
  ['another follows', '<!-- bench: third -->\n<!-- bench: x -->\n<!-- end -->\n', 'is not followed by <!-- end -->'],
])('a text is refused where %s', (_, page, message) => {
  expect(() => replaceBetweenMarkers(page, 'bench: third', 'text')).toThrow(message);
});

it('all texts of a command are written at once, where each has a marker and no other marker is left', () => {
  const texts = { first: 'one', second: 'two' };
  expect(withTexts(PAGE, 'bench', texts)).toMatch(/first -->\n\none\n\n<!-- end.*second -->\n\ntwo\n\n<!-- end/s);
  expect(() => withTexts(PAGE, 'bench', { ...texts, third: 'three' })).toThrow('no marker <!-- bench: third -->');
  expect(() => withTexts(PAGE, 'bench', { first: 'one' })).toThrow('does not write what the page has: second');
});

it.each(PAGES)('%s has an end for each marker, and a command that writes it', (page) => {
  const markers = [...read(page).matchAll(/^<!-- (.+) -->$/gm)].map(([, marker]) => marker);
  const opening = markers.filter((marker) => marker !== 'end');
  expect(markers).toEqual(opening.flatMap((marker) => [marker, 'end']));
  expect(opening.filter((marker = '') => !Object.hasOwn(manifest.scripts, marker.split(':')[0] ?? ''))).toEqual([]);
});
