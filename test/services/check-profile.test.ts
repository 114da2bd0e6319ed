import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkProfile } from '../../lambda/services/check-profile.ts';
import { dpd } from '../../lambda/services/dpd.ts';
import { finanzonline } from '../../lambda/services/finanzonline.ts';
import { sabre } from '../../lambda/services/sabre.ts';

const good = {
  request: envelope('<n:login xmlns:n="urn:n"><user>{{username}}</user><pw>{{password}}</pw></n:login>'),
  answer: 'loginResponse',
  token: 'result/sessionId',
  code: 'result/rc',
  success: '0',
  codes: { credentials: ['BAD_LOGIN'], request: ['10012'], unavailable: ['BUSY', ''] },
};

function envelope(body: string, header = ''): string {
  return `<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/">${header}<e:Body>${body}</e:Body></e:Envelope>`;
}

/** The good profile with its request's Body changed. */
function withBody(body: string): unknown {
  return { ...good, request: envelope(body) };
}

function faultyKeys(profile: unknown): readonly string[] {
  return [...new Set(checkProfile(profile).faults.map(({ key }) => key))];
}

describe('a profile without a fault', () => {
  it.each(Object.entries({ dpd, finanzonline, sabre, good }))('%s', (_, profile) => {
    expect(checkProfile(profile)).toEqual({ profile, faults: [], warnings: [] });
  });

  it.each<[string, unknown]>([
    [
      'a SOAP 1.2 envelope with WS-Addressing',
      {
        ...good,
        request:
          '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://www.w3.org/2005/08/addressing"><s:Header>' +
          '<a:Action>urn:login</a:Action><a:MessageID>urn:uuid:{{$uuid}}</a:MessageID><a:To>{{$endpoint}}</a:To></s:Header>' +
          '<s:Body><login><u>{{u}}</u><at>{{$now}}</at></login></s:Body></s:Envelope>',
      },
    ],
    ['a declaration and a field twice', withBody('<l><a>{{x1_Y}}</a><b>{{x1_Y}}</b></l>')],
    ['a field that is the whole text of the one element in the Body', withBody('<l>{{x}}</l>')],
    ['no field at all: the client certificate is the login', withBody('<l/>')],
    [
      'HTTP Basic',
      { ...withBodyRecord('<l/>'), headers: { Authorization: 'Basic {{$basic}}', 'X-Api-Key': '{{api_key}}' } },
    ],
    ['an empty list of namespaces', { ...good, namespaces: [] }],
    ['an empty code beside a token', { ...good, success: '' }],
    ['a path from below the Envelope', { ...good, token: '/Header/Security/Token' }],
    ['a SOAPAction with single braces', { ...good, soapAction: '{urn:n}login' }],
    ['one code twice in one list', { ...good, codes: { credentials: ['A', 'A'] } }],
    [
      'a token whose name stands in the request in a namespace that is not allowed',
      {
        ...withBodyRecord('<l><result><s:sessionId xmlns:s="urn:s"/></result></l>'),
        namespaces: ['urn:n'],
      },
    ],
  ])('%s', (_, profile) => {
    expect(checkProfile(profile).faults).toEqual([]);
  });
});

function withBodyRecord(body: string): typeof good {
  return { ...good, request: envelope(body) };
}

describe('a fault is named by its key', () => {
  it.each<[string, unknown, readonly string[]]>([
    ['no object', 'dpd', ['profile']],
    ['a list', [], ['profile']],
    ['nothing in it', {}, ['request', 'answer', 'token', 'codes']],
    [
      'types that are wrong',
      { ...good, answer: 1, soapAction: 2, headers: [], namespaces: {}, codes: [], timing: 'x' },
      ['soapAction', 'headers', 'answer', 'namespaces', 'codes', 'timing'],
    ],
    ['empty texts', { ...good, request: '', answer: '', token: '', code: '' }, ['request', 'answer', 'token', 'code']],
    ['a namespace that is no text', { ...good, namespaces: ['a', 1] }, ['namespaces[1]']],
    ['no XML', { ...good, request: '<a>' }, ['request']],
    ['another root', { ...good, request: '<Envelope><Body><l/></Body></Envelope>' }, ['request']],
    ['two elements in the Body', withBody('<l/><m/>'), ['request']],
    ['an empty Body', withBody(''), ['request']],
    ['a DOCTYPE', { ...good, request: `<!DOCTYPE a>${good.request}` }, ['request']],
    [
      'another encoding',
      { ...good, request: `<?xml version="1.0" encoding="iso-8859-1"?>${good.request}` },
      ['request'],
    ],
    ['a field beside other text', withBody('<l><a>x{{u}}</a></l>'), ['request']],
    ['a field beside white space, which would be sent', withBody('<l><a> {{u}}</a></l>'), ['request']],
    ['two fields in one element', withBody('<l><a>{{u}}{{v}}</a></l>'), ['request']],
    ['a field beside an element', withBody('<l><a>{{u}}<b/></a></l>'), ['request']],
    ['a UUID beside an element', withBody('<l><a>{{$uuid}}<b/></a></l>'), ['request']],
    ['a field in an attribute', withBody('<l a="{{u}}"/>'), ['request']],
    ['a UUID in an attribute', withBody('<l a="{{$uuid}}"/>'), ['request']],
    ['a field in a name', withBody('<l><{{u}}/></l>'), ['request']],
    ['a field in a comment', withBody('<l><!--{{u}}--></l>'), ['request']],
    ['a field in CDATA', withBody('<l><a><![CDATA[{{u}}]]></a></l>'), ['request']],
    ['a field in the Body itself', withBody('{{u}}<l/>'), ['request']],
    ['a field in the Header itself', { ...good, request: envelope('<l/>', '<e:Header>{{u}}</e:Header>') }, ['request']],
    ['a namespace that is a field', withBody('<l xmlns="{{u}}"/>'), ['request']],
    ['a name with a dash', withBody('<l><a>{{api-key}}</a></l>'), ['request']],
    ['a name with spaces', withBody('<l><a>{{ u }}</a></l>'), ['request']],
    ['an empty name', withBody('<l><a>{{}}</a></l>'), ['request']],
    ['a digit first', withBody('<l><a>{{1u}}</a></l>'), ['request']],
    ['another $', withBody('<l><a>{{$time}}</a></l>'), ['request']],
    ['$basic in the envelope', withBody('<l><a>{{$basic}}</a></l>'), ['request']],
    ['braces that do not close', withBody('<l><a>{{u</a></l>'), ['request']],
    ['braces that do not open', withBody('<l><a>u}}</a></l>'), ['request']],
    ['three braces', withBody('<l><a>{{{u}}}</a></l>'), ['request']],
    ['a SOAPAction with a quotation mark', { ...good, soapAction: 'a"b' }, ['soapAction']],
    ['a SOAPAction with a placeholder', { ...good, soapAction: '{{u}}' }, ['soapAction']],
    ['a SOAPAction with a line end', { ...good, soapAction: 'a\nX-Y: z' }, ['soapAction']],
    ['a key that does not exist', { ...good, tokens: 'a' }, ['tokens']],
    ['a key in codes that does not exist', { ...good, codes: { credential: ['A'] } }, ['codes.credential']],
    ['a key in timing that does not exist', { ...good, timing: { lifetime: '1 hour' } }, ['timing.lifetime']],
    ['both ends', { ...good, expiresIn: 'a', expiresAt: 'b' }, ['expiresAt']],
    ['success without code', { ...good, code: undefined }, ['success']],
    [
      'paths that are no paths',
      { ...good, token: 'a//b', expiresIn: '@x', code: 'a/*' },
      ['token', 'expiresIn', 'code'],
    ],
    ['a path with a prefix', { ...good, token: 'n:a/b' }, ['token']],
    ['a path that is / alone', { ...good, token: '/' }, ['token']],
    ['a path that ends in /', { ...good, token: 'a/' }, ['token']],
    ['an answer with a prefix', { ...good, answer: 'n:loginResponse' }, ['answer']],
    ['an answer that is a path', { ...good, answer: 'Body/loginResponse' }, ['answer']],
    ['a token that an echo of the request would hold', { ...good, token: 'user' }, ['token']],
    [
      'a token that the Header of the request holds',
      { ...good, request: envelope('<l/>', '<e:Header><s:T xmlns:s="urn:s"/></e:Header>'), token: '/Header/T' },
      ['token'],
    ],
    ['a token of the name of the answer', { ...good, token: 'a/loginResponse' }, ['token']],
    ['a token whose last name stands in its path twice', { ...good, token: 'id/x/id' }, ['token']],
    ['codes that are no list', { ...good, codes: { credentials: 'A' } }, ['codes.credentials']],
    ['a code that is a number', { ...good, codes: { credentials: ['A', -4] } }, ['codes.credentials[1]']],
    ['a code beyond ASCII', { ...good, codes: { request: ['Ungültig'] } }, ['codes.request[0]']],
    ['a code of white space', { ...good, codes: { request: [' '] } }, ['codes.request[0]']],
    [
      'a code in two lists',
      { ...good, codes: { credentials: ['A'], unavailable: ['B', 'A'] } },
      ['codes.unavailable[1]'],
    ],
    [
      'the empty code in two lists',
      { ...good, codes: { credentials: [''], unavailable: [''] } },
      ['codes.unavailable[0]'],
    ],
    ...[
      'Content-Type',
      'content-length',
      'SOAPAction',
      'Accept',
      'Accept-Encoding',
      'Host',
      'CONNECTION',
      'Transfer-Encoding',
      'User-Agent',
      'Proxy-Authorization',
    ].map((name): [string, unknown, readonly string[]] => [
      `the header ${name}`,
      { ...good, headers: { [name]: 'x' } },
      [/^\w+$/.test(name) ? `headers.${name}` : `headers["${name}"]`],
    ]),
    ['a header name with a space', { ...good, headers: { 'X Y': 'x' } }, ['headers["X Y"]']],
    ['a header without a name', { ...good, headers: { '': 'x' } }, ['headers[""]']],
    ['a header twice', { ...good, headers: { Key: 'x', KEY: 'y' } }, ['headers.KEY']],
    ['a header beyond ASCII', { ...good, headers: { Key: 'é' } }, ['headers.Key']],
    ['a header with a line end', { ...good, headers: { Key: 'a\r\nb' } }, ['headers.Key']],
    ['a header that is no text', { ...good, headers: { Key: 1 } }, ['headers.Key']],
    ['a header with a placeholder that is none', { ...good, headers: { Key: '{{$other}}' } }, ['headers.Key']],
    ['a header with braces that do not close', { ...good, headers: { Key: '{{a' } }, ['headers.Key']],
    [
      'a duration that is none',
      { ...good, timing: { tokenLifetime: '4h', refreshEvery: 7200, checkEvery: '' } },
      ['timing.tokenLifetime', 'timing.refreshEvery', 'timing.checkEvery'],
    ],
    ['another renewal', { ...good, timing: { renewal: 'at end' } }, ['timing.renewal']],
    [
      'renewal at expiry with another rhythm',
      { ...good, timing: { renewal: 'at expiry', refreshEvery: '2 hours' } },
      ['timing.refreshEvery'],
    ],
    ['logins that are no number', { ...good, timing: { loginsPerDay: '10' } }, ['timing.loginsPerDay']],
    ['no login a day', { ...good, timing: { loginsPerDay: 0 } }, ['timing.loginsPerDay']],
    ['a profile that is too long', { ...good, namespaces: ['x'.repeat(2600)] }, ['profile']],
    ['a request that is too long', withBody(`<l>${'<a/>'.repeat(700)}</l>`), ['request']],
  ])('%s', (_, profile, keys) => {
    expect(faultyKeys(profile)).toEqual(keys);
    expect(checkProfile(profile).profile).toBeUndefined();
  });

  it('names all of them at once', () => {
    const profile = {
      request: envelope('<l a="{{u}}">{{v-w}}</l>'),
      answr: 'x',
      token: 'a b',
      success: '0',
      codes: { request: ['é'] },
    };

    expect(faultyKeys(profile)).toEqual(['answr', 'token', 'answer', 'request', 'success', 'codes.request[0]']);
  });

  it('tells the closest name of a key that does not exist', () => {
    const remedies = checkProfile({
      ...good,
      tokn: 'a',
      codes: { crdentials: [] },
      timing: { checkevery: '1 minute' },
    }).faults;

    expect(remedies.map(({ remedy }) => remedy)).toEqual([
      expect.stringContaining('did you mean token?'),
      expect.stringContaining('did you mean credentials?'),
      expect.stringContaining('did you mean checkEvery?'),
    ]);
  });

  it('allows 2,600 bytes as a variable, timing aside, and not one more', () => {
    const bytes = (length: number) => ({
      ...good,
      namespaces: ['x'.repeat(length)],
      timing: { checkEvery: '15 minutes' },
    });
    const { timing: _, ...shortest } = bytes(0);
    const room = 2600 - JSON.stringify(JSON.stringify(shortest)).length;

    expect(faultyKeys(bytes(room))).toEqual([]);
    expect(faultyKeys(bytes(room + 1))).toEqual(['profile']);
  });
});

describe('a warning', () => {
  it.each(['password', 'Passwd', 'userPIN', 'client_secret', 'apiKey', 'apikey', 'pwd'])(
    'tells that the text of <%s> is fixed, for a profile is in plain sight',
    (name) => {
      const { faults, warnings } = checkProfile(withBody(`<l><${name}>abc</${name}></l>`));

      expect(faults).toEqual([]);
      expect(warnings).toEqual([{ key: 'request', remedy: expect.stringContaining(`<${name}>`) }]);
      expect(JSON.stringify(warnings)).not.toContain('abc');
    },
  );

  it.each(['shipping', 'pinned', 'Keyboard', 'language'])('is not given for <%s>', (name) => {
    expect(checkProfile(withBody(`<l><${name}>abc</${name}></l>`)).warnings).toEqual([]);
  });

  it('tells of a header with a fixed key, and not of one with a field', () => {
    const headers = { 'X-Api-Key': 'abc', Authorization: 'Basic {{$basic}}' };

    expect(checkProfile({ ...good, headers }).warnings).toEqual([
      { key: 'headers["X-Api-Key"]', remedy: expect.stringContaining('fixed') },
    ]);
  });
});

describe('whatever is given', () => {
  it('is checked without an exception', () => {
    fc.assert(fc.property(fc.anything({ withNullPrototype: true }), (value) => checkProfile(value).faults.length > 0));
  });

  it('is checked without an exception where single keys of a good profile are changed', () => {
    const changed = fc.dictionary(
      fc.constantFrom(...Object.keys(good), 'headers', 'timing', 'namespaces', 'expiresAt'),
      fc.anything(),
    );
    fc.assert(
      fc.property(changed, (changes) => {
        const { profile, faults } = checkProfile({ ...good, ...changes });
        return (profile === undefined) === faults.length > 0;
      }),
    );
  });

  it('is checked without an exception where pieces of markup and braces make the request', () => {
    const pieces = fc.constantFrom(
      '{{',
      '}}',
      '{',
      '}',
      'u',
      '$uuid',
      '<a>',
      '</a>',
      '<a b="',
      '"/>',
      '<!--',
      '-->',
      '<![CDATA[',
      ']]>',
      '&',
      ' ',
      '<e:Header>',
      '</e:Header>',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
        const { profile } = checkProfile(withBody(`<l>${parts.join('')}</l>`));
        return profile === undefined || !/\{\{(?!u\}\}|\$uuid\}\})/.test(profile.request);
      }),
      { numRuns: 300 },
    );
  });
});
