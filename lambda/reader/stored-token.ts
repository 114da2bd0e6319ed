import {
  GetParametersCommand,
  type GetParametersCommandOutput,
  type PutParameterCommand,
  type PutParameterCommandOutput,
} from '@aws-sdk/client-ssm';
import { LONGEST_RUN_SECONDS } from '../timing.ts';
import { type DecodedStatus, decodeStatus, statusParameterName, type TokenRecord } from '../token-status.ts';
import { TokenReadError } from './token-read-error.ts';

/** What the reader wants of an SSM client; `SSMClient` fits. */
export interface ParameterClient {
  send(command: GetParametersCommand, options: { abortSignal: AbortSignal }): Promise<GetParametersCommandOutput>;
  /** Used with `reportRejections` only. */
  send(command: PutParameterCommand, options: { abortSignal: AbortSignal }): Promise<PutParameterCommandOutput>;
}

/** A token out of the store that lives for as long as was asked for. */
export interface StoredToken {
  readonly value: string;
  /** The SSM version of the token. */
  readonly version: number;
  /** Milliseconds since the epoch up to which the token may be handed out. */
  readonly expiresAt: number;
  /** False while the record is still that of an earlier token: see `knownLife`. */
  readonly isRecorded: boolean;
  /** True while the refresher asks for another one. */
  readonly isBeingReplaced: boolean;
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
  const statusText = Parameters.find(({ Name }) => Name === statusName)?.Value;
  const status = statusText === undefined ? {} : decodeStatus(statusText);

  if (token?.Value === undefined || token.Version === undefined) {
    const what = `There is no token in ${parameterName} yet. ${refresherSays(statusName, status)}`;
    throw new TokenReadError('NO_TOKEN_YET', what);
  }
  const record = status.content?.token;
  const life = knownLife(token.Version, record);
  if (life !== undefined && life.expiresAt - now() >= minRemainingMs) {
    return { value: token.Value, version: token.Version, ...life, isBeingReplaced: isAttemptUnderWay(status, now()) };
  }
  if (life?.isRecorded && record !== undefined) {
    const isRefused = status.content?.attempt?.outcome?.code === 'CREDENTIALS_REFUSED';
    const advice = `${isRefused ? '' : RENEWED_AT_EXPIRY}${refresherSays(statusName, status)}`;
    throw tokenExpired(parameterName, record, minRemainingMs, now(), advice);
  }
  const remedy = status.fault === undefined ? 'The refresher replaces such a token with its next tick. ' : '';
  throw new TokenReadError(
    'EXPIRY_UNKNOWN',
    `${parameterName} holds a token (version ${token.Version}) whose expiry cannot be read in ${statusName}. ` +
      `${remedy}${refresherSays(statusName, status)}`,
  );
}

/** Then there is no token for up to a check, and nothing is wrong. */
const RENEWED_AT_EXPIRY = 'If the service renews only at expiry, ask again in a minute. ';

function isAttemptUnderWay({ content }: DecodedStatus, now: number): boolean {
  const attempt = content?.attempt;
  if (attempt === undefined || attempt.outcome !== undefined) return false;
  return Math.abs(now - Date.parse(attempt.at)) < LONGEST_RUN_SECONDS * 1000;
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
function knownLife(
  version: number,
  record: TokenRecord | undefined,
): Pick<StoredToken, 'expiresAt' | 'isRecorded'> | undefined {
  if (record === undefined || version < record.version) return undefined;
  return { expiresAt: Date.parse(record.expiresAt), isRecorded: version === record.version };
}

function tokenExpired(
  parameterName: string,
  { issuedAt, expiresAt }: TokenRecord,
  minRemainingMs: number,
  now: number,
  advice: string,
): TokenReadError {
  const expiry = Date.parse(expiresAt);
  const particulars = { expiresAt: new Date(expiry) };
  const lifetimeMs = expiry - Date.parse(issuedAt);
  if (expiry > now && lifetimeMs <= minRemainingMs) {
    const cause =
      `The tokens in ${parameterName} live for ${lifetimeMs / 1000} s, and minRemainingSeconds asks for ` +
      `${minRemainingMs / 1000} s: no token can be handed out. Give createTokenReader a smaller minRemainingSeconds.`;
    return new TokenReadError('TOKEN_EXPIRED', cause, particulars);
  }
  const when =
    expiry <= now
      ? `expired at ${expiresAt}`
      : `expires at ${expiresAt}, less than the ${minRemainingMs / 1000} s asked for from now,`;
  const message = `The token in ${parameterName} ${when} and has not been replaced. ${advice}`;
  return new TokenReadError('TOKEN_EXPIRED', message, particulars);
}

/** The status holds no secret, and the owner of a downstream function may have no access to the refresher's log. */
function refresherSays(statusName: string, { content, fault, isNewer }: DecodedStatus): string {
  if (isNewer) return `${statusName} ${fault}: update soap-token-refresher here, in the reader.`;
  if (fault !== undefined) return `${statusName} ${fault}: the refresher's log says what it makes of it.`;
  const outcome = content?.attempt?.outcome;
  if (outcome?.code === 'CREDENTIALS_REFUSED') {
    return `The service refused the refresher's credentials (${outcome.reason || 'with an empty token'}, at ${outcome.at}): its owner must correct the secret.`;
  }
  if (outcome !== undefined) {
    return `The refresher's last attempt failed at ${outcome.at} with ${outcome.code}: its log says why.`;
  }
  return 'Check that the refresher is deployed for this parameter, that its schedule runs, and that its secret has a value; its log says more.';
}

function readFailed(parameterName: string, error: unknown): TokenReadError {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  // SSM says AccessDeniedException, STS (where a reader assumes a role of another account) AccessDenied.
  if (/^AccessDenied(Exception)?$/.test(name)) {
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
