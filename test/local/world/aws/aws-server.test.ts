import {
  CreateSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import {
  DeleteParameterCommand,
  GetParameterCommand,
  GetParametersByPathCommand,
  type GetParametersByPathCommandInput,
  GetParametersCommand,
  ListDocumentsCommand,
  type ParameterTier,
  PutParameterCommand,
  type PutParameterCommandInput,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LocalAws, startLocalAws } from '../../../../local/world/aws/aws-server.ts';
import { carryOut } from '../../../../local/world/aws/in-process-sdk.ts';

const NOON = new Date('2026-11-22T12:00:00.000Z');
const TOKEN = { Name: '/test/access-token', Type: 'SecureString', Overwrite: true } as const;

let aws: LocalAws;
let ssm: SSMClient;
let secrets: SecretsManagerClient;

beforeEach(async () => {
  aws = await startLocalAws({ now: () => NOON });
  const options = {
    endpoint: aws.url,
    region: 'ap-south-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  };
  ssm = new SSMClient(options);
  secrets = new SecretsManagerClient(options);
});

afterEach(() => aws.close());

const put = (input: Partial<PutParameterCommandInput>) =>
  ssm.send(new PutParameterCommand({ ...TOKEN, Value: 'value', ...input }));

describe('Secrets Manager', () => {
  it('gives back what was put in, as the current version', async () => {
    const { ARN } = await secrets.send(new CreateSecretCommand({ Name: 'credentials' }));
    const { VersionId } = await secrets.send(
      new PutSecretValueCommand({ SecretId: 'credentials', SecretString: '{"username":"ü"}' }),
    );

    const value = await secrets.send(new GetSecretValueCommand({ SecretId: 'credentials' }));

    expect(value).toMatchObject({
      ARN,
      Name: 'credentials',
      VersionId,
      SecretString: '{"username":"ü"}',
      VersionStages: ['AWSCURRENT'],
      CreatedDate: NOON,
    });
  });

  it('hands out a binary secret as bytes', async () => {
    const SecretBinary = new Uint8Array([0, 159, 255]);
    await secrets.send(new CreateSecretCommand({ Name: 'binary', SecretBinary }));

    const value = await secrets.send(new GetSecretValueCommand({ SecretId: 'binary' }));

    expect(value.SecretBinary).toEqual(SecretBinary);
    expect(value.SecretString).toBeUndefined();
  });

  it.each([
    ['the secret is missing', 'missing', "Secrets Manager can't find the specified secret."],
    [
      'the secret has no value yet',
      'empty',
      "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT",
    ],
  ])('says ResourceNotFoundException in the real words when %s', async (_, SecretId, message) => {
    await secrets.send(new CreateSecretCommand({ Name: 'empty' }));

    await expect(secrets.send(new GetSecretValueCommand({ SecretId }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message,
      $metadata: { httpStatusCode: 400, requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) },
    });
  });
});

describe('Parameter Store', () => {
  it('counts versions from 1 and keeps the history', async () => {
    expect(await put({ Value: 'one' })).toMatchObject({ Version: 1, Tier: 'Standard' });
    expect(await put({ Value: 'two', KeyId: 'alias/token' })).toMatchObject({ Version: 2 });

    expect(aws.parameters.history(TOKEN.Name)).toMatchObject([
      { version: 1, value: 'one', keyId: 'alias/aws/ssm', tier: 'Standard', lastModified: NOON },
      { version: 2, value: 'two', keyId: 'alias/token' },
    ]);
  });

  it('starts at version 1 again after a deletion', async () => {
    await put({});
    await put({});
    await ssm.send(new DeleteParameterCommand({ Name: TOKEN.Name }));

    expect(await put({})).toMatchObject({ Version: 1 });
  });

  it('gives a SecureString in the clear only when asked to decrypt', async () => {
    await put({ Value: 'the-token' });

    const encrypted = await ssm.send(new GetParameterCommand({ Name: TOKEN.Name }));
    const decrypted = await ssm.send(new GetParameterCommand({ Name: TOKEN.Name, WithDecryption: true }));

    expect(decrypted.Parameter).toMatchObject({ Value: 'the-token', Type: 'SecureString', Version: 1 });
    expect(encrypted.Parameter).toMatchObject({ Type: 'SecureString', Version: 1 });
    expect(encrypted.Parameter?.Value).not.toContain('the-token');
    expect(encrypted.Parameter?.Value).not.toBe('');
  });

  it('gives a String as it is without decryption', async () => {
    await put({ Type: 'String', Value: '{"token":1}' });

    const { Parameter } = await ssm.send(new GetParameterCommand({ Name: TOKEN.Name }));

    expect(Parameter?.Value).toBe('{"token":1}');
  });

  it('gives the parameters that exist, in the order of their names, and names those that do not', async () => {
    await put({});
    await put({ Name: '/test/access-token/status', Type: 'String', Value: '{}' });

    const answer = await ssm.send(
      new GetParametersCommand({ Names: ['/test/access-token/status', '/test/missing', '/test/access-token'] }),
    );

    expect(answer.Parameters?.map(({ Name }) => Name)).toEqual(['/test/access-token', '/test/access-token/status']);
    expect(answer.InvalidParameters).toEqual(['/test/missing']);
  });

  it('finds an older version by its number and a parameter by its ARN', async () => {
    await put({ Value: 'one' });
    await put({ Value: 'two' });
    const read = async (Name: string) =>
      (await ssm.send(new GetParameterCommand({ Name, WithDecryption: true }))).Parameter;

    const byArn = await read((await read(TOKEN.Name))?.ARN ?? '');

    expect(await read(`${TOKEN.Name}:1`)).toMatchObject({ Name: TOKEN.Name, Selector: ':1', Value: 'one', Version: 1 });
    expect(byArn).toMatchObject({ Value: 'two', Version: 2 });
    await expect(read(`${TOKEN.Name}:3`)).rejects.toMatchObject({ name: 'ParameterVersionNotFound' });
  });

  it('gives an earlier version beside the newest one, each by its selector, and names a version that is gone', async () => {
    await put({ Type: 'String', Value: 'one' });
    await put({ Type: 'String', Value: 'two' });
    const Names = [TOKEN.Name, `${TOKEN.Name}:1`, `${TOKEN.Name}:3`];

    const { Parameters, InvalidParameters } = await ssm.send(new GetParametersCommand({ Names }));
    const played = carryOut(aws, new GetParametersCommand({ Names }), Date.now());

    expect(Parameters).toMatchObject([
      { Name: TOKEN.Name, Value: 'two', Version: 2 },
      { Name: TOKEN.Name, Value: 'one', Version: 1, Selector: ':1' },
    ]);
    expect(Parameters?.[0]).not.toHaveProperty('Selector');
    expect(InvalidParameters).toEqual([`${TOKEN.Name}:3`]);
    // The simulation's client, without a network.
    expect(played).toMatchObject({ Parameters, InvalidParameters });
  });

  it('lists parameters below a path, ten at a time', async () => {
    const names = Array.from({ length: 12 }, (_, index) => `/a/${index < 11 ? `b/${index}` : 'c'}`);
    for (const Name of [...names, '/ab/c']) await put({ Name, Value: 'x' });
    const list = async (input: Omit<GetParametersByPathCommandInput, 'Path'>) =>
      await ssm.send(new GetParametersByPathCommand({ Path: '/a', ...input }));

    const first = await list({ Recursive: true });
    const last = await list({ Recursive: true, NextToken: first.NextToken });
    const found = [...(first.Parameters ?? []), ...(last.Parameters ?? [])];

    expect([first.Parameters?.length, last.NextToken]).toEqual([10, undefined]);
    expect(found.map(({ Name }) => Name).toSorted()).toEqual(names.toSorted());
    expect(found[0]?.Value).not.toBe('x');
    expect(await list({})).toMatchObject({ Parameters: [{ Name: '/a/c' }] });
  });

  it.each([
    ['ParameterAlreadyExists', 'an existing one is put without Overwrite', { Overwrite: false }],
    ['ValidationException', 'the value is longer than the Standard tier takes', { Value: 'x'.repeat(4097) }],
    ['ValidationException', 'the value is empty', { Value: '' }],
    ['ValidationException', 'a new one has no type', { Name: '/new', Type: undefined }],
    ['ValidationException', 'the tier is none', { Tier: 'standard' as ParameterTier }],
    ['HierarchyTypeMismatchException', 'a SecureString is to become a String', { Type: 'String' as const }],
  ])('says %s when %s', async (name, _, input) => {
    await put({});

    await expect(put(input)).rejects.toMatchObject({ name, $metadata: { httpStatusCode: 400 } });
    expect(aws.parameters.history(TOKEN.Name)).toHaveLength(1);
  });

  it('takes 4 KB in the Standard tier and 8 KB in the Advanced one, in bytes', async () => {
    expect(await put({ Value: 'ü'.repeat(2048), Tier: 'Standard' })).toMatchObject({ Tier: 'Standard' });
    await expect(put({ Value: 'ü'.repeat(2049), Tier: 'Standard' })).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining('upgrade the parameter to use the advanced-parameter tier'),
    });
    expect(await put({ Value: 'x'.repeat(8192), Tier: 'Advanced' })).toMatchObject({ Tier: 'Advanced' });
    await expect(put({ Value: 'x'.repeat(8193), Tier: 'Advanced' })).rejects.toMatchObject({
      name: 'ValidationException',
    });
  });

  it('never goes back from the Advanced tier, and says which tier is in the way', async () => {
    await put({ Tier: 'Advanced' });

    await expect(put({ Tier: 'Standard' })).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining('uses the advanced-parameter tier'),
    });
    expect(await put({})).toMatchObject({ Tier: 'Advanced' });
  });

  it('keeps the newest 100 versions', async () => {
    for (let version = 1; version <= 101; version += 1) await put({});

    expect(aws.parameters.history(TOKEN.Name).map(({ version }) => version)).toEqual(
      Array.from({ length: 100 }, (_, index) => index + 2),
    );
  });

  it('says ParameterNotFound for what is not there', async () => {
    const expected = { name: 'ParameterNotFound', $metadata: { httpStatusCode: 400 } };

    await expect(ssm.send(new GetParameterCommand({ Name: '/x' }))).rejects.toMatchObject(expected);
    await expect(ssm.send(new DeleteParameterCommand({ Name: '/x' }))).rejects.toMatchObject(expected);
  });

  it('refuses more than ten names at once', async () => {
    const Names = Array.from({ length: 11 }, (_, index) => `/p${index}`);

    await expect(ssm.send(new GetParametersCommand({ Names }))).rejects.toMatchObject({ name: 'ValidationException' });
  });
});

describe('the wire', () => {
  it('says UnknownOperationException for what it does not offer', async () => {
    await expect(ssm.send(new ListDocumentsCommand({}))).rejects.toMatchObject({ name: 'UnknownOperationException' });
  });

  it('records every call with its input and time', async () => {
    await put({ Value: 'one' });
    await expect(ssm.send(new GetParameterCommand({ Name: '/missing' }))).rejects.toThrow();

    expect(aws.calls).toEqual([
      { operation: 'PutParameter', input: { ...TOKEN, Value: 'one' }, at: NOON },
      { operation: 'GetParameter', input: { Name: '/missing' }, at: NOON },
    ]);
  });

  it.each([
    ['ThrottlingException', 400],
    ['TooManyUpdates', 400],
    ['AccessDeniedException', 400],
    ['InternalServerError', 500],
  ])('answers %s when a test asks for it, without carrying the operation out', async (type, status) => {
    aws.faults = (operation) => (operation === 'PutParameter' ? { type, status, message: 'on purpose' } : undefined);

    await expect(put({})).rejects.toMatchObject({
      name: type,
      message: 'on purpose',
      $metadata: { httpStatusCode: status },
    });
    expect(aws.parameters.parameter(TOKEN.Name)).toBeUndefined();
  });

  it('cuts the connection before the operation, or after it', async () => {
    aws.faults = (_, { Value }) => (Value === 'lost' ? 'reset' : 'reset-after');

    await expect(put({ Value: 'lost' })).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(aws.parameters.parameter(TOKEN.Name)).toBeUndefined();
    await expect(put({ Value: 'kept' })).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(aws.parameters.parameter(TOKEN.Name)?.value).toBe('kept');
  });

  it('leaves a call without an answer until the caller gives up', async () => {
    const { promise: isAsked, resolve: asked } = Promise.withResolvers<void>();
    aws.faults = () => {
      asked();
      return 'hang';
    };
    const caller = new AbortController();
    const answer = ssm.send(new GetParameterCommand({ Name: TOKEN.Name }), { abortSignal: caller.signal });
    await isAsked;

    caller.abort();

    await expect(answer).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('performs an operation without the network, unrecorded and untouched by faults', () => {
    aws.faults = () => 'hang';

    aws.perform('PutParameter', { ...TOKEN, Value: 'seeded' });

    expect(aws.parameters.parameter(TOKEN.Name)?.value).toBe('seeded');
    expect(aws.calls).toEqual([]);
  });
});

it('answers to the one access key id that it was given, and to nobody else', async () => {
  const { url, close } = await startLocalAws({ accessKeyId: 'LOCALKEY' });
  const readAs = (accessKeyId: string) =>
    new SSMClient({ endpoint: url, region: 'ap-south-1', credentials: { accessKeyId, secretAccessKey: 'any' } }).send(
      new GetParametersCommand({ Names: ['/x'] }),
    );

  expect(await readAs('LOCALKEY')).toMatchObject({ InvalidParameters: ['/x'] });
  await expect(readAs('LOCALKEY2')).rejects.toMatchObject({ name: 'UnrecognizedClientException' });
  const headers = { 'X-Amz-Target': 'AmazonSSM.GetParameters' };
  const unsigned = await fetch(url, { method: 'POST', headers, body: '{}' });
  expect([unsigned.status, await unsigned.text()]).toEqual([400, expect.stringContaining('UnrecognizedClient')]);
  await close();
});
