import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judge } from '../../lambda/services/judge.ts';
import type { ServiceProfile } from '../../lambda/services/profile.ts';
import type { SoapReply } from '../../lambda/soap/soap-reply.ts';
import { fault11, fault12, reply, soap11, soap12 } from './answers.ts';
import { type Outcome, outcomeOf } from './outcome.ts';

/** A service with all that a profile can say. */
const acme: ServiceProfile = {
  request: soap11('<a:login xmlns:a="urn:acme"><u>{{username}}</u></a:login>'),
  answer: 'loginResponse',
  namespaces: ['urn:acme'],
  token: 'result/sessionId',
  expiresIn: 'result/ttl',
  code: 'result/rc',
  codes: {
    credentials: ['BAD_LOGIN', 'LOCKED', '-4', 'Invalid user'],
    request: ['BAD_LOGIN_FORMAT', '10012', 'TIE_B'],
    unavailable: ['BUSY', '-2', 'TIE_A'],
  },
};
const withSuccess: ServiceProfile = { ...acme, success: '0' };
const untimed: ServiceProfile = { ...acme, expiresIn: undefined, code: undefined, namespaces: undefined };
const inHeader: ServiceProfile = { ...untimed, token: '/Header/Security/BinarySecurityToken' };
const emptyToken: ServiceProfile = { ...acme, codes: { credentials: [''], unavailable: ['BUSY'] } };

const withRefusal: ServiceProfile = { ...acme, refusal: 'loginRefused' };

/** The other element that stands in the Body, where the service refuses. */
function refusal(content: string): string {
  return soap11(`<a:loginRefused xmlns:a="urn:acme">${content}</a:loginRefused>`);
}

/** The answer of the operation with these fields in `result`. */
function answer(fields: string): string {
  return soap11(`<a:loginResponse xmlns:a="urn:acme"><result>${fields}</result></a:loginResponse>`);
}

const TOKEN = '<sessionId>tok-1</sessionId>';

/** A body alone is an HTTP 200 in XML. */
type Case = readonly [name: string, outcome: Outcome, answered: SoapReply | string, profile?: ServiceProfile];

function check(cases: readonly Case[]): void {
  it.each(cases.map((row) => [row[0], row] as const))('%s', (_, [, outcome, answered, profile = acme]) => {
    const whole = typeof answered === 'string' ? reply(answered) : answered;
    expect(outcomeOf(judge(profile, whole))).toBe(outcome);
  });
}

it.each([
  ['BAD_LOGIN', 'the service refused: BAD_LOGIN'],
  ['BUSY', 'the service answered BUSY'],
])('an answer with %s says whether that is a refusal', (code, why) => {
  expect(judge(acme, reply(answer(`<rc>${code}</rc>`)))).toMatchObject({ why });
});

describe('a token beyond doubt', () => {
  check([
    ['is where the path leads', 'token', answer(TOKEN)],
    [
      'is read in SOAP 1.2, whatever version was sent',
      'token',
      soap12(`<loginResponse xmlns="urn:acme"><result>${TOKEN}</result></loginResponse>`),
    ],
    [
      'is read within `return` of the rpc style',
      'token',
      soap11(`<a:loginResponse xmlns:a="urn:acme"><return><result>${TOKEN}</result></return></a:loginResponse>`),
    ],
    ['is read beside an unlisted word', 'token', answer(`${TOKEN}<ErrorDescription>x</ErrorDescription>`)],
    [
      'is read where a code of two words stands within it by chance',
      'token',
      answer('<sessionId>aXBUSYb.BUSY</sessionId>'),
    ],
    ['is read without a code where success is to be empty', 'token', answer(TOKEN), { ...acme, success: '' }],
    ['is read with white space of XML around it', 'token', answer('<sessionId>\r\n\t tok-1 \n</sessionId>')],
    ['is read with comments in it', 'token', answer('<sessionId>tok<!-- x -->-1</sessionId>')],
    ['is read from CDATA', 'token', answer('<sessionId><![CDATA[tok-1]]></sessionId>')],
    ['is read with 8,192 characters', 'token', answer(`<sessionId>${'a'.repeat(8192)}</sessionId>`)],
    ['is read beside a code that is not listed', 'token', answer(`${TOKEN}<rc>OK</rc>`)],
    ['is read beside the code of success', 'token', answer(`${TOKEN}<rc> 0 </rc>`), withSuccess],
    ['is read beside an empty code, without success', 'token', answer(`${TOKEN}<rc/>`)],
    ['is read under 201', 'token', reply(answer(TOKEN), { status: 201 })],
    [
      'is read in any namespace where none is listed',
      'token',
      soap11(`<x:loginResponse xmlns:x="urn:x"><y:result xmlns:y="urn:y">${TOKEN}</y:result></x:loginResponse>`),
      untimed,
    ],
    [
      'is read in the Header',
      'token',
      soap11(
        '<loginResponse/>',
        '<w:Security xmlns:w="urn:w"><w:BinarySecurityToken>tok-1</w:BinarySecurityToken></w:Security>',
      ),
      inHeader,
    ],
    [
      'is read in the Header where its namespace is listed',
      'token',
      soap11(
        '<loginResponse xmlns="urn:acme"/>',
        '<w:Security xmlns:w="urn:w"><w:BinarySecurityToken>tok-1</w:BinarySecurityToken></w:Security>',
      ),
      { ...inHeader, namespaces: ['urn:acme', 'urn:w'] },
    ],
    [
      'is read from a path through the Body',
      'token',
      answer(TOKEN),
      { ...acme, token: '/Body/loginResponse/result/sessionId' },
    ],
    [
      'is read from the answer element of a path of one step',
      'token',
      soap11('<loginResponse xmlns="urn:acme"><id>tok-1</id></loginResponse>'),
      { ...acme, token: 'id' },
    ],
    [
      'is read beside an element whose name only ends like its own',
      'token',
      answer(`${TOKEN}<oldsessionId>x</oldsessionId>`),
    ],
  ]);
});

describe('no token beyond doubt', () => {
  check([
    [
      'in an answer of no namespace, which may refuse only',
      'malformed',
      soap11(`<loginResponse><result>${TOKEN}</result></loginResponse>`),
    ],
    ['with a listed code in a message beside it', 'malformed', answer(`${TOKEN}<msg>is BUSY</msg>`)],
    [
      'with a listed code in a message, beside success',
      'malformed',
      answer(`${TOKEN}<rc>0</rc><msg>BUSY</msg>`),
      withSuccess,
    ],
    [
      'with a listed code in the answer itself',
      'malformed',
      soap11(`<loginResponse xmlns="urn:acme">BUSY<result>${TOKEN}</result></loginResponse>`),
    ],
    ['in the element for refusals', 'malformed', refusal(TOKEN), withRefusal],
    [
      'twice, within `return` and beside it',
      'malformed',
      soap11(
        `<a:loginResponse xmlns:a="urn:acme"><return><result>${TOKEN}</result></return><result>${TOKEN}</result></a:loginResponse>`,
      ),
    ],
    ['with a second one elsewhere', 'malformed', answer(`${TOKEN}<other>${TOKEN}</other>`)],
    [
      'with a second one in another namespace',
      'malformed',
      answer(`${TOKEN}<x:sessionId xmlns:x="urn:x">y</x:sessionId>`),
    ],
    ['with a second one that is empty', 'malformed', answer(`${TOKEN}<sessionId/>`)],
    [
      'with a second one in the Header',
      'malformed',
      soap11(
        `<loginResponse><result>${TOKEN}</result></loginResponse>`,
        '<h:sessionId xmlns:h="urn:h">z</h:sessionId>',
      ),
    ],
    [
      'with one that stands elsewhere only',
      'malformed',
      soap11(`<loginResponse xmlns="urn:acme">${TOKEN}</loginResponse>`),
    ],
    ['with one in a foreign namespace only', 'malformed', answer('<x:sessionId xmlns:x="urn:x">tok</x:sessionId>')],
    [
      'with a step of the path in a foreign namespace',
      'malformed',
      soap11(`<loginResponse xmlns="urn:acme"><x:result xmlns:x="urn:x" xmlns="">${TOKEN}</x:result></loginResponse>`),
    ],
    [
      'in two results',
      'malformed',
      soap11(`<loginResponse xmlns="urn:acme"><result>${TOKEN}</result><result>${TOKEN}</result></loginResponse>`),
    ],
    ['with a child', 'malformed', answer('<sessionId>tok<b/></sessionId>')],
    ['with a child and no text', 'malformed', answer('<sessionId><b>tok</b></sessionId>')],
    ['with a space in it', 'malformed', answer('<sessionId>tok 1</sessionId>')],
    ["with a space that is not XML's around it", 'malformed', answer('<sessionId>&#160;tok</sessionId>')],
    ['with a letter beyond ASCII', 'malformed', answer('<sessionId>tök</sessionId>')],
    ['with 8,193 characters', 'malformed', answer(`<sessionId>${'a'.repeat(8193)}</sessionId>`)],
    ['with a listed code beside it', 'malformed', answer(`${TOKEN}<rc>BAD_LOGIN</rc>`)],
    ['with a listed number beside it', 'malformed', answer(`${TOKEN}<rc>-4</rc>`)],
    ['with another code than that of success', 'malformed', answer(`${TOKEN}<rc>1</rc>`), withSuccess],
    ['with 00 for the 0 of success', 'malformed', answer(`${TOKEN}<rc>00</rc>`), withSuccess],
    ['without a code where success is to stand', 'malformed', answer(TOKEN), withSuccess],
    ['with an empty code where success is to stand', 'malformed', answer(`${TOKEN}<rc/>`), withSuccess],
    ['with two codes', 'malformed', answer(`${TOKEN}<rc>0</rc><rc>0</rc>`), withSuccess],
    ['with a lifetime of 0', 'malformed', answer(`${TOKEN}<ttl>0</ttl>`)],
    ['with a negative lifetime', 'malformed', answer(`${TOKEN}<ttl>-3600</ttl>`)],
    ['with a lifetime of 0.0', 'malformed', answer(`${TOKEN}<ttl>0.0</ttl>`)],
    ['with two lifetimes', 'malformed', answer(`${TOKEN}<ttl>60</ttl><ttl>60</ttl>`)],
    ['under another answer', 'malformed', soap11(`<logoutResponse><result>${TOKEN}</result></logoutResponse>`)],
    [
      'under the answer in a foreign namespace',
      'malformed',
      soap11(`<x:loginResponse xmlns:x="urn:x"><result>${TOKEN}</result></x:loginResponse>`),
    ],
    [
      'in the Header beside a fault',
      'request',
      soap11(
        '<s:Fault><faultcode>s:Client</faultcode></s:Fault>',
        '<w:Security xmlns:w="urn:w"><w:BinarySecurityToken>tok</w:BinarySecurityToken></w:Security>',
      ),
      inHeader,
    ],
    [
      'in the Header of another answer',
      'malformed',
      soap11(
        '<SessionRS/>',
        '<w:Security xmlns:w="urn:w"><w:BinarySecurityToken>tok</w:BinarySecurityToken></w:Security>',
      ),
      inHeader,
    ],
    [
      'in the Header in a namespace that is not listed',
      'malformed',
      soap11(
        '<loginResponse/>',
        '<w:Security xmlns:w="urn:w"><w:BinarySecurityToken>tok</w:BinarySecurityToken></w:Security>',
      ),
      { ...inHeader, namespaces: ['urn:other'] },
    ],
    ['in a truncated document', 'malformed', answer(TOKEN).slice(0, -3)],
    ['behind a warning of PHP', 'malformed', `<b>Warning</b>: x\n${answer(TOKEN)}`],
    ['with a DOCTYPE', 'malformed', `<!DOCTYPE a>${answer(TOKEN)}`],
    [
      'with two elements in the Body',
      'malformed',
      soap11(`<loginResponse><result>${TOKEN}</result></loginResponse><x/>`),
    ],
    [
      'in an envelope of another namespace',
      'malformed',
      answer(TOKEN).replace('http://schemas.xmlsoap.org/soap/envelope/', 'urn:soap'),
    ],
    [
      'in bytes that are no text in their charset',
      'malformed',
      reply(Buffer.from(answer(`${TOKEN}<msg>\xfc</msg>`), 'latin1')),
    ],
    ['under 302', 'malformed', reply(answer(TOKEN), { status: 302 })],
    ['under 400', 'malformed', reply(answer(TOKEN), { status: 400 })],
    ['under 401', 'malformed', reply(answer(TOKEN), { status: 401 })],
    ['under 500', 'unavailable', reply(answer(TOKEN), { status: 500 })],
    ['under 429', 'unavailable', reply(answer(TOKEN), { status: 429 })],
    ['doubtful under 503', 'unavailable', reply(answer(TOKEN + TOKEN), { status: 503 })],
    ['doubtful under 403', 'malformed', reply(answer(TOKEN + TOKEN), { status: 403 })],
    ['in another answer under 500', 'unavailable', reply(soap11('<other/>'), { status: 500 })],
    ['in another answer under 404', 'malformed', reply(soap11('<other/>'), { status: 404 })],
  ]);
});

describe('without a token the code decides', () => {
  check([
    ['credentials', 'credentials', answer('<sessionId/><rc>BAD_LOGIN</rc>')],
    ["credentials, without the token's element", 'credentials', answer('<rc>LOCKED</rc>')],
    ['credentials, by a number', 'credentials', answer('<rc> -4\n</rc>')],
    ['request', 'request', answer('<rc>10012</rc>')],
    ['unavailable', 'unavailable', answer('<rc>-2</rc>')],
    ['credentials under 500', 'credentials', reply(answer('<rc>-4</rc>'), { status: 500 })],
    ['credentials under 401', 'credentials', reply(answer('<rc>-4</rc>'), { status: 401 })],
    ['unavailable under 400', 'unavailable', reply(answer('<rc>BUSY</rc>'), { status: 400 })],
    ['a code within the text at its path', 'credentials', answer('<rc>error: LOCKED (3)</rc>')],
    ['another code', 'request', answer('<rc>-40</rc>')],
    ['another code under 503', 'request', reply(answer('<rc>E7</rc>'), { status: 503 })],
    ['another code by a listed one as a part of it', 'request', answer('<rc>XBUSY</rc>')],
    ['a number as a part of the text', 'request', answer('<rc>code -4</rc>')],
    ['the longest of two codes', 'request', answer('<rc>BAD_LOGIN_FORMAT BUSY</rc>')],
    ['the code of success', 'malformed', answer('<sessionId/><rc>0</rc>'), withSuccess],
    [
      'the code of success under 502',
      'unavailable',
      reply(answer('<sessionId/><rc>0</rc>'), { status: 502 }),
      withSuccess,
    ],
    ['no code', 'malformed', answer('<sessionId/>')],
    ['an empty code', 'malformed', answer('<rc/>')],
    ['a code in a message and none at its path', 'credentials', answer('<msg>BAD_LOGIN</msg>')],
    ['a code in the answer itself', 'credentials', soap11('<loginResponse>LOCKED</loginResponse>')],
    [
      'a code of an answer in no namespace',
      'credentials',
      soap11('<loginResponse><result><rc>-4</rc></result></loginResponse>'),
    ],
    ['a code at its path before one in a message', 'unavailable', answer('<rc>-2</rc><msg>BAD_LOGIN</msg>')],
    ['a sentence in any case and spacing', 'credentials', answer('<msg>Sorry: invalid \n USER.</msg>')],
    ['a number in a message', 'malformed', answer('<msg>-4</msg>')],
    ['words that nobody listed in a message', 'malformed', answer('<msg>Wrong password</msg>')],
    ['a code in the element for refusals', 'credentials', refusal('LOCKED'), withRefusal],
    ['any text in the element for refusals', 'request', refusal('<why>No way</why>'), withRefusal],
    ['no text in the element for refusals', 'malformed', refusal('<why/>'), withRefusal],
    [
      'a code within `return`',
      'credentials',
      soap11('<loginResponse><return><result><rc>-4</rc></result></return></loginResponse>'),
    ],
    ['a code in a foreign namespace', 'malformed', answer('<x:rc xmlns:x="urn:x">-4</x:rc>')],
    ['two codes at the path', 'malformed', answer('<rc>-4</rc><rc>-4</rc>')],
    [
      'a token of elements is a doubt, whatever the code',
      'malformed',
      answer('<sessionId><b/></sessionId><rc>-4</rc>'),
    ],
    ['two empty tokens and a code', 'credentials', answer('<sessionId/><sessionId/><rc>-4</rc>')],
    ["a code of another service's answer", 'malformed', soap11('<other><result><rc>-4</rc></result></other>')],
    [
      'a code under a path through the Header',
      'credentials',
      soap11('<loginResponse/>', '<status><rc>-4</rc></status>'),
      { ...acme, code: '/Header/status/rc' },
    ],
    [
      'a code beside an umlaut in Latin-1 under a label of UTF-8',
      'credentials',
      reply(Buffer.from(answer('<rc>-4</rc><msg>ung\xfcltig</msg>'), 'latin1')),
    ],
    [
      'a passing one beside an umlaut in Latin-1',
      'unavailable',
      reply(Buffer.from(answer('<rc>-2</rc><msg>m\xf6glich</msg>'), 'latin1')),
    ],
    [
      'a code in declared Latin-1',
      'credentials',
      reply(Buffer.from(answer('<rc>-4</rc><msg>\xfc</msg>'), 'latin1'), {
        contentType: 'text/xml; charset=iso-8859-1',
      }),
    ],
    ['an empty token and nothing else', 'credentials', answer('<sessionId/>'), emptyToken],
    ['an empty token of white space', 'credentials', answer('<sessionId>\n </sessionId>'), emptyToken],
    ['an empty token beside an empty code', 'credentials', answer('<sessionId/><rc/>'), emptyToken],
    ['an empty token under 500', 'credentials', reply(answer('<sessionId/>'), { status: 500 }), emptyToken],
    ['an empty token beside a listed code', 'unavailable', answer('<sessionId/><rc>BUSY</rc>'), emptyToken],
    ['an empty token beside another code', 'request', answer('<sessionId/><rc>7</rc>'), emptyToken],
    [
      'an empty token beside words that nobody listed',
      'malformed',
      answer('<sessionId/><msg>maintenance</msg>'),
      emptyToken,
    ],
    ['no element for the token', 'malformed', answer(''), emptyToken],
    [
      'an empty token elsewhere',
      'malformed',
      soap11('<loginResponse xmlns="urn:acme"><sessionId/></loginResponse>'),
      emptyToken,
    ],
    [
      'an empty token beside the code of success',
      'malformed',
      answer('<sessionId/><rc>0</rc>'),
      { ...emptyToken, success: '0' },
    ],
  ]);
});

describe('in the place of the token', () => {
  const place = (text: string) => answer(`<sessionId>${text}</sessionId>`);
  check([
    ['a code refuses', 'credentials', place('BAD_LOGIN')],
    ['a code with more behind it refuses', 'credentials', place('BAD_LOGIN|104')],
    ['a code refuses under every status', 'credentials', reply(place('LOCKED:3'), { status: 500 })],
    ['a code among words refuses', 'credentials', place('sorry, LOCKED')],
    ['a sentence refuses', 'credentials', place('invalid USER erin')],
    ['a number refuses as a whole text', 'credentials', place('-4')],
    ['a number is a token with more behind it', 'token', place('-4x')],
    ['a passing code is an outage', 'unavailable', reply(place('BUSY'), { status: 200 })],
    ['a code for the request', 'request', place('10012')],
    ['the longest of two codes counts', 'request', place('BAD_LOGIN_FORMAT BUSY')],
    ['a code that only begins a word is a token', 'token', place('LOCKEDx')],
    ['a code behind other signs is a token', 'token', place('x-LOCKED')],
    ['a code of two words refuses wherever it stands', 'credentials', place('ERROR:BAD_LOGIN')],
    ['words that nobody listed are a doubt', 'malformed', place('Wrong password')],
    [
      'a code in the Header refuses',
      'credentials',
      soap11(
        '<loginResponse/>',
        '<w:Security xmlns:w="urn:w"><w:BinarySecurityToken>LOCKED</w:BinarySecurityToken></w:Security>',
      ),
      inHeader,
    ],
  ]);
});

describe('a fault', () => {
  check([
    ['with a listed code in its string', 'credentials', reply(fault11('s:Client', 'BAD_LOGIN'), { status: 500 })],
    ['with a listed code under a Server fault', 'credentials', reply(fault11('s:Server', 'LOCKED.'), { status: 500 })],
    ['with a listed code in its faultcode, behind a prefix', 'credentials', fault11('ns1:LOCKED')],
    ['with a listed code behind a dot of its faultcode', 'credentials', fault11('Client.BAD_LOGIN')],
    ['with a listed code deep in its detail', 'credentials', fault11('Server', '', '<a><b>x.LOCKED</b></a>')],
    ['with a listed code as the text of its detail', 'credentials', fault11('Server', '', 'LOCKED')],
    ['with a code of two words over a line end', 'credentials', fault11('Client', 'the  Invalid\n   user')],
    ['with a passing code', 'unavailable', fault11('Client', 'BUSY')],
    ['with a code for the request', 'request', reply(fault11('Server', 'BAD_LOGIN_FORMAT'), { status: 503 })],
    ['with a code in another case', 'request', fault11('Client', 'locked')],
    ['with a code as a part of a word', 'request', fault11('Client', 'UNLOCKED LOCKED_OUT LOCKED2')],
    ['with a code after a part of a word', 'credentials', fault11('Client', 'UNLOCKED LOCKED')],
    ['with a code beside a letter beyond ASCII', 'credentials', fault11('Client', 'äLOCKEDé')],
    ['with a code and a dash', 'credentials', fault11('Client', 'E-LOCKED-1')],
    ['with a number in its string', 'unavailable', fault11('Server', '-4')],
    ['with a number in its detail', 'unavailable', fault11('Server', '', '<code>10012</code>')],
    ['with a number as its faultcode', 'credentials', fault11('-4')],
    ['with a number as a part of its faultcode', 'request', fault11('E-4')],
    [
      'with a number at the path of the code',
      'credentials',
      fault11('Server', '', '<error>-4</error>'),
      { ...untimed, code: '/Body/Fault/detail/error' },
    ],
    [
      'with a code that is only in faultactor',
      'unavailable',
      soap11('<s:Fault><faultcode>Server</faultcode><faultactor>LOCKED</faultactor></s:Fault>'),
    ],
    ['with a code that is only in an attribute', 'unavailable', fault11('Server', '', '<e code="LOCKED"/>')],
    ['with a code that is only in a comment', 'unavailable', fault11('Server', '<!--LOCKED-->')],
    [
      'with a code that is only in the Header',
      'unavailable',
      soap11('<s:Fault><faultcode>Server</faultcode></s:Fault>', '<e>LOCKED</e>'),
    ],
    ['with the longest of two codes', 'request', fault11('Client', 'BAD_LOGIN', '<e>BAD_LOGIN_FORMAT</e>')],
    ['with two codes of one length', 'request', fault11('Client', 'TIE_A TIE_B')],
    ['with a code that a longer one holds', 'request', fault11('Client', 'BAD_LOGIN_FORMAT')],
    ['that blames the server', 'unavailable', fault11('soap:Server')],
    ['that blames the server, in small letters', 'unavailable', fault11('server')],
    [
      'that blames the server with a subcode',
      'unavailable',
      reply(fault11('SOAP-ENV:Server.SystemFailure'), { status: 400 }),
    ],
    ['that blames the WSDL', 'unavailable', fault11('WSDL')],
    ["that is WCF's internal one", 'unavailable', fault11('a:InternalServiceFault')],
    ['whose code only begins like Server', 'request', fault11('ServerX')],
    ['that blames the client', 'request', reply(fault11('Client', 'Server error'), { status: 500 })],
    ['that blames nobody', 'request', reply(soap11('<s:Fault/>'), { status: 503 })],
    ['under 401', 'request', reply(fault11('Client'), { status: 401 })],
    ['with prose of a refusal', 'unavailable', fault11('Server', 'Invalid password')],
    ['of SOAP 1.2 with a listed code in its Text', 'credentials', fault12('s:Receiver', '', 'LOCKED')],
    ['of SOAP 1.2 with a listed code in its subcode', 'credentials', fault12('s:Sender', 'a:LOCKED')],
    [
      'of SOAP 1.2 with a listed code in its Detail',
      'credentials',
      fault12('s:Receiver', '', '', '<a><b>LOCKED</b></a>'),
    ],
    ['of SOAP 1.2 with a number as its subcode', 'request', fault12('s:Receiver', '10012')],
    ['of SOAP 1.2 with a number in its Text', 'unavailable', fault12('s:Receiver', '', '10012')],
    ['of SOAP 1.2 that blames the server', 'unavailable', fault12('s:Receiver')],
    ['of SOAP 1.2 that blames the server in a subcode', 'unavailable', fault12('s:Sender', 'a:InternalServiceFault')],
    ['of SOAP 1.2 that blames the sender', 'request', reply(fault12('s:Sender'), { status: 500 })],
    [
      'of SOAP 1.2 with a code that is only in Node',
      'unavailable',
      soap12('<s:Fault><s:Code><s:Value>s:Receiver</s:Value></s:Code><s:Node>LOCKED</s:Node></s:Fault>'),
    ],
    [
      'of SOAP 1.2 with the second of two Texts',
      'credentials',
      soap12(
        '<s:Fault><s:Code><s:Value>s:Receiver</s:Value></s:Code><s:Reason><s:Text>x</s:Text><s:Text>LOCKED</s:Text></s:Reason></s:Fault>',
      ),
    ],
    [
      "in another namespace than SOAP's",
      'malformed',
      soap11('<Fault><faultcode>Client</faultcode><faultstring>LOCKED</faultstring></Fault>'),
    ],
    [
      'in Latin-1 under a label of UTF-8',
      'credentials',
      reply(Buffer.from(fault11('Server', 'LOCKED \xfc'), 'latin1'), { status: 500 }),
    ],
    ['is never a token by the empty code', 'request', fault11('Client'), emptyToken],
  ]);
});

describe('no envelope', () => {
  const text = 'text/plain';
  check([
    ['an empty answer', 'unavailable', ''],
    ['an answer of white space', 'unavailable', ' \r\n'],
    [
      'an HTML page',
      'unavailable',
      reply('<!DOCTYPE html><html><body>LOCKED</body></html>', { contentType: 'text/html' }),
    ],
    [
      'an HTML page in Latin-1 under a label of UTF-8',
      'unavailable',
      reply(Buffer.from('<html><body>Wartung f\xfcr alle</body></html>', 'latin1'), {
        contentType: 'text/html; charset=utf-8',
      }),
    ],
    ['other text', 'malformed', reply('LOCKED', { contentType: text })],
    ['JSON', 'malformed', reply('{"sessionId":"x"}', { contentType: 'application/json' })],
    ['an empty 404', 'malformed', reply('', { status: 404 })],
    ['an HTML page under 302', 'malformed', reply('<html></html>', { status: 302, contentType: 'text/html' })],
    ['an empty 500', 'unavailable', reply('', { status: 500 })],
    ['a refusal in text under 500', 'unavailable', reply('LOCKED', { status: 500, contentType: text })],
    ['a 408', 'unavailable', reply('x', { status: 408, contentType: text })],
    [
      'a 403 whose page has a listed code in an address only',
      'request',
      reply('<html><img src="/LOCKED.png"><a href="?error=BAD_LOGIN">x</a></html>', {
        status: 403,
        contentType: 'text/html',
      }),
    ],
    [
      'a 403 whose page says a listed code',
      'credentials',
      reply('<html><b class="x">LOCKED</b></html>', { status: 403, contentType: 'text/html' }),
    ],
    [
      'a 401 in plain text with a listed code',
      'credentials',
      reply('error: BAD_LOGIN\n', { status: 401, contentType: text }),
    ],
    [
      'a 403 in plain text with a listed code',
      'credentials',
      reply('Invalid \t user', { status: 403, contentType: text }),
    ],
    ['a 403 with a passing code', 'unavailable', reply('BUSY', { status: 403, contentType: text })],
    [
      'a 401 in JSON with a listed code',
      'credentials',
      reply('{"error":"LOCKED"}', { status: 401, contentType: 'application/json' }),
    ],
    ['a 401 with a number as its whole text', 'request', reply('-4', { status: 401, contentType: text })],
    ['a 401 with a code as a part of a word', 'request', reply('UNLOCKED', { status: 401, contentType: text })],
    ['a 401 with another code', 'request', reply('E7', { status: 401, contentType: text })],
    ['an empty 403', 'request', reply('', { status: 403 })],
    ['an empty 403, where an empty token is a refusal', 'request', reply('', { status: 403 }), emptyToken],
    [
      'a 401 with an envelope of another namespace',
      'credentials',
      reply('<Envelope xmlns="urn:x"><Body>LOCKED</Body></Envelope>', { status: 401 }),
    ],
    ['a body that is too large', 'malformed', { status: 200, contentType: 'text/xml', body: 'larger than 64 KiB' }],
    [
      'a body that is too large under 401',
      'request',
      { status: 401, contentType: 'text/xml', body: 'larger than 64 KiB' },
    ],
    [
      'a body that is too large under 500',
      'unavailable',
      { status: 500, contentType: 'text/xml', body: 'larger than 64 KiB' },
    ],
  ]);
});

describe('an answer in parts (MTOM)', () => {
  const related = (parameters: string) => ({
    contentType: `multipart/related; type="application/xop+xml"; ${parameters}`,
  });
  const part = (headers: string, body: string) => `--b1\r\n${headers}\r\n\r\n${body}\r\n`;
  const xop = 'Content-Type: application/xop+xml; charset=UTF-8; type="text/xml"';
  const good = part(`${xop}\r\nContent-ID: <root@x>`, answer(TOKEN));
  const other = part('Content-Type: text/plain\r\nContent-ID: <other@x>', 'hello');
  const message = (parts: string) => `${parts}--b1--\r\n`;
  const refusing = good.replace(TOKEN, '<rc>LOCKED</rc>');
  const encoded = (encoding: string, body: string) => part(`${xop}\r\nContent-Transfer-Encoding: ${encoding}`, body);
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const latin1 = (text: string) => Buffer.from(text, 'latin1');

  check([
    ['is read by its first part', 'token', reply(message(good + other), related('boundary=b1'))],
    ['is read by its start', 'token', reply(message(other + good), related('boundary="b1"; start="<root@x>"'))],
    ['is read by a start without angles', 'token', reply(message(other + good), related('boundary=b1; start=root@x'))],
    [
      'is read by names in any case',
      'token',
      reply(message(good.replace('Content-ID', 'content-id')), {
        contentType: 'Multipart/Related; START="<root@x>"; Boundary=b1',
      }),
    ],
    ['is not read by start-info', 'token', reply(message(good + other), related('start-info="text/xml"; boundary=b1'))],
    [
      'is read with a parameter in quotes that looks like another',
      'token',
      reply(message(good + other), related('x="; start=<none@x>; boundary=b9"; boundary=b1')),
    ],
    [
      'is read under two types that a proxy has joined',
      'token',
      reply(message(good + other), { contentType: 'multipart/related; boundary=b1, text/xml' }),
    ],
    ['is read behind a preamble', 'token', reply(`preamble\r\n${message(good)}`, related('boundary=b1'))],
    [
      'is read with lines that end in LF',
      'token',
      reply(message(good).replaceAll('\r\n', '\n'), related('boundary=b1')),
    ],
    [
      'is read with white space behind its delimiter',
      'token',
      reply(message(good).replace('--b1\r\n', '--b1 \t\r\n'), related('boundary=b1')),
    ],
    ['is read without its closing delimiter', 'token', reply(good, related('boundary=b1'))],
    [
      'is read behind a line that only begins like its delimiter',
      'token',
      reply(`--b12\r\n\r\nx\r\n${message(good)}`, related('boundary=b1')),
    ],
    [
      'is read in base64',
      'token',
      reply(message(encoded('BASE64', base64(answer(TOKEN)).replace(/.{76}/g, '$&\r\n'))), related('boundary=b1')),
    ],
    [
      'is read in quoted-printable',
      'token',
      reply(
        message(encoded('quoted-printable', answer(TOKEN).replaceAll('=', '=3D').replaceAll('></', '>=\r\n</'))),
        related('boundary=b1'),
      ),
    ],
    [
      'is read by the charset of its part',
      'token',
      reply(
        latin1(message(part('Content-Type: text/xml; charset=iso-8859-1', answer(`${TOKEN}<msg>\xfc</msg>`)))),
        related('boundary=b1; charset=utf-8'),
      ),
    ],
    [
      'is not read by the charset around it',
      'malformed',
      reply(
        latin1(message(part('Content-Type: text/xml; charset=utf-8', answer(`${TOKEN}<msg>\xfc</msg>`)))),
        related('boundary=b1; charset=iso-8859-1'),
      ),
    ],
    [
      'with a refusal',
      'credentials',
      reply(message(part(xop, fault11('Server', 'LOCKED'))), { ...related('boundary=b1'), status: 500 }),
    ],
    ['with a token in a later part', 'malformed', reply(message(other + good), related('boundary=b1'))],
    ['without the part of its start', 'malformed', reply(message(good), related('boundary=b1; start="<none@x>"'))],
    ['without a part', 'malformed', reply('--b1--\r\n', related('boundary=b1'))],
    ['without anything, which is not an empty answer', 'malformed', reply('', related('boundary=b1'))],
    ['without a boundary', 'malformed', reply(message(good), related('x=y'))],
    ['without a part under 503', 'unavailable', reply('', { ...related('boundary=b1'), status: 503 })],
    [
      'without a part under 401, with a code in it',
      'credentials',
      reply('LOCKED', { ...related('boundary=b1'), status: 401 }),
    ],
    [
      'with a code in plain text under 401',
      'credentials',
      reply(message(part('Content-Type: text/plain', 'LOCKED')), { ...related('boundary=b1'), status: 401 }),
    ],
    [
      'with a code in another part under 403',
      'credentials',
      reply(message(part('Content-Type: text/plain', 'no') + part('Content-Type: text/plain', 'LOCKED')), {
        ...related('boundary=b1'),
        status: 403,
      }),
    ],
    [
      'with broken base64',
      'malformed',
      reply(message(encoded('base64', `${base64(answer(TOKEN))}*`)), related('boundary=b1')),
    ],
    [
      'with broken quoted-printable',
      'malformed',
      reply(message(encoded('quoted-printable', answer(TOKEN))), related('boundary=b1')),
    ],
    [
      'with an encoding that nobody knows',
      'malformed',
      reply(message(encoded('uuencode', answer(TOKEN))), related('boundary=b1')),
    ],
    ['of another kind', 'malformed', reply(message(good), { contentType: 'multipart/mixed; boundary=b1' })],
    ['is read in a part without headers', 'token', reply(`--b1\n\n${answer(TOKEN)}\n--b1--\n`, related('boundary=b1'))],
    ['is read behind an empty line', 'token', reply(`\n${message(good)}`, related('boundary=b1'))],
    [
      'of two of its start is the first',
      'token',
      reply(message(good + refusing), related('boundary=b1; start=root@x')),
    ],
    ['of two boundaries has the first', 'token', reply(message(good), related('boundary=b1; boundary=b2'))],
    ['with an empty boundary', 'malformed', reply(message(good).replaceAll('b1', ''), related('boundary=""'))],
    ['ends at its closing delimiter', 'malformed', reply(message('') + good, related('boundary=b1; start=root@x'))],
    ['whose part has headers only', 'unavailable', reply(`--b1\r\n${xop}\r\n--b1--`, related('boundary=b1'))],
    [
      'with a line in it that only begins like its delimiter',
      'token',
      reply(message(good.replace('<result>', '<result>\r\n--b12\r\n')), related('boundary=b1')),
    ],
    [
      'is read by a charset in a header that is folded',
      'token',
      reply(
        latin1(message(part('Content-Type: text/xml;\r\n charset=iso-8859-1', answer(`${TOKEN}<msg>\xfc</msg>`)))),
        related('boundary=b1'),
      ),
    ],
    ...[0, 1, 2, 3, 4].map(
      (more): Case => [
        `is read in base64 of any length, ${more} characters more`,
        'token',
        reply(message(encoded('base64', base64(answer(TOKEN) + ' '.repeat(more)))), related('boundary=b1')),
      ],
    ),
    [
      'is read behind a header line that is none',
      'token',
      reply(message(encoded('base64\r\nno header', base64(answer(TOKEN)))), related('boundary=b1')),
    ],
    [
      'with a character in base64 that is none of it',
      'malformed',
      reply(message(encoded('base64', base64(answer(TOKEN)).replace(/^.{8}/, '$&!!!!'))), related('boundary=b1')),
    ],
    [
      'with a line end in the token, in quoted-printable',
      'malformed',
      reply(
        message(encoded('quoted-printable', answer(TOKEN).replaceAll('=', '=3D').replace('tok-', 'tok-\r\n'))),
        related('boundary=b1'),
      ),
    ],
  ]);
});

describe('the end of a token', () => {
  const at: ServiceProfile = { ...acme, expiresIn: undefined, expiresAt: 'result/end' };

  it.each([
    ['14400', 14_400],
    [' 60\n', 60],
    ['00000001', 1],
    ['99999999', 99_999_999],
  ])('is %j seconds away', (ttl, seconds) => {
    const result = judge(acme, reply(answer(`${TOKEN}<ttl>${ttl}</ttl>`)));
    expect(result).toEqual({ accessToken: 'tok-1', end: { in: seconds } });
  });

  it.each(['', '100000000', '1.5', '+60', '1e3', '0x10', 'PT1H', 'soon', '١٢'])('is not said by %j seconds', (ttl) => {
    const result = judge(acme, reply(answer(`${TOKEN}<ttl>${ttl}</ttl>`)));
    expect(result).toEqual({ accessToken: 'tok-1', end: { unknown: expect.any(String) } });
  });

  it.each([
    ['2026-01-31T12:34:56.789Z', '2026-01-31T12:34:56.789Z'],
    ['2026-01-31T12:34:56.789999Z', '2026-01-31T12:34:56.789Z'],
    ['2026-01-31T12:34:56.06', '2026-01-31T12:34:56.060Z'],
    ['2026-01-31T12:34:56', '2026-01-31T12:34:56.000Z'],
    ['2026-07-31T12:34', '2026-07-31T12:34:00.000Z'],
    ['2026-01-31 12:34:56', '2026-01-31T12:34:56.000Z'],
    ['2026-01-31T12:34Z', '2026-01-31T12:34:00.000Z'],
    ['2026-01-31T12:34:56+05:30', '2026-01-31T07:04:56.000Z'],
    ['2026-01-31T12:34:56-0800', '2026-01-31T20:34:56.000Z'],
    ['2026-01-31T23:30:00-01:00', '2026-02-01T00:30:00.000Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
  ])('is the instant %s', (end, instant) => {
    const zone = process.env.TZ;
    try {
      for (process.env.TZ of ['America/New_York', 'Asia/Kolkata']) {
        const result = judge(at, reply(answer(`${TOKEN}<end>${end}</end>`)));
        expect(result).toEqual({ accessToken: 'tok-1', end: { at: Date.parse(instant) } });
      }
    } finally {
      if (zone === undefined) delete process.env.TZ;
      else process.env.TZ = zone;
    }
  });

  it.each([
    '',
    'tomorrow',
    '2026-01-31',
    '2026-02-30T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-01-31T24:00:00Z',
    '2026-01-31T12:60:00Z',
    '2026-01-31T12:34:56+5',
    '2026-01-31T12:34.5Z',
    '1769862896',
    '2026-01-31t12:34:56z',
  ])('is not said by the instant %j', (end) => {
    const result = judge(at, reply(answer(`${TOKEN}<end>${end}</end>`)));
    expect(result).toEqual({ accessToken: 'tok-1', end: { unknown: expect.any(String) } });
  });
});

describe('what a refusal tells', () => {
  it('is the code of the profile, and never the text of the answer', () => {
    const result = judge(acme, reply(fault11('Client', 'user hunter2 is LOCKED'), { status: 500 }));

    expect(result).toMatchObject({ code: 'CREDENTIALS_REFUSED', reason: 'LOCKED' });
    const { serviceText, ...told } = { serviceText: undefined, ...result };
    expect(JSON.stringify(told)).not.toContain('hunter2');
    expect(serviceText).toContain('hunter2');
  });

  it('is no single word of an answer without a code, which may be a token elsewhere', () => {
    for (const body of [answer('<key>abc123</key>'), answer('<key>abc123</key><rc>0</rc>')])
      expect(judge(withSuccess, reply(body))).toMatchObject({ serviceText: undefined });
  });

  it('is a sentence of an answer without a code, so that a person can list it', () => {
    expect(judge(acme, reply(answer('<key>abc123</key><msg>Wrong password</msg>')))).toMatchObject({
      code: 'REPLY_MALFORMED',
      serviceText: 'Wrong password',
    });
  });

  it('is no text that names the element of the token, as in JSON', () => {
    const json = '{"sessionId": "abc123"}';
    for (const body of [answer(`<rc>E7</rc><msg>${json}</msg>`), fault11('Client', json), answer(`<msg>${json}</msg>`)])
      expect(JSON.stringify(judge(acme, reply(body)))).not.toContain('abc123');
  });

  it.each([
    ['id', 'Kid invalid', true],
    ['id', '{"id": "abc"}', false],
    ['token', 'tokenless', true],
    ['ticket', 'tickets: abc', false],
  ])('is a text in which a short name of the token, %s, is only part of a word: %s', (name, text, isLogged) => {
    const result = judge({ ...acme, token: `result/${name}` }, reply(fault11('Client', text)));
    expect(result).toMatchObject({ serviceText: isLogged ? text : undefined });
  });

  it('says of a session beside an ended password where the service says so, by the words of the profile', () => {
    const salesforce = { ...acme, code: 'result/passwordExpired', codes: { credentials: ['true'] } };
    const [alive, ended] = ['false', 'true'].map((text) =>
      judge(salesforce, reply(answer(`${TOKEN}<passwordExpired>${text}</passwordExpired>`))),
    );
    expect(alive).toMatchObject({ accessToken: 'tok-1' });
    expect(ended).toMatchObject({
      code: 'REPLY_MALFORMED',
      why: 'beside the token stands "true", which the profile lists under codes.credentials (code: result/passwordExpired)',
    });
  });

  it('says which of three is why no end of the token can be used', () => {
    const profiles = [{ ...acme, expiresIn: undefined }, { ...acme, expiresIn: 'result/life' }, acme];
    const ends = profiles.map((profile) => judge(profile, reply(answer(`${TOKEN}<ttl>soon</ttl>`))));
    expect(ends).toMatchObject([
      { end: { unknown: 'the profile names no path for it' } },
      { end: { unknown: 'nothing stands at result/life' } },
      { end: { unknown: expect.stringContaining('') } },
    ]);
    expect(new Set(ends.map((each) => JSON.stringify(each))).size).toBe(3);
  });

  it.each([
    ['a code refuses', answer('<rc>-4</rc><msg>Nicht berechtigt</msg>'), '-4\nNicht berechtigt'],
    ['a code refuses in the place of the token', answer('<sessionId>LOCKED now</sessionId>'), 'LOCKED now'],
    ['a code refuses that nobody listed', answer('<rc>E7</rc><msg>No</msg>'), 'E7\nNo'],
    ['a fault has a listed code', fault11('s:Client', 'LOCKED'), 'LOCKED'],
    ['a fault is of the server', fault11('s:Server', 'Out of order', '<x>why</x>'), 'Out of order\nwhy'],
    ['a fault has no listed code', fault12('s:Sender', 's:x', 'No', '<x>why</x>'), 'No\nwhy'],
  ])('is the text of the answer, for the log, where %s', (_, body, serviceText) => {
    expect(judge(acme, reply(body))).toMatchObject({ serviceText });
  });
});

describe('the reason that is logged', () => {
  const html = (status: number) => reply('no', { status, contentType: 'text/plain' });
  const isRedirect = /redirects are not followed/;
  it.each<[string, SoapReply, RegExp]>([
    ...[300, 302, 399].map((status): [string, SoapReply, RegExp] => [
      `a redirect, ${status}`,
      html(status),
      isRedirect,
    ]),
    ...[299, 400].map((status): [string, SoapReply, RegExp] => [
      `no redirect, ${status}`,
      html(status),
      /: the answer is/,
    ]),
    ['no charset', reply(Buffer.from('\xfc', 'latin1')), /is not text in its declared charset/],
    ['no envelope', reply('{}'), /is not a SOAP envelope \(/],
    [
      'a reference of Axis',
      reply(soap11(`<loginResponse><result href="#id0"/></loginResponse><multiRef id="id0">${TOKEN}</multiRef>`)),
      /references to elements of their own \(href, Axis\) are not followed/,
    ],
    ['no part', reply('', { contentType: 'multipart/related; boundary=b' }), /without a part for the envelope/],
    ['two tokens', reply(answer(TOKEN + TOKEN)), /^there is more than one element with the name of the token/],
    ['two tokens under an error', reply(answer(TOKEN + TOKEN), { status: 400 }), /^HTTP status 400: there is more/],
    ['a listed code beside a token', reply(answer(`${TOKEN}<rc>LOCKED</rc>`)), /"LOCKED".*credentials \(code: result/],
    ['the same elsewhere', reply(answer(`${TOKEN}<msg>LOCKED</msg>`)), /"LOCKED".*under codes.credentials$/],
  ])('is %s', (_, answered, why) => {
    expect(judge(acme, answered)).toMatchObject({ why: expect.stringMatching(why) });
  });

  it.each(['LOCKED', '10012', '-2'])('is the entry of the profile: %s', (code) => {
    expect(judge(acme, reply(answer(`<rc>${code}</rc>`)))).toMatchObject({ reason: code });
  });
});

describe('a path, a code and what stands around them', () => {
  const wrapped = (namespace: string) =>
    reply(answer(`<x:Body xmlns:x="${namespace}">${TOKEN}</x:Body>`).replace('<ttl>', ''));
  const inBody: ServiceProfile = { ...acme, token: 'result/Body/sessionId' };
  check([
    ['a Body that is not SOAP’s is not passed', 'malformed', wrapped('urn:other'), inBody],
    ['a token ends before a carriage return', 'token', answer('<sessionId>tok-1&#13;</sessionId>')],
    ['a code may have one character', 'credentials', answer('<rc>E</rc>'), { ...acme, codes: { credentials: ['E'] } }],
    [
      'a number in a fault counts at the code alone',
      'request',
      fault11('s:Client', '-4', '<rc>0</rc>'),
      { ...acme, code: 'detail/rc' },
    ],
    ['a refusal ends with its envelope', 'credentials', `Warning ${fault11('s:Client', 'LOCKED')}x`],
    ['a fault behind other text says nothing that is not listed', 'malformed', `Warning ${fault11('s:Server')}`],
  ]);
});

describe('a login', () => {
  it.each<[string, boolean, SoapReply]>([
    ...[408, 429, 502, 503, 504].map((status): [string, boolean, SoapReply] => [
      `cannot have been judged under an empty ${status}`,
      false,
      reply('', { status }),
    ]),
    [
      'cannot have been judged by a gateway',
      false,
      reply('<html>Bad gateway</html>', { status: 502, contentType: 'text/html' }),
    ],
    ['may have been judged under a 429 with a word of a refusal', true, reply('too many logins', { status: 429 })],
    ['cannot have been judged under a 429 that is about the rate', false, reply('Too many requests', { status: 429 })],
    ['cannot have been judged under a 503 with a code as a part of a word', false, reply('XBUSY -4', { status: 503 })],
    ['may have been judged under a 503 with a code for the credentials', true, reply('LOCKED', { status: 503 })],
    ['may have been judged under a 503 with any listed code', true, reply('BUSY', { status: 503 })],
    ['may have been judged under a 503 with a number as its whole text', true, reply('-4', { status: 503 })],
    [
      'may have been judged under a 503 with a word of a refusal in UTF-16',
      true,
      reply(Buffer.from('Wrong', 'utf16le'), { status: 503 }),
    ],
    ['may have been judged under a 503 with an envelope', true, reply(fault11('Server'), { status: 503 })],
    ['may have been judged under a 503 with half an envelope', true, reply('<s:Envelope>', { status: 503 })],
    ['may have been judged under a 500', true, reply('', { status: 500 })],
    ['may have been judged under a 200', true, reply('')],
    [
      'may have been judged under a 503 that is compressed and does not say so',
      true,
      reply(gzipSync('BAD_LOGIN'), { status: 503, contentType: 'text/xml; charset=ISO-8859-1' }),
    ],
    [
      'may have been judged under a 503 whose letters any charset of one byte would read',
      true,
      reply(Buffer.from([0xc2, 0x81, 0x84]), { status: 503, contentType: 'text/plain; charset=windows-1252' }),
    ],
    [
      'cannot have been judged under a 503 in words of UTF-8',
      false,
      reply('Wartung für alle', { status: 503, contentType: 'text/plain' }),
    ],
    ['may have been judged under a 503 that is no text', true, reply(Buffer.from('\xfc', 'latin1'), { status: 503 })],
    [
      'may have been judged under a 503 in parts',
      true,
      reply('x', { status: 503, contentType: 'multipart/related; boundary=b' }),
    ],
    [
      'may have been judged under a 503 that is too large',
      true,
      { status: 503, contentType: undefined, body: 'larger than 64 KiB' },
    ],
  ])('%s', (_, mayHaveBeenJudged, answered) => {
    expect(judge(acme, answered)).toMatchObject({ isSafeToRepeat: !mayHaveBeenJudged });
  });
});

describe('whatever comes back', () => {
  const statuses = fc.constantFrom(200, 206, 302, 400, 401, 403, 404, 408, 429, 500, 503);
  const types = fc.constantFrom(
    undefined,
    'text/xml',
    'text/html',
    'application/soap+xml; charset=utf-16',
    'multipart/related; boundary=b',
    'multipart/related; boundary=b; start="<a>"',
    'multipart/related; boundary=""',
    'text/xml; charset=utf-7',
  );
  const profiles = fc.constantFrom(acme, withSuccess, untimed, inHeader, emptyToken);

  it('is judged without an exception: any bytes', () => {
    fc.assert(
      fc.property(
        profiles,
        statuses,
        types,
        fc.uint8Array({ maxLength: 400 }),
        (profile, status, contentType, body) => {
          return 'code' in judge(profile, { status, contentType, body });
        },
      ),
      { numRuns: 500 },
    );
  });

  it('is judged without an exception: pieces of envelopes and of parts; a token comes of one element under 2xx alone', () => {
    const pieces = fc.constantFrom(
      TOKEN,
      '<sessionId/>',
      '<sessionId>',
      '</sessionId>',
      '<rc>0</rc>',
      '<rc>-4</rc>',
      '<rc/>',
      '<ttl>0</ttl>',
      '<ttl>60</ttl>',
      '<x>',
      '</x>',
      'BAD_LOGIN',
      '<!---->',
      '&#0;',
      '&amp;',
      '\n',
      '<result>',
      '</result>',
      '--b\r\n\r\n',
      '--b--',
    );
    fc.assert(
      fc.property(
        profiles,
        statuses,
        types,
        fc.array(pieces, { maxLength: 8 }),
        (profile, status, contentType, parts) => {
          const body = answer(parts.join(''));
          const result = judge(profile, reply(body, { status, ...(contentType && { contentType }) }));
          return 'code' in result || (status < 300 && body.split('<sessionId').length === 2);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('is judged in little time, however much white space it holds', () => {
    const spaces = ' '.repeat(60_000);
    const started = process.threadCpuUsage();
    for (const body of [
      answer(`<sessionId>${spaces}x${spaces}y</sessionId>`.slice(0, 62_000)),
      answer(`<sessionId>x${spaces}y</sessionId>`),
      fault11('Client', `x${spaces}y`),
      `--b\r\n${spaces}`,
    ]) {
      judge(acme, reply(body, { contentType: 'multipart/related; boundary=b' }));
      judge(acme, reply(body));
    }
    // Of this thread alone, whatever else the machine has to do; with time that grows by the square it would be minutes.
    expect(process.threadCpuUsage(started).user / 1000).toBeLessThan(3000);
  });
});
