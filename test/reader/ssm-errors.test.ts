import { inspect } from 'node:util';
import { SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTokenReader, TokenReadError } from '../../lambda/reader/token-reader.ts';
import { type AwsFault, type LocalAws, startLocalAws } from '../../local/world/aws/aws-server.ts';
import { listen } from '../../local/world/listen.ts';

const NAME = '/masters-india-staging/access-token';
const ARN = 'arn:aws:ssm:ap-south-1:123456789012:parameter/masters-india-staging/access-token';
const KEY = 'arn:aws:kms:ap-south-1:123456789012:key/1';
const ROLE = 'User: arn:aws:sts::123456789012:assumed-role/invoicing/invoicing';
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };

let aws: LocalAws;
beforeAll(async () => {
  aws = await startLocalAws();
});
afterAll(() => aws.close());

async function failedRead(endpoint: string, more: ConstructorParameters<typeof SSMClient>[0] = {}, ms = 60_000) {
  const client = new SSMClient({ endpoint, region: 'ap-south-1', credentials, maxAttempts: 1, ...more });
  const clock = { now: Date.now, sleep: () => Promise.resolve(), timeout: () => AbortSignal.timeout(ms) };
  const reader = createTokenReader({ parameterName: NAME, client, clock });
  const error: unknown = await reader.get().catch((thrown: unknown) => thrown);
  if (!(error instanceof TokenReadError)) throw new Error(`expected a TokenReadError, but got ${error}`);
  return error;
}

const denied = (message?: string): AwsFault => ({ type: 'AccessDeniedException', message });
const notAllowed = (action: string, arn: string) =>
  `${ROLE} is not authorized to perform: ${action} on resource: ${arn} because no identity-based policy allows the ${action} action`;
const GRANT = 'grant it with grantRead';
const NO_READ = denied(notAllowed('ssm:GetParameters', ARN));
const NO_DECRYPT = denied(`${notAllowed('kms:Decrypt', KEY)} (Service: Kms, Status Code: 400, Request ID: 1)`);
const OLDER_WORDS = denied(
  'The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access. (Service: AWSKMS; Status Code: 400; Error Code: AccessDeniedException; Request ID: 1)',
);

it.each<[string, AwsFault, string | undefined, string]>([
  ['SSM names the permission', NO_READ, 'ssm:GetParameters', `lacks ssm:GetParameters: ${GRANT} of the RefreshedToken`],
  ['KMS names the permission', NO_DECRYPT, 'kms:Decrypt', `lacks kms:Decrypt on ${KEY}: ${GRANT}`],
  ['the key is not that of the token', NO_DECRYPT, 'kms:Decrypt', `somebody has encrypted ${NAME}/status`],
  ['KMS says it in its older words', OLDER_WORDS, 'kms:Decrypt', 'grantRead'],
  ['SSM says no without a word', denied(), 'ssm:GetParameters', 'grantRead'],
  ['the key is disabled', { type: 'InvalidKeyId', message: 'the key is disabled' }, undefined, 'InvalidKeyId'],
  ['SSM throttles', { type: 'ThrottlingException', message: 'Rate exceeded' }, undefined, 'Rate exceeded'],
  ['SSM has trouble', { type: 'InternalServerError', status: 500 }, undefined, 'InternalServerError'],
  ['the connection is reset', 'reset', undefined, NAME],
  ['SSM does not answer', 'hang', undefined, NAME],
])('when %s, the error says so', async (_, fault, missingPermission, words) => {
  aws.faults = () => fault;
  const error = await failedRead(aws.url, {}, fault === 'hang' ? 50 : undefined);
  const code = missingPermission === undefined ? 'READ_FAILED' : 'NO_PERMISSION';
  expect(error).toMatchObject({ code, missingPermission });
  expect(error.message).toContain(words);
  // Only of a key can it be that somebody has encrypted the status by another one.
  expect(error.message.includes('somebody has encrypted')).toBe(missingPermission?.startsWith('kms:') ?? false);
  expect(error.message).not.toContain('undefined');
  expect(error.cause).toBeInstanceOf(Error);
});

it('a role of another account that cannot be assumed is a missing permission too', async () => {
  const refusal = Object.assign(new Error(notAllowed('sts:AssumeRole', 'arn:aws:iam::1')), { name: 'AccessDenied' });
  const error = await failedRead(aws.url, { credentials: () => Promise.reject(refusal) });
  expect(error).toMatchObject({ code: 'NO_PERMISSION', missingPermission: 'sts:AssumeRole' });
  expect(error.message).toContain('readerRole');
});

it('an answer that breaks off in the middle of the token is not quoted', async () => {
  const broken = `{"Parameters":[{"Name":"${NAME}","Type":"SecureString","Version":1,"Value":"S3CR3T-token`;
  const { url, close } = await listen(0, (_, response) => {
    response.writeHead(200, { 'Content-Type': 'application/x-amz-json-1.1' }).end(broken);
  });
  const error = await failedRead(url);
  await close();
  expect(error).toMatchObject({ code: 'READ_FAILED', message: expect.stringContaining('could not be read') });
  expect(inspect(error, { depth: Infinity, showHidden: true })).not.toContain('S3CR3T');
});
