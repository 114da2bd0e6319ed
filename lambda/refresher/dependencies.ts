import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { SSMClient } from '@aws-sdk/client-ssm';
import type { SoapReply } from './soap/token-reply.ts';

/** All that a tick needs from outside: Lambda gives it the real things, a simulation gives it others. */
export interface Dependencies {
  readonly secrets: Pick<SecretsManagerClient, 'send'>;
  readonly ssm: Pick<SSMClient, 'send'>;
  /**
   * Sends one envelope to the SOAP endpoint and reads the whole answer.
   * @throws RefreshError `ENDPOINT_UNAVAILABLE` when there is none within `timeoutMs`.
   */
  readonly post: (envelope: string, timeoutMs: number) => Promise<SoapReply>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<unknown>;
  /** Aborts after so many milliseconds. */
  readonly timeout: (ms: number) => AbortSignal;
  /** From 0 up to 1, for jitter. */
  readonly random: () => number;
}
