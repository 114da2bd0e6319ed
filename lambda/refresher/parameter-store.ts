import {
  GetParametersCommand,
  type GetParametersCommandOutput,
  PutParameterCommand,
  type PutParameterCommandInput,
  type PutParameterCommandOutput,
} from '@aws-sdk/client-ssm';
import { decodeStatus, encodeStatus, statusParameterName } from '../token-status.ts';
import type { Config } from './config.ts';
import type { StoredState, Time, TokenStore } from './dependencies.ts';
import { errorName, httpStatus, redactedCause } from './redact-error.ts';
import { RefreshError } from './refresh-error.ts';
import { retryUntil } from './retry-until.ts';

/** What is wanted of an SSM client; `SSMClient` fits. */
export interface ParameterStoreClient {
  send(
    command: GetParametersCommand,
    options: { readonly abortSignal: AbortSignal },
  ): Promise<GetParametersCommandOutput>;
  send(
    command: PutParameterCommand,
    options: { readonly abortSignal: AbortSignal },
  ): Promise<PutParameterCommandOutput>;
}

/** The token and its status in SSM Parameter Store. Never decrypts: the refresher has no right to see a stored token. */
export function createTokenStore(
  ssm: ParameterStoreClient,
  { tokenParameterName, tokenKmsKeyId }: Pick<Config, 'tokenParameterName' | 'tokenKmsKeyId'>,
  time: Time,
): TokenStore {
  const statusName = statusParameterName(tokenParameterName);

  async function read(abortSignal: AbortSignal): Promise<StoredState> {
    const command = new GetParametersCommand({ Names: [tokenParameterName, statusName], WithDecryption: false });
    const { Parameters = [] } = await ssm.send(command, { abortSignal }).catch((error: unknown) => {
      throw storeFailed(`SSM did not hand out ${tokenParameterName} and its status`, error);
    });
    return {
      tokenVersion: Parameters.find(({ Name }) => Name === tokenParameterName)?.Version,
      status: decodeStatus(Parameters.find(({ Name }) => Name === statusName)?.Value ?? ''),
    };
  }

  /** Type, tier and key are always said: left out, the account's defaults or the parameter's past would decide. */
  async function put(
    parameter: Pick<PutParameterCommandInput, 'Name' | 'Value' | 'Type' | 'KeyId'>,
    deadline: number,
  ): Promise<number | undefined> {
    const command = new PutParameterCommand({ ...parameter, Tier: 'Standard', Overwrite: true });
    const pauseMs = (tries: number) => Math.min(250 * 2 ** (tries - 1), 4000);
    try {
      return await retryUntil({ deadline, pauseMs, mayHeal }, time, async () => {
        const abortSignal = time.timeout(Math.max(0, deadline - time.now()));
        const { Version } = await ssm.send(command, { abortSignal });
        return Version;
      });
    } catch (error) {
      throw storeFailed(`SSM did not store ${parameter.Name}`, error);
    }
  }

  return {
    read,
    async writeToken(accessToken, deadline) {
      const token = {
        Name: tokenParameterName,
        Value: accessToken,
        Type: 'SecureString',
        KeyId: tokenKmsKeyId,
      } as const;
      const version = await put(token, deadline);
      if (version !== undefined) return version;
      throw new RefreshError('STORE_FAILED', `SSM stored ${tokenParameterName} but named no version`);
    },
    async writeStatus(status, deadline) {
      await put({ Name: statusName, Value: encodeStatus(status), Type: 'String' }, deadline);
    },
  };
}

/** Throttling, the service's own trouble, or no answer at all. */
function mayHeal(error: unknown): boolean {
  const status = httpStatus(error);
  // TooManyUpdates is SSM's throttling of one parameter; the SDK does not count it as such.
  return status === undefined || status >= 500 || status === 429 || /^TooMany|Throttl/.test(errorName(error));
}

function storeFailed(what: string, error: unknown): RefreshError {
  return new RefreshError('STORE_FAILED', `${what}: ${errorName(error)}`, { cause: redactedCause(error) });
}
