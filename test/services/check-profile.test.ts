import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkProfile, dpd, finanzonline, sabre } from '../../lambda/services/profiles.ts';
import { soap11, soap12 } from './answers.ts';

const good = {
  request: soap11('<n:login xmlns:n="urn:n"><user>{{username}}</user><pw>{{password}}</pw></n:login>'),
  answer: 'loginResponse',
  token: 'result/sessionId',
  code: 'result/rc',
  success: '0',
  codes: { credentials: ['BAD_LOGIN'], request: ['10012'], unavailable: ['BUSY', ''] },
};

/** The good profile with another element in its request. */
function requesting(element: string, header?: string): typeof good {
  return { ...good, request: soap11(element, header) };
}

function faultyKeys(profile: unknown): readonly string[] {
  return [...new Set(checkProfile(profile).faults.map(({ key }) => key))];
}

describe('a profile without a fault', () => {
  it.each(Object.entries({ dpd, finanzonline, sabre, good }))('is %s', (_, profile) => {
    expect(checkProfile(profile)).toEqual({ profile, faults: [], warnings: [] });
  });

  const addressing = '<Action>urn:l</Action><MessageID>urn:uuid:{{$uuid}}</MessageID><To>{{$endpoint}}</To>';
  const foreign = requesting('<l><result><s:sessionId xmlns:s="urn:s"/></result></l>');
  it.each<[string, object]>([
    ['WS-Addressing in SOAP 1.2', { request: soap12('<l><u>{{u}}</u><at>{{$now}}</at></l>', addressing) }],
    ['a field twice', requesting('<l><a>{{x1_Y}}</a><b>{{x1_Y}}</b></l>')],
    ['a field that is the whole text of the one element in the Body', requesting('<l>{{x}}</l>')],
    ['no field at all: the client certificate is the login', requesting('<l/>')],
    ['HTTP Basic', { headers: { Authorization: 'Basic {{$basic}}', 'X-Api-Key': '{{api_key}}' } }],
    ['an empty list of namespaces', { namespaces: [] }],
    ['an empty code beside a token', { success: '' }],
    ['a path from below the Envelope', { token: '/Header/Security/Token' }],
    ['a SOAPAction with single braces', { soapAction: '{urn:n}login' }],
    ['one code twice in one list', { codes: { credentials: ['A', 'A'] } }],
    ['a token whose path leads through the request to a namespace not allowed', { ...foreign, namespaces: ['urn:n'] }],
  ])('has %s', (_, changes) => {
    expect(checkProfile({ ...good, ...changes }).faults).toEqual([]);
  });
});

describe('a fault is named by its key', () => {
  it.each<[string, unknown, string]>([
    ['no object', 'dpd', 'profile'],
    ['a list', [], 'profile'],
    ['nothing in it', {}, 'request answer token codes'],
  ])('%s', (_, profile, keys) => {
    expect(faultyKeys(profile).join(' ')).toBe(keys);
  });

  it.each([
    ['two elements in the Body', '<l/><m/>'],
    ['an empty Body', ''],
    ['a field beside other text', '<l><a>x{{u}}</a></l>'],
    ['a field beside white space, which would be sent', '<l><a> {{u}}</a></l>'],
    ['two fields in one element', '<l><a>{{u}}{{v}}</a></l>'],
    ['a field beside an element', '<l><a>{{u}}<b/></a></l>'],
    ['a UUID beside an element', '<l><a>{{$uuid}}<b/></a></l>'],
    ['a field in an attribute', '<l a="{{u}}"/>'],
    ['a UUID in an attribute', '<l a="{{$uuid}}"/>'],
    ['a field in a name', '<l><{{u}}/></l>'],
    ['a field in a comment', '<l><!--{{u}}--></l>'],
    ['a field in CDATA', '<l><a><![CDATA[{{u}}]]></a></l>'],
    ['a field in the Body itself', '{{u}}<l/>'],
    ['a field in the Header itself', '<l/>', '{{u}}'],
    ['a namespace that is a field', '<l xmlns="{{u}}"/>'],
    ['a name with a dash', '<l><a>{{api-key}}</a></l>'],
    ['a name with spaces', '<l><a>{{ u }}</a></l>'],
    ['an empty name', '<l><a>{{}}</a></l>'],
    ['a digit first', '<l><a>{{1u}}</a></l>'],
    ['another $', '<l><a>{{$time}}</a></l>'],
    ['$basic in the envelope', '<l><a>{{$basic}}</a></l>'],
    ['braces that do not close', '<l><a>{{u</a></l>'],
    ['braces that do not open', '<l><a>u}}</a></l>'],
    ['three braces', '<l><a>{{{u}}}</a></l>'],
    ['a request that is too long', `<l>${'<a/>'.repeat(700)}</l>`],
  ])('request: %s', (_, element, header?: string) => {
    expect(checkProfile(requesting(element, header)).profile).toBeUndefined();
    expect(faultyKeys(requesting(element, header))).toEqual(['request']);
  });

  const echo = requesting('<l/>', '<s:T xmlns:s="urn:s"/>');
  const wrongTypes = { answer: 1, soapAction: 2, headers: [], namespaces: {}, codes: [], timing: 'x' };
  it.each<[string, object, string]>([
    ['types that are wrong', wrongTypes, 'soapAction headers answer namespaces codes timing'],
    ['empty texts', { request: '', answer: '', token: '', code: '' }, 'request answer token code'],
    ['a namespace that is no text', { namespaces: ['a', 1] }, 'namespaces[1]'],
    ['no XML', { request: '<a>' }, 'request'],
    ['another root', { request: '<Envelope><Body><l/></Body></Envelope>' }, 'request'],
    ['a DOCTYPE', { request: `<!DOCTYPE a>${good.request}` }, 'request'],
    ['another encoding', { request: `<?xml version="1.0" encoding="iso-8859-1"?>${good.request}` }, 'request'],
    ['a SOAPAction with a quotation mark', { soapAction: 'a"b' }, 'soapAction'],
    ['a SOAPAction with a placeholder', { soapAction: '{{u}}' }, 'soapAction'],
    ['a SOAPAction with a line end', { soapAction: 'a\nX-Y: z' }, 'soapAction'],
    ['a key that does not exist', { tokens: 'a' }, 'tokens'],
    ['a key in codes that does not exist', { codes: { credential: ['A'] } }, 'codes.credential'],
    ['a key in timing that does not exist', { timing: { lifetime: '1 hour' } }, 'timing.lifetime'],
    ['both ends', { expiresIn: 'a', expiresAt: 'b' }, 'expiresAt'],
    ['success without code', { code: undefined }, 'success'],
    ['paths that are no paths', { token: 'a//b', expiresIn: '@x', code: 'a/*' }, 'token expiresIn code'],
    ['a path with a prefix', { token: 'n:a/b' }, 'token'],
    ['a path that is / alone', { token: '/' }, 'token'],
    ['a path that ends in /', { token: 'a/' }, 'token'],
    ['an answer with a prefix', { answer: 'n:loginResponse' }, 'answer'],
    ['an answer that is a path', { answer: 'Body/loginResponse' }, 'answer'],
    ['a token that an echo of the request would hold', { token: 'user' }, 'token'],
    ['a token that the Header of the request holds', { ...echo, token: '/Header/T' }, 'token'],
    ['a token of the name of the answer', { token: 'a/loginResponse' }, 'token'],
    ['a token of the name of the refusal', { token: 'a/no', refusal: 'no' }, 'token'],
    ['a refusal of the name of the answer', { refusal: 'loginResponse' }, 'refusal'],
    ['a token whose last name stands in its path twice', { token: 'id/x/id' }, 'token'],
    ['codes that are no list', { codes: { credentials: 'A' } }, 'codes.credentials'],
    ['a code that is a number', { codes: { credentials: ['A', -4] } }, 'codes.credentials[1]'],
    ['a code beyond ASCII', { codes: { request: ['Ungültig'] } }, 'codes.request[0]'],
    ['a code of white space', { codes: { request: [' '] } }, 'codes.request[0]'],
    ['a code in two lists', { codes: { credentials: ['A'], unavailable: ['B', 'A'] } }, 'codes.unavailable[1]'],
    ['the empty code in two lists', { codes: { credentials: [''], unavailable: [''] } }, 'codes.unavailable[0]'],
    ['a header name with a space', { headers: { 'X Y': 'x' } }, 'headers["X Y"]'],
    ['a header without a name', { headers: { '': 'x' } }, 'headers[""]'],
    ['a header twice', { headers: { Key: 'x', KEY: 'y' } }, 'headers.KEY'],
    ['a header beyond ASCII', { headers: { Key: 'é' } }, 'headers.Key'],
    ['a header with a line end', { headers: { Key: 'a\r\nb' } }, 'headers.Key'],
    ['a header that is no text', { headers: { Key: 1 } }, 'headers.Key'],
    ['a header with a placeholder that is none', { headers: { Key: '{{$other}}' } }, 'headers.Key'],
    ['a header with braces that do not close', { headers: { Key: '{{a' } }, 'headers.Key'],
    ['a duration in short', { timing: { tokenLifetime: '4h' } }, 'timing.tokenLifetime'],
    ['a duration that is a number', { timing: { refreshEvery: 7200 } }, 'timing.refreshEvery'],
    ['an empty duration', { timing: { checkEvery: '' } }, 'timing.checkEvery'],
    ['another renewal', { timing: { renewal: 'at end' } }, 'timing.renewal'],
    ['another rhythm', { timing: { renewal: 'at expiry', refreshEvery: '2 hours' } }, 'timing.refreshEvery'],
    ['logins that are no number', { timing: { loginsPerDay: '10' } }, 'timing.loginsPerDay'],
    ['no login a day', { timing: { loginsPerDay: 0 } }, 'timing.loginsPerDay'],
  ])('%s', (_, changes, keys) => {
    expect(checkProfile({ ...good, ...changes }).profile).toBeUndefined();
    expect(faultyKeys({ ...good, ...changes }).join(' ')).toBe(keys);
  });

  it.each([
    ...['Content-Type', 'content-length', 'SOAPAction', 'Accept', 'Accept-Encoding', 'Host', 'CONNECTION'],
    ...['Transfer-Encoding', 'User-Agent', 'Proxy-Authorization'],
  ])('the header %s', (name) => {
    const key = name.includes('-') ? `headers["${name}"]` : `headers.${name}`;
    expect(faultyKeys({ ...good, headers: { [name]: 'x' } })).toEqual([key]);
  });

  it('with all others at once', () => {
    const request = soap11('<l a="{{u}}">{{v-w}}</l>');
    const profile = { request, answr: 'x', token: 'a b', success: '0', codes: { request: ['é'] } };
    expect(faultyKeys(profile)).toEqual(['answr', 'token', 'answer', 'request', 'success', 'codes.request[0]']);
  });

  it('with the closest name, where the key does not exist', () => {
    const changes = { tokn: 'a', codes: { crdentials: [] }, timing: { checkevery: '1 minute' } };
    expect(checkProfile({ ...good, ...changes }).faults.map(({ remedy }) => remedy)).toEqual(
      ['token', 'credentials', 'checkEvery'].map((name) => expect.stringContaining(`did you mean ${name}?`)),
    );
  });

  it('where it takes more than 2,600 bytes as a variable, timing aside', () => {
    const padded = (length: number) => ({ ...good, namespaces: ['x'.repeat(length)] });
    const room = 2600 - JSON.stringify(JSON.stringify(padded(0))).length;
    expect(faultyKeys({ ...padded(room), timing: { checkEvery: '15 minutes' } })).toEqual([]);
    expect(faultyKeys(padded(room + 1))).toEqual(['profile']);
  });
});

describe('a warning', () => {
  it.each(['password', 'Passwd', 'userPIN', 'client_secret', 'apiKey', 'apikey', 'pwd'])(
    'says that the text of <%s> is fixed, for a profile is in plain sight',
    (name) => {
      const { faults, warnings } = checkProfile(requesting(`<l><${name}>abc</${name}></l>`));
      expect(faults).toEqual([]);
      expect(warnings).toEqual([{ key: 'request', remedy: expect.stringContaining(`<${name}>`) }]);
      expect(JSON.stringify(warnings)).not.toContain('abc');
    },
  );

  it.each(['shipping', 'pinned', 'Keyboard', 'language'])('is not given for <%s>', (name) => {
    expect(checkProfile(requesting(`<l><${name}>abc</${name}></l>`)).warnings).toEqual([]);
  });

  it('names a header with a fixed key, and not one with a field', () => {
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
    const keys = fc.constantFrom(...Object.keys(good), 'headers', 'timing', 'namespaces', 'expiresAt');
    fc.assert(
      fc.property(fc.dictionary(keys, fc.anything()), (changes) => {
        const { profile, faults } = checkProfile({ ...good, ...changes });
        return (profile === undefined) === faults.length > 0;
      }),
    );
  });
});
