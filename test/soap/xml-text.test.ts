import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isXmlText } from '../../lambda/soap/xml-text.ts';
import { referenceParse } from './reference-xml.ts';

const CARRIED = ['', 'plain', 'tab\tand\r\nlines', 'Größe 漢字 😀'];
const REFUSED = ['\u0000', 'bell\u0007', '\u001f', 'half \ud83d', '\udc00 half', '\ufffe', '\uffff'];

it('whether XML can carry a text is what a conforming parser says of it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const escaped = text.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
      expect(isXmlText(text)).toBe(parses(`<a>${escaped}</a>`));
    }),
    { examples: [...CARRIED, ...REFUSED].map((text) => [text]) },
  );
});

function parses(xml: string): boolean {
  try {
    referenceParse(xml);
    return true;
  } catch {
    return false;
  }
}
