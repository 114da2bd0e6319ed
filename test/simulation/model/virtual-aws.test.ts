import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { GetParametersCommand, PutParameterCommand, type PutParameterCommandInput } from '@aws-sdk/client-ssm';
import { beforeEach, describe, expect, test } from 'vitest';
import { VirtualClock } from '../../virtual-clock.ts';
import { Random } from './random.ts';
import { AwsStore } from './virtual-aws.ts';

let clock: VirtualClock;
let store: AwsStore;

beforeEach(() => {
  clock = new VirtualClock(0);
  store = new AwsStore(clock, new Random(1));
});

async function send(command: unknown, signal?: AbortSignal): Promise<unknown> {
  const answer = store.send(command, signal);
  const settled = answer.catch(() => {});
  await clock.runUntil(clock.now + 60_000);
  await settled;
  return await answer;
}

function put(over: Partial<PutParameterCommandInput> = {}): Promise<unknown> {
  return send(new PutParameterCommand({ Name: '/t', Value: 'v', Type: 'SecureString', Overwrite: true, ...over }));
}

describe('Parameter Store', () => {
  test('counts versions, and starts again after a deletion', async () => {
    expect([await put(), await put()]).toMatchObject([{ Version: 1 }, { Version: 2 }]);
    store.deleteParameter('/t');
    expect(await put()).toMatchObject({ Version: 1 });
  });

  test('hands out ciphertext without decryption, and names what it does not have', async () => {
    await put({ Value: 'secret' });
    expect(await send(new GetParametersCommand({ Names: ['/t', '/u'], WithDecryption: false }))).toMatchObject({
      Parameters: [{ Name: '/t', Version: 1, Value: expect.not.stringContaining('secret') }],
      InvalidParameters: ['/u'],
    });
  });

  test.each([
    ['ParameterAlreadyExists', { Overwrite: false }],
    ['ValidationException', { Value: 'v'.repeat(4097) }],
    ['ValidationException', { Value: '' }],
  ])('answers %s to %j', async (name, over) => {
    await put();
    await expect(put(over)).rejects.toMatchObject({ name });
  });

  test('throttles writes and still reads', async () => {
    store.faults.add('writes-throttled');
    await expect(put()).rejects.toMatchObject({ name: 'ThrottlingException' });
    expect(await send(new GetParametersCommand({ Names: ['/t'] }))).toMatchObject({ InvalidParameters: ['/t'] });
    expect(store.writes).toEqual([]);
  });

  test('stops waiting when the caller does', async () => {
    await expect(send(new GetParametersCommand({ Names: ['/t'] }), clock.timeout(5))).rejects.toMatchObject({
      name: 'TimeoutError',
    });
  });
});

describe('Secrets Manager', () => {
  test('has no value before one was put, and a new version id for each', async () => {
    const read = () => send(new GetSecretValueCommand({ SecretId: 's' }));
    await expect(read()).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    store.putSecret('one');
    const first = await read();
    store.putSecret('two');
    expect(first).toMatchObject({ SecretString: 'one' });
    expect(await read()).toMatchObject({ SecretString: 'two', VersionId: expect.not.stringMatching(/001$/) });
  });
});
