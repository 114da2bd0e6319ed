import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { RefreshErrorCode } from '../../lambda/refresh-error.ts';
import { createCredentialsSource } from '../../lambda/refresher/adapters/credentials.ts';
import { createTokenStore } from '../../lambda/refresher/adapters/parameter-store.ts';
import { profileEntry } from '../../lambda/refresher/profile-entry.ts';
import { serviceVariable } from '../../lambda/services/check-profile.ts';
import { mastersIndia } from '../../lambda/services/masters-india.ts';
import type { AwsFault } from '../../local/world/aws/aws-server.ts';
import type { EndpointFault } from '../../local/world/soap/endpoint-faults.ts';
import { refusalEnvelope } from '../../local/world/soap/soap-envelope.ts';
import { expectations, repliesFolder } from '../services/masters-india/replies.ts';
import { httpReply, type World, worlds } from './world.ts';

const newWorld = worlds();
const MINUTE = 60_000;
/** Enough for one try, but not for the longest pause before the next. */
const ONE_TRY = { askingMs: 1900, random: 1 };

async function withToken(): Promise<World & { readonly token: string | undefined }> {
  const world = await newWorld();
  await world.tick();
  return { ...world, token: world.storedToken() };
}

const ANSWERS: readonly (readonly [RefreshErrorCode, readonly EndpointFault[]])[] = [
  ['ENDPOINT_UNAVAILABLE', ['timeout', 'drip', 'reset', 'early-close', 'empty', 'html', 'fault', 'server_error']],
  ['ENDPOINT_UNAVAILABLE', ['408', '429', '500', '502', '503', '504']],
  ['REPLY_MALFORMED', ['huge', 'redirect', '404', '413', 'malformed', 'truncated', 'doctype', 'duplicate-token']],
  ['REQUEST_REFUSED', ['401', '403', 'invalid_request']],
  ['CREDENTIALS_REFUSED', ['invalid_grant', 'invalid_client']],
];

describe.concurrent('the endpoint', () => {
  it.each(ANSWERS.flatMap(([code, faults]) => faults.map((fault) => [fault, code] as const)))(
    'that answers with %s is %s, and the stored token stays',
    async (fault, code) => {
      const { failingTick, soap, storedToken, status, attempts, metrics, token } = await withToken();
      soap.fault = fault;
      // What may have been judged is not asked again within the run, however much time is left.
      const time = code === 'ENDPOINT_UNAVAILABLE' ? ONE_TRY : { askingMs: 15_000 };
      await failingTick(code, { event: { force: true }, ...time });
      expect(storedToken()).toBe(token);
      expect([status(), attempts()]).toMatchObject([{ token: { version: 1 } }, { attempt: { outcome: { code } } }]);
      expect(metrics()).toMatchObject({ SecondsRemaining: expect.toSatisfy((s) => s > 14_000) });
      expect(soap.calls).toHaveLength(2);
    },
  );

  it('that switches protocols is ENDPOINT_UNAVAILABLE', async () => {
    const { failingTick, soap } = await newWorld();
    soap.fault = { reply: Buffer.from('HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n') };
    const error = await failingTick('ENDPOINT_UNAVAILABLE', ONE_TRY);
    expect(error.message).toContain('CONNECTION_CLOSED');
  });

  it('is not asked without the time to wait for it', async () => {
    const { failingTick, soap } = await newWorld();
    await failingTick('ENDPOINT_UNAVAILABLE', { askingMs: 300 });
    expect(soap.calls).toHaveLength(0);
  });

  it.each(expectations.map((row) => [row.file, row.expect] as const))('played %s', async (file, expected) => {
    const { tick, failingTick, soap, storedToken } = await newWorld();
    soap.fault = { reply: readFileSync(new URL(file, repliesFolder)) };
    if (expected.kind === 'token') {
      const { secondsRemaining } = await tick();
      expect(storedToken()).toBe(expected.accessToken);
      expect(secondsRemaining).toBeCloseTo(expected.expiresIn ?? 14_400, -3);
    } else {
      await failingTick(expected.code, ONE_TRY);
      expect(storedToken()).toBeUndefined();
    }
  });
});

describe.concurrent('Secrets Manager', () => {
  it.each<[string, AwsFault]>([
    ['denies access', { type: 'AccessDeniedException', message: 'CANARY' }],
    ['has marked the secret for deletion', { type: 'InvalidRequestException', message: 'CANARY' }],
    ['throttles', { type: 'ThrottlingException' }],
    ['is broken', { type: 'InternalServiceError', status: 500, message: 'CANARY' }],
    ['resets the connection', 'reset'],
    ['stays silent', 'hang'],
  ])('that %s is CREDENTIALS_UNREADABLE', async (_, fault) => {
    const { failingTick, fail, soap, attempts, token, storedToken } = await withToken();
    const before = attempts();
    fail('GetSecretValue', fault);
    await failingTick('CREDENTIALS_UNREADABLE', { event: { force: true }, ...ONE_TRY });
    expect([soap.calls.length, storedToken(), attempts()]).toEqual([1, token, before]);
  });

  it('that throttles in passing is asked again by the SDK', async () => {
    const { tick, fail } = await newWorld();
    fail('GetSecretValue', { type: 'ThrottlingException' }, { times: 1 });
    expect(await tick()).toMatchObject({ outcome: 'refreshed' });
  });

  it('that does not know the secret says what to do, as it does for one without a value', async () => {
    const { failingTick, put } = await newWorld();
    put('CreateSecret', { Name: 'empty' });
    for (const CREDENTIALS_SECRET_ID of ['missing', 'empty']) {
      const error = await failingTick('CREDENTIALS_UNREADABLE', { env: { CREDENTIALS_SECRET_ID } });
      expect(error.message).toContain('put the credentials in it');
    }
  });

  it('that names no version is CREDENTIALS_UNREADABLE, for a refusal would stand for every version', async () => {
    const send = async () => ({ SecretString: '{}', $metadata: {} });
    const reading = createCredentialsSource({ send }, 'credentials', []).read(AbortSignal.timeout(1000));
    await expect(reading).rejects.toMatchObject({ code: 'CREDENTIALS_UNREADABLE' });
  });
});

describe.concurrent('SSM', () => {
  it.each<[string, AwsFault, string]>([
    ['denies access', { type: 'AccessDeniedException', message: 'CANARY' }, "AccessDeniedException (the function's"],
    ['throttles', { type: 'ThrottlingException' }, 'ThrottlingException (SSM throttles'],
    ['is broken', { type: 'InternalServerError', status: 500 }, 'InternalServerError'],
    ['resets the connection', 'reset', 'ECONNRESET'],
    ['stays silent', 'hang', 'AbortError (SSM did not answer in time'],
  ])('that %s on reads is STORE_FAILED by that name, and the service is not called', async (_, fault, named) => {
    const { failingTick, fail, soap, token, storedToken, aws, parameterName, metrics } = await withToken();
    fail('GetParameters', fault);
    const error = await failingTick('STORE_FAILED', { event: { force: true }, ...ONE_TRY });
    expect(error.message).toContain(named);
    expect(error.message).toContain('The SOAP service was not asked');
    expect([soap.calls.length, storedToken()]).toEqual([1, token]);
    const versions = ['status', 'attempt'].map((name) => aws.parameters.parameter(`${parameterName}/${name}`)?.version);
    expect(versions).toEqual([1, 1]);
    // Nobody knows how long the token lives.
    expect(metrics()).toMatchObject({ CredentialsRefused: 0 });
    expect(metrics()).not.toHaveProperty('SecondsRemaining');
  });

  const PASSING: readonly [string, AwsFault & object][] = [
    ['throttles one parameter', { type: 'TooManyUpdates' }],
    ['throttles', { type: 'ThrottlingException' }],
    ['is broken', { type: 'InternalServerError', status: 500 }],
  ];
  it.each(PASSING)('that %s on writes of the token is tried until the deadline, the login once', async (_, fault) => {
    const { failingTick, fail, soap, storedToken, token, tick, heal, aws, attempts, metrics } = await withToken();
    fail('PutParameter', fault, { only: /SecureString/ });
    const from = aws.calls.length;
    // The five seconds for the outcome are a whole one here, enough for a busy machine.
    const { message } = await failingTick('STORE_FAILED', { event: { force: true }, askingMs: 10_000 });
    expect(message).toContain(fault.type);
    expect([soap.calls.length, storedToken()]).toEqual([2, token]);
    expect(aws.calls.slice(from).filter(({ operation }) => operation === 'PutParameter').length).toBeGreaterThan(3);
    // The new token may have ended the old one.
    expect(metrics()).toMatchObject({ SecondsRemaining: 0 });
    expect(attempts()?.attempt).toMatchObject({ failures: 1, outcome: { code: 'STORE_FAILED' } });
    heal();
    expect(await tick({ force: true })).toMatchObject({ outcome: 'refreshed' });
  });

  it.each<[string, AwsFault]>([
    ...PASSING,
    ['resets the connection', 'reset'],
    ['resets the connection after the write', 'reset-after'],
  ])('that %s on writes in passing does not cost the minted token', async (_, fault) => {
    const { tick, fail, soap, storedToken, status, aws, parameterName } = await newWorld();
    fail('PutParameter', fault, { times: 4, only: /SecureString/ });
    expect(await tick({}, { askingMs: 40_000 })).toMatchObject({ outcome: 'refreshed' });
    expect([soap.calls.length, storedToken()]).toEqual([1, soap.issuedTokens[0]?.token]);
    expect(status()?.token?.version).toBe(aws.parameters.parameter(parameterName)?.version);
  });

  it('that names no version of the token counts as one that has not stored it', async () => {
    const time = { now: () => 0, sleep: async () => {}, timeout: () => new AbortController().signal, random: () => 0 };
    const ssm = { send: async () => ({ $metadata: {} }) };
    const store = createTokenStore(ssm, { tokenParameterName: '/a/token', tokenKmsKeyId: undefined }, time);
    const message = 'SSM stored /a/token but named no version';
    await expect(store.writeToken('token', 1000)).rejects.toMatchObject({ code: 'STORE_FAILED', message });
  });

  it.each<[string, string, RegExp]>([
    ['has another type under the name', 'HierarchyTypeMismatchException', /another type.*delete it/],
    ['cannot drop the oldest version', 'ParameterMaxVersionLimitExceeded', /label/],
    ['cannot use the key', 'InvalidKeyId', /enable the key/],
    ['denies it', 'AccessDeniedException', /role lacks/],
    ['has no room', 'ParameterLimitExceeded', /quota/],
    ['quotes a value that it refuses', 'ValidationException', /Advanced tier/],
  ])('that %s says what to do without its message, and costs one login, not one a tick', async (_, type, remedy) => {
    const { failingTick, fail, soap } = await newWorld();
    fail('PutParameter', { type, message: 'CANARY' }, { only: /SecureString/ });
    const error = await failingTick('STORE_FAILED');
    expect(error.message).toMatch(remedy);
    expect(error.message).toContain(type);
    await failingTick('STORE_FAILED', { skewMs: 7 * MINUTE });
    expect(soap.calls).toHaveLength(1);
  });
});

describe('a refusal in words that no list holds', () => {
  const LONG = 'the account is not known here and ';
  it.each<[string, string, string | undefined]>([
    ['a code', 'E_LOCKED', 'E_LOCKED'],
    ['a sentence with a number in it', 'Account 4711 was closed by the sales desk', 'was closed by the sales desk'],
    ['two words', 'Not allowed', undefined],
    ['what is hidden', 'User ••• is not known', 'is not known'],
    ['signs', '! '.repeat(2000), undefined],
    ['the beginning of a long sentence', LONG.repeat(100), `${LONG}${LONG}the account is`],
  ])('is known by an entry of %s', (_, redacted, entry) => {
    expect(profileEntry(redacted)).toBe(entry && `"codes": { "credentials": ["${entry}"] }`);
  });

  const REFUSAL = 'Your licence has ended: please contact the sales desk';

  it('backs off, and its log line and docs/operations.md show the very entry by which the next one is known', async () => {
    const world = await newWorld();
    const answer = refusalEnvelope('access_tokenResponse', REFUSAL);
    world.soap.fault = { reply: httpReply(200, 'text/xml', answer) };

    await world.failingTick('REQUEST_REFUSED');
    await world.failingTick('REQUEST_REFUSED');
    expect(world.soap.calls).toHaveLength(1);
    expect(world.logged()).toContain(`said: '${REFUSAL}'`);
    const [, entry = ''] = /profileEntry: '(.*)'/.exec(world.logged()) ?? [];
    const page = readFileSync('docs/operations.md', 'utf8');
    expect(page).toContain(JSON.stringify({ said: REFUSAL, profileEntry: entry }, undefined, 2));

    const { codes }: { codes: { credentials: string[] } } = JSON.parse(`{${entry}}`);
    const credentials = [...(mastersIndia.codes.credentials ?? []), ...codes.credentials];
    const SERVICE = serviceVariable({ ...mastersIndia, codes: { ...mastersIndia.codes, credentials } });
    await world.failingTick('CREDENTIALS_REFUSED', { env: { SERVICE } });
  });
});
