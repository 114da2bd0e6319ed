/** Why a tick does not ask the service, and what a person can do about it. */

import type { Attempt, AttemptOutcome } from '../../attempt-record.ts';
import { type Instant, instant } from '../../record.ts';
import { RefreshError, type RefreshErrorCode, reasonInWords, refreshErrorCode } from '../../refresh-error.ts';
import type { TokenParameter, UnreadableParameter } from './stored-state.ts';

export function wrongTokenType({ parameterName, type }: TokenParameter): RefreshError {
  return new RefreshError(
    'STORE_FAILED',
    `${parameterName} is a ${type}, not a SecureString, and SSM cannot change a type. The service is not ` +
      'asked for what cannot be stored: delete the parameter, and the next tick writes it anew',
  );
}

export function recordUnreadable({ parameterName, fault }: UnreadableParameter): RefreshError {
  return new RefreshError(
    'STORE_FAILED',
    `${parameterName} ${fault}. The service is not asked until an hour after that change, ` +
      'for a refusal may have stood there: find who changed it, delete the parameter, or force a refresh',
  );
}

export function attemptOnHold({ outcome, askAgainAt, secretVersionId, at }: Attempt): RefreshError {
  if (outcome?.code === 'CREDENTIALS_REFUSED') {
    const until =
      askAgainAt === 'never' ? 'It is not asked again with them' : `It is asked again from ${askAgainAt} on`;
    return new RefreshError(
      'CREDENTIALS_REFUSED',
      `The SOAP service refused these credentials (secret version ${secretVersionId}) with ${reasonInWords(outcome.reason ?? '')} at ` +
        `${outcome.at}. ${until}: put corrected credentials in the secret, or force a refresh`,
      { reason: outcome.reason },
    );
  }
  const what =
    outcome === undefined
      ? `began at ${at}, and how it ended was never recorded`
      : `failed at ${outcome.at} with ${outcome.code}`;
  return new RefreshError(
    codeOf(outcome),
    `The last attempt to get a token ${what}. The service is asked again from ${askAgainAt} on, or when a person forces it`,
  );
}

/** @param until milliseconds since the epoch */
export function forcedTooSoon({ outcome }: Attempt, until: number): RefreshError {
  const code = codeOf(outcome);
  return new RefreshError(
    code,
    `The last attempt failed at ${outcome?.at} with ${code}, and repeated logins can lock the account: a forced refresh is ` +
      `heard again from ${instant(until)} on, and corrected credentials at once`,
    { reason: outcome?.reason },
  );
}

/** @param attempt the one that stands, if there is one */
export function rationUsedUp(attempt: Attempt | undefined, until: Instant, force: boolean): RefreshError {
  const code = attempt === undefined ? 'ENDPOINT_UNAVAILABLE' : codeOf(attempt.outcome);
  const kept = force ? '' : ', save for one that is kept for a person who forces a refresh';
  return new RefreshError(
    code,
    `The logins that the SOAP service allows in 24 hours (loginsPerDay) are used up${kept}. It is asked again from ${until} on`,
    { reason: attempt?.outcome?.reason },
  );
}

/** The code of a run that died, or of a later version of this package, is ours to choose. */
function codeOf(outcome: AttemptOutcome | undefined): RefreshErrorCode {
  return refreshErrorCode(outcome?.code) ?? 'STORE_FAILED';
}

/** For a person who forces, or a tick without a living token. @param other left out where it announced while this run did */
export function refreshInProgress(other: Attempt | undefined): RefreshError {
  const when = other === undefined ? 'a moment before this one' : `at ${other.at}`;
  return new RefreshError(
    'REFRESH_IN_PROGRESS',
    `Another run has announced ${when} that it asks the service, and may still be waiting: try again in a minute`,
  );
}
