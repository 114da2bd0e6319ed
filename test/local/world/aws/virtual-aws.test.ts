import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { GetParametersCommand, PutParameterCommand } from '@aws-sdk/client-ssm';
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

const get = (signal?: AbortSignal) => soon(aws.send(new GetParametersCommand({ Names: ['/t', '/u'] }), signal));
const put = () => soon(aws.send(new PutParameterCommand({ Name: '/t', Value: 'v', Type: 'String' })));
const readSecret = () => soon(aws.send(new GetSecretValueCommand({ SecretId: 'credentials' })));

it('answers as the SDK does, with dates', async () => {
  await put();
  const LastModifiedDate = expect.any(Date);
  expect(await get()).toMatchObject({ Parameters: [{ Name: '/t', LastModifiedDate }], InvalidParameters: ['/u'] });
});

it.each([
  ['writes-throttled', put, { name: 'ThrottlingException', $fault: 'client' }, get],
  ['parameters-unavailable', get, { name: 'InternalServerError', $fault: 'server' }, readSecret],
  ['secrets-unavailable', readSecret, { name: 'InternalServiceError', $fault: 'server' }, put],
] as const)('with %s, the SDK gives up after its retries, and other calls go on', async (fault, call, error, other) => {
  aws.putSecret('one');
  aws.faults.add(fault);
  await expect(call()).rejects.toMatchObject(error);
  await expect(other()).resolves.toBeDefined();
});

it('stops waiting when the caller does', async () => {
  await expect(get(clock.timeout(5))).rejects.toMatchObject({ name: 'TimeoutError' });
});

it('the secret has no value before one was put, and a new version id for each', async () => {
  const refusal = { name: 'ResourceNotFoundException', $fault: 'client', $metadata: { httpStatusCode: 400 } };
  await expect(readSecret()).rejects.toMatchObject(refusal);
  const first = aws.putSecret('one');
  expect(await readSecret()).toMatchObject({ SecretString: 'one', VersionId: first });
  const second = aws.putSecret('two');
  expect(await readSecret()).toMatchObject({ SecretString: 'two', VersionId: second });
  expect(second).not.toBe(first);
});
