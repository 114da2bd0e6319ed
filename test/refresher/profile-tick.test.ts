import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { serviceVariable } from '../../lambda/services/check-profile.ts';
import { dpd } from '../../lambda/services/dpd.ts';
import { soap12 } from '../services/answers.ts';
import { httpReply, worlds } from './world.ts';

const newWorld = worlds();
const DAY = 86_400_000;
const ENV = {
  SERVICE: serviceVariable(dpd),
  LOGINS_PER_DAY: '10',
  RENEWAL_WINDOW_SECONDS: '0',
  CHECK_EVERY_SECONDS: '60',
  TOKEN_LIFETIME_SECONDS: '86400',
  REFRESH_EVERY_SECONDS: '86400',
};

const answer = (name: string) => readFileSync(new URL(`../services/dpd/${name}.xml`, import.meta.url), 'utf8');

/** The service is asked at its real address, and answers what the test chooses. */
async function answeringWorld() {
  const world = await newWorld();
  const answers = (status: number, body: string, contentType = 'text/xml') => {
    world.soap.fault = { reply: httpReply(status, contentType, body) };
  };
  return { ...world, answers };
}

const success = (expiresInMs: number, token = 'EXAMPLEb14ONLYnotAr3al') =>
  answer('success')
    .replace('2020-05-08T13:02:56.06', new Date(Date.now() + expiresInMs).toISOString().slice(0, -1))
    .replace(/<authToken>[^<]*/, `<authToken>${token}`);

describe('a service that a profile describes', () => {
  it('is sent what the profile says, and its token stored until the instant that it names', async () => {
    const { tick, answers, soap, storedToken, attempts } = await answeringWorld();
    answers(200, success(DAY - 1000));
    const { secondsRemaining } = await tick({}, { env: ENV });
    expect(storedToken()).toBe('EXAMPLEb14ONLYnotAr3al');
    expect(secondsRemaining).toBeGreaterThan(86_000);
    expect(soap.calls[0]?.body).toContain('<delisId>erin@example.test</delisId>');
    expect(soap.calls[0]?.headers).toMatchObject({ soapaction: '""', 'content-type': 'text/xml; charset=utf-8' });
    expect(attempts()?.logins).toHaveLength(1);
  });

  it('whose clock is behind hands out the ended token once more: no token beyond doubt, and asked again', async () => {
    const { failingTick, tick, answers, storedToken } = await answeringWorld();
    answers(200, success(-2000, 'old'));
    await failingTick('REPLY_MALFORMED', { env: ENV });
    expect(storedToken()).toBeUndefined();
    answers(200, success(DAY));
    expect(await tick({}, { env: ENV, skewMs: 60_000 })).toMatchObject({ outcome: 'refreshed' });
  });
});

describe('a service of SOAP 1.2 that wants WS-Addressing and a key in a header', () => {
  const ADDRESSING = 'http://www.w3.org/2005/08/addressing';
  const acme = {
    request: soap12(
      '<open xmlns="urn:acme"><user>{{username}}</user><word>{{password}}</word><at>{{$now}}</at></open>',
      `<a:Action xmlns:a="${ADDRESSING}">urn:acme:open</a:Action>` +
        `<a:MessageID xmlns:a="${ADDRESSING}">{{$uuid}}</a:MessageID><a:To xmlns:a="${ADDRESSING}">{{$endpoint}}</a:To>`,
    ),
    soapAction: 'urn:acme:open',
    headers: { 'X-Client': '{{client_id}}', 'X-Message': '{{$uuid}}', Authorization: 'Basic {{$basic}}' },
    answer: 'openResponse',
    namespaces: ['urn:acme', 'urn:acme:session'],
    token: '/Header/Session/Key',
    expiresIn: 'seconds',
    codes: { credentials: ['ACCOUNT_LOCKED'], unavailable: ['CLOSED'] },
  };
  const env = { SERVICE: serviceVariable(acme), SOAP_ACTION: '' };
  const opened = soap12(
    '<openResponse xmlns="urn:acme"><seconds>7200</seconds></openResponse>',
    '<h:Session xmlns:h="urn:acme:session"><h:Key>EXAMPLE-key</h:Key></h:Session>',
  );

  it('is sent the headers of its version and its own, and gives its token in a part of a MIME message', async () => {
    const { tick, answers, soap, storedToken } = await answeringWorld();
    const part = `--b\r\nContent-Type: application/xop+xml; charset=utf-8; type="application/soap+xml"\r\nContent-ID: <r@acme>\r\n\r\n${opened}\r\n`;
    const type = 'multipart/related; boundary=b; type="application/xop+xml"; start="<r@acme>"';
    answers(200, `--b\r\nContent-ID: <x@acme>\r\n\r\nx\r\n${part}--b--`, type);
    expect(await tick({}, { env })).toMatchObject({ outcome: 'refreshed' });
    expect(storedToken()).toBe('EXAMPLE-key');
    const [call] = soap.calls;
    expect(call?.headers).toMatchObject({
      'content-type': 'application/soap+xml; charset=utf-8; action="urn:acme:open"',
      accept: 'application/soap+xml, multipart/related',
      'x-client': 'S3CR3T-client-id',
    });
    expect(call?.headers).not.toHaveProperty('soapaction');
    expect(call?.body).not.toContain('{{');
    expect(call?.body).toContain(`>${soap.url}</a:To>`);
  });

  it('is sent another UUID with every try, the same one throughout', async () => {
    const { failingTick, answers, soap, metrics } = await answeringWorld();
    answers(503, 'later', 'text/plain');
    await failingTick('ENDPOINT_UNAVAILABLE', { env, askingMs: 8000, random: 0 });
    const sent = soap.calls.map(({ body, headers }) => [
      /<a:MessageID[^>]*>([^<]*)/.exec(body)?.[1],
      headers['x-message'],
    ]);
    expect(sent.length).toBeGreaterThan(1);
    expect(sent.every(([inBody, inHeader]) => inBody === inHeader)).toBe(true);
    expect(new Set(sent.flat()).size).toBe(sent.length);
    expect(metrics().EndpointLatency).toEqual(sent.map(() => expect.any(Number)));
  });

  it.each([
    [401, 'Sorry: ACCOUNT_LOCKED.', 'CREDENTIALS_REFUSED'],
    [403, 'CLOSED', 'ENDPOINT_UNAVAILABLE'],
    [403, 'UNACCOUNT_LOCKED', 'REQUEST_REFUSED'],
    // A refusal that a gateway's status hides is judged, so it is sent once.
    [503, 'ACCOUNT_LOCKED', 'ENDPOINT_UNAVAILABLE'],
  ] as const)('is asked once where it answers %i with the plain text %j', async (status, text, code) => {
    const { failingTick, answers, soap } = await answeringWorld();
    answers(status, text, 'text/plain');
    await failingTick(code, { env, askingMs: 8000 });
    await failingTick(code, { env });
    expect(soap.calls).toHaveLength(1);
  });

  it('is named in words where it refuses by an empty token', async () => {
    const { failingTick, answers, soap, attempts, logged } = await answeringWorld();
    const refusing = { ...env, SERVICE: serviceVariable({ ...acme, codes: { credentials: [''] } }) };
    answers(200, soap12('<openResponse xmlns="urn:acme"/>', '<Session><Key/></Session>'), 'application/soap+xml');
    const first = await failingTick('CREDENTIALS_REFUSED', { env: refusing });
    const held = await failingTick('CREDENTIALS_REFUSED', { env: refusing });
    for (const { message, reason } of [first, held])
      expect([message, reason]).toEqual([expect.stringContaining('an empty token'), '']);
    expect(attempts()?.attempt).toMatchObject({ askAgainAt: 'never', outcome: { reason: '' } });
    expect(soap.calls).toHaveLength(1);
    expect(logged()).not.toContain('undefined at');
  });

  it('is not asked with a field that no header can hold', async () => {
    const { failingTick, put, secretId, soap } = await answeringWorld();
    const values = { username: 'a:b', password: 'x', client_id: 'é' };
    put('PutSecretValue', { SecretId: secretId, SecretString: JSON.stringify(values) });
    const { message } = await failingTick('CREDENTIALS_MALFORMED', { env });
    expect(message).toMatch(/"username" cannot be sent.*"client_id" cannot be sent.*It must be \{"username": "…", /);
    expect(soap.calls).toHaveLength(0);
  });
});

it.each([
  [4096, 'Standard'],
  [4097, 'Advanced'],
  [8192, 'Advanced'],
])(
  'a token of %i characters is stored by one write in the tier %s, and the next one in the same',
  async (length, tier) => {
    const { tick, answers, storedToken, aws, parameterName } = await answeringWorld();
    answers(200, success(DAY, 'x'.repeat(length)));
    await tick({}, { env: ENV });
    expect(storedToken()).toHaveLength(length);
    const writes = aws.calls.filter(({ input }) => input.Name === parameterName);
    expect(writes.map(({ input }) => input.Tier)).toEqual([tier]);
    // SSM lets none go back to the Standard tier.
    answers(200, success(DAY, 'short'));
    await tick({ force: true }, { env: ENV, skewMs: 60_000 });
    expect([storedToken(), aws.parameters.parameter(parameterName)?.tier]).toEqual(['short', tier]);
  },
);
