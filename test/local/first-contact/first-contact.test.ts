import type { RequestListener } from 'node:http';
import { stripVTControlCharacters } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { mastersIndia } from '../../../lambda/services/masters-india.ts';
import { firstContactScreen } from '../../../local/first-contact/first-contact.ts';
import type { FailedContact } from '../../../local/first-contact/likely-cause.ts';
import { wrapText } from '../../../local/first-contact/wrap-text.ts';
import { listen } from '../../../local/world/listen.ts';
import { startSoapEndpoint } from '../../../local/world/soap/soap-endpoint.ts';
import { certificate } from '../../refresher/adapters/servers.ts';
import { fault11, fault12, soap11, soap12 } from '../../services/answers.ts';
import { temporaryFolder } from '../../temporary-folder.ts';
import { CREDENTIALS, PATIENCE_MS, start } from '../start/npm-start.ts';

const XML = 'text/xml';
const SOAP = 'application/soap+xml';
const html = (form: string) => `<!DOCTYPE html><html><head><title>CANARY</title></head><body>${form}</body></html>`;

const { file } = temporaryFolder();
const credentialsFile = file('credentials.json', JSON.stringify(CREDENTIALS));
const closing: (() => Promise<unknown>)[] = [];
afterAll(() => Promise.all(closing.map((close) => close())));

async function listening(listener: RequestListener): Promise<string> {
  const { url, close } = await listen(0, listener);
  closing.push(close);
  return url;
}

/** One answer, whatever is asked. Every value in the answers below holds the word CANARY. */
type Reply = readonly [status: number, type: string, body: string | Buffer, headers?: Readonly<Record<string, string>>];

async function answering(...[status, type, body, headers]: Reply): Promise<string> {
  const url = await listening((request, response) => {
    const head = { 'Content-Type': type, ...headers };
    request.resume().once('end', () => response.writeHead(status, head).end(body));
  });
  return `${url}/api.php`;
}

function keysOf<Name extends string>(record: Readonly<Record<Name, unknown>>): readonly Name[] {
  return Object.keys(record) as Name[];
}

async function soapService(options: Partial<Parameters<typeof startSoapEndpoint>[0]>) {
  const service = await startSoapEndpoint({ credentials: CREDENTIALS, ...options });
  closing.push(service.close);
  return service;
}
const withAnotherPassword = { credentials: { ...CREDENTIALS, password: 'another' } };

/** The endpoint with a certificate of its own making, and where that certificate is. */
async function privateAuthority(): Promise<{ url: string; certificateFile: string }> {
  const { cert, key } = await certificate('soap.private.test');
  const { url } = await soapService({ tls: { cert, key } });
  return { url, certificateFile: file(`${new URL(url).port}.pem`, cert) };
}

/** Port 9, "discard", where no machine of today listens. A port that was just closed may be somebody else's a moment later. */
const NOBODY = 'http://127.0.0.1:9/api.php';

/** The screen, and the same on one line, in which patterns need no line ends. */
async function contact(endpoint: string, env: Readonly<Record<string, string>> = {}, ...more: readonly string[]) {
  const options = ['--endpoint', endpoint, '--credentials', credentialsFile, '--allow-http'];
  const { status, stdout, stderr } = await start([...options, ...more], env);
  const lines = stdout.split('\n');
  expect(stderr).toBe('');
  expect(stdout).not.toMatch(/S3CR3T|CANARY|77777/);
  expect(lines.filter((line) => line.length > 120)).toEqual([]);
  return { status, stdout, lines, flat: stdout.replace(/\s+/g, ' ') };
}

describe.concurrent('a first contact that gets no token', { timeout: PATIENCE_MS }, () => {
  const passwordForm = '<form action="CANARY"><input type="password" value="CANARY"></form>';
  const switching = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: CANARY\r\nConnection: Upgrade\r\n\r\n';
  const elsewhere = { Location: 'https://login.example.test/CANARY?session=CANARY' };
  const basic = { 'WWW-Authenticate': 'Basic realm="CANARY"' };
  const ofAnother = '<t:access_new_tokenResponse xmlns:t="urn:other">CANARY</t:access_new_tokenResponse>';
  const wsdl =
    '<?xml version="1.0"?><!-- CANARY --><definitions xmlns="http://schemas.xmlsoap.org/wsdl/" name="CANARY"/>';
  const gzipped = gzipSync(soap11('<tokenResponse xmlns="urn:other"/>'));
  const long = `<r>${'<item>CANARY</item>'.repeat(40)}${'<a/><b/>'.repeat(40)}</r>`;
  const named = soap11('<x xmlns="urn:S3CR3T-client-id:x"><S3CR3T-password/></x>');

  const CAME = {
    'a wrong host': async () => 'http://no-such-host.invalid/api',
    'a wrong port': async () => NOBODY,
    'TLS of a private authority': async () => (await privateAuthority()).url,
    'another protocol': () => listening(({ socket }) => socket.end(switching)),
    'a redirect': () => answering(302, 'text/html', '', elsewhere),
    'an HTML login page': () => answering(200, 'text/html', html(passwordForm)),
    'a WSDL': () => answering(200, XML, wsdl),
    'a SOAP 1.2 service': () => answering(200, SOAP, soap12('<x xmlns="urn:x">CANARY</x>')),
    'a JSON API': () => answering(200, 'application/json', '{"error":{"message":"CANARY"},"code":77777}'),
    'a wrong password': async () => (await soapService(withAnotherPassword)).url,
    'another namespace': () => answering(200, XML, soap11(ofAnother)),
    'an answer that is compressed, unasked': () => answering(200, XML, gzipped, { 'Content-Encoding': 'gzip' }),
    'a server that wants an HTTP login': () => answering(401, 'text/html', html('CANARY'), basic),
    'a key in the query': async () => `${await answering(404, 'text/html', '')}?wsdl&key=CANARY&CANARY`,
    'a fault of the service itself': () => answering(500, XML, fault11('s:Server', 'Out of order')),
    'a long answer in XML': () => answering(200, XML, long),
    'a secret that comes back as a name': () => answering(200, XML, named),
  } satisfies Readonly<Record<string, () => Promise<string>>>;

  const SHOWN: Readonly<Record<keyof typeof CAME, RegExp>> = {
    'a wrong host': /not sent .* no-such-host\.invalid, port 80: there is no such host.*letter by letter/,
    'a wrong port': /not sent .* 127\.0\.0\.1, port \d+: nothing listens/,
    'TLS of a private authority':
      /not sent .* certificate soap\.private\.test, issued by soap\.private\.test.* NODE_EXTRA_CA_CERTS/,
    'another protocol': /127\.0\.0\.1, port \d+: it was cut.*compare scheme and port/,
    'a redirect': /HTTP status 200 302 .* sends you on to https:\/\/login\.example\.test\. Cred/,
    'an HTML login page': /HTML with a form that asks for a password .* a page for people to log in/,
    'a WSDL': /definitions \(WSDL 1\.1.* Leave out \?wsdl/,
    'a SOAP 1.2 service': /Envelope \(SOAP 1\.1\) Envelope \(SOAP 1\.2\) .* speaks SOAP 1\.2.* --service/,
    'a JSON API': /message: text \(6 chars\).* code: number .* speaks JSON/,
    'a wrong password': /\(urn:server, 13 chars\).* said invalid_grant .* most likely username or password is wrong/,
    'another namespace': /\(urn:other, 6 chars\).* another service.* docs\/services\.md.* --service/,
    'an answer that is compressed, unasked': /tokenResponse \(urn:other, 0 chars\).* another service/,
    'a server that wants an HTTP login': /HTTP status 200 401 .* wants an HTTP login \(Basic\)/,
    'a key in the query': /POST \/api\.php\?wsdl&key=•••&•••.* Compare the path/,
    'a fault of the service itself': /service said Out of order .* a fault of its own: an outage/,
    'a long answer in XML': /item \(6 chars\) × 40 .* … and \d+ more .* no SOAP envelope/,
    'a secret that comes back as a name': /urn:•••:x/,
  };

  it.each(keysOf(SHOWN))('shows for %s what was expected, what came and why, on one screen', async (name) => {
    const { status, lines, flat } = await contact(await CAME[name]());

    expect(status).toBe(1);
    expect(flat).toMatch(SHOWN[name]);
    expect(flat).toMatch(/ expected came /);
    expect(flat.includes('<username>•••</username><passwd>•••</passwd>')).toBe(!flat.includes('not sent'));
    expect(lines.length).toBeLessThanOrEqual(32);
  });

  it('asks through the proxy that it is given, and names one that is set and not used', async () => {
    const endpoint = 'http://localhost/api.php';
    const asked: string[] = [];
    const proxy = await listening(({ url = '' }, response) => {
      asked.push(url);
      response.writeHead(200, { 'Content-Type': 'application/json' }).end('{}');
    });

    expect((await contact(endpoint, {}, '--proxy', proxy)).flat).toContain('speaks JSON');
    expect(asked).toEqual([endpoint]);
    expect((await contact(endpoint, {}, '--proxy', 'http://127.0.0.1:9')).flat).toContain(
      'port 80, through the proxy 127.0.0.1:9: nothing listens',
    );
    expect((await contact(NOBODY, { HTTP_PROXY: 'http://proxy.example.test:3128' })).flat).toMatch(
      /look at HTTP_PROXY is set here, and is not used.*--proxy/,
    );
  });

  it.each([
    ['comma', 6, (text: string) => text.replace(/"\n\}/, '",\n}')],
    ['no-break-space', 2, (text: string) => text.replace('  "username"', '\u00a0 "username"')],
  ])('names the line of the file at which the credentials stop being JSON: %s', async (name, line, damaged) => {
    const path = file(`${name}.json`, damaged(JSON.stringify(CREDENTIALS, null, 2)));

    const { status, flat } = await contact(NOBODY, {}, '--credentials', path);

    expect(status).toBe(1);
    expect(flat).toContain(`${path}, line ${line}: from here on it is no JSON. Look for a comma too many`);
  });

  it('asks once only, as a wrong password that is repeated may lock the account', async () => {
    const service = await soapService(withAnotherPassword);

    await contact(service.url);

    expect(service.calls).toHaveLength(1);
  });

  it('gets a token from a private authority that NODE_EXTRA_CA_CERTS names', async () => {
    const { url, certificateFile } = await privateAuthority();

    const { status, stdout } = await contact(url, { NODE_EXTRA_CA_CERTS: certificateFile });

    expect(stdout).toContain('✓ token stored');
    expect(status).toBe(0);
  });
});

describe.concurrent('a first contact with a service that a profile describes', { timeout: PATIENCE_MS }, () => {
  const acme = {
    request: soap12(
      '\n<open xmlns="urn:acme">\n<user>{{username}}</user><word>{{password}}</word></open>',
      '<a:Action xmlns:a="http://www.w3.org/2005/08/addressing">urn:acme:open</a:Action>',
    ),
    soapAction: 'urn:acme:open',
    headers: { 'X-Client': '{{client_id}}', Authorization: 'Basic {{$basic}}' },
    answer: 'openResponse',
    namespaces: ['urn:acme'],
    token: 'session/key',
    expiresIn: 'session/seconds',
    codes: { credentials: ['LOCKED'] },
  };
  const part = `--b\r\nContent-Type: ${SOAP}\r\n\r\n${soap12('<closeResponse/>')}\r\n--b--`;
  const header = '<w:Security xmlns:w="urn:w"><w:Token>CANARY</w:Token><w:Id>CANARY</w:Id></w:Security>';

  const profile = file('acme.service.json', JSON.stringify(acme));
  const acmeContact = async (reply: Reply) => contact(await answering(...reply), {}, '--service', profile);

  const CAME = {
    'the answer of another operation': [200, SOAP, soap12('<closeResponse xmlns="urn:acme">CANARY</closeResponse>')],
    'no token at its path': [200, SOAP, soap12('<openResponse xmlns="urn:acme"><id>CANARY</id></openResponse>')],
    'a refusal that the profile lists': [500, SOAP, fault12('s:Sender', '', 'LOCKED S3CR3T-client-id S3CR3T-password')],
    'a refusal that it does not list': [500, SOAP, fault12('s:Sender', '', 'E77')],
    'a service of SOAP 1.1': [500, XML, fault11('s:VersionMismatch', 'x')],
    'a refusal in plain text': [401, 'text/plain', 'CANARY'],
    'an answer in a part of a MIME message': [200, 'multipart/related; boundary=b', part],
    'a Header, after the Body': [200, SOAP, soap12('<closeResponse xmlns="urn:acme"/>', header)],
    'names of its own, and of the secret': [200, SOAP, soap12('<x xmlns="urn:acme:open"><S3CR3T-client-id/></x>')],
  } satisfies Readonly<Record<string, Reply>>;

  const SHOWN: Readonly<Record<keyof typeof CAME, readonly RegExp[]>> = {
    'the answer of another operation': [
      /type application\/soap\+xml application\/soap\+xml .* Envelope \(SOAP 1\.2\) Envelope \(SOAP 1\.2\)/,
      /openResponse \(urn:acme\) closeResponse \(urn:acme, 6 chars\).* correct `answer` and `namespaces`/,
    ],
    'no token at its path': [
      /session id \(6 chars\) .*key seconds .* token: session\/key leads nowhere, openResponse has no session/,
      /look at codes are listed and no `code` is named.* Compare the paths of the profile/,
    ],
    'a refusal that the profile lists': [
      /service said LOCKED ••• .* does not accept these credentials: username, password, client_id\./,
    ],
    'a refusal that it does not list': [
      /service said E77 .* of the credentials, add to the profile: "codes": \{ "credentials": \["E77"\] \}/,
      /codes\.credentials before it is asked again/,
    ],
    'a service of SOAP 1.1': [/speaks SOAP 1\.1; this request is SOAP 1\.2.* namespace of SOAP 1\.1/],
    'a refusal in plain text': [/put its code into codes\.credentials/],
    'an answer in a part of a MIME message': [/closeResponse \(0 chars\)/],
    'a Header, after the Body': [/ Body .* closeResponse .* Header: Security\/Token, Security\/Id /],
    'names of its own, and of the secret': [/ x \(urn:acme:open\)/],
  };

  it.each(keysOf(SHOWN))('shows for %s what the profile lets expect, and what to do', async (name) => {
    const { status, stdout, flat } = await acmeContact(CAME[name]);

    expect(status).toBe(1);
    for (const words of SHOWN[name]) expect(flat).toMatch(words);
    expect(flat).toContain('action="urn:acme:open", Authorization: •••, X-Client: •••');
    expect(flat).not.toMatch(/SOAPAction|Masters India|access_new_token/);
    // White space between elements is no value.
    expect(stdout).toContain('\n  <open xmlns="urn:acme">\n  <user>•••</user><word>•••</word>');
  });

  it('says of a token that lives shorter than the profile says what follows', async () => {
    const session = '<session><key>CANARY1</key><seconds>3600</seconds></session>';

    const { status, flat } = await acmeContact([
      200,
      SOAP,
      soap12(`<openResponse xmlns="urn:acme">${session}</openResponse>`),
    ]);

    expect(status).toBe(0);
    expect(flat).toMatch(/✓ token stored.*! the token lives .*: 48 logins a day, not 12; .*for ever\./);
  });
});

describe('the screen', () => {
  const long = 'https://login.example.test/a-path-without-any-blank-that-is-much-wider-than-a-terminal';

  const nothing = { redirectTo: undefined, challenge: undefined, lostPaths: [] };

  function screen(width: number, lines: readonly string[], more: Partial<FailedContact> = {}): readonly string[] {
    const shown = firstContactScreen(
      {
        requestHead: 'POST /api/access.php, Content-Type: text/xml; charset=utf-8, SOAPAction: ""',
        requestBody: mastersIndia.request.replaceAll(/>[^<]+</g, '>•••<'),
        wasSent: true,
        profile: mastersIndia,
        endpoint: 'https://login.example.test/api',
        code: 'REPLY_MALFORMED',
        message: long,
        said: long,
        hints: [],
        fault: undefined,
        answer: { ...nothing, status: 200, contentType: XML, structure: { kind: 'another service', lines } },
        ...more,
      },
      width,
    );
    return stripVTControlCharacters(shown).split('\n');
  }

  const much = Array.from({ length: 50 }, (_, at) => `  element-${at} (${long})`);

  it('expects an answer in the names of the profile, beyond ASCII too', () => {
    const profile = { ...mastersIndia, answer: 'Größe' };
    expect(screen(120, [], { profile }).join('\n')).toContain('Größe (urn:server)');
  });

  // In the narrowest, no label has room.
  it.each([20, 32, 40, 60, 80, 120])('fits into %s columns, or 32, however long what came is', (width) => {
    expect(screen(width, much).filter((row) => row.length > Math.max(width, 32))).toEqual([]);
  });

  // Five more stand above it.
  it.each([
    [60, 36],
    [80, 36],
    [120, 27],
  ])('of %s columns fits into %s lines, however long what came is', (width, most) => {
    expect(screen(width, much).length).toBeLessThanOrEqual(most);
  });

  it('breaks a namespace at its separators, and says of a time-out how long it took', () => {
    const came = ['answer (http://schemas.example.org/2024/01/authentication/services, 6 chars)'];
    const fault = { name: 'ABORT_ERR', what: 'no whole answer in 15 s', remedy: '' };

    expect(screen(110, came).join('\n')).toMatch(
      /schemas\.example\.org\/2024\/01\/\n +Body +authentication\/services, 6 chars\)/,
    );
    expect(screen(110, [], { answer: undefined, fault }).join('\n')).toContain('none: no whole answer in 15 s');
  });

  it.each<[string, number, number | undefined, readonly string[]]>([
    ['one two three', 8, undefined, ['one two', 'three']],
    ['one two three', 8, 3, ['one', 'two', 'three']],
    ['a-word-that-is-long end', 10, undefined, ['a-word-tha', 't-is-long', 'end']],
    // It fits below.
    ['a-longer-word', 20, 5, ['', 'a-longer-word']],
    ['', 10, undefined, ['']],
  ])('breaks %j at %s columns, the first line at %s', (text, width, firstWidth, lines) => {
    expect(wrapText(text, width, firstWidth)).toEqual(lines);
  });
});
