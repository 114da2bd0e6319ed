import { describe, expect, it } from 'vitest';
import type { AwsFault } from '../../local/world/aws/aws-server.ts';
import { worlds } from './world.ts';

const HOUR = 3_600_000;
const newWorld = worlds();

describe('a tick', () => {
  it('gets the first token and stores it bare, under the configured key, with its status beside it', async () => {
    const { tick, soap, aws, parameterName, storedToken, status } = await newWorld();
    const [before, from] = [Date.now(), aws.calls.length];
    const result = await tick({}, { env: { TOKEN_KMS_KEY_ID: 'alias/one' } });
    expect(result).toEqual({
      outcome: 'refreshed',
      expiresAt: status()?.token?.expiresAt,
      secondsRemaining: expect.toSatisfy((seconds) => seconds > 14_300 && seconds <= 14_400),
      tokenVersion: 1,
    });
    expect(storedToken()).toBe(soap.issuedTokens[0]?.token);
    expect(status()).toEqual({ token: expect.objectContaining({ version: 1, lifetimeAssumed: false }) });
    const issuedAt = Date.parse(status()?.token?.issuedAt ?? '');
    expect(issuedAt).toBeGreaterThanOrEqual(before);
    expect(issuedAt).toBeLessThanOrEqual(soap.issuedTokens[0]?.issuedAt.getTime() ?? 0);
    const writes = aws.calls.slice(from).filter(({ operation }) => operation === 'PutParameter');
    expect(writes.map(({ input: { Name, Type, Tier, KeyId } }) => [Name, Type, Tier, KeyId])).toEqual([
      [`${parameterName}/attempt`, 'String', 'Standard', undefined],
      [parameterName, 'SecureString', 'Standard', 'alias/one'],
      [`${parameterName}/status`, 'String', 'Standard', undefined],
    ]);
  });

  it('leaves a fresh token alone: one read of the secret, one of the parameters, and nothing else', async () => {
    const { tick, soap, aws, secretId, parameterName } = await newWorld();
    await tick();
    const from = aws.calls.length;
    const event = { force: false, endpoint: 'https://evil.test/' };
    expect(await tick(event)).toMatchObject({ outcome: 'fresh', tokenVersion: 1 });
    expect(soap.calls).toHaveLength(1);
    const Names = ['', '/status', '/attempt', '/rejected'].map((end) => parameterName + end);
    const calls = aws.calls.slice(from).map(({ operation, input }) => [operation, input]);
    expect(Object.fromEntries(calls)).toEqual({
      GetSecretValue: { SecretId: secretId },
      GetParameters: { Names, WithDecryption: false },
    });
    expect(calls).toHaveLength(2);
  });

  it('refuses an event and an environment that make no sense, with every fault at once', async () => {
    const { failingTick, aws, soap, metrics, logged } = await newWorld();
    const from = aws.calls.length;
    const event = { force: 'yes' };
    const { message } = await failingTick('CONFIG_INVALID', { event });
    expect([message, metrics().CredentialsRefused]).toEqual(['force: give true or false, in the event', 0]);
    const env = { TOKEN_ENDPOINT: '', REFRESH_EVERY_SECONDS: '2h' };
    const { message: ofEnvironment } = await failingTick('CONFIG_INVALID', { env });
    expect(ofEnvironment).toMatch(/^TOKEN_ENDPOINT: set it; REFRESH_EVERY_SECONDS: [^;]*$/);
    const both = await failingTick('CONFIG_INVALID', { event, env });
    expect(both.message).toBe(`${ofEnvironment}; ${message}`);
    // Each tick has one log line.
    expect(logged().split('tokenParameter: ')).toHaveLength(4);
    // Each has its metrics, but one whose token has no name.
    await failingTick('CONFIG_INVALID', { env: { TOKEN_PARAMETER_NAME: '' } });
    expect(logged().split('{"_aws"')).toHaveLength(4);
    expect([aws.calls.length - from, soap.calls.length]).toEqual([0, 0]);
  });
});

describe('an announcement', () => {
  it.each<[string, readonly AwsFault[], string]>([
    ['throttles', [{ type: 'TooManyUpdates' }], 'TooManyUpdates (SSM throttles'],
    ['does not answer to', ['hang'], 'AbortError (SSM did not answer in time'],
    ['throttles and then does not answer to', [{ type: 'ThrottlingException' }, 'hang'], 'ThrottlingException (SSM'],
  ])('that SSM %s leaves the service alone, and the token is as alive as before', async (_, faults, named) => {
    const { failingTick, fail, soap, tick, heal, metrics } = await newWorld();
    await tick();
    for (const [index, fault] of faults.entries())
      fail('PutParameter', fault, index < faults.length - 1 ? { times: 1 } : {});
    // The announcement is tried for as long as the run can ask, 15 s at most.
    const { message, cause } = await failingTick('STORE_FAILED', { event: { force: true }, askingMs: 3_000 });
    expect(message).toContain(`/attempt: ${named}`);
    expect(message).toMatch(/The SOAP service was not asked$/);
    expect(cause).toMatchObject({ name: named.split(' ')[0] });
    expect(soap.calls).toHaveLength(1);
    expect(metrics()).toMatchObject({ SecondsRemaining: expect.toSatisfy((s) => s > 14_000) });
    heal();
    expect(await tick({ force: true })).toMatchObject({ outcome: 'refreshed' });
  });

  it('whose answer is lost is written again, and found by its run to have been first', async () => {
    const { fail, soap, tick, aws, parameterName } = await newWorld();
    fail('PutParameter', 'reset-after', { times: 1 });
    expect(await tick()).toMatchObject({ outcome: 'refreshed' });
    expect(soap.calls).toHaveLength(1);
    const [first, second, ...more] = aws.parameters.history(`${parameterName}/attempt`);
    expect([second?.value, more]).toEqual([first?.value, []]);
    expect(await tick()).toMatchObject({ outcome: 'fresh' });
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

  it('give the age of the credentials where it has a limit, and past that there is a warning', async () => {
    const { tick, metrics, logged, secretId, soap, put } = await newWorld();
    await tick();
    expect(metrics()).not.toHaveProperty('CredentialsAge');
    const env = { CREDENTIALS_MAX_AGE_SECONDS: '86400' };
    await tick({}, { env, skewMs: HOUR });
    expect(metrics()).toMatchObject({ CredentialsAge: expect.toSatisfy((s) => s >= 3600 && s < 3700) });
    expect(logged()).not.toContain('put new ones');
    await tick({}, { env, skewMs: 24 * HOUR });
    expect(metrics()).toMatchObject({ CredentialsAge: expect.toSatisfy((s) => s >= 24 * 3600) });
    expect(logged()).toContain('The credentials have not been changed for 1 days: put new ones before');
    // Other credentials begin at nought again.
    put('PutSecretValue', { SecretId: secretId, SecretString: JSON.stringify(soap.service.credentials) });
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

  it('count the remaining seconds from the end of the tick, not from its request', async () => {
    const { tick, fail, metrics } = await newWorld();
    // The pauses before the token is stored take 1.75 s.
    fail('PutParameter', { type: 'TooManyUpdates' }, { times: 3, only: /access-token"/ });
    const { secondsRemaining } = await tick({}, { askingMs: 40_000, random: 0.5 });
    expect(secondsRemaining).toBeLessThan(14_399);
    expect(metrics()).toMatchObject({ SecondsRemaining: secondsRemaining });
  });
});

describe('refused credentials', () => {
  it('come with a warning when the service may have misread them', async () => {
    const { failingTick, soap, put, secretId, logged } = await newWorld();
    const SecretString = JSON.stringify({ ...soap.service.credentials, password: 'S3CR3T-漢' });
    put('PutSecretValue', { SecretId: secretId, SecretString });
    soap.fault = 'invalid_grant';
    await failingTick('CREDENTIALS_REFUSED');
    expect(logged()).toMatch(/secretVersionId: '[\w-]{36}'.*ISO-8859-1/s);
  });

  it('are remembered as long as it takes to record it', async () => {
    const { failingTick, fail, soap, attempts } = await newWorld();
    soap.fault = 'invalid_grant';
    // The pauses between six tries take five seconds and more. The announcement comes first, and is not disturbed.
    fail('PutParameter', { type: 'TooManyUpdates' }, { times: 5, only: /"outcome/ });
    await failingTick('CREDENTIALS_REFUSED', { askingMs: 40_000, random: 1 });
    expect(attempts()?.attempt).toMatchObject({ refusals: 1 });
  });
});

describe('reading ahead of the first event', () => {
  it.each([
    ['spares the tick its own reads when the event follows at once', 0, 2],
    ['does not decide on what it read long before the event', 10_000, 4],
  ])('%s', async (_, prefetchMs, reads) => {
    const { tick, aws } = await newWorld();
    const from = aws.calls.length;
    expect(await tick({}, { prefetchMs })).toMatchObject({ outcome: 'refreshed' });
    expect(aws.calls.slice(from).filter(({ operation }) => /^Get/.test(operation))).toHaveLength(reads);
  });

  it.each(['GetSecretValue', 'GetParameters'])('lets the tick try for itself when %s fails', async (operation) => {
    const { tick, fail } = await newWorld();
    fail(operation, { type: 'AccessDeniedException' }, { times: 1 });
    expect(await tick({}, { prefetchMs: 0 })).toMatchObject({ outcome: 'refreshed' });
  });
});
