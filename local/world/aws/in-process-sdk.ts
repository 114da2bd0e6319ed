import {
  GetSecretValueCommand,
  type GetSecretValueCommandOutput,
  SecretsManagerServiceException,
} from '@aws-sdk/client-secrets-manager';
import {
  GetParametersCommand,
  type GetParametersCommandOutput,
  type PutParameterCommand,
  type PutParameterCommandOutput,
  SSMServiceException,
} from '@aws-sdk/client-ssm';
import { AwsError, awsRequest, type Operation } from './aws-request.ts';
import type { AwsServices } from './aws-services.ts';

/** The commands that the refresher and the reader send. */
export type PlayedCommand = GetSecretValueCommand | GetParametersCommand | PutParameterCommand;
export type PlayedOutput = GetSecretValueCommandOutput | GetParametersCommandOutput | PutParameterCommandOutput;

/**
 * Carries out an SDK command on the local services without a network, and answers as the SDK's client does.
 * @param now milliseconds since the epoch
 * @throws SSMServiceException or SecretsManagerServiceException with the service's name for what it refuses
 */
export function carryOut(services: AwsServices, command: PlayedCommand, now: number): PlayedOutput {
  if (command instanceof GetParametersCommand) return getParameters(services, command, now);
  if (!(command instanceof GetSecretValueCommand)) return putParameter(services, command, now);
  const { GetSecretValue } = services.secrets.operations;
  const { SecretBinary, ...output } = perform(GetSecretValue, command.input, now, SecretsManagerServiceException);
  return { ...output, VersionStages: [...output.VersionStages], CreatedDate: date(output.CreatedDate), ...OK };
}

export function getParameters(
  { parameters }: Pick<AwsServices, 'parameters'>,
  { input }: Pick<GetParametersCommand, 'input'>,
  now: number,
): GetParametersCommandOutput {
  const output = perform(parameters.operations.GetParameters, input, now, SSMServiceException);
  return {
    Parameters: output.Parameters.map((found) => ({ ...found, LastModifiedDate: date(found.LastModifiedDate) })),
    InvalidParameters: [...output.InvalidParameters],
    ...OK,
  };
}

export function putParameter(
  { parameters }: Pick<AwsServices, 'parameters'>,
  { input }: Pick<PutParameterCommand, 'input'>,
  now: number,
): PutParameterCommandOutput {
  return { ...perform(parameters.operations.PutParameter, input, now, SSMServiceException), ...OK };
}

const OK = { $metadata: { httpStatusCode: 200 } };

type ServiceException = typeof SSMServiceException | typeof SecretsManagerServiceException;

function perform<Output extends object>(
  operation: Operation<Output>,
  input: object,
  now: number,
  Exception: ServiceException,
): Output {
  try {
    return operation(awsRequest({ ...input }), new Date(now));
  } catch (error) {
    throw error instanceof AwsError ? sdkException(error, Exception) : error;
  }
}

/** What the SDK's client throws for an answer in which the service says no. */
export function sdkException({ type, message, status }: AwsError, Exception: ServiceException): Error {
  const $fault = status >= 500 ? 'server' : 'client';
  return new Exception({ name: type, message, $fault, $metadata: { httpStatusCode: status } });
}

function date(seconds: number): Date {
  return new Date(seconds * 1000);
}
