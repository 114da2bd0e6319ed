import { GetParametersCommand, PutParameterCommand, type PutParameterCommandInput } from '@aws-sdk/client-ssm';
import { decodeStatus, encodeStatus, statusParameterName, type TokenStatus } from '../token-status.ts';
import type { Dependencies } from './dependencies.ts';
import { errorName, httpStatus, redactedCause } from './redact-error.ts';
import { RefreshError } from './refresh-error.ts';

export interface StoredToken {
  /** SSM version of the token parameter; undefined when there is none. */
  readonly version: number | undefined;
  /** Undefined when there is none, or one that cannot be decoded. */
  readonly status: TokenStatus | undefined;
}

type Store = Pick<Dependencies, 'ssm' | 'now' | 'sleep' | 'timeout' | 'random'>;

/**
 * Reads the token's version and its status, without decrypting: the refresher has no right to see a stored token.
 * @throws RefreshError `STORE_FAILED`; a parameter that does not exist is not an error.
 */
export async function readStoredToken(
  ssm: Dependencies['ssm'],
  tokenParameterName: string,
  abortSignal: AbortSignal,
): Promise<StoredToken> {
  const statusName = statusParameterName(tokenParameterName);
  const command = new GetParametersCommand({ Names: [tokenParameterName, statusName], WithDecryption: false });
  const { Parameters = [] } = await ssm.send(command, { abortSignal }).catch((error: unknown) => {
    throw storeFailed(`SSM did not hand out ${tokenParameterName} and its status`, error);
  });
  return {
    version: Parameters.find(({ Name }) => Name === tokenParameterName)?.Version,
    status: decodeStatus(Parameters.find(({ Name }) => Name === statusName)?.Value ?? ''),
  };
}

/**
 * Stores the bare token, trying until the deadline.
 * @returns the parameter's new version.
 * @throws RefreshError `STORE_FAILED`
 */
export async function writeToken(
  store: Store,
  name: string,
  accessToken: string,
  kmsKeyId: string | undefined,
  deadline: number,
): Promise<number> {
  const token = { Name: name, Value: accessToken, Type: 'SecureString', KeyId: kmsKeyId } as const;
  const version = await put(store, token, deadline);
  if (version === undefined) throw new RefreshError('STORE_FAILED', `SSM stored ${name} but named no version`);
  return version;
}

/**
 * Stores the status of the token, trying until the deadline.
 * @throws RefreshError `STORE_FAILED`
 */
export async function writeStatus(
  store: Store,
  tokenParameterName: string,
  status: TokenStatus,
  deadline: number,
): Promise<void> {
  const name = statusParameterName(tokenParameterName);
  await put(store, { Name: name, Value: encodeStatus(status), Type: 'String' }, deadline);
}

/** Type, tier and key are always said: left out, the account's defaults or the parameter's past would decide. */
async function put(
  { ssm, now, sleep, timeout, random }: Store,
  parameter: Pick<PutParameterCommandInput, 'Name' | 'Value' | 'Type' | 'KeyId'>,
  deadline: number,
): Promise<number | undefined> {
  const command = new PutParameterCommand({ ...parameter, Tier: 'Standard', Overwrite: true });
  for (let pauseMs = 250; ; pauseMs = Math.min(pauseMs * 2, 4000)) {
    try {
      const { Version } = await ssm.send(command, { abortSignal: timeout(Math.max(0, deadline - now())) });
      return Version;
    } catch (error) {
      const jitteredMs = pauseMs * (0.5 + random());
      if (!mayHeal(error) || now() + jitteredMs >= deadline) {
        throw storeFailed(`SSM did not store ${parameter.Name}`, error);
      }
      await sleep(jitteredMs);
    }
  }
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
