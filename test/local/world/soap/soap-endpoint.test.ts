import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EndpointFault } from '../../../../local/world/soap/endpoint-faults.ts';
import {
  type SoapEndpoint,
  type SoapEndpointOptions,
  startSoapEndpoint,
} from '../../../../local/world/soap/soap-endpoint.ts';

const CREDENTIALS = { username: 'erin', password: 'a&b<ü', client_id: 'client', client_secret: 'client-secret' };
const RIGHT = ['erin', 'a&amp;b&lt;&#252;', 'client', 'client-secret', 'password'];
const CONTENT_TYPE = 'text/xml; charset=utf-8';

let endpoint: SoapEndpoint;
let now: Date;

beforeEach(() => start());
afterEach(() => endpoint.close());

async function start(options: Partial<SoapEndpointOptions> = {}): Promise<void> {
  now = new Date('2026-11-22T12:00:00.000Z');
  endpoint = await startSoapEndpoint({ credentials: CREDENTIALS, now: () => now, ...options });
}

async function restart(options: Partial<SoapEndpointOptions>): Promise<void> {
  await endpoint.close();
  await start(options);
}

function later(seconds: number): void {
  now = new Date(now.getTime() + seconds * 1000);
}

function envelope(operation: string, values: readonly string[], encoding = 'utf-8'): string {
  const children = values.map((value, index) => `<a${index}>${value}</a${index}>`);
  return (
    `<?xml version="1.0" encoding="${encoding}"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" ` +
    `xmlns:u="urn:server"><s:Body><u:${operation}>${children.join('')}</u:${operation}></s:Body></s:Envelope>`
  );
}

async function post(body: string, headers: Readonly<Record<string, string>> = {}) {
  const response = await fetch(endpoint.url, {
    method: 'POST',
    headers: { 'Content-Type': CONTENT_TYPE, SOAPAction: '""', ...headers },
    body,
    redirect: 'manual',
  });
  const bytes = Buffer.from(await response.arrayBuffer());
  return { status: response.status, contentType: response.headers.get('content-type'), body: bytes.toString('latin1') };
}

async function login(values: readonly string[] = RIGHT): Promise<string> {
  return (await post(envelope('access_new_token', values))).body;
}

async function newToken(): Promise<string> {
  return /<access_token>([^<]+)<\/access_token>/.exec(await login())?.[1] ?? '';
}

async function getInvoice(token: string, ...rest: readonly string[]): Promise<string> {
  const values = rest.length > 0 ? rest : ['09AAAPG7885R002', 'an-irn'];
  return (await post(envelope('eInvoiceGet', [token, ...values]))).body;
}

/** What comes over the socket until it is closed, byte for byte, and how it ended. */
async function rawAnswer(): Promise<{ received: string; error: string | undefined }> {
  const body = envelope('access_new_token', RIGHT);
  const socket = connect(Number(new URL(endpoint.url).port), '127.0.0.1');
  socket.write(`POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  let received = '';
  let error: string | undefined;
  socket.on('data', (chunk) => {
    received += chunk.toString('latin1');
  });
  socket.on('error', (cause: NodeJS.ErrnoException) => {
    error = cause.code;
  });
  await new Promise((closed) => socket.on('close', closed));
  return { received, error };
}

describe('access_new_token', () => {
  it('hands out 40 hex digits and their lifetime, in ISO-8859-1', async () => {
    const { status, contentType, body } = await post(envelope('access_new_token', RIGHT));

    expect([status, contentType]).toEqual([200, 'text/xml; charset=ISO-8859-1']);
    expect(body).toMatch(/^<\?xml version="1.0" encoding="ISO-8859-1"\?>/);
    expect(body).toMatch(
      /<ns1:access_new_tokenResponse xmlns:ns1="urn:server"><access_token>[0-9a-f]{40}<\/access_token><expires_in>14400</,
    );
  });

  it.each([
    ['invalid_grant', 'the password is wrong', ['erin', 'wrong', 'client', 'client-secret', 'password']],
    ['invalid_client', 'the client is wrong', ['erin', 'a&amp;b&lt;ü', 'client', 'wrong', 'password']],
    ['invalid_client', 'the order is wrong', ['erin', 'client', 'client-secret', 'a&amp;b&lt;ü', 'password']],
    [
      'unsupported_grant_type',
      'the grant type is another',
      ['erin', 'a&amp;b&lt;ü', 'client', 'client-secret', 'code'],
    ],
    ['invalid_request', 'an argument is missing', ['erin', 'a&amp;b&lt;ü', 'client', 'client-secret']],
  ])('says %s, at HTTP 200 and under another name, when %s', async (code, _, values) => {
    const { status, body } = await post(envelope('access_new_token', values));

    expect(status).toBe(200);
    expect(body).toContain(`<ns1:access_tokenResponse xmlns:ns1="urn:server">${code}</ns1:access_tokenResponse>`);
    expect(endpoint.issuedTokens).toEqual([]);
  });

  it('drops every argument of a request with another content type', async () => {
    const { body } = await post(envelope('access_new_token', RIGHT), { 'Content-Type': 'text/xml' });

    expect(body).toContain('>invalid_request<');
  });

  it.each([
    ['an action in the content type', RIGHT, { 'Content-Type': `${CONTENT_TYPE}; action="x"` }, 'utf-8'],
    ['another SOAPAction', RIGHT, { SOAPAction: '"x"' }, 'utf-8'],
    ['an XML declaration with another charset', RIGHT, {}, 'ISO-8859-1'],
  ])('answers %s with a Client fault', async (_, values, headers, encoding) => {
    const { status, body } = await post(envelope('access_new_token', values, encoding), headers);

    expect(status).toBe(500);
    expect(body).toContain('SOAP-ENV:Client</faultcode>');
  });

  it('takes the SOAPAction that it is set to', async () => {
    await restart({ soapAction: 'urn:x' });

    expect((await post(envelope('access_new_token', RIGHT), { SOAPAction: '"urn:x"' })).status).toBe(200);
  });

  it('answers an unknown operation, another service and what is no envelope with a Client fault', async () => {
    const right = envelope('access_new_token', RIGHT);
    for (const body of [envelope('nothing', []), right.replace('urn:server', 'urn:other'), right.slice(0, -5), '{}']) {
      expect((await post(body)).body).toContain('SOAP-ENV:Client</faultcode>');
    }
  });

  it('takes the new password and no longer the old one after a change', async () => {
    endpoint.service.credentials = { ...CREDENTIALS, password: 'changed' };

    expect(await login()).toContain('>invalid_grant<');
    expect(await login(['erin', 'changed', 'client', 'client-secret', 'password'])).toContain('<access_token>');
  });

  it('records every call with what it came with', async () => {
    await login();

    expect(endpoint.calls).toMatchObject([
      {
        operation: 'access_new_token',
        arguments: ['erin', 'a&b<ü', 'client', 'client-secret', 'password'],
        headers: { 'content-type': CONTENT_TYPE, soapaction: '""' },
        at: now,
      },
    ]);
  });
});

describe('a token', () => {
  it('is accepted by eInvoiceGet until it expires, and not a moment longer', async () => {
    await restart({ tokenLifetimeSeconds: 60 });
    const token = await newToken();

    later(59.999);
    expect(await getInvoice(token)).toContain('<Irn>an-irn</Irn>');
    later(0.001);
    expect(await getInvoice(token)).toContain('>invalid_token<');
  });

  it('is not accepted when it was never handed out, or was revoked', async () => {
    const token = await newToken();
    endpoint.service.revoke(token, now);

    expect(await getInvoice(token)).toContain('>invalid_token<');
    expect(await getInvoice('b29cee2156282be62f51b24fe8b3f07f01c9bff1')).toContain('>invalid_token<');
  });

  it('stays valid beside a newer one', async () => {
    const older = await newToken();
    const newer = await newToken();

    expect(newer).not.toBe(older);
    expect(await getInvoice(older)).toContain('<Irn>');
    expect(await getInvoice(newer)).toContain('<Irn>');
  });

  it('ends with a newer one where the service revokes on issue', async () => {
    await restart({ issuing: 'new-revoking-old' });
    const older = await newToken();
    const newer = await newToken();

    expect(await getInvoice(older)).toContain('>invalid_token<');
    expect(await getInvoice(newer)).toContain('<Irn>');
    expect(endpoint.issuedTokens.map(({ revoked }) => revoked)).toEqual([true, false]);
  });

  it('is handed out again, with the time that it has left, until the renewal window opens', async () => {
    await restart({ tokenLifetimeSeconds: 600, issuing: 'same-until-late', renewalWindowSeconds: 100 });
    const first = await newToken();

    later(499);
    const again = await login();
    later(1);
    const renewed = await newToken();

    expect(again).toContain(`<access_token>${first}</access_token><expires_in>101<`);
    expect(renewed).not.toBe(first);
  });

  it('is not handed out again once it was revoked', async () => {
    await restart({ issuing: 'same-until-late' });
    const first = await newToken();
    endpoint.service.revoke(first, now);

    expect(await newToken()).not.toBe(first);
  });

  it('does not make an incomplete eInvoiceGet right', async () => {
    expect(await getInvoice(await newToken(), '09AAAPG7885R002')).toContain('>invalid_request<');
  });
});

describe('a fault', () => {
  it.each<[EndpointFault, number, string]>([
    ['invalid_grant', 200, '>invalid_grant<'],
    ['invalid_client', 200, '>invalid_client<'],
    ['invalid_request', 200, '>invalid_request<'],
    ['server_error', 200, '>server_error<'],
    ['fault', 500, 'SOAP-ENV:Server</faultcode>'],
    ['redirect', 302, '<html>'],
    ['html', 200, 'Fatal error'],
    ['malformed', 200, '</acces_token>'],
    ['doctype', 200, '<!DOCTYPE x'],
    ['duplicate-token', 200, '</access_token><access_token>'],
    ...([401, 403, 404, 408, 413, 429, 500, 502, 503, 504] as const).map((status): [EndpointFault, number, string] => [
      `${status}`,
      status,
      '<html>',
    ]),
  ])('%s is answered with HTTP %i and its own body', async (fault, status, content) => {
    endpoint.fault = fault;

    const answer = await post(envelope('access_new_token', RIGHT));

    expect(answer.status).toBe(status);
    expect(answer.body).toContain(content);
  });

  it('empty has no body, truncated a whole length and half a document', async () => {
    endpoint.fault = 'empty';
    expect(await login()).toBe('');

    endpoint.fault = 'truncated';
    expect(await login()).toMatch(/<access_token>[0-9a-f]+bad<\/access_token>.*[^>]$/);
  });

  it('early-close ends before the length that was promised', async () => {
    endpoint.fault = 'early-close';
    const { received, error } = await rawAnswer();

    const [head = '', body = ''] = received.split('\r\n\r\n');
    expect(error).toBeUndefined();
    expect(Number(/Content-Length: (\d+)/.exec(head)?.[1])).toBe(body.length + 100);
  });

  it('reset cuts the connection in the middle of the body', async () => {
    endpoint.fault = 'reset';
    const { received, error } = await rawAnswer();

    expect(error).toBe('ECONNRESET');
    expect(received).toContain('<access_token>');
    expect(received).not.toContain('</SOAP-ENV:Envelope>');
  });

  it('huge promises fifty megabytes and starts to send them', async () => {
    endpoint.fault = 'huge';

    const response = await fetch(endpoint.url, { method: 'POST', body: envelope('access_new_token', RIGHT) });
    const first = await response.body?.getReader().read();

    expect(Number(response.headers.get('content-length'))).toBeGreaterThan(50_000_000);
    expect(first?.value?.length).toBeGreaterThan(0);
  });

  it.each<[EndpointFault, string]>([
    ['timeout', ''],
    ['drip', 'H'],
  ])('%s leaves the client waiting', async (fault, received) => {
    endpoint.fault = fault;
    const answer = rawAnswer();
    await expect.poll(() => endpoint.calls, { timeout: 25_000 }).toHaveLength(1);

    await endpoint.close();

    expect((await answer).received).toBe(received);
  });

  it('plays the bytes of a recorded answer as they are', async () => {
    const reply =
      'HTTP/1.0 206 Odd\r\nX-Powered-By: PHP/8.2.36\r\nContent-Length: 3\r\n\r\n\xe9 and more than was promised';
    endpoint.fault = { reply: Buffer.from(reply, 'latin1') };

    expect((await rawAnswer()).received).toBe(reply);
  });

  it('answers access_new_token only, until it is taken away', async () => {
    const token = await newToken();
    endpoint.fault = '503';

    expect(await getInvoice(token)).toContain('<Irn>');
    endpoint.fault = undefined;
    expect(await login()).toContain('<access_token>');
  });
});
