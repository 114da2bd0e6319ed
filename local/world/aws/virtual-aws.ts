import type { Random } from '../time/random.ts';
import type { VirtualClock } from '../time/virtual-clock.ts';
import { AwsError } from './aws-request.ts';
import { createAwsServices } from './aws-services.ts';
import { carryOut, operationOf, type PlayedCommand, type PlayedOutput, sdkException } from './in-process-sdk.ts';

/** Which operations fail while that is wrong, and how. */
const REFUSALS = [
  ['parameters-unavailable', /Parameter/, new AwsError('InternalServerError', '', 500)],
  ['writes-throttled', /^PutParameter$/, new AwsError('ThrottlingException', 'Rate exceeded')],
  ['secrets-unavailable', /^GetSecretValue$/, new AwsError('InternalServiceError', '', 500)],
] as const;

/** SSM and Secrets Manager are down, or take no writes. The SDK's own retries are already spent when it throws. */
export type StoreFault = (typeof REFUSALS)[number][0];

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
    this.services.perform('CreateSecret', { Name: secretId }, new Date(clock.now()));
  }

  /**
   * What an operator does with `aws secretsmanager put-secret-value`.
   * @returns the new version's id.
   */
  putSecret(text: string): string {
    const versionId = `00000000-0000-4000-8000-${String(++this.#secretVersions).padStart(12, '0')}`;
    const input = { SecretId: this.#secretId, SecretString: text, ClientRequestToken: versionId };
    this.services.perform('PutSecretValue', input, new Date(this.#clock.now()));
    return versionId;
  }

  /** The current value of the secret; empty where it is binary or there is none. */
  secretText(): string {
    return this.services.secrets.secretString(this.#secretId) ?? '';
  }

  /** How AWS refuses that operation at present. */
  refusal(operation: string): AwsError | undefined {
    return REFUSALS.find(([fault, operations]) => this.faults.has(fault) && operations.test(operation))?.[2];
  }

  /** @throws what the SDK's client throws */
  async send(command: PlayedCommand, signal?: AbortSignal): Promise<PlayedOutput> {
    await this.#clock.sleep(this.#random.between(10, 60), signal);
    const operation = operationOf(command);
    const refusal = this.refusal(operation);
    if (refusal !== undefined) {
      await this.#clock.sleep(RETRIES_MS, signal);
      throw sdkException(refusal, operation);
    }
    try {
      return carryOut(this.services, command, this.#clock.now());
    } catch (error) {
      await this.#clock.sleep(REFUSAL_MS, signal);
      throw error;
    }
  }
}
