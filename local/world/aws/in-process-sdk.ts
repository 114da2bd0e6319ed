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

/** Which operation a command asks for. */
export function operationOf(command: PlayedCommand): string {
  if (command instanceof GetSecretValueCommand) return 'GetSecretValue';
  return command instanceof GetParametersCommand ? 'GetParameters' : 'PutParameter';
}

/**
 * Carries out an SDK command on the local services without a network, and answers as the SDK's client does.
 * @param now milliseconds since the epoch
 * @throws SSMServiceException or SecretsManagerServiceException with the service's name for what it refuses
 */
export function carryOut(services: AwsServices, command: PlayedCommand, now: number): PlayedOutput {
  if (command instanceof GetParametersCommand) return getParameters(services, command, now);
  if (!(command instanceof GetSecretValueCommand)) return putParameter(services, command, now);
  const { SecretBinary, ...output } = perform(
    'GetSecretValue',
    services.secrets.operations.GetSecretValue,
    command.input,
    now,
  );
  return { ...output, VersionStages: [...output.VersionStages], CreatedDate: date(output.CreatedDate), ...OK };
}

export function getParameters(
  { parameters }: Pick<AwsServices, 'parameters'>,
  { input }: Pick<GetParametersCommand, 'input'>,
  now: number,
): GetParametersCommandOutput {
  const output = perform('GetParameters', parameters.operations.GetParameters, input, now);
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
  return { ...perform('PutParameter', parameters.operations.PutParameter, input, now), ...OK };
}

const OK = { $metadata: { httpStatusCode: 200 } };

function perform<Output extends object>(
  name: string,
  operation: Operation<Output>,
  input: object,
  now: number,
): Output {
  try {
    return operation(awsRequest({ ...input }), new Date(now));
  } catch (error) {
    throw error instanceof AwsError ? sdkException(error, name) : error;
  }
}

/** What the SDK's client throws for an answer in which the service says no. */
export function sdkException({ type: name, message, status }: AwsError, operation: string): Error {
  const Exception = operation === 'GetSecretValue' ? SecretsManagerServiceException : SSMServiceException;
  const $fault = status >= 500 ? 'server' : 'client';
  return new Exception({ name, message, $fault, $metadata: { httpStatusCode: status } });
}

function date(seconds: number): Date {
  return new Date(seconds * 1000);
}
