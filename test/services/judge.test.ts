import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { judge } from '../../lambda/services/judge.ts';
import type { ServiceProfile } from '../../lambda/services/profile.ts';
import type { SoapReply } from '../../lambda/soap/soap-reply.ts';
import { fault11, fault12, type Outcome, outcomeOf, reply, soap11, soap12 } from './answers.ts';

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

const TOKEN = '<sessionId>tok-1</sessionId>';
const RESULT = `<result>${TOKEN}</result>`;
const [PLAIN, HTML, JSON_TYPE] = ['text/plain', 'text/html', 'application/json'];

/** The operation's answer with this content. */
function response(content: string, namespace = 'urn:acme'): string {
  return soap11(`<a:loginResponse xmlns:a="${namespace}">${content}</a:loginResponse>`);
}

/** The operation's answer with these fields in `result`. */
function answer(fields: string): string {
  return response(`<result>${fields}</result>`);
}

/** The operation's answer with this where the token should stand. */
function inPlace(text: string): string {
  return answer(`<sessionId>${text}</sessionId>`);
}

/** The operation's answer in no namespace. */
function unqualified(content: string): string {
  return soap11(`<loginResponse>${content}</loginResponse>`);
}

/** The other element that stands in the Body, where the service refuses. */
function refusal(content: string): string {
  return soap11(`<a:loginRefused xmlns:a="urn:acme">${content}</a:loginRefused>`);
}

/** An answer whose token stands in the Header. */
function secured(token: string, body = '<loginResponse xmlns="urn:acme"/>'): string {
  const element = `<w:BinarySecurityToken>${token}</w:BinarySecurityToken>`;
  return soap11(body, `<w:Security xmlns:w="urn:w">${element}</w:Security>`);
}

function under(status: number, body: string | Uint8Array, contentType?: string): SoapReply {
  return reply(body, { status, ...(contentType !== undefined && { contentType }) });
}

function tooLarge(status: number): SoapReply {
  return { status, contentType: 'text/xml', body: 'larger than 64 KiB' };
}

function latin1(text: string): Uint8Array {
  return Buffer.from(text, 'latin1');
}

/** A body alone is an HTTP 200 in XML; without a profile, acme's is meant. */
type Case = readonly [name: string, answered: SoapReply | string, profile?: ServiceProfile];

/** Answers that are all judged alike. */
function judged(what: string, outcome: Outcome, cases: readonly Case[]): void {
  it.each(cases.map((one) => [one[0], one] as const))(`${what} %s: ${outcome}`, (_, [, answered, profile = acme]) => {
    expect(outcomeOf(judge(profile, typeof answered === 'string' ? reply(answered) : answered))).toBe(outcome);
  });
}

judged('a token', 'token', [
  ['is where the path leads', answer(TOKEN)],
  ['is read in SOAP 1.2, whatever was sent', soap12(`<loginResponse xmlns="urn:acme">${RESULT}</loginResponse>`)],
  ['is read within `return` of the rpc style', response(`<return>${RESULT}</return>`)],
  ['is read beside an unlisted word', answer(`${TOKEN}<ErrorDescription>x</ErrorDescription>`)],
  ['is read where a code of two words stands within it by chance', inPlace('aXBUSYb.BUSY')],
  ['is read without a code where success is to be empty', answer(TOKEN), { ...acme, success: '' }],
  ['is read with white space of XML around it', inPlace('\r\n\t tok-1 \n&#13;')],
  ['is read with 8,192 characters', inPlace('a'.repeat(8192))],
  ['is read beside a code that is not listed', answer(`${TOKEN}<rc>OK</rc>`)],
  ['is read beside the code of success', answer(`${TOKEN}<rc> 0 </rc>`), withSuccess],
  ['is read beside an empty code, without success', answer(`${TOKEN}<rc/>`)],
  ['is read under 201', under(201, answer(TOKEN))],
  ['is read in any namespace where none is listed', response(`<result xmlns="y">${TOKEN}</result>`, 'x'), untimed],
  ['is read in the Header', secured('tok-1'), inHeader],
  ['is read there in a listed namespace', secured('tok-1'), { ...inHeader, namespaces: ['urn:acme', 'urn:w'] }],
  ['is read from a path through the Body', answer(TOKEN), { ...acme, token: '/Body/loginResponse/result/sessionId' }],
  ['is read from a path of one step', response('<sessionId>tok-1</sessionId>'), { ...acme, token: 'sessionId' }],
  ['is read beside an element whose name only ends like its own', answer(`${TOKEN}<oldsessionId>x</oldsessionId>`)],
]);

judged('a doubtful token', 'malformed', [
  ['in an answer of no namespace, which may refuse only', unqualified(RESULT)],
  ['with a listed code in a message beside it', answer(`${TOKEN}<msg>is BUSY</msg>`)],
  ['with a listed code in a message, beside success', answer(`${TOKEN}<rc>0</rc><msg>BUSY</msg>`), withSuccess],
  ['with a listed code in the answer itself', response(`BUSY${RESULT}`)],
  ['in the element for refusals', refusal(TOKEN), withRefusal],
  ['with a second one in another namespace', answer(`${TOKEN}<x:sessionId xmlns:x="urn:x">y</x:sessionId>`)],
  ['with a second one that is empty', answer(`${TOKEN}<sessionId/>`)],
  ['with a second one in the Header', answer(TOKEN).replace('<s:Body>', `<s:Header>${TOKEN}</s:Header>$&`)],
  ['that stands elsewhere only', response(TOKEN)],
  ['in a foreign namespace only', answer('<x:sessionId xmlns:x="urn:x">tok</x:sessionId>')],
  ['at a path with a step in a foreign namespace', response(`<x:result xmlns:x="urn:x">${TOKEN}</x:result>`)],
  ['in a Body not of SOAP', response(`<b:Body xmlns:b="b">${TOKEN}</b:Body>`), { ...acme, token: 'Body/sessionId' }],
  ['in two results', response(`${RESULT}${RESULT}`)],
  ['with a child', inPlace('tok<b/>')],
  ['with a child and no text', inPlace('<b>tok</b>')],
  ['with a child, whatever the code', answer('<sessionId><b/></sessionId><rc>-4</rc>')],
  ['with a space in it', inPlace('tok 1')],
  ["with a space that is not XML's around it", inPlace('&#160;tok')],
  ['with a letter beyond ASCII', inPlace('tök')],
  ['with 8,193 characters', inPlace('a'.repeat(8193))],
  ['with a listed code beside it', answer(`${TOKEN}<rc>BAD_LOGIN</rc>`)],
  ['with a listed number beside it', answer(`${TOKEN}<rc>-4</rc>`)],
  ['with another code than that of success', answer(`${TOKEN}<rc>1</rc>`), withSuccess],
  ['with any code where success is to be empty', answer(`${TOKEN}<rc>1</rc>`), { ...acme, success: '' }],
  ['with 00 for the 0 of success', answer(`${TOKEN}<rc>00</rc>`), withSuccess],
  ['without a code where success is to stand', answer(TOKEN), withSuccess],
  ['with an empty code where success is to stand', answer(`${TOKEN}<rc/>`), withSuccess],
  ['with two codes', answer(`${TOKEN}<rc>0</rc><rc>0</rc>`), withSuccess],
  ['with a lifetime of 0', answer(`${TOKEN}<ttl>0</ttl>`)],
  ['with a negative lifetime', answer(`${TOKEN}<ttl>-3600</ttl>`)],
  ['with a lifetime of 0.0', answer(`${TOKEN}<ttl>0.0</ttl>`)],
  ['with two lifetimes', answer(`${TOKEN}<ttl>60</ttl><ttl>60</ttl>`)],
  ['under another answer', soap11(`<logoutResponse xmlns="urn:acme">${RESULT}</logoutResponse>`)],
  ['under the answer in a foreign namespace', response(RESULT, 'urn:x')],
  ['in the Header of another answer', secured('tok', '<SessionRS/>'), inHeader],
  ['in the Header in a namespace that is not listed', secured('tok'), { ...inHeader, namespaces: ['urn:acme'] }],
  ['in a truncated document', answer(TOKEN).slice(0, -3)],
  ['behind a warning of PHP', `<b>Warning</b>: x\n${answer(TOKEN)}`],
  ['with text beside the element in the Body', answer(TOKEN).replace('</s:Body>', 'x</s:Body>')],
  ['with text beside the Body', answer(TOKEN).replace('<s:Body>', 'x<s:Body>')],
  ['with two elements in the Body', answer(TOKEN).replace('</s:Body>', '<x/></s:Body>')],
  ['in an envelope of another namespace', answer(TOKEN).replace(/(?<=xmlns:s=")[^"]+/, 'urn:soap')],
  ['in bytes that are no text in their charset', under(200, latin1(answer(`${TOKEN}<msg>\xfc</msg>`)))],
  ['under 302', under(302, answer(TOKEN))],
  ['under 400', under(400, answer(TOKEN))],
  ['under 401', under(401, answer(TOKEN))],
  ['twice under 403', under(403, answer(TOKEN + TOKEN))],
  ['beside the code of success, and empty', answer('<sessionId/><rc>0</rc>'), withSuccess],
]);

judged('an outage', 'unavailable', [
  ['a token under 500', under(500, answer(TOKEN))],
  ['a token under 429', under(429, answer(TOKEN))],
  ['two tokens under 503', under(503, answer(TOKEN + TOKEN))],
  ['another answer under 500', under(500, soap11('<other/>'))],
  ['the code of success and no token under 502', under(502, answer('<sessionId/><rc>0</rc>')), withSuccess],
]);

judged('without a token,', 'credentials', [
  ['a code', answer('<sessionId/><rc>BAD_LOGIN</rc>')],
  ["a code without the token's element", answer('<rc>LOCKED</rc>')],
  ['a number', answer('<rc> -4\n</rc>')],
  ['a code under 500', under(500, answer('<rc>-4</rc>'))],
  ['a code under 401', under(401, answer('<rc>-4</rc>'))],
  ['a code within the text at its path', answer('<rc>error: LOCKED (3)</rc>')],
  ['a code in a message and none at its path', answer('<msg>BAD_LOGIN</msg>')],
  ['a code in the answer itself', unqualified('LOCKED')],
  ['a code of an answer in no namespace', unqualified('<result><rc>-4</rc></result>')],
  ['a sentence in any case and spacing', answer('<msg>Sorry: invalid \n USER.</msg>')],
  ['a code in the element for refusals', refusal('LOCKED'), withRefusal],
  ['a code within `return`', unqualified('<return><result><rc>-4</rc></result></return>')],
  ['a code of one character', answer('<rc>E</rc>'), { ...acme, codes: { credentials: ['E'] } }],
  ['two empty tokens and a code', answer('<sessionId/><sessionId/><rc>-4</rc>')],
  ['a code in the Header', soap11('<loginResponse/>', '<rc>-4</rc>'), { ...acme, code: '/Header/rc' }],
  ['a code beside an umlaut in Latin-1 under a label of UTF-8', under(200, latin1(answer('<rc>-4</rc>\xfc')))],
  ['a code in declared Latin-1', under(200, latin1(answer('<rc>-4</rc>\xfc')), 'text/xml; charset=iso-8859-1')],
  ['an empty token and nothing else', answer('<sessionId/>'), emptyToken],
  ['an empty token of white space', inPlace('\n '), emptyToken],
  ['an empty token beside an empty code', answer('<sessionId/><rc/>'), emptyToken],
  ['an empty token under 500', under(500, answer('<sessionId/>')), emptyToken],
]);

judged('without a token,', 'request', [
  ['a code', answer('<rc>10012</rc>')],
  ['another code', answer('<rc>-40</rc>')],
  ['another code under 503', under(503, answer('<rc>E7</rc>'))],
  ['another code with a listed one as a part of it', answer('<rc>XBUSY</rc>')],
  ['a number as a part of the text', answer('<rc>code -4</rc>')],
  ['the longest of two codes', answer('<rc>BAD_LOGIN_FORMAT BUSY</rc>')],
  ['any text in the element for refusals', refusal('<why>No way</why>'), withRefusal],
  ['an empty token beside another code', answer('<sessionId/><rc>7</rc>'), emptyToken],
]);

judged('without a token,', 'unavailable', [
  ['a code', answer('<rc>-2</rc>')],
  ['a code under 400', under(400, answer('<rc>BUSY</rc>'))],
  ['a code at its path before one in a message', answer('<rc>-2</rc><msg>BAD_LOGIN</msg>')],
  ['a code beside an umlaut in Latin-1 under a label of UTF-8', under(200, latin1(answer('<rc>-2</rc>\xf6')))],
  ['an empty token beside a listed code', answer('<sessionId/><rc>BUSY</rc>'), emptyToken],
]);

judged('without a token,', 'malformed', [
  ['the code of success', answer('<sessionId/><rc>0</rc>'), withSuccess],
  ['no code', answer('<sessionId/>')],
  ['an empty code', answer('<rc/>')],
  ['a number in a message', answer('<msg>-4</msg>')],
  ['words that nobody listed in a message', answer('<msg>Wrong password</msg>')],
  ['no text in the element for refusals', refusal('<why/>'), withRefusal],
  ['a code in a foreign namespace', answer('<x:rc xmlns:x="urn:x">-4</x:rc>')],
  ['two codes at the path', answer('<rc>-4</rc><rc>-4</rc>')],
  ["a code of another service's answer", soap11('<other><result><rc>-4</rc></result></other>')],
  ['another answer under 404', under(404, soap11('<other/>'))],
  ['an empty token beside words that nobody listed', answer('<sessionId/><msg>maintenance</msg>'), emptyToken],
  ['an empty token elsewhere', response('<sessionId/>'), emptyToken],
  ['an empty token beside the code of success', answer('<sessionId/><rc>0</rc>'), { ...emptyToken, success: '0' }],
  ['no element for the token', answer(''), emptyToken],
]);

judged('in the place of the token', 'credentials', [
  ['a code', inPlace('BAD_LOGIN')],
  ['a code with more behind it', inPlace('BAD_LOGIN|104')],
  ['a code under 500', under(500, inPlace('LOCKED:3'))],
  ['a code among words', inPlace('sorry, LOCKED')],
  ['a sentence', inPlace('invalid USER erin')],
  ['a number as a whole text', inPlace('-4')],
  ['a code of two words wherever it stands', inPlace('ERROR:BAD_LOGIN')],
  ['a code in the Header', secured('LOCKED'), inHeader],
]);

judged('in the place of the token', 'request', [
  ['a code', inPlace('10012')],
  ['the longest of two codes', inPlace('BAD_LOGIN_FORMAT BUSY')],
]);
judged('in the place of the token', 'unavailable', [['a code', inPlace('BUSY')]]);
judged('in the place of the token', 'malformed', [['words that nobody listed', inPlace('Wrong password')]]);

judged('in the place of the token', 'token', [
  ['a number with more behind it', inPlace('-4x')],
  ['a code that only begins a word', inPlace('LOCKEDx')],
  ['a code behind other signs', inPlace('x-LOCKED')],
]);

judged('a fault', 'credentials', [
  ['with a listed code in its string', under(500, fault11('s:Client', 'BAD_LOGIN'))],
  ['with a listed code under a Server fault', under(500, fault11('s:Server', 'LOCKED.'))],
  ['with a listed code in its faultcode, behind a prefix', fault11('ns1:LOCKED')],
  ['with a listed code behind a dot of its faultcode', fault11('Client.BAD_LOGIN')],
  ['with a listed code deep in its detail', fault11('Server', '', '<a><b>x.LOCKED</b></a>')],
  ['with a listed code as the text of its detail', fault11('Server', '', 'LOCKED')],
  ['with a code of two words over a line end', fault11('Client', 'the  Invalid\n   user')],
  ['with a code after a part of a word', fault11('Client', 'UNLOCKED LOCKED')],
  ['with a code beside a letter beyond ASCII', fault11('Client', 'äLOCKEDé')],
  ['with a code and a dash', fault11('Client', 'E-LOCKED-1')],
  ['with a number as its faultcode', fault11('-4')],
  ['with a number at the code', fault11('Server', '', '<e>-4</e>'), { ...untimed, code: '/Body/Fault/detail/e' }],
  ['in Latin-1 under a label of UTF-8', under(500, latin1(fault11('Server', 'LOCKED \xfc')))],
  ['behind other text', `Warning ${fault11('s:Client', 'LOCKED')}x`],
  ['of SOAP 1.2 with a listed code in its Text', fault12('s:Receiver', '', 'LOCKED')],
  ['of SOAP 1.2 with a listed code in the second of two Texts', fault12('s:Receiver', '', 'x</s:Text><s:Text>LOCKED')],
  ['of SOAP 1.2 with a listed code in its subcode', fault12('s:Sender', 'a:LOCKED')],
  ['of SOAP 1.2 with a listed code in its Detail', fault12('s:Receiver', '', '', '<a><b>LOCKED</b></a>')],
]);

judged('a fault', 'request', [
  ['with a code for the request', under(503, fault11('Server', 'BAD_LOGIN_FORMAT'))],
  ['with a code in another case', fault11('Client', 'locked')],
  ['with a code as a part of a word', fault11('Client', 'UNLOCKED LOCKED_OUT LOCKED2')],
  ['with a number as a part of its faultcode', fault11('E-4')],
  ['with a number beside the code', fault11('s:Client', '-4', '<rc>0</rc>'), { ...acme, code: 'detail/rc' }],
  ['with the longest of two codes', fault11('Client', 'BAD_LOGIN', '<e>BAD_LOGIN_FORMAT</e>')],
  ['with two codes of one length', fault11('Client', 'TIE_A TIE_B')],
  ['with a code that a longer one holds', fault11('Client', 'BAD_LOGIN_FORMAT')],
  ['whose code only begins like Server', fault11('ServerX')],
  ['that blames the client', under(500, fault11('Client', 'Server error'))],
  ['that blames nobody', under(503, soap11('<s:Fault/>'))],
  ['under 401', under(401, fault11('Client'))],
  ['with a token in the Header', secured('tok', '<s:Fault><faultcode>s:Client</faultcode></s:Fault>'), inHeader],
  ['is never a token by the empty code', fault11('Client'), emptyToken],
  ['of SOAP 1.2 with a number as its subcode', fault12('s:Receiver', '10012')],
  ['of SOAP 1.2 that blames the sender', under(500, fault12('s:Sender'))],
]);

const serverFault = (more: string, header?: string) =>
  soap11(`<s:Fault><faultcode>Server</faultcode>${more}</s:Fault>`, header);

judged('a fault', 'unavailable', [
  ['with a passing code', fault11('Client', 'BUSY')],
  ['with a number in its string', fault11('Server', '-4')],
  ['with a number in its detail', fault11('Server', '', '<code>10012</code>')],
  ['with a code that is only in faultactor', serverFault('<faultactor>LOCKED</faultactor>')],
  ['with a code that is only in an attribute', fault11('Server', '', '<e code="LOCKED"/>')],
  ['with a code that is only in a comment', fault11('Server', '<!--LOCKED-->')],
  ['with a code that is only in the Header', serverFault('', '<e>LOCKED</e>')],
  ['that blames the server', fault11('soap:Server')],
  ['that blames the server, in small letters', fault11('server')],
  ['that blames the server with a subcode', under(400, fault11('SOAP-ENV:Server.SystemFailure'))],
  ['that blames the WSDL', fault11('WSDL')],
  ["that is WCF's internal one", fault11('a:InternalServiceFault')],
  ['with prose of a refusal', fault11('Server', 'Invalid password')],
  ['of SOAP 1.2 with a number in its Text', fault12('s:Receiver', '', '10012')],
  ['of SOAP 1.2 that blames the server', fault12('s:Receiver')],
  ['of SOAP 1.2 that blames the server in a subcode', fault12('s:Sender', 'a:InternalServiceFault')],
  ['of SOAP 1.2 with a code in Node alone', fault12('s:Receiver').replace('<s:Reason>', '<s:Node>LOCKED</s:Node>$&')],
]);

judged('a fault', 'malformed', [
  ["in another namespace than SOAP's", soap11('<Fault><faultcode>LOCKED</faultcode></Fault>')],
  ['behind other text says nothing that is not listed', `Warning ${fault11('s:Server')}`],
]);

judged('no envelope:', 'credentials', [
  ['a 403 whose page says a listed code', under(403, '<html><b class="x">LOCKED</b></html>', HTML)],
  ['a 401 in plain text with a listed code', under(401, 'error: BAD_LOGIN\n', PLAIN)],
  ['a 403 in plain text with a listed code', under(403, 'Invalid \t user', PLAIN)],
  ['a 401 in JSON with a listed code', under(401, '{"error":"LOCKED"}', JSON_TYPE)],
  ['a 401 with an envelope of another namespace', under(401, '<Envelope xmlns="urn:x"><Body>LOCKED</Body></Envelope>')],
]);

judged('no envelope:', 'request', [
  ['a 403 whose page has a code in an address', under(403, '<a href="?error=BAD_LOGIN"><img src="/LOCKED.png">', HTML)],
  ['a 401 with a number as its whole text', under(401, '-4', PLAIN)],
  ['a 401 with a code as a part of a word', under(401, 'UNLOCKED', PLAIN)],
  ['a 401 with another code', under(401, 'E7', PLAIN)],
  ['an empty 403', under(403, '')],
  ['an empty 403, where an empty token is a refusal', under(403, ''), emptyToken],
  ['a body that is too large under 401', tooLarge(401)],
]);

judged('no envelope:', 'unavailable', [
  ['an empty answer', ''],
  ['an answer of white space', ' \r\n'],
  ['an HTML page', under(200, '<!DOCTYPE html><html><body>LOCKED</body></html>', HTML)],
  ['an HTML page in Latin-1 under a label of UTF-8', under(200, latin1('<p>\xfc</p>'), 'text/html; charset=utf-8')],
  ['an empty 500', under(500, '')],
  ['a refusal in text under 500', under(500, 'LOCKED', PLAIN)],
  ['a 408', under(408, 'x', PLAIN)],
  ['a 403 with a passing code', under(403, 'BUSY', PLAIN)],
  ['a body that is too large under 500', tooLarge(500)],
]);

judged('no envelope:', 'malformed', [
  ['other text', under(200, 'LOCKED', PLAIN)],
  ['JSON', under(200, '{"sessionId":"x"}', JSON_TYPE)],
  ['an empty 404', under(404, '')],
  ['an HTML page under 302', under(302, '<html></html>', HTML)],
  ['a body that is too large', tooLarge(200)],
]);

const XOP = 'Content-Type: application/xop+xml; charset=UTF-8; type="text/xml"';
const LATIN = answer(`${TOKEN}<msg>\xfc</msg>`);
const part = (headers: string, body: string) => `--b1\r\n${headers}\r\n\r\n${body}\r\n`;
const whole = part(`${XOP}\r\nContent-ID: <root@x>`, answer(TOKEN));
const other = part('Content-Type: text/plain\r\nContent-ID: <other@x>', 'hello');
const inXml = (charset: string, body: string) => part(`Content-Type: text/xml; charset=${charset}`, body);
const encoded = (encoding: string, body: string) => part(`${XOP}\r\nContent-Transfer-Encoding: ${encoding}`, body);
const base64 = (text: string) => encoded('BASE64', Buffer.from(text).toString('base64'));
const quoted = (text: string) => encoded('quoted-printable', text.replaceAll('=', '=3D'));

/** All of an answer in parts (MTOM), as it stands. */
function raw(body: string | Uint8Array, parameters = 'boundary=b1', status = 200): SoapReply {
  return under(status, body, `multipart/related; type="application/xop+xml"; ${parameters}`);
}

/** An answer of these parts. */
function mtom(parts: string, parameters?: string, status?: number): SoapReply {
  return raw(latin1(`${parts}--b1--\r\n`), parameters, status);
}

judged('an answer in parts is read', 'token', [
  ['by its first part', mtom(whole + other)],
  ['by its start', mtom(other + whole, 'boundary="b1"; start="<root@x>"')],
  ['by a start without angles', mtom(other + whole, 'boundary=b1; start=root@x')],
  ['by the first of two of its start', mtom(whole + whole.replace(TOKEN, ''), 'boundary=b1; start=root@x')],
  ['by the first of two boundaries', mtom(whole, 'boundary=b1; boundary=b2')],
  ['by names in any case', mtom(other + whole.replace('Content-ID', 'content-id'), 'START="<root@x>"; Boundary=b1')],
  ['by a type in any case', under(200, whole, 'Multipart/Related; boundary=b1')],
  ['and not by start-info', mtom(whole + other, 'start-info="text/xml"; boundary=b1')],
  ['beside quotes that hold another parameter', mtom(whole + other, 'x="; start=<none@x>; boundary=b9"; boundary=b1')],
  ['under two types that a proxy has joined', mtom(whole + other, 'boundary=b1, text/xml')],
  ['behind a preamble', mtom(`preamble\r\n${whole}`)],
  ['behind an empty line', mtom(`\n${whole}`)],
  ['with lines that end in LF', mtom(whole.replaceAll('\r\n', '\n'))],
  ['with white space behind its delimiter', mtom(whole.replace('--b1\r\n', '--b1 \t\r\n'))],
  ['without its closing delimiter', raw(whole)],
  ['without headers', mtom(`--b1\n\n${answer(TOKEN)}\n`)],
  ['behind a line that only begins like its delimiter', mtom(`--b12\r\n\r\nx\r\n${whole}`)],
  ['with such a line in it', mtom(whole.replace('<result>', '<result>\r\n--b12\r\n'))],
  ['in base64', mtom(base64(answer(TOKEN)).replace(/.{76}/g, '$&\r\n'))],
  ['in base64 behind a header line that is none', mtom(base64(answer(TOKEN)).replace('BASE64', '$&\r\nno header'))],
  ['in base64 with one character of padding', mtom(base64(answer(TOKEN).padEnd(302)))],
  ['in base64 with two characters of padding', mtom(base64(answer(TOKEN).padEnd(301)))],
  ['in base64 without padding', mtom(base64(answer(TOKEN).padEnd(303)))],
  ['in quoted-printable', mtom(quoted(answer(TOKEN)).replaceAll('></', '>=\r\n</'))],
  ['in binary', mtom(encoded('binary', answer(TOKEN)))],
  ['by the charset of its part', mtom(inXml('iso-8859-1', LATIN), 'boundary=b1; charset=utf-8')],
  ['by a charset in a header that is folded', mtom(inXml('iso-8859-1', LATIN).replace('; ', ';\r\n '))],
]);

judged('an answer in parts', 'malformed', [
  ['by the charset around it', mtom(inXml('utf-8', LATIN), 'boundary=b1; charset=iso-8859-1')],
  ['with a token in a later part', mtom(other + whole)],
  ['without the part of its start', mtom(whole, 'boundary=b1; start="<none@x>"')],
  ['without a part', raw('--b1--\r\n')],
  ['without anything, which is not an empty answer', raw('')],
  ['without a boundary', mtom(whole, 'x=y')],
  ['with an empty boundary', raw(`${whole}--b1--`.replaceAll('b1', ''), 'boundary=""')],
  ['behind its closing delimiter', raw(`--b1--\r\n${whole}`, 'boundary=b1; start=root@x')],
  ['of another kind', under(200, whole, 'multipart/mixed; boundary=b1')],
  ['in broken base64', mtom(`${base64(answer(TOKEN)).trim()}*\r\n`)],
  ['in base64 with characters that are none of it', mtom(base64(answer(TOKEN)).replace('BASE64\r\n\r\n', '$&!!!!'))],
  ['in broken quoted-printable', mtom(encoded('quoted-printable', answer(TOKEN)))],
  ['in quoted-printable with a line end in the token', mtom(quoted(answer(TOKEN)).replace('tok-', 'tok-\r\n'))],
  ['in an encoding that nobody knows', mtom(encoded('uuencode', answer(TOKEN)))],
]);

judged('an answer in parts', 'credentials', [
  ['with a fault', mtom(part(XOP, fault11('Server', 'LOCKED')), 'boundary=b1', 500)],
  ['that are none under 401', raw('LOCKED', 'boundary=b1', 401)],
  ['with a code in plain text under 401', mtom(part('Content-Type: text/plain', 'LOCKED'), 'boundary=b1', 401)],
  ['with a code in another part under 403', mtom(other + other.replace('hello', 'LOCKED'), 'boundary=b1', 403)],
]);

judged('an answer in parts', 'unavailable', [
  ['without a part under 503', raw('', 'boundary=b1', 503)],
  ['whose part has headers only', raw(`--b1\r\n${XOP}\r\n--b1--`)],
]);

describe('the end of a token', () => {
  const at: ServiceProfile = { ...acme, expiresIn: undefined, expiresAt: 'result/end' };
  const endAfter = (ttl: string) => judge(acme, reply(answer(`${TOKEN}<ttl>${ttl}</ttl>`)));
  const endAt = (end: string) => judge(at, reply(answer(`${TOKEN}<end>${end}</end>`)));
  const unknown = { accessToken: 'tok-1', end: { unknown: expect.any(String) } };

  it.each([
    ['14400', 14_400],
    [' 60\n', 60],
    ['00000001', 1],
    ['99999999', 99_999_999],
  ])('is %j seconds away', (ttl, seconds) => {
    expect(endAfter(ttl)).toEqual({ accessToken: 'tok-1', end: { in: seconds } });
  });

  it.each(['', '100000000', '1.5', '+60', '1e3', '0x10', 'PT1H', 'soon', '١٢'])('is not said by %j seconds', (ttl) => {
    expect(endAfter(ttl)).toEqual(unknown);
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
    for (const zone of ['America/New_York', 'Asia/Kolkata']) {
      vi.stubEnv('TZ', zone);
      expect(endAt(end)).toEqual({ accessToken: 'tok-1', end: { at: Date.parse(instant) } });
    }
    vi.unstubAllEnvs();
  });

  it.each([
    ...['', 'tomorrow', '2026-01-31', '2026-02-30T00:00:00Z', '2026-13-01T00:00:00Z', '2026-01-31T24:00:00Z'],
    ...['2026-01-31T12:60:00Z', '2026-01-31T12:34:56+5', '2026-01-31T12:34.5Z', '1769862896', '2026-01-31t12:34:56z'],
  ])('is not said by the instant %j', (end) => {
    expect(endAt(end)).toEqual(unknown);
  });

  it('is unknown for one of three reasons, which is said', () => {
    const profiles = [{ ...acme, expiresIn: undefined }, { ...acme, expiresIn: 'result/life' }, acme];
    const ends = profiles.map((profile) => judge(profile, reply(answer(`${TOKEN}<ttl>soon</ttl>`))));
    expect(ends).toMatchObject([
      { end: { unknown: 'the profile names no path for it' } },
      { end: { unknown: 'nothing stands at result/life' } },
      { end: { unknown: expect.stringMatching(/^(?!nothing|the profile)/) } },
    ]);
  });
});

describe('what a refusal tells', () => {
  it.each([
    ['a single word without a code, which may be a token elsewhere', answer('<key>abc123</key>')],
    ['such a word beside success', answer('<key>abc123</key><rc>0</rc>')],
    ['a text that names the element of the token, as in JSON', fault11('Client', '{"sessionId": "abc123"}')],
    ['such a text beside a code', answer('<rc>E7</rc><msg>{"sessionId": "abc123"}</msg>')],
    ['such a text without a code', answer('<msg>{"sessionId": "abc123"}</msg>')],
  ])('is not %s', (_, body) => {
    expect(JSON.stringify(judge(withSuccess, reply(body)))).not.toContain('abc123');
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

  it('names what stands beside a token, such as that the password has ended', () => {
    const salesforce = { ...acme, code: 'result/passwordExpired', codes: { credentials: ['true'] } };
    expect(judge(salesforce, reply(answer(`${TOKEN}<passwordExpired>true</passwordExpired>`)))).toMatchObject({
      why: 'beside the token stands "true", which the profile lists under codes.credentials (code: result/passwordExpired)',
    });
  });

  it.each([
    ['a code refuses', answer('<rc>-4</rc><msg>Nicht berechtigt</msg>'), '-4\nNicht berechtigt'],
    ['a code refuses in the place of the token', inPlace('LOCKED now'), 'LOCKED now'],
    ['a code refuses that nobody listed', answer('<rc>E7</rc><msg>No</msg>'), 'E7\nNo'],
    ['no code refuses, as a person can list the sentence', answer('<key>a1</key><msg>No entry</msg>'), 'No entry'],
    ['a fault has a listed code', fault11('s:Client', 'erin is LOCKED'), 'erin is LOCKED'],
    ['a fault is of the server', fault11('s:Server', 'Out of order', '<x>why</x>'), 'Out of order\nwhy'],
    ['a fault has no listed code', fault12('s:Sender', 's:x', 'No', '<x>why</x>'), 'No\nwhy'],
  ])('is the text of the answer, for the log, where %s', (_, body, serviceText) => {
    expect(judge(acme, reply(body))).toMatchObject({ serviceText });
  });
});

describe('the reason that is logged', () => {
  const axis = `<loginResponse><result href="#id0"/></loginResponse><multiRef id="id0">${TOKEN}</multiRef>`;
  it.each<[string, SoapReply, RegExp]>([
    ['the redirect 300', under(300, 'no', PLAIN), /redirects are not followed/],
    ['the redirect 399', under(399, 'no', PLAIN), /redirects are not followed/],
    ['no redirect, 299', under(299, 'no', PLAIN), /: the answer is/],
    ['no redirect, 400', under(400, 'no', PLAIN), /: the answer is/],
    ['no charset', under(200, latin1('\xfc')), /is not text in its declared charset/],
    ['no envelope', reply('{}'), /is not a SOAP envelope \(/],
    ['a reference of Axis', reply(soap11(axis)), /references to elements of their own \(href, Axis\) are not followed/],
    ['no part', raw(''), /without a part for the envelope/],
    ['two tokens', reply(answer(TOKEN + TOKEN)), /^there is more than one element with the name of the token/],
    ['two tokens under an error', under(400, answer(TOKEN + TOKEN)), /^HTTP status 400: there is more/],
    ['a listed code beside a token', reply(answer(`${TOKEN}<msg>LOCKED</msg>`)), /"LOCKED".*under codes.credentials$/],
    ['a refusal', reply(answer('<rc>BAD_LOGIN</rc>')), /^the service refused: BAD_LOGIN$/],
    ['an outage', reply(answer('<rc>BUSY</rc>')), /^the service answered BUSY$/],
  ])('is %s', (_, answered, why) => {
    expect(judge(acme, answered)).toMatchObject({ why: expect.stringMatching(why) });
  });

  it.each(['LOCKED', '10012', '-2', 'Invalid user'])('is the entry of the profile: %s', (code) => {
    expect(judge(acme, reply(fault11(code.toUpperCase())))).toMatchObject({ reason: code });
  });
});

describe('the service', () => {
  it.each<[string, SoapReply]>([
    ...[408, 429, 502, 503, 504].map((status) => [`an empty ${status}`, under(status, '')] as [string, SoapReply]),
    ['the page of a gateway', under(502, '<html>Bad gateway</html>', HTML)],
    ['a 429 that is about the rate', under(429, 'Too many requests')],
    ['a 503 with a code as a part of a word', under(503, 'XBUSY -4')],
    ['a 503 in words of UTF-8', under(503, 'Wartung für alle', PLAIN)],
  ])('cannot have judged the login under %s', (_, answered) => {
    expect(judge(acme, answered)).toMatchObject({ isSafeToRepeat: true });
  });

  const unsaid = under(503, gzipSync('BAD_LOGIN'), 'text/xml; charset=ISO-8859-1');
  const anyLetters = under(503, Buffer.from([0xc2, 0x81, 0x84]), 'text/plain; charset=windows-1252');
  it.each<[string, SoapReply]>([
    ['a 429 with a word of a refusal', under(429, 'too many logins')],
    ['a 503 with a code for the credentials', under(503, 'LOCKED')],
    ['a 503 with any listed code', under(503, 'BUSY')],
    ['a 503 with a number as its whole text', under(503, '-4')],
    ['a 503 with a word of a refusal in UTF-16', under(503, Buffer.from('Wrong', 'utf16le'))],
    ['a 503 with an envelope', under(503, fault11('Server'))],
    ['a 503 with half an envelope', under(503, '<s:Envelope>')],
    ['a 500', under(500, '')],
    ['a 200', under(200, '')],
    ['a 503 that is compressed and does not say so', unsaid],
    ['a 503 whose letters any charset of one byte would read', anyLetters],
    ['a 503 that is no text', under(503, latin1('\xfc'))],
    ['a 503 in parts', raw('x', 'boundary=b', 503)],
    ['a 503 that is too large', tooLarge(503)],
    ['a 503 that was cut', { ...under(503, '<p>Your log'), wasCut: true }],
  ])('may have judged the login under %s', (_, answered) => {
    expect(judge(acme, answered)).toMatchObject({ isSafeToRepeat: false });
  });
});

describe('whatever comes back', () => {
  const statuses = fc.constantFrom(200, 206, 302, 400, 401, 403, 404, 408, 429, 500, 503);
  const related = ['', '; start="<a>"'].map((start) => `multipart/related; boundary=b${start}`);
  const types = fc.constantFrom(
    ...[undefined, 'text/xml', HTML, 'application/soap+xml; charset=utf-16', 'text/xml; charset=utf-7'],
    ...[...related, 'multipart/related; boundary=""'],
  );
  const profiles = fc.constantFrom(acme, withSuccess, untimed, inHeader, emptyToken);

  it('is judged without an exception, and a token comes of one element under 2xx alone', () => {
    const pieces = fc.constantFrom(
      ...[TOKEN, '<sessionId/>', '<sessionId>', '</sessionId>', '<rc>0</rc>', '<rc>-4</rc>', '<rc/>', '<ttl>0</ttl>'],
      ...['<ttl>60</ttl>', '<x>', '</x>', 'BAD_LOGIN', '<!---->', '&#0;', '&amp;', '\n', '<result>', '</result>'],
      ...['--b\r\n\r\n', '--b--'],
    );
    const pieced = fc.array(pieces, { maxLength: 8 }).map((parts) => answer(parts.join('')));
    const bodies = fc.oneof(fc.uint8Array({ maxLength: 400 }), pieced);
    fc.assert(
      fc.property(profiles, statuses, types, bodies, (profile, status, contentType, given) => {
        const body = Buffer.from(given);
        const isToken = !('code' in judge(profile, { status, contentType, body }));
        return !isToken || (status < 300 && body.toString().split('<sessionId').length === 2);
      }),
      { numRuns: 1000 },
    );
  });

  it('is judged in little time, however often it repeats itself', () => {
    const spaces = ' '.repeat(60_000);
    const declarations = Array.from({ length: 2000 }, (_, index) => `xmlns:a${index}="u"`).join(' ');
    const pieces = ['invalid ', 'LOCKED user ', '<!-- ', '&amp;', ']]>', '<a ', ' x="1"'];
    const started = process.threadCpuUsage();
    for (const body of [
      answer(`<sessionId>${spaces}x${spaces}y</sessionId>`.slice(0, 62_000)),
      inPlace(`x${spaces}y`),
      fault11('Client', `x${spaces}y`),
      `--b\r\n${spaces}`,
      ...pieces.map((piece) => response(piece.repeat(60_000 / piece.length))),
      response(`<x ${declarations}>${'<p xmlns="u"/>'.repeat(1500)}</x>`),
    ]) {
      judge(acme, under(200, body, 'multipart/related; boundary=b'));
      judge(acme, reply(body));
    }
    // Of this thread alone, whatever else the machine has to do; with time that grows by the square it would be minutes.
    expect(process.threadCpuUsage(started).user / 1000).toBeLessThan(3000);
  });
});
