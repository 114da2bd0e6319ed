import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  checkProfile,
  dpd,
  finanzonline,
  mastersIndia,
  type ServiceProfile,
  sabre,
} from '../../lambda/services/profiles.ts';
import { type Service, serviceOf } from '../../lambda/services/service.ts';
import { parseXml, withDescendants } from '../../lambda/soap/strict-xml.ts';
import { isXmlText } from '../../lambda/soap/xml-text.ts';
import { referenceParse } from '../soap/reference-xml.ts';
import { soap11, soap12 } from './answers.ts';

const context = {
  now: Date.UTC(2026, 0, 31, 12, 34, 56, 789),
  uuid: '6f8b3a52-7c1e-4d0a-9b2f-0e5d4c3b2a19',
  endpoint: 'https://ws.example/login?a=1&b=2',
};

const plain: ServiceProfile = {
  request: soap11('<l><u>{{username}}</u><p>{{password}}</p></l>'),
  answer: 'r',
  token: 't',
  codes: {},
};

function fieldsOf(service: Service): readonly string[] {
  return service.fields.map(({ name }) => name);
}

describe('the fields of the secret', () => {
  it.each<[string, ServiceProfile, string]>([
    ['dpd', dpd, 'username password'],
    ['finanzonline', finanzonline, 'tid benid pin herstellerid'],
    ['sabre', sabre, 'organization username password'],
    ['one with headers', { ...plain, headers: { K: '{{key}}', L: '{{$now}}{{key}}' } }, 'username password key'],
    ['one with HTTP Basic', { ...plain, request: soap11('<l/>'), headers: { A: '{{$basic}}' } }, 'username password'],
    ['one with a certificate', { ...plain, request: soap11('<l><at>{{$now}}</at></l>') }, 'tls_certificate tls_key'],
  ])('of %s', (_, profile, fields) => {
    expect(fieldsOf(serviceOf(profile)).join(' ')).toBe(fields);
  });

  it('must be visible ASCII and spaces where they go into a header as they are', () => {
    const [username, , key] = serviceOf({ ...plain, headers: { K: 'k {{api_key}}' } }).fields;
    for (const value of ['é', 'a\r\nb', '\t', '\x7f']) {
      expect(key?.remedy?.(value)).toContain('header');
      expect(username?.remedy?.(value)).toBeUndefined();
    }
    expect(key?.remedy?.('a b~!')).toBeUndefined();
  });

  it('may be any text in HTTP Basic, but for a colon in the user name', () => {
    const [username, password] = serviceOf({ ...plain, headers: { Authorization: 'Basic {{$basic}}' } }).fields;
    expect(username?.remedy?.('a:b')).toContain(':');
    const others = [username?.remedy?.('é\n'), password?.remedy?.('a:b'), serviceOf(plain).fields[0]?.remedy?.('a:b')];
    expect(others).toEqual([undefined, undefined, undefined]);
  });
});

describe('what is sent', () => {
  const values = { username: 'u', password: 'p' };
  const headersOf = (profile: ServiceProfile, soapAction?: string) =>
    serviceOf(profile, soapAction).request(values, context).headers;

  const in12 = soap12('<l><u>{{username}}</u></l>');
  // The namespace of 1.2 only stands somewhere in it.
  const in11 = soap11('<l xmlns:x="http://www.w3.org/2003/05/soap-envelope"><u>{{username}}</u></l>');
  const [xml, Accept] = ['text/xml; charset=utf-8', 'text/xml'];
  const [soap, both] = ['application/soap+xml; charset=utf-8', 'application/soap+xml, multipart/related'];
  it.each<[string, string, string | undefined, object]>([
    ['1.1', plain.request, 'urn:l', { 'Content-Type': xml, SOAPAction: '"urn:l"', Accept }],
    ['1.1, without an action', in11, undefined, { 'Content-Type': xml, SOAPAction: '""', Accept }],
    ['1.2', in12, 'urn:l', { 'Content-Type': `${soap}; action="urn:l"`, Accept: both }],
    ['1.2, without an action', in12, undefined, { 'Content-Type': soap, Accept: both }],
  ])('has the headers of SOAP %s', (_, request, soapAction, headers) => {
    expect(headersOf({ ...plain, request, soapAction })).toEqual(headers);
  });

  it.each([
    ['', '"own"'],
    ['  ', '"own"'],
    ['other', '"other"'],
  ])('has the SOAPAction of the prop %j, unless that is blank', (prop, header) => {
    expect(headersOf({ ...plain, soapAction: 'own' }, prop).SOAPAction).toBe(header);
  });

  it('fills in one UUID, the instant and the address, escaped', () => {
    const header = '<a>urn:uuid:{{$uuid}}</a><b>{{$uuid}}</b><c>{{$now}}</c><d>{{$endpoint}}</d>';
    const profile = { ...plain, request: soap12('<l><u>{{username}}</u></l>', header) };
    const elements = withDescendants(parseXml(serviceOf(profile).request(values, context).body));
    const { uuid, endpoint } = context;
    expect(elements.flatMap(({ text }) => text || [])).toEqual([
      ...[`urn:uuid:${uuid}`, uuid, '2026-01-31T12:34:56.789Z', endpoint, 'u'],
    ]);
  });

  it('fills headers without any escape', () => {
    const headers = { K: '<{{key}}>', Authorization: 'Basic {{$basic}}', 'X-To': '{{$endpoint}} {{$uuid}}' };
    const given = { username: 'jörg', password: 'p:<&', key: 'a&"b' };
    expect(serviceOf({ ...plain, headers }).request(given, context).headers).toMatchObject({
      K: '<a&"b>',
      Authorization: `Basic ${Buffer.from('jörg:p:<&').toString('base64')}`,
      'X-To': `${context.endpoint} ${context.uuid}`,
    });
  });

  it.each(Object.entries({ mastersIndia, dpd, finanzonline, sabre }))(
    'to %s holds each value as the whole text of its elements, as a conforming parser sees it, and nothing unfilled',
    (_, profile) => {
      const service = serviceOf(profile);
      const value = fc.oneof(
        fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }).filter(isXmlText),
        fc.constantFrom('{{username}}', '{{$now}}', ']]>', '-->', '</password>', '$&', '\r\n', '\t&amp;"\'<!--\r'),
      );
      const secrets = fc.record(Object.fromEntries(fieldsOf(service).map((name) => [name, value])));
      const template = withDescendants(parseXml(profile.request));
      fc.assert(
        fc.property(secrets, (filled) => {
          const elements = withDescendants(referenceParse(service.request(filled, context).body));
          return elements.every(({ text, children }, index) => {
            const [, name] = /^\{\{(\w+)\}\}$/.exec(template[index]?.text ?? '') ?? [];
            if (name === undefined) return !text.includes('{{') || children.length > 0;
            return text === filled[name] && children.length === 0;
          });
        }),
      );
    },
  );

  it('is, whatever profile passes the checks, XML with nothing unfilled', () => {
    const pieces = fc.constantFrom(
      ...['<a>', '</a>', '{{u}}', '{{$uuid}}', '<b>{{v}}</b>', '<!--', '-->', '<c d="', '"/>', ' ', '<![CDATA[', ']]>'],
      ...['{', '}', '&', '<s:Header>', '</s:Header>'],
    );
    let passed = 0;
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 6 }), (parts) => {
        const { profile } = checkProfile({ ...plain, token: 't/x', request: soap11(`<l>${parts.join('')}</l>`) });
        if (profile === undefined) return true;
        passed += 1;
        const service = serviceOf(profile);
        const filled = Object.fromEntries(fieldsOf(service).map((name) => [name, '<&]]>']));
        const { body } = service.request(filled, context);
        return parseXml(body).name === 'Envelope' && !body.includes('{{');
      }),
      { numRuns: 500 },
    );
    expect(passed).toBeGreaterThan(50);
  });
});
