import { describe, expect, it } from 'vitest';
import { type Attempt, decodeStatus, encodeStatus } from '../../lambda/token-status.ts';
import { worlds } from './world.ts';

const HOUR = 3_600_000;
const newWorld = worlds();

/** An attempt of an hour ago that nobody concluded. */
function announcedBy(secretVersionId = ''): Attempt {
  const at = new Date(Date.now() - HOUR).toISOString();
  return { at, trigger: 'x', secretVersionId, configuration: 'sha256:c', failures: 1, refusals: 0, askAgainAt: at };
}

describe('a tick', () => {
  it('gets the first token and stores it bare, with its status beside it', async () => {
    const { tick, soap, aws, parameterName, storedToken, status } = await newWorld();
    const before = Date.now();
    const result = await tick();
    expect(result).toEqual({
      outcome: 'refreshed',
      expiresAt: status()?.token?.expiresAt,
      secondsRemaining: expect.toSatisfy((seconds) => seconds > 14_300 && seconds <= 14_400),
      tokenVersion: 1,
    });
    expect(storedToken()).toBe(soap.issuedTokens[0]?.token);
    expect(aws.parameters.parameter(parameterName)).toMatchObject({ type: 'SecureString', tier: 'Standard' });
    expect(aws.parameters.parameter(`${parameterName}/status`)).toMatchObject({ type: 'String', tier: 'Standard' });
    expect(status()).toEqual({ token: expect.objectContaining({ version: 1, lifetimeAssumed: false }) });
    expect(Date.parse(status()?.token?.issuedAt ?? '')).toBeGreaterThanOrEqual(before);
    expect(Date.parse(status()?.token?.issuedAt ?? '')).toBeLessThanOrEqual(
      soap.issuedTokens[0]?.issuedAt.getTime() ?? 0,
    );
  });

  it('sends the documented request', async () => {
    const { tick, soap } = await newWorld({ soapAction: 'urn:server#access_new_token' });
    await tick();
    expect(soap.calls[0]?.headers).toMatchObject({ 'content-type': 'text/xml; charset=utf-8', soapaction: '""' });
    await tick({ force: true }, { env: { SOAP_ACTION: 'urn:server#access_new_token' } });
    expect(soap.calls[1]?.headers).toMatchObject({ soapaction: '"urn:server#access_new_token"' });
  });

  it('leaves a fresh token alone: one read of the secret, one of the parameters, and nothing else', async () => {
    const { tick, soap, aws, secretId, parameterName } = await newWorld();
    await tick();
    const from = aws.calls.length;
    expect(await tick()).toMatchObject({ outcome: 'fresh', tokenVersion: 1 });
    expect(soap.calls).toHaveLength(1);
    expect(aws.calls.slice(from).map(({ operation, input }) => ({ operation, input }))).toEqual(
      expect.arrayContaining([
        { operation: 'GetSecretValue', input: { SecretId: secretId } },
        {
          operation: 'GetParameters',
          input: {
            Names: [parameterName, `${parameterName}/status`, `${parameterName}/rejected`],
            WithDecryption: false,
          },
        },
      ]),
    );
    expect(aws.calls.slice(from)).toHaveLength(2);
  });

  it('replaces the token when its time has come', async () => {
    const { tick, soap, storedToken } = await newWorld();
    await tick();
    expect(await tick({}, { skewMs: 1.8 * HOUR })).toMatchObject({ outcome: 'fresh' });
    expect(await tick({}, { skewMs: 1.9 * HOUR })).toMatchObject({ outcome: 'refreshed', tokenVersion: 2 });
    expect(storedToken()).toBe(soap.issuedTokens[1]?.token);
  });

  it('replaces a fresh token when a person forces it', async () => {
    const { tick } = await newWorld();
    await tick();
    expect(await tick({ force: true })).toMatchObject({ outcome: 'refreshed', tokenVersion: 2 });
    expect(await tick({ force: false, endpoint: 'https://evil.test/' })).toMatchObject({ outcome: 'fresh' });
  });

  it('encrypts under the configured key, and moves to a new one with the next tick', async () => {
    const { tick, aws, parameterName } = await newWorld();
    await tick({}, { env: { TOKEN_KMS_KEY_ID: 'alias/one' } });
    expect(aws.parameters.parameter(parameterName)?.keyId).toBe('alias/one');
    expect(await tick({}, { env: { TOKEN_KMS_KEY_ID: 'alias/two' } })).toMatchObject({ outcome: 'refreshed' });
    expect(aws.parameters.parameter(parameterName)?.keyId).toBe('alias/two');
  });

  it('does not write the same token again, and keeps the earlier of the two expiries', async () => {
    const { tick, status, soap, logged } = await newWorld({ issuing: 'same-until-late' });
    const first = await tick();
    const again = await tick({ force: true });
    expect(again).toMatchObject({ outcome: 'unchanged', tokenVersion: 1 });
    expect(Date.parse(again.expiresAt)).toBeLessThanOrEqual(Date.parse(first.expiresAt));
    expect(soap.calls).toHaveLength(2);
    expect(status()?.token?.version).toBe(1);
    expect(logged()).toContain('set renewalWindow');
  });

  it('writes the same token again when the parameter was changed outside the refresher', async () => {
    const { tick, put, parameterName, storedToken, soap } = await newWorld({ issuing: 'same-until-late' });
    await tick();
    put('PutParameter', { Name: parameterName, Value: 'by hand', Overwrite: true });
    expect(await tick()).toMatchObject({ outcome: 'refreshed', tokenVersion: 3 });
    expect(storedToken()).toBe(soap.issuedTokens[0]?.token);
  });

  it('picks up changed credentials', async () => {
    const { tick, put, secretId, soap } = await newWorld();
    await tick();
    soap.credentials = { ...soap.credentials, password: 'S3CR3T-new' };
    put('PutSecretValue', { SecretId: secretId, SecretString: JSON.stringify(soap.credentials) });
    expect(await tick()).toMatchObject({ outcome: 'refreshed', tokenVersion: 2 });
  });

  it('refuses an event and an environment that make no sense, with every fault at once', async () => {
    const { failingTick, aws, soap } = await newWorld();
    const from = aws.calls.length;
    const error = await failingTick('CONFIG_INVALID', {
      event: { force: 'yes' },
      env: { TOKEN_ENDPOINT: '', REFRESH_EVERY_SECONDS: '2h' },
    });
    for (const name of ['force', 'TOKEN_ENDPOINT', 'REFRESH_EVERY_SECONDS']) expect(error.message).toContain(name);
    expect([aws.calls.length - from, soap.calls.length]).toEqual([0, 0]);
  });
});

describe('an announcement', () => {
  it('stands in the status before the service is asked, and is taken back with the token', async () => {
    const { tick, status, aws, parameterName } = await newWorld();
    await tick();
    const [announced, concluded, ...more] = aws.parameters.history(`${parameterName}/status`);
    expect(decodeStatus(announced?.value ?? '').content).toEqual({
      attempt: expect.objectContaining({ trigger: 'there is no token', failures: 1, refusals: 0 }),
    });
    expect(announced?.value).not.toContain('outcome');
    expect(decodeStatus(concluded?.value ?? '').content).toEqual({ token: status()?.token });
    expect(more).toEqual([]);
  });

  it('that SSM does not take leaves the service alone', async () => {
    const { failingTick, fail, soap, tick, heal, metrics } = await newWorld();
    await tick();
    fail('PutParameter', { type: 'TooManyUpdates' });
    await failingTick('STORE_FAILED', { event: { force: true }, askingMs: 40_000 });
    expect(soap.calls).toHaveLength(1);
    expect(metrics()).toMatchObject({ SecondsRemaining: expect.toSatisfy((s) => s > 14_000) });
    heal();
    expect(await tick({ force: true })).toMatchObject({ outcome: 'refreshed' });
  });

  it('whose answer is lost may be that of another run: the service is left alone, and asked at the next turn', async () => {
    const { failingTick, fail, soap, tick, status, logged } = await newWorld();
    fail('PutParameter', 'reset-after', { times: 1 });
    await failingTick('REFRESH_IN_PROGRESS');
    expect([soap.calls.length, status()?.attempt?.failures]).toEqual([0, 1]);
    await failingTick('REFRESH_IN_PROGRESS', { event: { force: true } });
    await failingTick('STORE_FAILED', { skewMs: 2 * 60_000 });
    expect(soap.calls).toHaveLength(0);
    expect(await tick({}, { skewMs: 8 * 60_000 })).toMatchObject({ outcome: 'refreshed' });
    expect(logged()).toContain('never told how it ended');
  });

  it('of another run leaves a living token alone, and says so to a person', async () => {
    const { failingTick, soap, tick, put, parameterName, status, metrics } = await newWorld();
    await tick();
    const at = new Date().toISOString();
    const attempt = { ...announcedBy('another run'), at };
    const announced = encodeStatus({ token: status()?.token, attempt });
    put('PutParameter', { Name: `${parameterName}/status`, Value: announced, Overwrite: true });
    expect(await tick()).toMatchObject({ outcome: 'fresh', tokenVersion: 1 });
    expect(metrics()).toMatchObject({ SecondsRemaining: expect.toSatisfy((s) => s > 14_000) });
    await failingTick('REFRESH_IN_PROGRESS', { event: { force: true } });
    expect([soap.calls.length, status()?.attempt]).toEqual([1, attempt]);
  });

  it('whose run died puts the stored token in doubt', async () => {
    const { failingTick, soap, tick, put, parameterName, status, metrics } = await newWorld();
    await tick();
    const announced = encodeStatus({ token: status()?.token, attempt: announcedBy(status()?.token?.secretVersionId) });
    put('PutParameter', { Name: `${parameterName}/status`, Value: announced, Overwrite: true });
    await failingTick('CREDENTIALS_UNREADABLE', { env: { CREDENTIALS_SECRET_ID: 'no-such-secret' } });
    expect(metrics()).toMatchObject({ SecondsRemaining: 0 });
    expect(await tick()).toMatchObject({ outcome: 'refreshed' });
    expect(metrics()).toMatchObject({ SecondsRemaining: expect.toSatisfy((s) => s > 14_000) });
    expect(soap.calls).toHaveLength(2);
  });
});

describe('the metrics of a tick', () => {
  it('are written with the one dimension Token', async () => {
    const { tick, metrics, parameterName } = await newWorld();
    await tick();
    expect(metrics()).toMatchObject({
      _aws: { CloudWatchMetrics: [{ Namespace: 'TokenRefresher', Dimensions: [['Token']] }] },
      Token: parameterName,
      SecondsRemaining: expect.toSatisfy((seconds) => seconds > 14_300),
      CredentialsRefused: 0,
      TokenRejected: 0,
      EndpointLatency: expect.any(Number),
    });
    expect(metrics()).not.toHaveProperty('service');
    await tick();
    expect(metrics()).toMatchObject({ CredentialsRefused: 0, TokenRejected: 0 });
    expect(metrics()).not.toHaveProperty('EndpointLatency');
  });

  it('tell the age of the credentials where it has a limit, and past that a warning does', async () => {
    const { tick, metrics, logged, secretId, soap, put } = await newWorld();
    await tick();
    expect(metrics()).not.toHaveProperty('CredentialsAge');
    const env = { CREDENTIALS_MAX_AGE_SECONDS: '86400' };
    await tick({}, { env, skewMs: HOUR });
    expect(metrics()).toMatchObject({ CredentialsAge: expect.toSatisfy((s) => s >= 3600 && s < 3700) });
    expect(logged()).not.toContain('put new ones');
    await tick({}, { env, skewMs: 49 * HOUR });
    expect(metrics()).toMatchObject({ CredentialsAge: expect.toSatisfy((s) => s >= 49 * 3600) });
    expect(logged()).toContain('The credentials have not been changed for 2 days: put new ones before');
    // Other credentials begin at nought again.
    put('PutSecretValue', { SecretId: secretId, SecretString: JSON.stringify(soap.credentials) });
    await tick({}, { env });
    expect(metrics()).toMatchObject({ CredentialsAge: expect.toSatisfy((s) => s < 100) });
  });

  it('say after a failure how long the old token still lives', async () => {
    const { tick, failingTick, metrics, soap } = await newWorld();
    await tick();
    soap.fault = '401';
    await failingTick('REQUEST_REFUSED', { skewMs: 2 * HOUR });
    expect(metrics()).toMatchObject({ SecondsRemaining: expect.toSatisfy((s) => s > 7000 && s <= 7200) });
    await failingTick('REQUEST_REFUSED', { skewMs: 5 * HOUR });
    expect(metrics()).toMatchObject({ SecondsRemaining: 0 });
  });

  it('do not count the life of a token that was changed outside the refresher', async () => {
    const { tick, failingTick, metrics, soap, put, parameterName } = await newWorld();
    await tick();
    put('PutParameter', { Name: parameterName, Value: 'by hand', Overwrite: true });
    soap.fault = '401';
    await failingTick('REQUEST_REFUSED');
    expect(metrics()).toMatchObject({ SecondsRemaining: 0 });
  });

  it('count the remaining seconds from the end of the tick, not from its request', async () => {
    const { tick, fail, metrics } = await newWorld();
    // The pauses before the token is stored take 1.75 s.
    fail('PutParameter', { type: 'TooManyUpdates' }, { times: 3, only: /access-token"/ });
    const { secondsRemaining } = await tick({}, { askingMs: 40_000, random: 0.5 });
    expect(secondsRemaining).toBeLessThan(14_399);
    expect(metrics()).toMatchObject({ SecondsRemaining: secondsRemaining });
  });

  it('claim nothing about a token whose status could not be read', async () => {
    const { failingTick, fail, metrics } = await newWorld();
    fail('GetParameters', { type: 'AccessDeniedException' });
    await failingTick('STORE_FAILED');
    expect(metrics()).toMatchObject({ CredentialsRefused: 0 });
    expect(metrics()).not.toHaveProperty('SecondsRemaining');
  });
});

describe('refused credentials', () => {
  it('are not sent again, not even while the old token lives', async () => {
    const { tick, failingTick, metrics, soap, storedToken, status } = await newWorld();
    await tick();
    const token = storedToken();
    soap.fault = 'invalid_grant';
    const error = await failingTick('CREDENTIALS_REFUSED', { event: { force: true } });
    expect(error.reason).toBe('invalid_grant');
    expect(metrics()).toMatchObject({ CredentialsRefused: 1 });
    await failingTick('CREDENTIALS_REFUSED');
    await failingTick('CREDENTIALS_REFUSED', { skewMs: 0.8 * HOUR });
    expect(metrics()).toMatchObject({ CredentialsRefused: 1 });
    expect(soap.calls).toHaveLength(2);
    expect(storedToken()).toBe(token);
    expect(status()?.attempt).toMatchObject({
      failures: 0,
      refusals: 1,
      outcome: { code: 'CREDENTIALS_REFUSED', reason: 'invalid_grant' },
    });
  });

  it('that have worked are asked once more after an hour, and then no more', async () => {
    const { tick, failingTick, soap, status } = await newWorld();
    await tick();
    soap.fault = 'invalid_client';
    await failingTick('CREDENTIALS_REFUSED', { event: { force: true } });
    await failingTick('CREDENTIALS_REFUSED', { skewMs: 1.1 * HOUR });
    expect([soap.calls.length, status()?.attempt?.refusals]).toEqual([3, 2]);
    await failingTick('CREDENTIALS_REFUSED', { skewMs: 9 * HOUR });
    expect(soap.calls).toHaveLength(3);
  });

  it('that were refused in error are healed by that one question', async () => {
    const { tick, failingTick, soap, status, metrics } = await newWorld();
    await tick();
    soap.fault = 'invalid_grant';
    await failingTick('CREDENTIALS_REFUSED', { event: { force: true } });
    soap.fault = undefined;
    expect(await tick({}, { skewMs: 1.1 * HOUR })).toMatchObject({ outcome: 'refreshed' });
    expect(Object.keys(status() ?? {})).toEqual(['token']);
    expect(metrics()).toMatchObject({ CredentialsRefused: 0 });
  });

  it('that never worked are not asked about again', async () => {
    const { failingTick, soap } = await newWorld();
    soap.fault = 'invalid_grant';
    await failingTick('CREDENTIALS_REFUSED');
    await failingTick('CREDENTIALS_REFUSED', { skewMs: 30 * HOUR });
    expect(soap.calls).toHaveLength(1);
  });

  it('are sent again when a person forces it, which starts the counts afresh', async () => {
    const { tick, failingTick, soap, status } = await newWorld();
    await tick();
    soap.fault = 'invalid_grant';
    await failingTick('CREDENTIALS_REFUSED', { event: { force: true } });
    await failingTick('CREDENTIALS_REFUSED', { event: { force: true } });
    expect([soap.calls.length, status()?.attempt?.refusals]).toEqual([3, 1]);
  });

  it('leave the old version alone once it is back, and are asked anew when they come again', async () => {
    const { tick, failingTick, soap, put } = await newWorld();
    await tick();
    const other = { env: { CREDENTIALS_SECRET_ID: 'another-version' } };
    put('CreateSecret', {
      Name: 'another-version',
      SecretString: JSON.stringify({ ...soap.credentials, password: 'x' }),
    });
    await failingTick('CREDENTIALS_REFUSED', other);
    await failingTick('CREDENTIALS_REFUSED', other);
    expect(soap.calls).toHaveLength(2);
    expect(await tick()).toMatchObject({ outcome: 'refreshed' });
    await failingTick('CREDENTIALS_REFUSED', other);
    expect(soap.calls).toHaveLength(4);
  });

  it('come with a warning when the service may have misread them', async () => {
    const { failingTick, soap, put, secretId, logged } = await newWorld();
    put('PutSecretValue', {
      SecretId: secretId,
      SecretString: JSON.stringify({ ...soap.credentials, password: 'S3CR3T-漢' }),
    });
    soap.fault = 'invalid_grant';
    await failingTick('CREDENTIALS_REFUSED');
    expect(logged()).toContain('ISO-8859-1');
  });

  it('are sent again under another endpoint', async () => {
    const { failingTick, soap } = await newWorld();
    const other = await newWorld();
    soap.fault = 'invalid_grant';
    await failingTick('CREDENTIALS_REFUSED');
    other.soap.fault = 'invalid_grant';
    await failingTick('CREDENTIALS_REFUSED', { env: { TOKEN_ENDPOINT: other.soap.url } });
    expect(other.soap.calls).toHaveLength(1);
  });

  it('are remembered as long as it takes to record it', async () => {
    const { failingTick, fail, soap, status } = await newWorld();
    soap.fault = 'invalid_grant';
    // The pauses between six tries take five seconds and more. The announcement comes first, and is not disturbed.
    fail('PutParameter', { type: 'TooManyUpdates' }, { times: 5, only: /"outcome/ });
    await failingTick('CREDENTIALS_REFUSED', { askingMs: 40_000, random: 1 });
    expect(status()?.attempt).toMatchObject({ refusals: 1 });
  });
});
