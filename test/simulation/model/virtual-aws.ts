import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { GetParametersCommand, PutParameterCommand, SSMServiceException } from '@aws-sdk/client-ssm';
import type { VirtualClock } from '../../virtual-clock.ts';
import type { Random } from './random.ts';

interface StoredParameter {
  readonly value: string;
  readonly type: string;
  readonly version: number;
  readonly modifiedAt: number;
}

export interface ParameterWrite extends StoredParameter {
  readonly name: string;
  /** Written through the API by the function, not by another hand. */
  readonly isOwn: boolean;
}

/** SSM and Secrets Manager are down, or take no writes. The SDK's own retries are already spent when it throws. */
export type StoreFault = 'writes-throttled' | 'parameters-unavailable' | 'secrets-unavailable';

/** Parameter Store and Secrets Manager in memory, behind the `send` of the real SDK's clients and its real commands. */
export class AwsStore {
  readonly writes: ParameterWrite[] = [];
  /** When a parameter was deleted. */
  readonly deletions: { readonly at: number; readonly name: string }[] = [];
  readonly faults = new Set<StoreFault>();
  readonly #parameters = new Map<string, StoredParameter>();
  readonly #clock: VirtualClock;
  readonly #random: Random;
  #secret: { readonly text: string; readonly versionId: string } | undefined;
  #secretVersions = 0;

  constructor(clock: VirtualClock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  /**
   * What an operator does with `aws secretsmanager put-secret-value`.
   * @returns the new version's id.
   */
  putSecret(text: string): string {
    this.#secretVersions++;
    const versionId = `00000000-0000-4000-8000-${String(this.#secretVersions).padStart(12, '0')}`;
    this.#secret = { text, versionId };
    return versionId;
  }

  deleteParameter(name: string): void {
    this.#parameters.delete(name);
    this.deletions.push({ at: this.#clock.now, name });
  }

  /** What another hand does with `aws ssm put-parameter`. */
  overwriteParameter(name: string, value: string, type: 'String' | 'SecureString'): void {
    this.#put(name, value, type, false);
  }

  async send(command: unknown, signal?: AbortSignal): Promise<unknown> {
    await this.#travel(this.#random.between(10, 60), signal);
    if (command instanceof GetSecretValueCommand) return await this.#getSecretValue(signal);
    if (command instanceof PutParameterCommand) return await this.#putParameter(command, signal);
    if (command instanceof GetParametersCommand) return await this.#getParameters(command, signal);
    throw new TypeError(`the store does not play ${command?.constructor.name}`);
  }

  async #getSecretValue(signal: AbortSignal | undefined) {
    if (this.faults.has('secrets-unavailable')) await this.#fail('InternalServiceError', 500, signal);
    if (this.#secret === undefined) return await this.#fail('ResourceNotFoundException', 400, signal);
    return { SecretString: this.#secret.text, VersionId: this.#secret.versionId };
  }

  async #getParameters({ input }: GetParametersCommand, signal: AbortSignal | undefined) {
    if (this.faults.has('parameters-unavailable')) await this.#fail('InternalServerError', 500, signal);
    const found = (input.Names ?? []).filter((name) => this.#parameters.has(name));
    return {
      Parameters: found.map((Name) => {
        const { value, type, version, modifiedAt } = this.#parameters.get(Name) ?? MISSING;
        const isCiphertext = type === 'SecureString' && input.WithDecryption !== true;
        return {
          Name,
          Type: type,
          Value: isCiphertext ? 'AQICAHciphertext' : value,
          Version: version,
          LastModifiedDate: new Date(modifiedAt),
        };
      }),
      InvalidParameters: (input.Names ?? []).filter((name) => !this.#parameters.has(name)),
    };
  }

  async #putParameter({ input }: PutParameterCommand, signal: AbortSignal | undefined) {
    if (this.faults.has('parameters-unavailable')) await this.#fail('InternalServerError', 500, signal);
    if (this.faults.has('writes-throttled')) await this.#fail('ThrottlingException', 400, signal);
    const { Name = '', Value = '', Type = 'String', Overwrite } = input;
    if (this.#parameters.has(Name) && Overwrite !== true)
      return await this.#fail('ParameterAlreadyExists', 400, signal);
    if (Buffer.byteLength(Value) > 4096 || Value === '') return await this.#fail('ValidationException', 400, signal);
    return { Version: this.#put(Name, Value, Type, true), Tier: 'Standard' };
  }

  #put(name: string, value: string, type: string, isOwn: boolean): number {
    // A parameter that was deleted and made again starts at version 1.
    const version = (this.#parameters.get(name)?.version ?? 0) + 1;
    const parameter = { value, type, version, modifiedAt: this.#clock.now };
    this.#parameters.set(name, parameter);
    this.writes.push({ name, isOwn, ...parameter });
    return version;
  }

  /** The SDK tries three times before it gives up. */
  async #fail(name: string, httpStatusCode: number, signal: AbortSignal | undefined): Promise<never> {
    await this.#travel(httpStatusCode === 500 || name === 'ThrottlingException' ? 700 : 5, signal);
    const $fault = httpStatusCode === 500 ? 'server' : 'client';
    throw new SSMServiceException({ name, $fault, message: name, $metadata: { httpStatusCode } });
  }

  async #travel(ms: number, signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason));
      this.#clock.at(this.#clock.now + ms, resolve);
    });
  }
}

const MISSING: StoredParameter = { value: '', type: 'String', version: 0, modifiedAt: 0 };
