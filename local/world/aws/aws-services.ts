import { AwsError, awsRequest, type Operation } from './aws-request.ts';
import { createSecretsManager, type SecretsManager } from './secrets-manager.ts';
import { createParameterStore, type ParameterStore } from './ssm-parameter-store.ts';

/** The members of one request, as they come over the wire. */
export type AwsInput = Readonly<Record<string, unknown>>;

/** Secrets Manager and SSM in memory, without a network and without a clock. */
export interface AwsServices {
  readonly secrets: SecretsManager;
  readonly parameters: ParameterStore;
  /** The operations by the name that a request's `X-Amz-Target` has for their service. */
  readonly operations: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
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
  const operations: AwsServices['operations'] = {
    secretsmanager: { ...secrets.operations },
    AmazonSSM: { ...parameters.operations },
  };
  return {
    secrets,
    parameters,
    operations,
    perform: (operation, input, now) => {
      const carryOut = Object.values(operations).find((known) => Object.hasOwn(known, operation))?.[operation];
      if (carryOut === undefined) {
        throw new AwsError('UnknownOperationException', `The local services do not offer ${operation}.`);
      }
      return carryOut(awsRequest(input), now);
    },
  };
}
