import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tokenRequest } from '../../../lambda/services/masters-india/token-request.ts';
import { isXmlText } from '../../../lambda/soap/xml-text.ts';
import { referenceParse } from '../../soap/reference-xml.ts';

const anyText = fc.string({ unit: 'binary' });
const xmlText = anyText.filter(isXmlText);

describe('the envelope of access_new_token', () => {
  it('carries any credentials unchanged, as a conforming parser sees them', () => {
    const fields = fc.record({
      username: xmlText,
      passwd: xmlText,
      client_id: xmlText,
      client_secret: xmlText,
      grant_type: xmlText,
    });
    fc.assert(
      fc.property(fields, (sent) => {
        const envelope = referenceParse(tokenRequest(sent));
        const operation = envelope.children[0]?.children[0];
        expect(operation?.children.map(({ name, text }) => [name, text])).toEqual(Object.entries(sent));
      }),
    );
  });

  it('carries what breaks careless envelopes', () => {
    const hostile = ']]></passwd><passwd>x\r\n\t&amp;"\'<!--\r';
    const sent = { username: 'a', passwd: hostile, client_id: 'b', client_secret: 'c', grant_type: 'password' };
    expect(referenceParse(tokenRequest(sent)).children[0]?.children[0]?.children[1]?.text).toBe(hostile);
  });

  it('names the documented operation and sends its arguments in the documented order, without a namespace', () => {
    const sent = { grant_type: '5', client_secret: '4', client_id: '3', passwd: '2', username: '1' };
    const envelope = referenceParse(tokenRequest(sent));
    const body = envelope.children[0];
    const operation = body?.children[0];
    expect([envelope, body, operation].map((element) => `{${element?.namespace}}${element?.name}`)).toEqual([
      '{http://schemas.xmlsoap.org/soap/envelope/}Envelope',
      '{http://schemas.xmlsoap.org/soap/envelope/}Body',
      '{urn:server}access_new_token',
    ]);
    expect(operation?.children.map(({ namespace, name, text }) => `{${namespace}}${name}=${text}`)).toEqual([
      '{}username=1',
      '{}passwd=2',
      '{}client_id=3',
      '{}client_secret=4',
      '{}grant_type=5',
    ]);
  });
});

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
      fc.property(anyText, (text) => {
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
