import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkProfile } from '../../lambda/services/check-profile.ts';
import { dpd } from '../../lambda/services/dpd.ts';
import { finanzonline } from '../../lambda/services/finanzonline.ts';
import type { ServiceProfile } from '../../lambda/services/profile.ts';
import { sabre } from '../../lambda/services/sabre.ts';
import type { Service } from '../../lambda/services/service.ts';
import { serviceOf } from '../../lambda/services/service.ts';
import { parseXml, withDescendants } from '../../lambda/soap/strict-xml.ts';
import { isXmlText } from '../../lambda/soap/xml-text.ts';
import { soap11, soap12 } from './answers.ts';

const circumstances = {
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

/** The texts of all elements in document order, those without a text left out. */
function textsOf(body: string): readonly string[] {
  return withDescendants(parseXml(body))
    .map(({ text }) => text)
    .filter((text) => text.trim() !== '');
}

describe('the fields of the secret', () => {
  it.each<[string, ServiceProfile, readonly string[]]>([
    ['dpd', dpd, ['username', 'password']],
    ['finanzonline', finanzonline, ['tid', 'benid', 'pin', 'herstellerid']],
    ['sabre', sabre, ['organization', 'username', 'password']],
    [
      'one with a header',
      { ...plain, headers: { K: '{{api_key}}', L: '{{username}} {{$now}}' } },
      ['username', 'password', 'api_key'],
    ],
    [
      'one with HTTP Basic',
      { ...plain, request: soap11('<l/>'), headers: { Authorization: 'Basic {{$basic}}' } },
      ['username', 'password'],
    ],
    [
      'one whose certificate is the login',
      { ...plain, request: soap11('<l><at>{{$now}}</at></l>') },
      ['tls_certificate', 'tls_key'],
    ],
  ])('of %s', (_, profile, fields) => {
    expect(fieldsOf(serviceOf(profile))).toEqual(fields);
  });

  it('must be visible ASCII and spaces where they go into a header as they are', () => {
    const [username, password, key] = serviceOf({ ...plain, headers: { K: 'k {{api_key}}' } }).fields;

    for (const value of ['é', 'a\r\nb', '\t', '\x7f']) {
      expect(key?.remedy?.(value)).toContain('header');
      expect(username?.remedy?.(value) ?? password?.remedy?.(value)).toBeUndefined();
    }
    expect(key?.remedy?.('a b~!')).toBeUndefined();
  });

  it('may be any text in HTTP Basic, but for a colon in the user name', () => {
    const [username, password] = serviceOf({ ...plain, headers: { Authorization: 'Basic {{$basic}}' } }).fields;

    expect(username?.remedy?.('a:b')).toContain(':');
    expect(username?.remedy?.('é\n')).toBeUndefined();
    expect(password?.remedy?.('a:b')).toBeUndefined();
    expect(serviceOf(plain).fields[0]?.remedy?.('a:b')).toBeUndefined();
  });
});

describe('what is sent', () => {
  const values = { username: 'u', password: 'p' };

  it('has the headers of SOAP 1.1', () => {
    expect(serviceOf(plain).request(values, circumstances).headers).toEqual({
      'Content-Type': 'text/xml; charset=utf-8',
      SOAPAction: '""',
      Accept: 'text/xml',
    });
    expect(serviceOf({ ...plain, soapAction: 'urn:login' }).request(values, circumstances).headers.SOAPAction).toBe(
      '"urn:login"',
    );
  });

  it('has the headers of SOAP 1.2, and no SOAPAction', () => {
    const profile = { ...plain, request: soap12('<l><u>{{username}}</u></l>') };

    expect(serviceOf(profile).request(values, circumstances).headers).toEqual({
      'Content-Type': 'application/soap+xml; charset=utf-8',
      Accept: 'application/soap+xml, multipart/related',
    });
    expect(serviceOf({ ...profile, soapAction: 'urn:login' }).request(values, circumstances).headers).toEqual({
      'Content-Type': 'application/soap+xml; charset=utf-8; action="urn:login"',
      Accept: 'application/soap+xml, multipart/related',
    });
  });

  it('is SOAP 1.1 where the namespace of 1.2 only stands somewhere in it', () => {
    const profile = {
      ...plain,
      request: soap11('<l xmlns:x="http://www.w3.org/2003/05/soap-envelope"><u>{{username}}</u></l>'),
    };

    expect(serviceOf(profile).request(values, circumstances).headers.SOAPAction).toBe('""');
  });

  it.each([
    ['', '"own"'],
    ['  ', '"own"'],
    ['other', '"other"'],
  ])('has the SOAPAction of the prop %j, unless that is blank', (prop, header) => {
    const { headers } = serviceOf({ ...plain, soapAction: 'own' }, prop).request(values, circumstances);
    expect(headers.SOAPAction).toBe(header);
  });

  it('fills in one UUID, the instant and the address, escaped', () => {
    const profile = {
      ...plain,
      request: soap12(
        '<l><u>{{username}}</u></l>',
        '<a>urn:uuid:{{$uuid}}</a><b>{{$uuid}}</b><c>{{$now}}</c><d>{{$endpoint}}</d>',
      ),
    };

    expect(textsOf(serviceOf(profile).request(values, circumstances).body)).toEqual([
      `urn:uuid:${circumstances.uuid}`,
      circumstances.uuid,
      '2026-01-31T12:34:56.789Z',
      circumstances.endpoint,
      'u',
    ]);
  });

  it('fills headers without any escape', () => {
    const headers = { K: '<{{key}}>', Authorization: 'Basic {{$basic}}', 'X-To': '{{$endpoint}} {{$uuid}}' };
    const sent = serviceOf({ ...plain, headers }).request(
      { username: 'jörg', password: 'p:<&', key: 'a&"b' },
      circumstances,
    );

    expect(sent.headers).toMatchObject({
      K: '<a&"b>',
      Authorization: `Basic ${Buffer.from('jörg:p:<&').toString('base64')}`,
      'X-To': `${circumstances.endpoint} ${circumstances.uuid}`,
    });
  });

  it.each(Object.entries({ dpd, finanzonline, sabre }))(
    'to %s holds each value as the whole text of its elements, and nothing unfilled',
    (_, profile) => {
      const service = serviceOf(profile);
      const names = fieldsOf(service);
      const value = fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }).filter(isXmlText);
      const withBraces = fc.oneof(
        value,
        fc.constantFrom('{{username}}', '{{$now}}', ']]>', '-->', '</password>', '$&', '\r\n', '&amp;'),
      );
      fc.assert(
        fc.property(fc.array(withBraces, { minLength: names.length, maxLength: names.length }), (given) => {
          const filled = Object.fromEntries(names.map((name, index) => [name, given[index] ?? '']));
          const elements = withDescendants(parseXml(service.request(filled, circumstances).body));
          const template = withDescendants(parseXml(profile.request));
          return elements.every(({ text, children }, index) => {
            const [, name] = /^\{\{(\w+)\}\}$/.exec(template[index]?.text ?? '') ?? [];
            return name === undefined
              ? !text.includes('{{') || children.length > 0
              : text === filled[name] && children.length === 0;
          });
        }),
      );
    },
  );

  it('is, whatever profile passes the checks, XML with nothing unfilled', () => {
    const pieces = fc.constantFrom(
      '<a>',
      '</a>',
      '{{u}}',
      '{{$uuid}}',
      '<b>{{v}}</b>',
      '<!--',
      '-->',
      '<c d="',
      '"/>',
      ' ',
      '<![CDATA[',
      ']]>',
      '{',
      '}',
    );
    let passed = 0;
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 6 }), (parts) => {
        const { profile } = checkProfile({ ...plain, token: 't/x', request: soap11(`<l>${parts.join('')}</l>`) });
        if (profile === undefined) return true;
        passed += 1;
        const service = serviceOf(profile);
        const filled = Object.fromEntries(fieldsOf(service).map((name) => [name, '<&]]>']));
        const { body } = service.request(filled, circumstances);
        return parseXml(body).name === 'Envelope' && !body.includes('{{');
      }),
      { numRuns: 500 },
    );
    expect(passed).toBeGreaterThan(50);
  });
});
