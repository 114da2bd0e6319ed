import type { RefreshErrorCode } from './refresh-error.ts';

/** What a person needs to know about an error code. Texts without Markdown, secrets or the names of one deployment. */
export interface ErrorGuidance {
  /** What went wrong; begins in lower case, no full stop. */
  readonly meaning: string;
  /** When the refresher tries again by itself; begins in lower case, no full stop. */
  readonly askedAgain: string;
  /** The first alarm that fires: CredentialsRefused at once, RefreshFailing from the second failed tick on. */
  readonly alarm: 'CredentialsRefused' | 'RefreshFailing';
  /** What to do first: whole sentences. */
  readonly doFirst: string;
}

/**
 * Explains every error code: the one source for `npm start`, the alarms' descriptions and docs/operations.md, "Errors".
 * For people only: the deployed function neither imports nor bundles it.
 */
export const ERROR_GUIDE: Readonly<Record<RefreshErrorCode, ErrorGuidance>> = {
  CONFIG_INVALID: {
    meaning: 'the environment or the event is wrong; every fault is listed',
    askedAgain: 'next tick',
    alarm: 'RefreshFailing',
    doFirst: 'Correct what the message names in the stack, and deploy.',
  },
  CREDENTIALS_UNREADABLE: {
    meaning: 'Secrets Manager said no, or the secret has no value yet',
    askedAgain: 'next tick',
    alarm: 'RefreshFailing',
    doFirst: "Check that the secret has a value, and that the function's role may read it and use its key.",
  },
  CREDENTIALS_MALFORMED: {
    meaning: 'the secret is not JSON with the credentials in it; the service is not called',
    askedAgain: 'next tick',
    alarm: 'RefreshFailing',
    doFirst: 'Correct the secret: the message names every field that is wrong. The next tick uses it.',
  },
  ENDPOINT_UNAVAILABLE: {
    meaning: 'no connection, no answer in time, or an answer that says "not now"',
    askedAgain: 'within the run only where nobody can have judged the login; then next tick',
    alarm: 'RefreshFailing',
    doFirst: 'See the message. Every tick asks again; if it lasts, check the network path, and ask the vendor.',
  },
  CREDENTIALS_REFUSED: {
    meaning: 'the service does not accept the credentials',
    askedAgain:
      'never with the same version and configuration; only a version that has worked before is tried once more, an hour later',
    alarm: 'CredentialsRefused',
    doFirst:
      'Ask the owner of the account what was changed, and put the right values into the secret: the next tick uses ' +
      'them. Until then the service is not asked, so as not to lock the account.',
  },
  REQUEST_REFUSED: {
    meaning: 'the service or a gateway refuses for another reason',
    askedAgain: 'next tick',
    alarm: 'RefreshFailing',
    doFirst:
      'Compare endpoint and SOAP action with what the vendor names; a 401 or 403 may be an allow-list without your address.',
  },
  REPLY_MALFORMED: {
    meaning: 'an answer that is not a token beyond doubt',
    askedAgain: 'next tick',
    alarm: 'RefreshFailing',
    doFirst: "Check that the endpoint is the SOAP service's address; then ask the vendor what has changed.",
  },
  STORE_FAILED: {
    meaning: 'SSM refused a read or a write; a write is retried, the login is not',
    askedAgain: 'next tick',
    alarm: 'RefreshFailing',
    doFirst: "Check the function's permissions on the parameters and on the key, and the health of SSM.",
  },
};
