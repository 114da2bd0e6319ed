import { GetParametersCommand, type GetParametersCommandOutput } from '@aws-sdk/client-ssm';
import { decodeStatus, statusParameterName, type TokenRecord, type TokenStatus } from '../token-status.ts';
import { TokenReadError } from './token-read-error.ts';

/** What the reader wants of an SSM client; `SSMClient` fits. */
export interface ParameterClient {
  send(command: GetParametersCommand, options: { abortSignal: AbortSignal }): Promise<GetParametersCommandOutput>;
}

/** A token out of the store that lives for as long as was asked for. */
export interface StoredToken {
  readonly value: string;
  /** Milliseconds since the epoch up to which the token may be handed out. */
  readonly expiresAt: number;
  /** False while the record is still that of an earlier token: see `knownLife`. */
  readonly isRecorded: boolean;
}

/**
 * Reads token and status, in one request.
 * @param now looked at when the answer is there
 * @throws TokenReadError for everything but a token that lives for at least `minRemainingMs`.
 */
export async function readStoredToken(
  client: ParameterClient,
  parameterName: string,
  minRemainingMs: number,
  now: () => number,
  abortSignal: AbortSignal,
): Promise<StoredToken> {
  const statusName = statusParameterName(parameterName);
  const command = new GetParametersCommand({ Names: [parameterName, statusName], WithDecryption: true });
  const { Parameters = [] } = await client.send(command, { abortSignal }).catch((error: unknown) => {
    throw readFailed(parameterName, error);
  });
  const token = Parameters.find(({ Name }) => Name === parameterName);
  const status = decodeStatus(Parameters.find(({ Name }) => Name === statusName)?.Value ?? '').content;

  if (token?.Value === undefined || token.Version === undefined) {
    throw new TokenReadError('NO_TOKEN_YET', `There is no token in ${parameterName} yet. ${refresherSays(status)}`);
  }
  const life = knownLife(token.Version, status?.token);
  if (life !== undefined && life.expiresAt - now() >= minRemainingMs) return { value: token.Value, ...life };
  if (life?.isRecorded) throw tokenExpired(parameterName, life.expiresAt, minRemainingMs, now(), status);
  throw new TokenReadError(
    'EXPIRY_UNKNOWN',
    `${parameterName} holds a token (version ${token.Version}) whose expiry is not recorded in ${statusName}. ` +
      `The refresher replaces such a token with its next tick. ${refresherSays(status)}`,
  );
}

/**
 * How long a stored token is known to live.
 *
 * The refresher writes the token first and its record second, so for a moment, or until the next tick if it ended in
 * between, the record is that of an earlier token. No expiry is made up for the newer one; but it was issued later, so
 * it is still good while the recorded one would be, and until then that one's expiry is an early bound for it. (The old
 * token is no alternative: some services end it when they issue a new one.) A record of a later version says nothing:
 * the token is one that has been replaced meanwhile, or the parameter was deleted and its versions start anew.
 */
function knownLife(version: number, record: TokenRecord | undefined): Omit<StoredToken, 'value'> | undefined {
  if (record === undefined || version < record.version) return undefined;
  return { expiresAt: Date.parse(record.expiresAt), isRecorded: version === record.version };
}

function tokenExpired(
  parameterName: string,
  expiry: number,
  minRemainingMs: number,
  now: number,
  status: TokenStatus | undefined,
): TokenReadError {
  const expiresAt = new Date(expiry);
  const when =
    expiry <= now
      ? `expired at ${expiresAt.toISOString()}`
      : `expires at ${expiresAt.toISOString()}, less than the ${minRemainingMs / 1000} s asked for from now,`;
  const message = `The token in ${parameterName} ${when} and has not been replaced. ${refresherSays(status)}`;
  return new TokenReadError('TOKEN_EXPIRED', message, { expiresAt });
}

/** The status holds no secret, and the owner of a downstream function may have no access to the refresher's log. */
function refresherSays(status: TokenStatus | undefined): string {
  const attempt = status?.attempt;
  if (attempt?.outcome?.code === 'CREDENTIALS_REFUSED') {
    const { reason, at } = attempt.outcome;
    return `The service refused the refresher's credentials (${reason}, at ${at}): its owner must correct the secret.`;
  }
  if (attempt?.outcome !== undefined) {
    const { code, at } = attempt.outcome;
    return `The refresher's last attempt failed at ${at} with ${code}: its log says why.`;
  }
  return 'Check that the refresher is deployed for this parameter, that its schedule runs, and that its secret has a value.';
}

function readFailed(parameterName: string, error: unknown): TokenReadError {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  // SSM says AccessDeniedException, STS (where a reader assumes a role of another account) AccessDenied.
  if (/^AccessDenied(Exception)?$/.test(name)) {
    const missingPermission = deniedAction(message);
    const remedy = missingPermission.startsWith('sts:')
      ? 'allow it to assume the role that readerRole made in the account of the token, and name it there in assumedBy'
      : 'grant it with grantRead of the RefreshedToken';
    const what = `The role that reads ${parameterName} lacks ${missingPermission}: ${remedy}`;
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
