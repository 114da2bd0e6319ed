import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseXml, type XmlElement, XmlError } from '../../lambda/soap/strict-xml.ts';
import { escapeXml, isXmlText } from '../../lambda/soap/xml-text.ts';
import { referenceParse } from './reference-xml.ts';

describe('strict XML', () => {
  it('resolves namespaces, decodes references and keeps every character', () => {
    const xml =
      '<?xml version="1.0"?><s:a xmlns:s="urn:s" xmlns="urn:d"> &#65;&#x42;&amp;<b x="1"/><![CDATA[<&]]><!-- c -->\n</s:a>';
    expect(parseXml(xml)).toEqual({
      namespace: 'urn:s',
      name: 'a',
      text: ' AB&<&\n',
      children: [{ namespace: 'urn:d', name: 'b', text: '', children: [] }],
    });
  });

  it.each([
    ['nothing', ''],
    ['blanks', ' \n'],
    ['text', 'plain'],
    ['JSON', '{"access_token":"x"}'],
    ['two roots', '<a/><b/>'],
    ['text before the root', 'x<a/>'],
    ['text after the root', '<a/>x'],
    ['CDATA after the root', '<a/><![CDATA[x]]>'],
    ['a reference after the root', '<a/>&amp;'],
    ['a truncated document', '<a><b>x</b>'],
    ['a truncated tag', '<a><b>x</b></a'],
    ['tags that do not match', '<a><b></a></b>'],
    ['an end tag too many', '<a/></a>'],
    ['a DOCTYPE', '<!DOCTYPE a><a/>'],
    ['a byte order mark in a name', '<a\ufeff/>'],
    ['a DOCTYPE with an entity', '<!DOCTYPE a [<!ENTITY t "x">]><a>&t;</a>'],
    ['an undefined entity', '<a>&nbsp;</a>'],
    ['a bare ampersand', '<a>x & y</a>'],
    ['a reference to a forbidden character', '<a>&#0;</a>'],
    ['a reference to half a surrogate pair', '<a>&#xD800;</a>'],
    ['a reference beyond Unicode', '<a>&#x110000;</a>'],
    ['a forbidden reference in an attribute', '<a x="&#0;"/>'],
    ['a control character', '<a>\u0001</a>'],
    ['an unbound element prefix', '<q:a/>'],
    ['an unbound attribute prefix', '<a q:x="1"/>'],
    ['a prefix taken back', '<q:a xmlns:q=""/>'],
    ['a declaration of xmlns', '<a xmlns:xmlns="urn:x"/>'],
    ['a prefix for the namespace of xml', '<a xmlns:p="http://www.w3.org/XML/1998/namespace"/>'],
    ['the namespace of xml by default', '<a xmlns="http://www.w3.org/XML/1998/namespace"/>'],
    ['a prefix for the namespace of xmlns', '<a xmlns:p="http://www.w3.org/2000/xmlns/"/>'],
    ['another namespace for xml', '<a xmlns:xml="urn:x"/>'],
    ['two colons in a name', '<a:b:c xmlns:a="x"/>'],
    ['a name that starts with a colon', '<:a/>'],
    ['a name that starts with a digit', '<1a/>'],
    ['an attribute given twice', '<a x="1" x="2"/>'],
    ['an attribute given twice under two prefixes', '<a xmlns:p="u" xmlns:q="u" p:x="1" q:x="2"/>'],
    ['an attribute without a value', '<a x/>'],
    ['an attribute without quotes', '<a x=1/>'],
    ['attributes without a blank between them', '<a x="1"y="2"/>'],
    ['a "<" in an attribute', '<a x="<"/>'],
    ['a "]]>" in text', '<a>]]></a>'],
    ['a processing instruction', '<a><?php x ?></a>'],
    ['a second declaration', '<a><?xml version="1.0"?></a>'],
    ['a blank before the declaration', ' <?xml version="1.0"?><a/>'],
    ['another version of XML', '<?xml version="1.1"?><a/>'],
    ['"--" in a comment', '<a><!-- a -- b --></a>'],
    ['an open comment', '<a/><!-- '],
    ['an open CDATA section', '<a><![CDATA[x</a>'],
    ['elements as deep as a stack', `${'<a>'.repeat(20_000)}${'</a>'.repeat(20_000)}`],
    ['a name that would reach a prototype', '<a><__proto__>x</__proto__></a>'],
    ['another such name', '<a><constructor>x</constructor></a>'],
  ])('refuses %s', (_, xml) => {
    expect(() => parseXml(xml)).toThrow(XmlError);
  });

  it.each(['toString', 'hasOwnProperty', 'length'])('takes an element called %s for what it is', (name) => {
    expect(parseXml(`<a><${name}>x</${name}></a>`).children).toMatchObject([{ name, text: 'x' }]);
  });

  it('never accepts what a conforming parser refuses, and never reads it otherwise', () => {
    const piece = fc.constantFrom(
      ...['<a>', '</a>', '<b x="1">', '</b>', '<a/>', '<p:a xmlns:p="urn:p">', '</p:a>', '<a xmlns="urn:d">', '<p:b/>'],
      ...['<!--', '-->', '<![CDATA[', ']]>', '<?xml version="1.0"?>', '<?x?>', '<!DOCTYPE a>', '&amp;', '&#65;', '&x;'],
      ...['text', ' ', '\r\n', '"', "'", '<', '>', '&', ';', ']', '-', 'é', '\u0000', '\ufffe', '=', '/', ':', 'xmlns'],
    );
    const inRoot = fc.array(piece, { maxLength: 8 }).map((pieces) => `<a>${pieces.join('')}</a>`);
    const loose = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(fc.oneof(inRoot, loose), (xml) => {
        let parsed: XmlElement;
        try {
          parsed = parseXml(xml);
        } catch (error) {
          if (error instanceof XmlError) return;
          throw error;
        }
        expect(parsed).toEqual(referenceParse(xml));
      }),
      { numRuns: 1000 },
    );
  });
});

it('whether XML can carry a text is what a conforming parser says of it', () => {
  const carried = ['', 'plain', 'tab\tand\r\nlines', 'Größe 漢字 😀'];
  const refused = ['\u0000', 'bell\u0007', '\u001f', 'half \ud83d', '\udc00 half', '\ufffe', '\uffff'];
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const parse = () => referenceParse(`<a>${escapeXml(text)}</a>`);
      if (isXmlText(text)) expect(parse().text).toBe(text);
      else expect(parse).toThrow();
    }),
    { examples: [...carried, ...refused].map((text) => [text]) },
  );
});
