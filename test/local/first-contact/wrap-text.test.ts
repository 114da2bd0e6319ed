import { expect, it } from 'vitest';
import { wrapText } from '../../../local/first-contact/wrap-text.ts';

it.each<[string, number, number | undefined, readonly string[]]>([
  ['one two three', 8, undefined, ['one two', 'three']],
  ['one two three', 8, 3, ['one', 'two', 'three']],
  ['a-word-that-is-long end', 10, undefined, ['a-word-tha', 't-is-long', 'end']],
  // It fits below.
  ['a-longer-word', 20, 5, ['', 'a-longer-word']],
  ['', 10, undefined, ['']],
])('breaks %j at %s columns, the first line at %s', (text, width, firstWidth, lines) => {
  expect(wrapText(text, width, firstWidth)).toEqual(lines);
});
