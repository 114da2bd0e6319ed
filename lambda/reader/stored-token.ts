import { GetParametersCommand } from '@aws-sdk/client-ssm';
import { isUnreadable, type UnreadableRecord } from '../record.ts';
import { decodeStatus, statusParameterName, type TokenRecord, type TokenStatus } from '../token-status.ts';
import { isDenied, type ParameterClient } from './parameter-client.ts';
import { TokenReadError } from './token-read-error.ts';

/** What stands in the store. */
export interface StoredParameters {
  readonly parameterName: string;
  readonly token: StoredToken | undefined;
  readonly status: TokenStatus | UnreadableRecord;
}

/** The stored token, and what the status says of it. */
export interface StoredToken {
  readonly value: string;
  /** The SSM version of the token. */
  readonly version: number;
  /** The record of this very token; undefined while it is still that of an earlier one, or cannot be read. */
  readonly record?: TokenRecord;
  /** Milliseconds since the epoch up to which the token is known to live; undefined where nobody knows: see `recorded`. */
  readonly expiresAt?: number;
}

/** One that may be handed out. */
export interface UsableToken extends StoredToken {
  readonly expiresAt: number;
}

/**
 * Reads token and status, in one request.
 * @throws TokenReadError `NO_PERMISSION` or `READ_FAILED`
 */
export async function readStored(
  client: ParameterClient,
  parameterName: string,
  abortSignal: AbortSignal,
): Promise<StoredParameters> {
  const statusName = statusParameterName(parameterName);
  const command = new GetParametersCommand({ Names: [parameterName, statusName], WithDecryption: true });
  const { Parameters = [] } = await client.send(command, { abortSignal }).catch((error: unknown) => {
    throw readFailed(parameterName, error);
  });
  const { Value: value, Version: version } = Parameters.find(({ Name }) => Name === parameterName) ?? {};
  const statusText = Parameters.find(({ Name }) => Name === statusName)?.Value;
  const status = statusText === undefined ? {} : decodeStatus(statusText);
  const isThere = value !== undefined && version !== undefined;
  return { parameterName, token: isThere ? { value, version, ...recorded(status, version) } : undefined, status };
}

/**
 * What the status says of the token of that version.
 *
 * The refresher writes the token first and its record second, so for a moment, or until the next tick if it ended in
 * between, the record is that of an earlier token. No expiry is made up for the newer one; but it was issued later, so
 * it is still good while the recorded one would be, and until then that one's expiry is an early bound for it. (The old
 * token is no alternative: some services end it when they issue a new one.) A record of a later version says nothing:
 * the token is one that has been replaced meanwhile, or the parameter was deleted and its versions start anew.
 */
function recorded(status: TokenStatus | UnreadableRecord, version: number): Pick<StoredToken, 'record' | 'expiresAt'> {
  const record = isUnreadable(status) ? undefined : status.token;
  if (record === undefined || version < record.version) return {};
  const expiresAt = Date.parse(record.expiresAt);
  return record.version === version ? { record, expiresAt } : { expiresAt };
}

function readFailed(parameterName: string, error: unknown): TokenReadError {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  if (isDenied(error)) {
    const missingPermission = deniedAction(message);
    const what = `The role that reads ${parameterName} lacks ${missingPermission}${deniedKey(message)}: ${remedyFor(missingPermission, parameterName)}`;
    return new TokenReadError('NO_PERMISSION', what, { missingPermission, cause: error });
  }
  const what = `SSM did not hand out ${parameterName}, and no cached token is still valid: `;
  if (quotesToken(error)) return new TokenReadError('READ_FAILED', `${what}its answer could not be read (${name})`);
  return new TokenReadError('READ_FAILED', `${what}${name}: ${message}`, { cause: error });
}

/** An error of reading an answer that is meant as a success: its message and hidden fields hold parts of the answer. */
function quotesToken(error: unknown): boolean {
  return error instanceof Error && '$response' in error && !('$fault' in error);
}

/**
 * IAM names the action. KMS has an older wording too, without it ("The ciphertext refers to a customer master key that
 * does not exist, … or you are not allowed to access. (Service: AWSKMS; …)"), which SSM passes on as its own error.
 */
function deniedAction(message: string): string {
  const named = /not authorized to perform: ([a-z0-9-]+:[A-Za-z]+)/.exec(message)?.[1];
  return named ?? (/KMS|ciphertext/i.test(message) ? 'kms:Decrypt' : 'ssm:GetParameters');
}

/** The key that KMS named; a reader cannot look up which one that is. */
function deniedKey(message: string): string {
  const key = /\barn:[a-z-]+:kms:[a-z0-9-]*:\d*:(?:key|alias)\/[\w/-]+/.exec(message)?.[0];
  return key === undefined ? '' : ` on ${key}`;
}

function remedyFor(missingPermission: string, parameterName: string): string {
  if (missingPermission.startsWith('sts:')) {
    return 'allow it to assume the role that readerRole made in the account of the token, and name it there in assumedBy';
  }
  const grant = 'grant it with grantRead of the RefreshedToken';
  if (!missingPermission.startsWith('kms:')) return grant;
  const statusName = statusParameterName(parameterName);
  return (
    `${grant}. If that is done and this is not the token's key, somebody has encrypted ${statusName}, by an ` +
    "organisation's rule for example that makes every parameter a SecureString: it must be a String"
  );
}
