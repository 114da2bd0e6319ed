import { describe, expect, it } from 'vitest';
import { replaceBetweenMarkers, WRITTEN } from './markers.ts';
import { read } from './pages.ts';

const PAGE = `# Title

<!-- bench: first -->

old first

<!-- end -->

Between. <!-- end --> <!-- bench: fir -->

<!-- bench: second -->
<!-- end -->
Last line`;

describe('text between markers', () => {
  it('is replaced, and nothing else is', () => {
    expect(replaceBetweenMarkers(PAGE, 'bench: first', 'new $& first')).toBe(
      PAGE.replace('old first', () => 'new $& first'),
    );
    expect(replaceBetweenMarkers(PAGE, 'bench: second', 'new\n\nsecond')).toBe(
      PAGE.replace('second -->\n', 'second -->\n\nnew\n\nsecond\n\n'),
    );
  });

  it('stays as it is when it is written a second time', () => {
    const once = replaceBetweenMarkers(PAGE, 'bench: second', 'new');
    expect(replaceBetweenMarkers(once, 'bench: second', 'new')).toBe(once);
  });

  it.each([
    ['there is no such marker', '<!-- bench: fourth -->\n', 'has no marker <!-- bench: third -->'],
    ['it stands in a line of prose', 'See <!-- bench: third -->.', 'has no marker <!-- bench: third -->'],
    ['it is there twice', '<!-- bench: third -->\n<!-- end -->\n'.repeat(2), 'more than once'],
    ['its end is missing', '<!-- bench: third -->\ntext', 'is not followed by <!-- end -->'],
    ['another follows', '<!-- bench: third -->\n<!-- bench: x -->\n<!-- end -->\n', 'is not followed by <!-- end -->'],
  ])('is refused where %s', (_, page, message) => {
    expect(() => replaceBetweenMarkers(page, 'bench: third', 'text')).toThrow(message);
  });
});

it.each(Object.entries(WRITTEN))('%s has a marker for each text that its command writes', (page, { script, names }) => {
  const markers = [...read(page).matchAll(/^<!-- (.+) -->$/gm)].map(([, marker]) => marker);
  expect(markers).toEqual(names.flatMap((name) => [`${script}: ${name}`, 'end']));
});
