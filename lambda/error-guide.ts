import type { RefreshErrorCode } from './refresh-error.ts';

/** What a person needs to know about an error code. Texts without Markdown, secrets or the names of one deployment. */
export interface ErrorGuidance {
  /** What went wrong; begins in lower case, no full stop. */
  readonly meaning: string;
  /** When the refresher tries again by itself; begins in lower case, no full stop. */
  readonly askedAgain: string;
  /** The alarm that fires at once; left out where the first is RefreshFailing, from the second failed tick on. */
  readonly alarm?: 'CredentialsRefused';
  /** What workloads lose by it, and when: whole sentences. */
  readonly atStake: string;
  /** What to do first: whole sentences. */
  readonly doFirst: string;
  /** How a person sees that it is over: whole sentences. */
  readonly overWhen: string;
}

/** The attempt that failed is followed by one that did not, as `ShowStatus` and the command `status` show it. */
const GOT_A_TOKEN =
  'The next log line says refreshed. The command status says fresh: the last attempt has no outcome any more, and the status names it (attemptAt).';

/**
 * Explains every error code: the one source for `npm start`, the alarms' descriptions and docs/operations.md, "Errors".
 * For people only: the deployed function neither imports nor bundles it.
 */
export const ERROR_GUIDE: Readonly<Record<RefreshErrorCode, ErrorGuidance>> = {
  CONFIG_INVALID: {
    meaning: 'the environment or the event is wrong; every fault is listed',
    askedAgain: 'next tick',
    atStake:
      'No tick reads or asks anything. Workloads go on with the stored token until it expires. If your own event was wrong, nothing is at stake.',
    doFirst: "Correct in the stack what the log's message names, and deploy.",
    overWhen: 'The first log line after the deployment says fresh or refreshed.',
  },
  CREDENTIALS_UNREADABLE: {
    meaning: 'Secrets Manager said no, or the secret has no value yet',
    askedAgain: 'next tick',
    atStake: 'No tick can ask for a token. Workloads go on with the stored token until it expires.',
    doFirst: "Check that the secret has a value, and that the function's role may read it and use its key.",
    overWhen:
      'The next log line says fresh or refreshed. Do not wait for the status to show it: once there has been a token, this failure is only in the log.',
  },
  CREDENTIALS_MALFORMED: {
    meaning: 'the secret is not JSON with the credentials in it; the service is not called',
    askedAgain: 'next tick',
    atStake: 'No tick can ask for a token. Workloads go on with the stored token until it expires.',
    doFirst: "Correct the secret: the log's message names every field that is wrong. The next tick uses it.",
    overWhen:
      'The next log line says fresh or refreshed. Do not wait for the status to show it: once there has been a token, this failure is only in the log.',
  },
  ENDPOINT_UNAVAILABLE: {
    meaning: 'no connection, no answer in time, or an answer that says "not now"',
    askedAgain:
      'within the run, if the service cannot have looked at the login; otherwise next tick, and less and less often after four such runs',
    atStake:
      'Workloads go on with the stored token until it expires. With the defaults, an outage of two hours costs nobody a token.',
    doFirst:
      "See the log's message. It is asked again by itself; if it lasts, check the network path, and ask the vendor.",
    overWhen: GOT_A_TOKEN,
  },
  CREDENTIALS_REFUSED: {
    meaning: 'the service does not accept the credentials',
    askedAgain: 'never with a version that has not worked yet; one that has worked is asked once more an hour later',
    alarm: 'CredentialsRefused',
    atStake: 'Workloads go on with the stored token until it expires. More wrong logins could lock the account.',
    doFirst:
      'Ask the owner of the account what was changed, and put the right values into the secret: the next tick uses ' +
      'them. Until then the service is not asked, so as not to lock the account.',
    overWhen: `${GOT_A_TOKEN} CredentialsRefused notifies again, as OK.`,
  },
  REQUEST_REFUSED: {
    meaning: 'the service or a gateway refuses for another reason',
    askedAgain: 'at askAgainAt in the last attempt: later each time, an hour at most',
    atStake: 'Workloads go on with the stored token until it expires.',
    doFirst:
      'Compare endpoint and SOAP action with what the vendor names; a 401 or 403 may be an allow-list without your address.',
    overWhen: GOT_A_TOKEN,
  },
  REPLY_MALFORMED: {
    meaning: 'an answer that is not a token beyond doubt',
    askedAgain: 'at askAgainAt in the last attempt: later each time, an hour at most',
    atStake: 'Workloads go on with the stored token until it expires.',
    doFirst: "Check that the endpoint is the SOAP service's address; then ask the vendor what has changed.",
    overWhen: GOT_A_TOKEN,
  },
  STORE_FAILED: {
    meaning: 'SSM refused a read or a write; a write is retried, the login is not',
    askedAgain: 'next tick; at askAgainAt in the last attempt if a token was minted',
    atStake:
      'The service may have ended the stored token when it issued the one that could not be stored: workloads may be refused already. If the service was not asked, they go on with the stored token until it expires.',
    doFirst:
      "See the log's message. It names what SSM refuses; else check the function's permissions and SSM's health.",
    overWhen: 'The next log line says fresh or refreshed, and the command status says fresh.',
  },
  REFRESH_IN_PROGRESS: {
    meaning: 'another run has announced, less than a minute ago, that it asks the service',
    askedAgain: 'next tick',
    atStake: 'Nothing: the other run gets the token.',
    doFirst: 'Wait a minute, and force again if a new token is still wanted.',
    overWhen: 'Within a minute the command status says fresh, or shows the outcome of the other run.',
  },
  INTERNAL_ERROR: {
    meaning: 'an error of the refresher itself, by its name',
    askedAgain: 'next tick; at askAgainAt in the last attempt if something was sent',
    atStake: 'Workloads go on with the stored token until it expires.',
    doFirst: 'Go back to the version that worked, and report the log line: it names the error, and holds no secret.',
    overWhen: 'The next log line says fresh or refreshed.',
  },
};
