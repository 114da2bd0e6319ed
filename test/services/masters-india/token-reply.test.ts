import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTokenReply } from '../../../lambda/services/masters-india/token-reply.ts';
import type { TokenResult } from '../../../lambda/services/token-result.ts';
import type { SoapReply } from '../../../lambda/soap/soap-reply.ts';
import { findAll, type ReferenceElement, referenceParse } from '../../soap/reference-xml.ts';

const SOAP11 = 'http://schemas.xmlsoap.org/soap/envelope/';
const SOAP12 = 'http://www.w3.org/2003/05/soap-envelope';

function envelope(body: string, namespace = SOAP11): string {
  return `<s:Envelope xmlns:s="${namespace}"><s:Body>${body}</s:Body></s:Envelope>`;
}

function success(fields: string): string {
  return envelope(`<n:access_new_tokenResponse xmlns:n="urn:server">${fields}</n:access_new_tokenResponse>`);
}

function refusal(content: string): string {
  return envelope(`<n:access_tokenResponse xmlns:n="urn:server">${content}</n:access_tokenResponse>`);
}

function fault(code: string, text: string, detail = ''): string {
  return envelope(`<s:Fault><faultcode>${code}</faultcode><faultstring>${text}</faultstring>${detail}</s:Fault>`);
}

function judge(text: string, reply: Partial<SoapReply> = {}): TokenResult {
  return parseTokenReply({ status: 200, contentType: 'text/xml; charset=utf-8', body: Buffer.from(text), ...reply });
}

const TOKEN = '<access_token>abc</access_token>';
const LIFE = '<expires_in>14400</expires_in>';

describe('a token', () => {
  it.each([
    ['as documented', success(`${TOKEN}${LIFE}<token_type>bearer</token_type><error_description/>`)],
    ['with another case of bearer', success(`${TOKEN}${LIFE}<token_type> Bearer </token_type>`)],
    ['without a token_type', success(TOKEN + LIFE)],
    ['in another order', success(LIFE + TOKEN)],
    ['inside <return>', success(`<return>${TOKEN}${LIFE}</return>`)],
    ['inside a wrapper of another stack', success(`<access_new_tokenResult>${TOKEN}${LIFE}</access_new_tokenResult>`)],
    ['with fields that nobody documented', success(`${TOKEN}${LIFE}<scope>all</scope><x:y xmlns:x="urn:x"/>`)],
    ['as CDATA', success(`<access_token><![CDATA[abc]]></access_token>${LIFE}`)],
    ['cut by a comment', success(`<access_token>a<!-- x -->bc</access_token>${LIFE}`)],
    ['with references', success(`<access_token>&#97;b&#x63;</access_token>${LIFE}`)],
    [
      'with its fields in the service namespace',
      success(TOKEN + LIFE).replace('xmlns:n="urn:server"', 'xmlns:n="urn:server" xmlns="urn:server"'),
    ],
    ['with white space around it', success(`<access_token>\n\t abc\r\n</access_token>${LIFE}`)],
    ['in SOAP 1.2', success(TOKEN + LIFE).replace(SOAP11, SOAP12)],
    [
      'after a SOAP header',
      success(TOKEN + LIFE).replace('<s:Body>', '<s:Header><h xmlns="urn:h">x</h></s:Header><s:Body>'),
    ],
  ])('is taken %s', (_, text) => {
    expect(judge(text)).toEqual({ kind: 'token', accessToken: 'abc', expiresInSeconds: 14400 });
  });

  it.each(['0123456789', '1e10', '0x1F', 'true', 'null', '-0', '1_000', 'a+b/c==', '.', '{}', 'x'.repeat(4096)])(
    'is text: %.20s stays what it is',
    (token) => {
      const reply = judge(success(`<access_token>${token}</access_token>${LIFE}`));
      expect(reply).toMatchObject({ kind: 'token', accessToken: token });
    },
  );

  it.each([
    ['missing', ''],
    ['blank', '<expires_in> </expires_in>'],
    ['words', '<expires_in>four hours</expires_in>'],
    ['a number and more', '<expires_in>14400abc</expires_in>'],
    ['a fraction', '<expires_in>14400.5</expires_in>'],
    ['an exponent', '<expires_in>1e4</expires_in>'],
    ['nine digits', '<expires_in>123456789</expires_in>'],
  ])('is taken with an unknown lifetime when expires_in is %s', (_, expiresIn) => {
    expect(judge(success(TOKEN + expiresIn))).toMatchObject({ kind: 'token', expiresInSeconds: undefined });
  });

  it.each([
    ['zero', success(`${TOKEN}<expires_in>0</expires_in>`)],
    ['zero in five digits', success(`${TOKEN}<expires_in>00000</expires_in>`)],
    ['negative', success(`${TOKEN}<expires_in>-1</expires_in>`)],
    ['a negative fraction', success(`${TOKEN}<expires_in>-0.5</expires_in>`)],
    ['given twice', success(TOKEN + LIFE + LIFE)],
  ])('is not taken when its lifetime is %s', (_, text) => {
    expect(judge(text).kind).toBe('malformed');
  });

  it.each([
    ['there are two', success(`${TOKEN}${TOKEN}${LIFE}`)],
    [
      'there are two of different namespaces',
      success(`${TOKEN}<x:access_token xmlns:x="urn:x">other</x:access_token>${LIFE}`),
    ],
    ['it belongs to another namespace', success(`<x:access_token xmlns:x="urn:x">abc</x:access_token>${LIFE}`)],
    ['the answer says something else, too', success(`invalid_grant${TOKEN}${LIFE}`)],
    [
      'another stands in a wrapper beside it',
      success(`${TOKEN}${LIFE}<return><access_token>other</access_token></return>`),
    ],
    ['another stands deeper', success(`${TOKEN}${LIFE}<a><b><access_token>other</access_token></b></a>`)],
    [
      'another stands inside the lifetime',
      success(`${TOKEN}<expires_in>14<access_token>other</access_token>400</expires_in>`),
    ],
    [
      'another stands in the SOAP header',
      success(TOKEN + LIFE).replace('<s:Body>', `<s:Header>${TOKEN}</s:Header><s:Body>`),
    ],
    ['an empty one stands beside it', success(`${TOKEN}<access_token/>${LIFE}`)],
    ['an error stands deeper', success(`${TOKEN}${LIFE}<return><error>invalid_grant</error></return>`)],
    ['an error stands beside it under another name', success(`${TOKEN}${LIFE}<ErrorDescription>x</ErrorDescription>`)],
    ['a stranger stands beside the body', success(TOKEN + LIFE).replace('<s:Body>', '<Body/><s:Body>')],
    ['an error stands beside it', success(`${TOKEN}${LIFE}<error_description>invalid_grant</error_description>`)],
    ['it holds a blank', success(`<access_token>a b</access_token>${LIFE}`)],
    ['it holds a line break', success(`<access_token>ab&#10;c</access_token>${LIFE}`)],
    ['a no-break space stands around it', success(`<access_token>\u00a0abc</access_token>${LIFE}`)],
    [
      'it has no namespace',
      success(TOKEN + LIFE)
        .replace('xmlns:n="urn:server"', '')
        .replaceAll('n:access', 'access'),
    ],
    ['it is not ASCII', success(`<access_token>añb</access_token>${LIFE}`)],
    ['it is longer than 4096 characters', success(`<access_token>${'x'.repeat(4097)}</access_token>${LIFE}`)],
    ['it has children', success(`<access_token><value>abc</value></access_token>${LIFE}`)],
    ['it is the only field and has children', success('<access_token><access_token>abc</access_token></access_token>')],
    ['it is of another type', success(`${TOKEN}${LIFE}<token_type>mac</token_type>`)],
    ['it stands in the answer for a refusal', refusal(TOKEN + LIFE)],
    ['the operation is another', success(TOKEN + LIFE).replaceAll('access_new_tokenResponse', 'eInvoiceGetResponse')],
    ['the operation is of another namespace', success(TOKEN + LIFE).replace('urn:server', 'urn:other')],
    ['the envelope is of another namespace', success(TOKEN + LIFE).replace(SOAP11, 'urn:not-soap')],
    ['the body is of another namespace', success(TOKEN + LIFE).replaceAll('s:Body', 'Body')],
    ['there are two bodies', success(TOKEN + LIFE).replace('</s:Body>', '</s:Body><s:Body/>')],
    ['the body holds a second element', success(TOKEN + LIFE).replace('</s:Body>', '<multiRef/></s:Body>')],
    ['text stands beside the answer', success(TOKEN + LIFE).replace('</s:Body>', 'Warning</s:Body>')],
    ['nothing else is there', 'abc'],
  ])('is not taken when %s', (_, text) => {
    expect(judge(text).kind).toBe('malformed');
  });

  it.each([
    [302, 'malformed'],
    [404, 'malformed'],
    [500, 'unavailable'],
    [503, 'unavailable'],
  ])('is not taken with HTTP status %i', (status, kind) => {
    expect(judge(success(TOKEN + LIFE), { status }).kind).toBe(kind);
  });
});

describe('a refusal', () => {
  it.each([
    ['invalid_grant', 'credentials refused'],
    ['invalid_client', 'credentials refused'],
    ['unauthorized_client', 'credentials refused'],
    ['access_denied', 'credentials refused'],
    ['invalid_request', 'request refused'],
    ['unsupported_grant_type', 'request refused'],
    ['invalid_scope', 'request refused'],
    ['something_new', 'request refused'],
    ['server_error', 'unavailable'],
    ['temporarily_unavailable', 'unavailable'],
  ])('%s is %s, wherever the service says it and with whatever status', (code, kind) => {
    const places = [
      refusal(code),
      refusal(`\n   ${code}\n  `),
      refusal(`<return>${code}</return>`),
      refusal(`<error>${code}</error>`),
      refusal(`<error>${code}</error><error_description>because</error_description>`),
      refusal(`<return><error>${code}</error><error_description>because</error_description></return>`),
      refusal(`<status>0</status><message>${code}</message>`),
      success(`<access_token/><expires_in/><token_type/><error_description>${code}</error_description>`),
      success(`<error>${code}</error>`),
      success(code),
      fault('s:Client', code),
      fault('s:Client', 'refused', `<detail>${code}</detail>`),
      fault('s:Client', 'refused', `<detail><x:error xmlns:x="urn:x">${code}</x:error></detail>`),
    ];
    for (const place of places) {
      for (const status of [200, 206, 400, 401, 403, 500])
        expect([place, judge(place, { status }).kind]).toEqual([place, kind]);
    }
  });

  it('is read in the service’s JSON, too', () => {
    expect(judge(refusal('{"error":"invalid_client","error_description":"x"}'))).toMatchObject({
      reason: 'invalid_client',
    });
  });

  it.each([
    ['Invalid username and password combination', 'credentials refused'],
    ['The client credentials are invalid', 'credentials refused'],
    ['Client credentials were not found in the headers or body', 'credentials refused'],
    ['The grant type is unauthorized for this client_id', 'credentials refused'],
    ['Too many failed logins, the account is locked', 'credentials refused'],
    ['Access denied', 'credentials refused'],
    ['Grant type "x" not supported', 'request refused'],
    ['Missing parameters: "username" and "password" required', 'request refused'],
    ['Accès refusé', 'request refused'],
    ['Too many requests', 'unavailable'],
    ['Service temporarily unavailable, please try again later', 'unavailable'],
    ['Access denied for user in the database', 'unavailable'],
    ["Access denied for user 'x'@'localhost' (using password: YES)", 'unavailable'],
    ['mysqli_connect(): (HY000/1045): Access denied for user', 'unavailable'],
    ['The record is locked by another user', 'request refused'],
    ['invalid_request stands here only in passing; see invalid_grant', 'request refused'],
  ])('in prose is understood: %s', (prose, kind) => {
    expect(judge(success(`<access_token/><error_description>${prose}</error_description>`)).kind).toBe(kind);
  });

  it('counts in the field for the code before one that describes it', () => {
    const fields = '<error_description>unlike invalid_request</error_description><error>invalid_grant</error>';
    expect(judge(refusal(fields))).toMatchObject({ reason: 'invalid_grant' });
  });

  it.each([
    ['JSON', success('<return>{&quot;access_token&quot;:&quot;abc&quot;}</return>')],
    ['escaped XML', success('<return>&lt;access_token&gt;abc&lt;/access_token&gt;</return>')],
    ['a map', success('<return><item><key>access_token</key><value>abc</value></item></return>')],
  ])('is not made up from a token in %s', (_, text) => {
    expect(judge(text).kind).toBe('malformed');
  });

  it('that gives no reason is no answer', () => {
    expect(judge(refusal('')).kind).toBe('malformed');
    expect(judge(success('<access_token/><expires_in>14400</expires_in>')).kind).toBe('malformed');
  });
});

describe('a fault', () => {
  const soap12 = (code: string, text: string) =>
    envelope(
      `<s:Fault><s:Code><s:Value>${code}</s:Value></s:Code><s:Reason><s:Text xml:lang="en">${text}</s:Text></s:Reason></s:Fault>`,
      SOAP12,
    );

  it.each([
    ['of the server', fault('SOAP-ENV:Server', 'Database connection failed')],
    ['of the server with a subcode', fault('s:Server.Timeout', 'x')],
    ['of the server without a prefix', fault('Server', 'x')],
    ['of a SOAP 1.2 receiver', soap12('s:Receiver', 'x')],
    ['of the server that quotes its database', fault('s:Server', 'Access denied for user root, using password')],
    ['of the server whose own login failed', fault('s:Server', 'upstream said invalid_client')],
    ['of a server that writes it in small letters', fault('soap:server', 'x')],
    ['of WCF itself', fault('a:InternalServiceFault', 'x')],
    ['of the client for the moment', fault('s:Client', 'Too many requests')],
    ['of another kind for the moment', fault('n:BackendDown', 'The backend is temporarily unavailable')],
  ])('%s may heal', (_, text) => {
    for (const status of [200, 500]) expect(judge(text, { status }).kind).toBe('unavailable');
  });

  it.each([
    ['that is a code itself', fault('s:invalid_grant', 'x')],
    ['of Spyne', fault('s:Client.InvalidCredentialsError', 'x')],
    ['of a SOAP 1.2 sender', soap12('s:Sender', 'invalid_grant')],
    ['of the client in prose', fault('s:Client', 'Invalid username and password combination')],
    [
      'of .NET',
      fault('soap:Client', 'Server was unable to process request. ---&gt; Bad password.\n   at Db.Server.Go()'),
    ],
    ['of Java', fault('Client', 'com.acme.server.InvalidCredentialsException: no')],
    [
      'with a subcode',
      soap12('s:Sender', 'x').replace(
        '</s:Code>',
        '<s:Subcode><s:Value>app:invalidGrant</s:Value></s:Subcode></s:Code>',
      ),
    ],
    [
      'of an actor that is a server',
      fault('s:Client', 'Invalid password', '<faultactor>http://db-server/login</faultactor>'),
    ],
    [
      'of Axis and CXF, with their own notes,',
      fault(
        'Client',
        'Wrong password',
        '<detail><hostname>server1</hostname><stackTrace>com.acme.session.Login</stackTrace></detail>',
      ),
    ],
    [
      'of the client about a lock for a while',
      fault('s:Client', 'Your account has been temporarily locked. Please try again after 30 minutes.'),
    ],
  ])('%s refuses the credentials', (_, text) => {
    expect(judge(text, { status: 500 })).toMatchObject({ kind: 'credentials refused', mayHaveBeenJudged: true });
  });

  it.each([
    ['that starts with a code', fault('s:Server', 'invalid_grant: no such user')],
    ['of .NET', fault('soap:Server', 'Server was unable to process request. ---&gt; invalid_grant')],
    ['of Axis', fault('soapenv:Server.userException', 'java.lang.Exception: invalid_client')],
    ['of a SOAP 1.2 receiver', soap12('s:Receiver', 'app:invalid_grant')],
    ['in prose', fault('ns1:Server', 'Invalid username or password')],
  ])('of the server %s is no certain refusal, and nothing to send again', (_, text) => {
    expect(judge(text, { status: 500 })).toMatchObject({ kind: 'request refused', mayHaveBeenJudged: true });
  });

  it('says whose fault it is', () => {
    expect(judge(fault('s:Client', 'x'))).toMatchObject({ why: expect.stringContaining('SOAP Client fault') });
    expect(judge(fault('a:ActionNotSupported', 'x'))).toMatchObject({ why: expect.stringContaining('(SOAP fault)') });
    expect(judge(fault('WSDL', 'Parsing WSDL failed'))).toMatchObject({ kind: 'unavailable' });
  });

  it.each([
    ['of the client', fault('SOAP-ENV:Client', 'error in msg parsing')],
    ['of the client about a header', fault('s:Client', 'Missing SOAPAction, unsupported media type')],
    ['of a SOAP 1.2 sender', soap12('s:Sender', 'x')],
    ['of versions', fault('s:VersionMismatch', 'x')],
    ['of Spyne', fault('s:Client.ResourceNotFound', 'x')],
    [
      'about the schema',
      fault('s:Client', "cvc-complex-type.2.4.a: Invalid content was found starting with element 'username'."),
    ],
    [
      'about the next element',
      fault('a:DeserializationFailed', "End element 'username' expected. Found unknown element 'passwd'"),
    ],
    ['about the message', fault('s:Client', 'Invalid SOAP message received from client')],
    ['about a version', fault('s:Client', 'Unknown client version, upgrade your library')],
  ])('%s is no token', (_, text) => {
    expect(judge(text, { status: 500 }).kind).toBe('malformed');
  });
});

describe('an answer without a SOAP document', () => {
  const page = { contentType: 'text/html', text: '<html><body><h1>It works</h1></body></html>' };

  it.each([
    [200, 'unavailable'],
    [301, 'malformed'],
    [401, 'request refused'],
    [403, 'request refused'],
    [404, 'malformed'],
    [408, 'unavailable'],
    [413, 'malformed'],
    [429, 'unavailable'],
    [500, 'unavailable'],
    [502, 'unavailable'],
    [503, 'unavailable'],
    [504, 'unavailable'],
  ])('with HTTP status %i and a page is %s', (status, kind) => {
    expect(judge(page.text, { status, contentType: page.contentType }).kind).toBe(kind);
  });

  it.each([
    ['without a content type', undefined, '<html></html>'],
    ['announced as XML', 'text/xml', '<!DOCTYPE html><html></html>'],
    [
      'behind an XML declaration',
      'application/xhtml+xml',
      '<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "x" "y"><html/>',
    ],
  ])('is a page %s: it may heal', (_, contentType, page) => {
    expect(judge(page, { contentType }).kind).toBe('unavailable');
  });

  it.each([
    ['an empty response', success('')],
    ['another operation', success('').replaceAll('access_new_token', 'other')],
    ['another service', envelope('<x:Throttled xmlns:x="urn:x"/>')],
  ])('is %s under a status that may heal', (_, text) => {
    expect([200, 429, 503].map((status) => judge(text, { status }).kind)).toEqual([
      'malformed',
      'unavailable',
      'unavailable',
    ]);
  });

  it('is empty: it may heal', () => {
    expect(judge('').kind).toBe('unavailable');
    expect(judge('\n').kind).toBe('unavailable');
  });

  it('is a page though XML was promised: that is not what the service answers', () => {
    expect(judge('<br />\n<b>Warning</b>: x').kind).toBe('malformed');
  });

  it('was too large or badly coded: nothing of it is trusted', () => {
    expect(judge('', { body: 'larger than 64 KiB' }).kind).toBe('malformed');
    expect(judge('', { body: 'not in its declared content coding' }).kind).toBe('malformed');
    expect(judge('', { body: 'larger than 64 KiB', status: 500 }).kind).toBe('unavailable');
  });
});

describe('the charset', () => {
  const text = success(`${TOKEN}${LIFE}<x>é</x>`);
  const declared = (encoding: string) => `<?xml version="1.0" encoding="${encoding}"?>${text}`;

  it.each<[string, string | undefined, Buffer]>([
    ['the header’s', 'text/xml; charset=ISO-8859-1', Buffer.from(text, 'latin1')],
    ['the header’s, in quotes', 'text/xml; charset="iso-8859-1"; x=y', Buffer.from(text, 'latin1')],
    ['the header’s, against the declaration', 'text/xml;charset=UTF-8', Buffer.from(declared('ISO-8859-1'))],
    ['the declaration’s', 'text/xml', Buffer.from(declared('ISO-8859-1'), 'latin1')],
    ['the declaration’s, without any header', undefined, Buffer.from(declared('windows-1252'), 'latin1')],
    ['UTF-8 where nothing is said', 'text/xml', Buffer.from(text)],
    ['the byte order mark’s', 'text/xml; charset=ISO-8859-1', Buffer.from(`\ufeff${text}`)],
    ['UTF-16 by its byte order mark', 'text/xml', Buffer.from(`\ufeff${text}`, 'utf16le')],
  ])('is %s', (_, contentType, body) => {
    expect(judge('', { contentType, body }).kind).toBe('token');
  });

  it.each<[string, string, Buffer]>([
    ['UTF-8 under another spelling', 'text/xml; charset=utf8mb4', Buffer.from(text)],
    ['UTF-8 under .NET’s label', 'text/xml; charset=utf-16', Buffer.from(text)],
    ['UTF-16 without a label', 'text/xml', Buffer.from(text, 'utf16le')],
    ['before a comma', 'text/xml; charset=ISO-8859-1, text/xml', Buffer.from(text, 'latin1')],
    ['of no importance where all is ASCII', 'text/xml; charset=klingon', Buffer.from(success(TOKEN + LIFE))],
  ])('is %s', (_, contentType, body) => {
    expect(judge('', { contentType, body }).kind).toBe('token');
  });

  it.each<[string, string, Buffer]>([
    ['bytes that are not text in it', 'text/xml; charset=utf-8', Buffer.from(text, 'latin1')],
    ['a charset that nobody knows', 'text/xml; charset=klingon', Buffer.from(text)],
    ['a charset in which ASCII means something else', 'text/xml; charset=UTF-7', Buffer.from(success(TOKEN + LIFE))],
  ])('gives no token from %s, but a refusal', (_, contentType, body) => {
    expect(judge('', { contentType, body }).kind).toBe('malformed');
    const refused = Buffer.from(refusal('<error>invalid_grant</error><x>é</x>'), 'latin1');
    expect(judge('', { contentType, body: refused }).kind).toBe('credentials refused');
  });
});

describe('a refusal outside of a plain document', () => {
  const part = (headers: string, body: string) =>
    `--b\r\nContent-Type: text/xml; charset=utf-8\r\n${headers}\r\n${body}\r\n`;
  const multipart = 'Multipart/Related; type="application/xop+xml"; boundary="b"; start="<root>"';

  it('behind a warning is one all the same', () => {
    expect(judge(`<br />Warning: x &copy;\n${refusal('invalid_grant')}`).kind).toBe('credentials refused');
    expect(judge(`<br />Warning: x\n${success(TOKEN + LIFE)}`).kind).toBe('malformed');
  });

  it('or a token is read in the root part of a MIME message', () => {
    const picture = part('Content-ID: <picture>\r\n', '<svg/>');
    const root = part(
      'Content-Transfer-Encoding: binary\r\nContent-ID: <root>\r\n',
      success(`${TOKEN}${LIFE}<x>é</x>`),
    );
    const mime = (...parts: readonly string[]) => judge(`\r\n${parts.join('')}--b--`, { contentType: multipart }).kind;
    expect([mime(picture, root), mime(root, picture), mime(root)]).toEqual(['token', 'token', 'token']);
    expect(mime(part('', refusal('invalid_grant')))).toBe('credentials refused');
    // Which of two would be the root part is not worth a doubt.
    expect([mime(root, root), mime(root.replace('</s:Body>', '=\r\n</s:Body>')), mime(picture)]).not.toContain('token');
  });
});

describe('whether the credentials may have been judged', () => {
  const GATEWAYS = [408, 429, 502, 503, 504];
  const judged = (text: string, reply: Partial<SoapReply>) => {
    const result = judge(text, reply);
    return result.kind === 'token' || result.mayHaveBeenJudged;
  };

  it.each([
    '',
    '<html><h1>503 Service Temporarily Unavailable</h1></html>',
    'upstream connect error',
    '{"status":503}',
  ])('it is certain that they were not where a gateway says %j', (text) => {
    expect(GATEWAYS.map((status) => judged(text, { status }))).toEqual(GATEWAYS.map(() => false));
    expect([200, 301, 400, 401, 403, 404, 500, 501, 520].map((status) => judged(text, { status }))).not.toContain(
      false,
    );
  });

  it.each<[string, string | Buffer, string?]>([
    ['an envelope', envelope('')],
    ['half an envelope', '<br>Warning\n<SOAP-ENV:Envelope xmlns'],
    ['a refusal in JSON', '{"error":"INVALID-GRANT"}'],
    ['a refusal in a page', '<html>The user name or password is wrong</html>'],
    ['a refusal in plain text', 'Account locked'],
    ['a refusal in UTF-16 under another label', Buffer.from('invalid_grant', 'utf16le')],
    ['a refusal beside a byte that is no text', Buffer.from('Ungültig', 'latin1')],
    ['a MIME message', '--b\r\n\r\nPGVudg==', 'multipart/related; boundary=b'],
  ])('they may have been where the answer holds %s', (_, body, contentType = 'text/html; charset=utf-8') => {
    for (const status of GATEWAYS) expect(judged('', { status, contentType, body: Buffer.from(body) })).toBe(true);
  });

  it('they may have been where the answer cannot be read', () => {
    for (const body of ['larger than 64 KiB', 'not in its declared content coding'] as const)
      expect(judged('', { status: 503, body })).toBe(true);
  });
});

describe('any answer at all', () => {
  const status = fc.constantFrom(100, 200, 204, 206, 301, 400, 401, 403, 404, 429, 500, 503);
  const contentType = fc.constantFrom(
    undefined,
    'text/xml',
    'text/xml; charset=ISO-8859-1',
    'text/html',
    'x; charset=',
  );

  it('is judged without an exception', () => {
    fc.assert(
      fc.property(status, contentType, fc.uint8Array({ maxLength: 300 }), (code, type, body) => {
        expect(parseTokenReply({ status: code, contentType: type, body }).kind).not.toBe('token');
      }),
    );
  });

  it('that was damaged gives a token only if a conforming parser finds that very token, once', () => {
    const whole = `<?xml version="1.0" encoding="utf-8"?>${success(`${TOKEN}${LIFE}<token_type>bearer</token_type><error_description/>`)}`;
    const at = fc.integer({ min: 0, max: whole.length });
    const inserted = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 3 }),
      fc.constantFrom(
        TOKEN,
        '<!--',
        '-->',
        '<![CDATA[',
        ']]>',
        '<a/>',
        '&amp;',
        '<access_token>',
        '</s:Body>',
        'xmlns="urn:x"',
      ),
    );
    const damage = fc.array(fc.tuple(at, fc.integer({ min: 0, max: 30 }), inserted), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(damage, (cuts) => {
        const text = cuts.reduce(
          (xml, [from, length, piece]) => xml.slice(0, from) + piece + xml.slice(from + length),
          whole,
        );
        const reply = judge(text);
        if (reply.kind !== 'token') return;
        const tokens = findAll(referenceParse(text.toWellFormed()), 'access_token');
        expect(tokens.map(textOf)).toEqual([reply.accessToken]);
      }),
      { numRuns: 2000 },
    );
  });

  it('tells nothing of itself in its result', () => {
    const secret = 'S3cr3tS3cr3t';
    const places = [
      success(`<access_token>${secret} x</access_token>`),
      refusal(secret),
      fault('s:Client', secret),
      secret,
    ];
    for (const place of [...places, `<${secret}/>`, `<a>&${secret};</a>`, fault(`s:${secret}`, secret)]) {
      // The one field that is the service's own text, for whoever takes the secrets out of it.
      expect(JSON.stringify({ ...judge(place), serviceText: undefined })).not.toContain(secret);
    }
  });

  it('is judged, however it repeats itself', () => {
    for (const words of ['client ', 'password ', 'locked user ', '<!-- ', '&amp;', ']]>', '<a ', ' x="1"']) {
      const text = refusal(words.repeat(60_000 / words.length));
      expect(judge(text).kind).not.toBe('token');
    }
    const declarations = Array.from({ length: 2000 }, (_, index) => `xmlns:a${index}="u"`).join(' ');
    const crowd = refusal(`<x ${declarations}>${'<p xmlns="u"/>'.repeat(1500)}</x>`);
    expect(judge(crowd).kind).not.toBe('token');
  });
});

function textOf({ text }: ReferenceElement): string {
  return text;
}
