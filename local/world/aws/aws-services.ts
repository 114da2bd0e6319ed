import { AwsError, awsRequest, type Operation } from './aws-request.ts';
import { createSecretsManager, type SecretsManager } from './secrets-manager.ts';
import { createParameterStore, type ParameterStore } from './ssm-parameter-store.ts';

/** The members of one request, as they come over the wire. */
export type AwsInput = Readonly<Record<string, unknown>>;

/** Secrets Manager and SSM in memory, without a network and without a clock. */
export interface AwsServices {
  readonly secrets: SecretsManager;
  readonly parameters: ParameterStore;
  /**
   * Carries out one operation of either service.
   * @returns the output as it goes over the wire
   * @throws AwsError
   */
  perform(operation: string, input: AwsInput, now: Date): object;
}

/** Both services, empty. */
export function createAwsServices(): AwsServices {
  const secrets = createSecretsManager();
  const parameters = createParameterStore();
  const operations = new Map<string, Operation>(Object.entries({ ...secrets.operations, ...parameters.operations }));
  return {
    secrets,
    parameters,
    perform: (operation, input, now) => {
      const carryOut = operations.get(operation);
      if (carryOut !== undefined) return carryOut(awsRequest(input), now);
      throw new AwsError('UnknownOperationException', `The local Secrets Manager and SSM do not offer ${operation}.`);
    },
  };
}
