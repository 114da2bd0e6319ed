import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eInvoiceGetEnvelope } from '../../../../examples/downstream/e-invoice.ts';
import { mastersIndia } from '../../../../lambda/services/masters-india.ts';
import { serviceOf } from '../../../../lambda/services/service.ts';
import type { EndpointFault } from '../../../../local/world/soap/endpoint-faults.ts';
import { type SoapEndpoint, startSoapEndpoint } from '../../../../local/world/soap/soap-endpoint.ts';

const CREDENTIALS = { username: 'erin', password: 'a&b<ü', client_id: 'client', client_secret: 'client-secret' };
const LOGIN = serviceOf(mastersIndia).request(CREDENTIALS, { now: 0, uuid: '', endpoint: '' }).body;
const NOON = new Date('2026-11-22T12:00:00.000Z');

let endpoint: SoapEndpoint;

beforeEach(async () => {
  endpoint = await startSoapEndpoint({ credentials: CREDENTIALS, now: () => NOON });
});
afterEach(() => endpoint.close());

async function post(body = LOGIN, headers: Readonly<Record<string, string>> = {}) {
  const response = await fetch(endpoint.url, {
    method: 'POST',
    headers: { 'Content-Type': 'text/xml; charset=utf-8', SOAPAction: '""', ...headers },
    body,
  });
  const bytes = Buffer.from(await response.arrayBuffer());
  return { status: response.status, contentType: response.headers.get('content-type'), body: bytes.toString('latin1') };
}

/** What comes over the socket until it is closed, byte for byte, and how it ended. */
async function rawAnswer(): Promise<{ received: string; error: string | undefined }> {
  const socket = connect(Number(new URL(endpoint.url).port), '127.0.0.1');
  socket.write(`POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${Buffer.byteLength(LOGIN)}\r\n\r\n${LOGIN}`);
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

it('hands out 40 hex digits and their lifetime, in ISO-8859-1', async () => {
  const { status, contentType, body } = await post();
  const fields = '<access_token>[0-9a-f]{40}</access_token><expires_in>14400<';
  const answer = `<ns1:access_new_tokenResponse xmlns:ns1="urn:server">${fields}`;

  expect([status, contentType]).toEqual([200, 'text/xml; charset=ISO-8859-1']);
  expect(body).toMatch(new RegExp(`^<\\?xml version="1.0" encoding="ISO-8859-1"\\?>.*${answer}`));
});

it('shows the service the headers', async () => {
  const body = expect.stringContaining('SOAP-ENV:Client</faultcode>');
  expect(await post(LOGIN, { SOAPAction: '"x"' })).toMatchObject({ status: 500, body });
});

describe('a fault', () => {
  it.each<[EndpointFault, status: number, body: RegExp, missing?: number, error?: string]>([
    ['invalid_client', 200, />invalid_client</],
    ['server_error', 200, />server_error</],
    ['fault', 500, /SOAP-ENV:Server<\/faultcode>/],
    ['reset', 200, /<access_token>.*[^>]$/, 100, 'ECONNRESET'],
    ['early-close', 200, /<access_token>/, 100],
    ['redirect', 302, /<html>/],
    ['html', 200, /Fatal error/],
    ['empty', 200, /^$/],
    ...([401, 403, 404, 408, 413, 429, 500, 502, 503, 504] as const).map((status): [EndpointFault, number, RegExp] => [
      `${status}`,
      status,
      /<html>/,
    ]),
  ])('%s is answered with HTTP %i and its own body', async (fault, status, body, missing = 0, error = undefined) => {
    endpoint.fault = fault;
    const { received, ...ended } = await rawAnswer();

    const [head = '', given = ''] = received.split('\r\n\r\n');
    expect([head, given]).toEqual([expect.stringMatching(`^HTTP/1.1 ${status} `), expect.stringMatching(body)]);
    expect(head).toContain(`Content-Length: ${given.length + missing}\r\n`);
    expect(ended).toEqual({ error });
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
    await post();
    endpoint.fault = '503';

    const { token = '' } = endpoint.issuedTokens[0] ?? {};
    expect((await post(eInvoiceGetEnvelope(token, '09AAAPG7885R002', 'an-irn'))).body).toContain('<Irn>');
    endpoint.fault = undefined;
    expect((await post()).body).toContain('<access_token>');
  });
});
