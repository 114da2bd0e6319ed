import { type AttemptOutcome, attemptParameterName, openAttempt } from '../attempt-record.ts';
import { isUnreadable } from '../record.ts';
import { statusParameterName, type TokenRecord } from '../token-status.ts';
import type { LastAttempt } from './last-attempt.ts';
import type { StoredParameters } from './stored-token.ts';
import { TokenReadError } from './token-read-error.ts';

/**
 * Why no token can be handed out, where the stored one is not usable.
 * @param attempt the refresher's last one, which may say why
 */
export function noTokenError(
  { parameterName, token, status }: StoredParameters,
  attempt: LastAttempt,
  minRemainingMs: number,
  now: number,
): TokenReadError {
  const statusName = statusParameterName(parameterName);
  // An attempt that has ended with the last token explains nothing.
  const last = isUnreadable(status) ? undefined : status.token;
  const outcome = isUnreadable(attempt) ? undefined : openAttempt(attempt, last)?.outcome;
  const explanation = isUnreadable(status)
    ? `${statusName} ${status.fault}${status.isNewer ? UPDATE : ": the refresher's log says what it makes of it"}.`
    : refresherSays(attempt, outcome, parameterName);
  if (token === undefined) {
    return new TokenReadError('NO_TOKEN_YET', `There is no token in ${parameterName} yet. ${explanation}`);
  }
  if (token.record !== undefined) {
    const advice = outcome?.code === REFUSED ? explanation : `${RENEWED_AT_EXPIRY}${explanation}`;
    return tokenExpired(parameterName, token.record, minRemainingMs, now, advice);
  }
  const remedy = isUnreadable(status) ? '' : 'The refresher replaces such a token with its next tick. ';
  return new TokenReadError(
    'EXPIRY_UNKNOWN',
    `${parameterName} holds a token (version ${token.version}) whose expiry cannot be read in ${statusName}. ${remedy}${explanation}`,
  );
}

/** Then there is no token for up to a check, and nothing is wrong. */
const RENEWED_AT_EXPIRY = 'If the service renews only at expiry, ask again in a minute. ';

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

/**
 * What the refresher last tried, in sentences for the end of an error. The record holds no secret, and the owner of a
 * downstream function may have no access to the refresher's log.
 */
function refresherSays(found: LastAttempt, outcome: AttemptOutcome | undefined, parameterName: string): string {
  if (isUnreadable(found)) {
    const unknown = `What it last tried is not known: ${attemptParameterName(parameterName)} ${found.fault}`;
    return `${CHECK} ${unknown}${found.isNewer ? UPDATE : ''}.`;
  }
  if (outcome?.code === REFUSED) {
    return `The service refused the refresher's credentials (${outcome.reason || 'with an empty token'}, at ${outcome.at}): its owner must correct the secret.`;
  }
  if (outcome !== undefined) {
    return `The refresher's last attempt failed at ${outcome.at} with ${outcome.code}: its log says why.`;
  }
  return CHECK;
}

const REFUSED = 'CREDENTIALS_REFUSED';

/** The remedy for a record of a later format. */
const UPDATE = ': update soap-token-refresher here, in the reader';

const CHECK =
  'Check that the refresher is deployed for this parameter, that its schedule runs, and that its secret has a value; its log says more.';
