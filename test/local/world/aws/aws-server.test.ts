import {
  CreateSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import {
  DeleteParameterCommand,
  GetParameterCommand,
  GetParametersCommand,
  ListDocumentsCommand,
  type ParameterTier,
  PutParameterCommand,
  type PutParameterCommandInput,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LocalAws, startLocalAws } from '../../../../local/world/aws/aws-server.ts';

const NOON = new Date('2026-11-22T12:00:00.000Z');
const TOKEN = { Name: '/test/access-token', Type: 'SecureString', Overwrite: true } as const;

let aws: LocalAws;
let ssm: SSMClient;
let secrets: SecretsManagerClient;

beforeEach(async () => {
  aws = await startLocalAws({ now: () => NOON });
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const options = { endpoint: aws.url, region: 'ap-south-1', credentials, maxAttempts: 1 };
  ssm = new SSMClient(options);
  secrets = new SecretsManagerClient(options);
});

afterEach(() => aws.close());

const put = (input: Partial<PutParameterCommandInput> = {}) =>
  ssm.send(new PutParameterCommand({ ...TOKEN, Value: 'value', ...input }));
const read = async (Name: string = TOKEN.Name, WithDecryption = true) =>
  (await ssm.send(new GetParameterCommand({ Name, WithDecryption }))).Parameter;
const readAll = (...Names: string[]) => ssm.send(new GetParametersCommand({ Names }));
const remove = (Name: string = TOKEN.Name) => ssm.send(new DeleteParameterCommand({ Name }));
const readSecret = (SecretId: string) => secrets.send(new GetSecretValueCommand({ SecretId }));

describe('Secrets Manager', () => {
  it('gives back what was put in, as the current version', async () => {
    const { ARN } = await secrets.send(new CreateSecretCommand({ Name: 'credentials' }));
    const given = { SecretId: 'credentials', SecretString: '{"username":"ü"}' };
    const { VersionId } = await secrets.send(new PutSecretValueCommand(given));

    const current = { VersionId, VersionStages: ['AWSCURRENT'], CreatedDate: NOON };
    const expected = { ARN, Name: 'credentials', SecretString: '{"username":"ü"}', ...current };
    expect(await readSecret('credentials')).toMatchObject(expected);
  });

  it('hands out a binary secret as bytes', async () => {
    const SecretBinary = new Uint8Array([0, 159, 255]);
    await secrets.send(new CreateSecretCommand({ Name: 'binary', SecretBinary }));

    const value = await readSecret('binary');

    expect([value.SecretBinary, value.SecretString]).toEqual([SecretBinary, undefined]);
  });

  it.each([
    ['is missing', 'missing', "Secrets Manager can't find the specified secret."],
    ['is empty', 'empty', "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT"],
  ])('says ResourceNotFoundException in the real words when the secret %s', async (_, secretId, message) => {
    await secrets.send(new CreateSecretCommand({ Name: 'empty' }));

    const $metadata = { httpStatusCode: 400, requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) };
    const refusal = { name: 'ResourceNotFoundException', message, $metadata };
    await expect(readSecret(secretId)).rejects.toMatchObject(refusal);
  });
});

describe('Parameter Store', () => {
  it('counts versions from 1, from 1 again after a deletion, and keeps the history', async () => {
    await put({});
    await remove();

    expect(await put({ Value: 'one' })).toMatchObject({ Version: 1, Tier: 'Standard' });
    expect(await put({ Value: 'two', KeyId: 'alias/token' })).toMatchObject({ Version: 2 });
    expect(aws.parameters.history(TOKEN.Name)).toMatchObject([
      { version: 1, value: 'one', keyId: 'alias/aws/ssm', tier: 'Standard', lastModified: NOON },
      { version: 2, value: 'two', keyId: 'alias/token' },
    ]);
  });

  it('gives a SecureString in the clear only when asked to decrypt, and a String always', async () => {
    await put({ Value: 'the-token' });
    await put({ Name: '/string', Type: 'String', Value: '{"token":1}' });
    const encrypted = await read(TOKEN.Name, false);

    expect(await read()).toMatchObject({ Value: 'the-token', Type: 'SecureString', Version: 1 });
    expect(encrypted).toMatchObject({ Value: expect.not.stringContaining('the-token'), Type: 'SecureString' });
    expect(encrypted?.Value).not.toBe('');
    expect(await read('/string', false)).toMatchObject({ Value: '{"token":1}' });
  });

  it('gives what exists in the order of the names, an older version by its selector, and names the rest', async () => {
    await put({ Type: 'String', Value: 'one' });
    await put({ Type: 'String', Value: 'two' });
    await put({ Name: '/test/access-token/status', Type: 'String', Value: '{}' });
    const names = ['/test/missing', '/test/access-token:3'];

    const answer = await readAll('/test/access-token/status', ...names, '/test/access-token:1', '/test/access-token');

    expect(answer.Parameters).toMatchObject([
      { Name: '/test/access-token', Value: 'two', Version: 2 },
      { Name: '/test/access-token/status' },
      { Name: '/test/access-token', Value: 'one', Version: 1, Selector: ':1' },
    ]);
    expect(answer.Parameters?.[0]).not.toHaveProperty('Selector');
    expect(answer.InvalidParameters).toEqual(names);
  });

  it('finds a parameter by its ARN, with a version too', async () => {
    await put({ Value: 'one' });
    await put({ Value: 'two' });
    const { ARN = '' } = (await read()) ?? {};

    expect(await read(ARN)).toMatchObject({ Name: TOKEN.Name, Value: 'two', Version: 2 });
    expect(await read(`${ARN}:1`)).toMatchObject({ Name: TOKEN.Name, Selector: ':1', Value: 'one' });
  });

  const TOO_LONG = 'upgrade the parameter to use the advanced-parameter tier';

  it.each<[name: string, when: string, ask: () => Promise<unknown>, message?: string]>([
    ['ParameterAlreadyExists', 'one that exists is put without Overwrite', () => put({ Overwrite: false })],
    ['ValidationException', 'the value is empty', () => put({ Value: '' })],
    ['ValidationException', 'a new one has no type', () => put({ Name: '/new', Type: undefined })],
    ['ValidationException', 'the tier is none', () => put({ Tier: 'standard' as ParameterTier })],
    ['HierarchyTypeMismatchException', 'a SecureString is to become a String', () => put({ Type: 'String' })],
    ['ValidationException', 'Standard is to take over 4 KB', () => put({ Value: 'ü'.repeat(2049) }), TOO_LONG],
    ['ValidationException', 'Advanced is to take over 8 KB', () => put({ Value: 'x'.repeat(8193), Tier: 'Advanced' })],
    ['ParameterNotFound', 'one is read that is not there', () => read('/x')],
    ['ParameterNotFound', 'one is deleted that is not there', () => remove('/x')],
    ['ParameterVersionNotFound', 'a version is read that is not there', () => read(`${TOKEN.Name}:3`)],
    ['ValidationException', 'eleven are read at once', () => readAll(...Array(11).fill('/x'))],
    ['UnknownOperationException', 'it does not offer the operation', () => ssm.send(new ListDocumentsCommand({}))],
  ])('says %s when %s', async (name, _, ask, message = '') => {
    await put();

    const refusal = { name, message: expect.stringContaining(message), $metadata: { httpStatusCode: 400 } };
    await expect(ask()).rejects.toMatchObject(refusal);
    expect(aws.parameters.history(TOKEN.Name)).toHaveLength(1);
  });

  it('takes 4 KB in the Standard tier and 8 KB in the Advanced one, in bytes, and never goes back', async () => {
    expect(await put({ Value: 'ü'.repeat(2048), Tier: 'Standard' })).toMatchObject({ Tier: 'Standard' });
    expect(await put({ Value: 'x'.repeat(8192), Tier: 'Advanced' })).toMatchObject({ Tier: 'Advanced' });
    const message = expect.stringContaining('uses the advanced-parameter tier');
    await expect(put({ Tier: 'Standard' })).rejects.toMatchObject({ name: 'ValidationException', message });
    expect(await put()).toMatchObject({ Tier: 'Advanced' });
  });

  it('keeps the newest 100 versions, put without the network, unrecorded and untouched by faults', () => {
    aws.faults = () => 'hang';
    for (let version = 1; version <= 101; version += 1) aws.perform('PutParameter', { ...TOKEN, Value: 'value' });

    const versions = aws.parameters.history(TOKEN.Name).map(({ version }) => version);
    expect(versions).toEqual(Array.from({ length: 100 }, (_, index) => index + 2));
    expect(aws.calls).toEqual([]);
  });
});

it('cuts the connection before the operation, or after it', async () => {
  aws.faults = (_, { Value }) => (Value === 'lost' ? 'reset' : 'reset-after');

  await expect(put({ Value: 'lost' })).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(aws.parameters.parameter(TOKEN.Name)).toBeUndefined();
  await expect(put({ Value: 'kept' })).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(aws.parameters.parameter(TOKEN.Name)?.value).toBe('kept');
});
