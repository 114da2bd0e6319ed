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
import { AwsError } from './aws-request.ts';
import type { AwsServices } from './aws-services.ts';

/** The commands that the refresher and the reader send. */
export type PlayedCommand = GetSecretValueCommand | GetParametersCommand | PutParameterCommand;
/** Fits each of them: the SDK promises no member but `$metadata`. */
export type PlayedOutput = GetSecretValueCommandOutput & GetParametersCommandOutput & PutParameterCommandOutput;

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
export function carryOut(services: Pick<AwsServices, 'perform'>, command: PlayedCommand, now: number): PlayedOutput {
  const operation = operationOf(command);
  try {
    const output = services.perform(operation, { ...command.input }, new Date(now));
    return { ...output, $metadata: { httpStatusCode: 200 } };
  } catch (error) {
    throw error instanceof AwsError ? sdkException(error, operation) : error;
  }
}

/** What the SDK's client throws for an answer in which the service says no. */
export function sdkException({ type: name, message, status }: AwsError, operation: string): Error {
  const Exception = operation === 'GetSecretValue' ? SecretsManagerServiceException : SSMServiceException;
  const $fault = status >= 500 ? 'server' : 'client';
  return new Exception({ name, message, $fault, $metadata: { httpStatusCode: status } });
}
