import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { GetParametersCommand, PutParameterCommand, type PutParameterCommandInput } from '@aws-sdk/client-ssm';
import { beforeEach, expect, it } from 'vitest';
import { VirtualAws } from '../../../../local/world/aws/virtual-aws.ts';
import { Random } from '../../../../local/world/time/random.ts';
import { VirtualClock } from '../../../../local/world/time/virtual-clock.ts';

let clock: VirtualClock;
let aws: VirtualAws;

beforeEach(() => {
  clock = new VirtualClock(0);
  aws = new VirtualAws(clock, new Random(1), 'credentials');
});

/** What becomes of a call within a minute. */
async function soon<T>(answer: Promise<T>): Promise<T> {
  await Promise.allSettled([answer, clock.advance(60_000)]);
  return await answer;
}

const get = (signal?: AbortSignal) =>
  soon(aws.send(new GetParametersCommand({ Names: ['/t', '/u'], WithDecryption: false }), signal));

const put = (over: Partial<PutParameterCommandInput> = {}) =>
  soon(aws.send(new PutParameterCommand({ Name: '/t', Value: 'v', Type: 'SecureString', Overwrite: true, ...over })));

it('answers as the SDK does, with dates, and a ciphertext without decryption', async () => {
  await put({ Value: 'secret' });
  expect(await get()).toMatchObject({
    Parameters: [
      { Name: '/t', Version: 1, Value: expect.not.stringContaining('secret'), LastModifiedDate: expect.any(Date) },
    ],
    InvalidParameters: ['/u'],
  });
});

it.each([
  ['ParameterAlreadyExists', { Overwrite: false }],
  ['HierarchyTypeMismatchException', { Type: 'String' as const }],
  ['ValidationException', { Value: 'ü'.repeat(2049), Tier: 'Standard' as const }],
])('throws what the SDK throws where SSM says %s', async (name, over) => {
  await put();
  await expect(put(over)).rejects.toMatchObject({ name, $fault: 'client', $metadata: { httpStatusCode: 400 } });
  expect(aws.services.parameters.history('/t')).toHaveLength(1);
});

it('throttles writes and still reads', async () => {
  aws.faults.add('writes-throttled');
  await expect(put()).rejects.toMatchObject({ name: 'ThrottlingException' });
  expect(await get()).toMatchObject({ InvalidParameters: ['/t', '/u'] });
});

it.each([
  ['parameters-unavailable', get, 'InternalServerError'],
  [
    'secrets-unavailable',
    () => soon(aws.send(new GetSecretValueCommand({ SecretId: 'credentials' }))),
    'InternalServiceError',
  ],
] as const)('with %s, the SDK gives up after its retries', async (fault, call, name) => {
  aws.faults.add(fault);
  await expect(call()).rejects.toMatchObject({ name, $metadata: { httpStatusCode: 500 } });
});

it('stops waiting when the caller does', async () => {
  await expect(get(clock.timeout(5))).rejects.toMatchObject({ name: 'TimeoutError' });
});

it('the secret has no value before one was put, and a new version id for each', async () => {
  const read = () => soon(aws.send(new GetSecretValueCommand({ SecretId: 'credentials' })));
  await expect(read()).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  const first = aws.putSecret('one');
  expect(await read()).toMatchObject({ SecretString: 'one', VersionId: first });
  const second = aws.putSecret('two');
  expect(await read()).toMatchObject({ SecretString: 'two', VersionId: second });
  expect(second).not.toBe(first);
});
