import { GetSecretValueCommand, SecretsManagerServiceException } from '@aws-sdk/client-secrets-manager';
import { PutParameterCommand, SSMServiceException } from '@aws-sdk/client-ssm';
import type { Random } from '../time/random.ts';
import type { VirtualClock } from '../time/virtual-clock.ts';
import { AwsError } from './aws-request.ts';
import { createAwsServices } from './aws-services.ts';
import { carryOut, type PlayedCommand, type PlayedOutput, sdkException } from './in-process-sdk.ts';

/** SSM and Secrets Manager are down, or take no writes. The SDK's own retries are already spent when it throws. */
export type StoreFault = 'writes-throttled' | 'parameters-unavailable' | 'secrets-unavailable';

/** The SDK tries three times before it gives up on what may heal. */
const RETRIES_MS = 700;
const REFUSAL_MS = 5;

/** The local Secrets Manager and SSM in virtual time: how long a call takes, and what is down. */
export class VirtualAws {
  readonly faults = new Set<StoreFault>();
  /** The same services, without the time that a call takes and without faults. */
  readonly services = createAwsServices();
  readonly #clock: VirtualClock;
  readonly #random: Random;
  readonly #secretId: string;
  #secretVersions = 0;

  constructor(clock: VirtualClock, random: Random, secretId: string) {
    this.#clock = clock;
    this.#random = random;
    this.#secretId = secretId;
    this.#perform('CreateSecret', { Name: secretId });
  }

  /**
   * What an operator does with `aws secretsmanager put-secret-value`.
   * @returns the new version's id.
   */
  putSecret(text: string): string {
    this.#secretVersions++;
    const versionId = `00000000-0000-4000-8000-${String(this.#secretVersions).padStart(12, '0')}`;
    this.#perform('PutSecretValue', { SecretId: this.#secretId, SecretString: text, ClientRequestToken: versionId });
    return versionId;
  }

  /** The current value of the secret; empty where it is binary or there is none. */
  secretText(): string {
    return this.services.secrets.secretString(this.#secretId) ?? '';
  }

  /** @throws what the SDK's client throws */
  async send(command: PlayedCommand, signal?: AbortSignal): Promise<PlayedOutput> {
    await this.#clock.sleep(this.#random.between(10, 60), signal);
    const fault = this.#faultOf(command);
    if (fault !== undefined) {
      await this.#clock.sleep(RETRIES_MS, signal);
      throw fault;
    }
    try {
      return carryOut(this.services, command, this.#clock.now());
    } catch (error) {
      await this.#clock.sleep(REFUSAL_MS, signal);
      throw error;
    }
  }

  #faultOf(command: PlayedCommand): Error | undefined {
    if (command instanceof GetSecretValueCommand) {
      if (!this.faults.has('secrets-unavailable')) return undefined;
      return sdkException(new AwsError('InternalServiceError', '', 500), SecretsManagerServiceException);
    }
    if (this.faults.has('parameters-unavailable')) {
      return sdkException(new AwsError('InternalServerError', '', 500), SSMServiceException);
    }
    const isThrottled = command instanceof PutParameterCommand && this.faults.has('writes-throttled');
    return isThrottled
      ? sdkException(new AwsError('ThrottlingException', 'Rate exceeded'), SSMServiceException)
      : undefined;
  }

  #perform(operation: string, input: Readonly<Record<string, unknown>>): void {
    this.services.perform(operation, input, new Date(this.#clock.now()));
  }
}
