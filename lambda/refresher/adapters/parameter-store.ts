import {
  GetParametersCommand,
  type GetParametersCommandOutput,
  type Parameter,
  PutParameterCommand,
  type PutParameterCommandInput,
  type PutParameterCommandOutput,
} from '@aws-sdk/client-ssm';
import { RefreshError } from '../../refresh-error.ts';
import { decodeStatus, encodeStatus, rejectedParameterName, statusParameterName } from '../../token-status.ts';
import type { Config } from '../config.ts';
import type { Time, TokenStore } from '../dependencies.ts';
import { errorName, httpStatus, redactedCause } from '../redact-error.ts';
import { retryUntil } from '../retry-until.ts';
import type { StoredState, StoredStatus } from '../rules/stored-state.ts';
import { storeRemedy } from './store-refusal.ts';

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
  const rejectedName = rejectedParameterName(tokenParameterName);

  async function read(abortSignal: AbortSignal): Promise<StoredState> {
    const command = new GetParametersCommand({
      Names: [tokenParameterName, statusName, rejectedName],
      WithDecryption: false,
    });
    const { Parameters = [] } = await ssm.send(command, { abortSignal }).catch((error: unknown) => {
      throw storeFailed(`SSM did not hand out ${tokenParameterName} and its status`, error);
    });
    const find = (name: string) => Parameters.find(({ Name }) => Name === name);
    const token = find(tokenParameterName);
    const status = find(statusName);
    return {
      token: token && { version: token.Version ?? 0, type: token.Type ?? '' },
      status: status && storedStatus(status),
      reportedVersion: reportedVersion(find(rejectedName)),
    };
  }

  /** Type, tier and key are always said: left out, the account's defaults or the parameter's past would decide. */
  async function put(
    parameter: Pick<PutParameterCommandInput, 'Name' | 'Value' | 'Type' | 'KeyId'>,
    deadline: number,
    tier = tierFor(parameter.Value),
  ): Promise<number | undefined> {
    const command = new PutParameterCommand({ ...parameter, Tier: tier, Overwrite: true });
    const pauseMs = (tries: number) => Math.min(250 * 2 ** (tries - 1), 4000);
    try {
      return await retryUntil({ deadline, pauseMs, mayHeal }, time, async () => {
        const abortSignal = time.timeout(Math.max(0, deadline - time.now()));
        const { Version } = await ssm.send(command, { abortSignal });
        return Version;
      });
    } catch (error) {
      // SSM lets no parameter go back to the Standard tier; what was long once may be short now.
      if (tier === 'Standard' && isAdvanced(error)) return await put(parameter, deadline, 'Advanced');
      throw storeFailed(`SSM did not store ${parameter.Name}`, error);
    }
  }

  return {
    read,
    async announce(status, statusVersion, deadline) {
      const version = await put({ Name: statusName, Value: encodeStatus(status), Type: 'String' }, deadline);
      return version === (statusVersion ?? 0) + 1;
    },
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

/** Standard is free, and takes 4,096 bytes. */
function tierFor(value = ''): 'Standard' | 'Advanced' {
  return Buffer.byteLength(value) > 4096 ? 'Advanced' : 'Standard';
}

function isAdvanced(error: unknown): boolean {
  const message = error instanceof Error ? error.message : '';
  return errorName(error) === 'ValidationException' && /\badvanced\b/i.test(message);
}

/** Throttling, the service's own trouble, or no answer at all. */
function mayHeal(error: unknown): boolean {
  const status = httpStatus(error);
  // TooManyUpdates is SSM's throttling of one parameter; the SDK does not count it as such.
  return status === undefined || status >= 500 || status === 429 || /^TooMany|Throttl/.test(errorName(error));
}

function storeFailed(what: string, error: unknown): RefreshError {
  const message = `${what}: ${errorName(error)}${storeRemedy(error)}`;
  return new RefreshError('STORE_FAILED', message, { cause: redactedCause(error) });
}

/** Another type than the one that the refresher writes: an organisation's rule, or a person, changed it. */
function storedStatus({ Type, Value = '', Version = 0, LastModifiedDate }: Parameter): StoredStatus {
  const decoded =
    Type === 'String' ? decodeStatus(Value) : { fault: `is a ${Type}, not the String that the refresher writes` };
  return { ...decoded, version: Version, changedAt: LastModifiedDate?.getTime() ?? 0 };
}

function reportedVersion(rejected: Parameter | undefined): number | undefined {
  return /^[1-9]\d{0,14}$/.test(rejected?.Value ?? '') ? Number(rejected?.Value) : undefined;
}
