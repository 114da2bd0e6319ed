import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { gzipSync } from 'node:zlib';
import { generate } from 'selfsigned';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mastersIndia } from '../../../lambda/services/masters-india.ts';
import type { Contact } from '../../../local/first-contact/contact.ts';
import { firstContactScreen } from '../../../local/first-contact/first-contact.ts';
import type { FailedContact } from '../../../local/first-contact/likely-cause.ts';
import { listen } from '../../../local/world/listen.ts';
import { startSoapEndpoint } from '../../../local/world/soap/soap-endpoint.ts';
import { CREDENTIALS, PATIENCE_MS, start } from '../start/npm-start.ts';

const SOAP_11 = 'http://schemas.xmlsoap.org/soap/envelope/';
const SOAP_12 = 'http://www.w3.org/2003/05/soap-envelope';
const WSDL = 'http://schemas.xmlsoap.org/wsdl/';
const envelope = (soap: string, body: string) =>
  `<?xml version="1.0"?><s:Envelope xmlns:s="${soap}"><s:Body>${body}</s:Body></s:Envelope>`;

let folder: string;
let credentialsFile: string;
const closing: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'first-contact-'));
  credentialsFile = join(folder, 'credentials.json');
  await writeFile(credentialsFile, JSON.stringify(CREDENTIALS));
});
afterAll(async () => {
  await Promise.all(closing.map((close) => close()));
  await rm(folder, { recursive: true });
});

/** A server that gives every request the same answer. Every value in the answers below holds the word CANARY. */
async function answering(
  status: number,
  contentType: string,
  body: string | Buffer,
  headers: Readonly<Record<string, string>> = {},
): Promise<string> {
  const listener: RequestListener = (request, response) => {
    request
      .resume()
      .once('end', () => response.writeHead(status, { 'Content-Type': contentType, ...headers }).end(body));
  };
  const { url, close } = await listen(0, listener);
  closing.push(close);
  return `${url}/api.php`;
}

/** Port 9, "discard", where no machine of today listens. A port that was just closed may be somebody else's a moment later. */
function nothingListening(): string {
  return 'http://127.0.0.1:9/api.php';
}

/** The endpoint with a certificate of its own making, and where that certificate is. */
async function privateAuthority(): Promise<{ url: string; certificateFile: string }> {
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'soap.private.test' }], {
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
  });
  const { url, close } = await startSoapEndpoint({ credentials: CREDENTIALS, tls: { cert, key } });
  closing.push(close);
  const certificateFile = join(folder, 'authority.pem');
  await writeFile(certificateFile, cert);
  return { url, certificateFile };
}

async function wrongPassword(): Promise<string> {
  const { url, close } = await startSoapEndpoint({ credentials: { ...CREDENTIALS, password: 'another' } });
  closing.push(close);
  return url;
}

async function contact(endpoint: string, env: Readonly<Record<string, string>> = {}, ...more: readonly string[]) {
  return start(['--endpoint', endpoint, '--credentials', credentialsFile, '--allow-http', ...more], env);
}

const html = (form: string) => `<!DOCTYPE html><html><head><title>CANARY</title></head><body>${form}</body></html>`;

describe.concurrent('a first contact that gets no token', { timeout: PATIENCE_MS }, () => {
  it.each<[string, () => string | Promise<string>, RegExp[]]>([
    [
      'a wrong host',
      () => 'http://no-such-host.invalid/api.php',
      [/no-such-host\.invalid, port 80: there is no such host/, /letter by letter/, /not sent/],
    ],
    ['a wrong port', nothingListening, [/127\.0\.0\.1, port \d+: nothing listens/, /not sent/]],
    [
      'TLS of a private authority',
      async () => (await privateAuthority()).url,
      [/certificate soap\.private\.test, issued by soap\.private\.test/, /NODE_EXTRA_CA_CERTS/, /not sent/],
    ],
    [
      'a server that switches to another protocol',
      async () => {
        const { url, close } = await listen(0, ({ socket }) => {
          socket.end('HTTP/1.1 101 Switching Protocols\r\nUpgrade: CANARY\r\nConnection: Upgrade\r\n\r\n');
        });
        closing.push(close);
        return `${url}/api.php`;
      },
      [/127\.0\.0\.1, port \d+: it was cut/, /compare scheme and port/],
    ],
    [
      'a redirect',
      () => answering(302, 'text/html', '', { Location: 'https://login.example.test/CANARY?session=CANARY' }),
      [/HTTP status +200 +302/, /sends you on to https:\/\/login\.example\.test\. Cred/],
    ],
    [
      'an HTML login page',
      () => answering(200, 'text/html', html('<form action="CANARY"><input type="password" value="CANARY"></form>')),
      [/HTML with a form that asks for a password/, /a page for people to log in/],
    ],
    [
      'a WSDL',
      () =>
        answering(200, 'text/xml', `<?xml version="1.0"?><!-- CANARY --><definitions xmlns="${WSDL}" name="CANARY"/>`),
      [/definitions \(WSDL 1\.1/, /Leave out \?wsdl/],
    ],
    [
      'a SOAP 1.2 service',
      () =>
        answering(
          200,
          'application/soap+xml',
          envelope(SOAP_12, '<tokenResponse xmlns="urn:x">CANARY</tokenResponse>'),
        ),
      [/Envelope \(SOAP 1\.1\) +Envelope \(SOAP 1\.2\)/, /speaks SOAP 1\.2/, /--service/],
    ],
    [
      'a JSON API',
      () => answering(200, 'application/json', '{"error":{"message":"CANARY"},"code":77777}'),
      [/message: text \(6 chars\)/, /code: number/, /speaks JSON/],
    ],
    [
      'a wrong password',
      wrongPassword,
      [/service said +invalid_grant/, /most likely username or password is wrong/, /\(urn:server, 13 chars\)/],
    ],
    [
      'another namespace',
      () =>
        answering(
          200,
          'text/xml',
          envelope(SOAP_11, '<t:access_new_tokenResponse xmlns:t="urn:other">CANARY</t:access_new_tokenResponse>'),
        ),
      [/\(urn:other, 6 chars\)/, /another service/, /docs\/services\.md.*--service/],
    ],
    [
      'an answer that is compressed, though nobody asked for that',
      () =>
        answering(200, 'text/xml', gzipSync(envelope(SOAP_11, '<tokenResponse xmlns="urn:other"/>')), {
          'Content-Encoding': 'gzip',
        }),
      [/tokenResponse \(urn:other, 0 chars\)/, /another service/],
    ],
    [
      'a server that wants an HTTP login',
      () => answering(401, 'text/html', html('CANARY'), { 'WWW-Authenticate': 'Basic realm="CANARY"' }),
      [/HTTP status +200 +401/, /wants an HTTP login \(Basic\)/],
    ],
    [
      'an address with a key in its query',
      async () => `${await answering(404, 'text/html', html('CANARY'))}?wsdl&key=CANARY&CANARY`,
      [/POST \/api\.php\?wsdl&key=•••&•••/, /Compare the path/],
    ],
    [
      'a fault of the service itself',
      () =>
        answering(
          500,
          'text/xml',
          envelope(
            SOAP_11,
            '<s:Fault><faultcode>s:Server</faultcode><faultstring>Out of order</faultstring></s:Fault>',
          ),
        ),
      [/service said +Out of order/, /a fault of its own: an outage/],
    ],
    [
      'a long answer in XML',
      () => answering(200, 'text/xml', `<r>${'<item>CANARY</item>'.repeat(40)}${'<a/><b/>'.repeat(40)}</r>`),
      [/item \(6 chars\) × 40/, /… and \d+ more/, /no SOAP envelope/],
    ],
  ])('shows for %s what was expected, what came and why, on one screen', async (_, endpoint, expected) => {
    const { status, stdout, stderr } = await contact(await endpoint());

    expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
    const flat = stdout.replace(/\s+/g, ' ');
    for (const words of expected) expect(flat).toMatch(words);
    expect(stdout).toMatch(/expected +came/);
    const wasSent = !flat.includes('not sent');
    expect(stdout.includes('<username>•••</username><passwd>•••</passwd>')).toBe(wasSent);
    expect(stdout).not.toMatch(/S3CR3T|CANARY|77777/);
    const lines = stdout.split('\n');
    expect(lines.length).toBeLessThanOrEqual(32);
    expect(lines.filter((line) => line.length > 120)).toEqual([]);
  });

  it('hides a secret that comes back as a name', async () => {
    const body = envelope(SOAP_11, '<answer xmlns="urn:S3CR3T-client-id:x"><S3CR3T-password/></answer>');

    const { stdout } = await contact(await answering(200, 'text/xml', body));

    expect(stdout).toContain('urn:•••:x');
    expect(stdout).not.toContain('S3CR3T');
  });

  it('asks through the proxy that it is given, and names one that is set and not used', async () => {
    const asked: (string | undefined)[] = [];
    const proxy = createServer((request, response) => {
      asked.push(request.url);
      response.writeHead(200, { 'Content-Type': 'application/json' }).end('{}');
    });
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    closing.push(async () => proxy.close());
    const address = proxy.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const endpoint = 'http://soap.example.test/api.php';

    const through = await contact(endpoint, {}, '--proxy', `http://127.0.0.1:${port}`);
    const refused = await contact(endpoint, {}, '--proxy', 'http://127.0.0.1:9');
    const past = await contact(nothingListening(), { HTTP_PROXY: 'http://proxy.example.test:3128' });

    expect(through.stdout).toContain('speaks JSON');
    expect(asked).toEqual([endpoint]);
    expect(refused.stdout.replace(/\s+/g, ' ')).toContain('port 80, through the proxy 127.0.0.1:9: nothing listens');
    expect(past.stdout.replace(/\s+/g, ' ')).toMatch(/look at HTTP_PROXY is set here, and is not used.*--proxy/);
  });

  it('names the line of the file at which the credentials stop being JSON', async () => {
    const file = join(folder, 'comma.json');
    await writeFile(file, JSON.stringify(CREDENTIALS, null, 2).replace(/"\n\}/, '",\n}'));

    const { status, stdout } = await start(['--endpoint', nothingListening(), '--credentials', file]);

    expect(status).toBe(1);
    expect(stdout.replace(/\s+/g, ' ')).toContain(
      `${file}, line 5: from here on it is no JSON. Look for a comma too many`,
    );
    expect(stdout).not.toContain('S3CR3T');
  });

  it('asks once only, as a wrong password that is repeated may lock the account', async () => {
    const service = await startSoapEndpoint({ credentials: { ...CREDENTIALS, password: 'another' } });
    closing.push(service.close);

    await contact(service.url);

    expect(service.calls).toHaveLength(1);
  });
});

describe.concurrent('a first contact with a service that a profile describes', { timeout: PATIENCE_MS }, () => {
  const acme = {
    request:
      `<s:Envelope xmlns:s="${SOAP_12}"><s:Header><a:Action xmlns:a="http://www.w3.org/2005/08/addressing">urn:acme:open</a:Action></s:Header>` +
      '<s:Body>\n<open xmlns="urn:acme">\n<user>{{username}}</user><word>{{password}}</word></open></s:Body></s:Envelope>',
    soapAction: 'urn:acme:open',
    headers: { 'X-Client': '{{client_id}}', Authorization: 'Basic {{$basic}}' },
    answer: 'openResponse',
    namespaces: ['urn:acme'],
    token: 'session/key',
    expiresIn: 'session/seconds',
    codes: { credentials: ['LOCKED'] },
  };

  let acmeFile: string;
  beforeAll(async () => {
    acmeFile = join(folder, 'acme.service.json');
    await writeFile(acmeFile, JSON.stringify(acme));
  });

  async function acmeContact(endpoint: string) {
    return start(['--service', acmeFile, '--endpoint', endpoint, '--credentials', credentialsFile]);
  }

  const soap12 = 'application/soap+xml';
  it.each<[string, () => Promise<string>, RegExp[]]>([
    [
      'the answer of another operation',
      () => answering(200, soap12, envelope(SOAP_12, '<closeResponse xmlns="urn:acme">CANARY</closeResponse>')),
      [
        /type application\/soap\+xml application\/soap\+xml/,
        /Envelope \(SOAP 1\.2\) Envelope \(SOAP 1\.2\)/,
        /openResponse \(urn:acme\) closeResponse \(urn:acme, 6 chars\)/,
        /correct `answer` and `namespaces`/,
      ],
    ],
    [
      'its answer without the token at its path',
      () => answering(200, soap12, envelope(SOAP_12, '<openResponse xmlns="urn:acme"><id>CANARY</id></openResponse>')),
      [
        /session id \(6 chars\)/,
        /key seconds/,
        /look at token: session\/key leads nowhere, openResponse has no session/,
        /look at codes are listed and no `code` is named/,
        /Compare the paths of the profile/,
      ],
    ],
    [
      'a refusal that the profile lists',
      () =>
        answering(
          500,
          soap12,
          envelope(
            SOAP_12,
            '<s:Fault><s:Code><s:Value>s:Sender</s:Value></s:Code><s:Reason><s:Text>LOCKED S3CR3T-client-id S3CR3T-password</s:Text></s:Reason></s:Fault>',
          ),
        ),
      [/service said LOCKED •••/, /does not accept these credentials: username, password, client_id\./],
    ],
    [
      'a refusal that it does not list',
      () =>
        answering(
          500,
          soap12,
          envelope(
            SOAP_12,
            '<s:Fault><s:Code><s:Value>s:Sender</s:Value></s:Code><s:Reason><s:Text>E77</s:Text></s:Reason></s:Fault>',
          ),
        ),
      [
        /service said E77/,
        /look at if that is a refusal of the credentials, add to the profile: "codes": \{ "credentials": \["E77"\] \}/,
        /codes\.credentials before it is asked again/,
      ],
    ],
    [
      'a service of SOAP 1.1',
      () =>
        answering(
          500,
          'text/xml',
          envelope(SOAP_11, '<s:Fault><faultcode>s:VersionMismatch</faultcode><faultstring>x</faultstring></s:Fault>'),
        ),
      [/speaks SOAP 1\.1; this request is SOAP 1\.2/, /namespace of SOAP 1\.1/],
    ],
    ['a refusal in plain text', () => answering(401, 'text/plain', 'CANARY'), [/put its code into codes\.credentials/]],
    [
      'an answer in a part of a MIME message',
      () =>
        answering(
          200,
          'multipart/related; boundary=b',
          `--b\r\nContent-Type: ${soap12}\r\n\r\n${envelope(SOAP_12, '<closeResponse/>')}\r\n--b--`,
        ),
      [/closeResponse \(0 chars\)/],
    ],
  ])('shows for %s what the profile lets expect, and what to do', async (_, endpoint, expected) => {
    const { status, stdout, stderr } = await acmeContact(await endpoint());

    expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
    const flat = stdout.replace(/\s+/g, ' ');
    for (const words of expected) expect(flat).toMatch(words);
    expect(flat).toContain('action="urn:acme:open", Authorization: •••, X-Client: •••');
    expect(flat).not.toMatch(/SOAPAction|Masters India|access_new_token/);
    expect(stdout).toContain('<user>•••</user><word>•••</word>');
    expect(stdout).not.toMatch(/S3CR3T|CANARY/);
    expect(stdout.split('\n').filter((line) => line.length > 120)).toEqual([]);
  });

  it('says of a token that lives shorter than the profile says what follows', async () => {
    const body =
      '<openResponse xmlns="urn:acme"><session><key>CANARY1</key><seconds>3600</seconds></session></openResponse>';

    const { status, stdout } = await acmeContact(await answering(200, soap12, envelope(SOAP_12, body)));

    expect(status).toBe(0);
    expect(stdout.replace(/\s+/g, ' ')).toMatch(
      /✓ token stored.*! the token lives .*: 48 logins a day, not 12; .*for ever\./,
    );
    expect(stdout).not.toContain('CANARY');
  });

  it('shows the Header in one line behind the Body, and white space between elements as it is', async () => {
    const header =
      '<s:Header><w:Security xmlns:w="urn:w"><w:Token>CANARY</w:Token><w:Id>CANARY</w:Id></w:Security></s:Header>';
    const body = envelope(SOAP_12, '<closeResponse xmlns="urn:acme"/>').replace('<s:Body>', `${header}<s:Body>`);

    const { stdout } = await acmeContact(await answering(200, soap12, body));

    expect(stdout).toMatch(/ {2}Body.*\n.* closeResponse .*\n.* {2}Header: Security\/Token, Security\/Id\n/);
    expect(stdout).toContain('\n  <open xmlns="urn:acme">\n  <user>•••</user>');
    expect(stdout).not.toContain('CANARY');
  });

  it('shows a namespace that its own fixed texts name, and hides a field that comes back as a name', async () => {
    const body = envelope(SOAP_12, '<x xmlns="urn:acme:open"><S3CR3T-client-id/></x>');

    const { stdout } = await acmeContact(await answering(200, soap12, body));

    expect(stdout).toContain('x (urn:acme:open)');
    expect(stdout).not.toContain('S3CR3T');
  });
});

it('gets a token from a private authority that NODE_EXTRA_CA_CERTS names', { timeout: PATIENCE_MS }, async () => {
  const { url, certificateFile } = await privateAuthority();

  const { status, stdout } = await contact(url, { NODE_EXTRA_CA_CERTS: certificateFile });

  expect(stdout).toContain('✓ token stored');
  expect(status).toBe(0);
});

const FAILED: FailedContact = {
  requestHead: 'POST /api/access.php, Content-Type: text/xml; charset=utf-8, SOAPAction: ""',
  requestBody: '',
  wasSent: true,
  profile: mastersIndia,
  endpoint: 'https://login.example.test/api',
  code: 'REPLY_MALFORMED',
  message: '',
  hints: [],
};

it.each([60, 80, 120])('fits on one screen of %s columns, however long what came is', (width) => {
  const long = 'https://login.example.test/a-path-without-any-blank-that-is-much-wider-than-a-terminal';
  const lines = Array.from({ length: 50 }, (_, at) => `  element-${at} (${long})`);
  const failed = {
    ...FAILED,
    requestBody: mastersIndia.request.replaceAll(/>[^<]+</g, '>•••<'),
    answer: {
      status: 200,
      contentType: 'text/xml',
      structure: { kind: 'another service' as const, lines },
      lostPaths: [],
    },
    message: long,
    said: long,
  };

  const screen = firstContactScreen(failed, width);
  const rows = stripVTControlCharacters(screen).split('\n');

  expect(rows.filter((row) => row.length > width)).toEqual([]);
  // Five more stand above it.
  expect(rows.length).toBeLessThanOrEqual(width === 120 ? 27 : 36);
});

it('breaks a namespace at its separators, and says of a time-out how long it took', () => {
  const namespace = 'http://schemas.example.org/2024/01/authentication/services';
  const structure = { kind: 'another service' as const, lines: [`answer (${namespace}, 6 chars)`] };
  const answer = { status: 200, contentType: 'text/xml', structure, lostPaths: [] };
  const screen = (contact: Pick<Contact, 'answer' | 'fault'>) =>
    stripVTControlCharacters(firstContactScreen({ ...FAILED, ...contact }, 110));

  expect(screen({ answer })).toMatch(/schemas\.example\.org\/2024\/01\/\n +Body +authentication\/services, 6 chars\)/);
  expect(screen({ fault: { name: 'ABORT_ERR', what: 'no whole answer in 15 s', remedy: '' } })).toContain(
    'none: no whole answer in 15 s',
  );
});
