import { AwsError, awsRequest, type Operation } from './aws-request.ts';
import { createSecretsManager } from './secrets-manager.ts';
import { createParameterStore } from './ssm-parameter-store.ts';

/** The members of one request, as they come over the wire. */
export type AwsInput = Readonly<Record<string, unknown>>;

/** Secrets Manager and SSM in memory, without a network and without a clock. */
export type AwsServices = ReturnType<typeof createAwsServices>;

/** Both services, empty. */
export function createAwsServices() {
  const secrets = createSecretsManager();
  const parameters = createParameterStore();
  const operations = new Map<string, Operation>(Object.entries({ ...secrets.operations, ...parameters.operations }));
  return {
    secrets,
    parameters,
    /**
     * Carries out one operation of either service.
     * @returns the output as the SDK gives it, without `$metadata`
     * @throws AwsError
     */
    perform(operation: string, input: AwsInput, now: Date): object {
      const carryOut = operations.get(operation);
      if (carryOut !== undefined) return carryOut(awsRequest(input), now);
      throw new AwsError('UnknownOperationException', `The local Secrets Manager and SSM do not offer ${operation}.`);
    },
  };
}
