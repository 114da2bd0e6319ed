import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isXmlText } from '../../lambda/soap/xml-text.ts';
import { referenceParse } from './reference-xml.ts';

describe('text that XML can carry', () => {
  it.each(['', 'plain', 'tab\tand\r\nlines', 'Größe 漢字 😀'])('accepts %j', (text) => {
    expect(isXmlText(text)).toBe(true);
  });

  it.each(['\u0000', 'bell\u0007', '\u001f', 'half \ud83d', '\udc00 half', '\ufffe', '\uffff'])(
    'refuses %j',
    (text) => {
      expect(isXmlText(text)).toBe(false);
    },
  );

  it('agrees with a conforming parser about every text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const escaped = text.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
        expect(isXmlText(text)).toBe(parses(`<a>${escaped}</a>`));
      }),
    );
  });
});

function parses(xml: string): boolean {
  try {
    referenceParse(xml);
    return true;
  } catch {
    return false;
  }
}
