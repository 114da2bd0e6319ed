import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { replaceBetweenMarkers, WRITTEN } from './markers.ts';

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
    [
      'it is there twice',
      '<!-- bench: third -->\n<!-- end -->\n<!-- bench: third -->\n<!-- end -->\n',
      'more than once',
    ],
    ['its end is missing', '<!-- bench: third -->\ntext', 'is not followed by <!-- end -->'],
    [
      'the next marker comes before its end',
      '<!-- bench: third -->\n<!-- bench: fourth -->\n<!-- end -->\n',
      'is not followed by <!-- end -->',
    ],
  ])('is refused where %s', (_, page, message) => {
    expect(() => replaceBetweenMarkers(page, 'bench: third', 'text')).toThrow(message);
  });
});

it.each(Object.entries(WRITTEN))(
  '%s has a marker for each text that its command writes, and no other',
  (page, { script, names }) => {
    const text = readFileSync(join(import.meta.dirname, '..', page), 'utf8');
    const markers = [...text.matchAll(/^<!-- (.+) -->$/gm)].map(([, marker]) => marker);
    expect(markers).toEqual(names.flatMap((name) => [`${script}: ${name}`, 'end']));
  },
);
