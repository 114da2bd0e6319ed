import type { RefreshErrorCode } from '../lambda/refresher/refresh-error.ts';

const REFRESH_FAILING = 'RefreshFailing (ticket) from the second failed tick on; TokenExpiring (page) if it lasts';

/** What a failure leads to in the cloud, and what a person does about it first. */
export const ADVICE: Readonly<Record<RefreshErrorCode, { readonly alarm: string; readonly first: string }>> = {
  CONFIG_INVALID: {
    alarm: REFRESH_FAILING,
    first: 'Correct what the message names in the stack, and deploy.',
  },
  CREDENTIALS_UNREADABLE: {
    alarm: REFRESH_FAILING,
    first: "Look whether the secret has a value, and whether the function's role may read it and use its key.",
  },
  CREDENTIALS_MALFORMED: {
    alarm: REFRESH_FAILING,
    first: 'Put the secret right: the message names every field that is wrong. The next tick uses it.',
  },
  ENDPOINT_UNAVAILABLE: {
    alarm: REFRESH_FAILING,
    first: 'Nothing yet: every tick asks again. If it lasts, ask the vendor, and look at the way to the endpoint.',
  },
  CREDENTIALS_REFUSED: {
    alarm: 'CredentialsRefused (page) at once',
    first:
      'Ask the owner of the account whether password or client secret were changed, and put the right ones into the ' +
      'secret: the next tick uses them. Until then the service is not asked again, so as not to lock the account.',
  },
  REQUEST_REFUSED: {
    alarm: REFRESH_FAILING,
    first: 'Compare endpoint and SOAP action with what the vendor names; a 401 or 403 may be an allow-list without us.',
  },
  REPLY_MALFORMED: {
    alarm: REFRESH_FAILING,
    first: "Look whether the endpoint is the SOAP service's address; then ask the vendor what has changed.",
  },
  STORE_FAILED: {
    alarm: REFRESH_FAILING,
    first: "Look at the function's rights on the parameters and on the key, and at the health of SSM.",
  },
};

export function isRefreshErrorCode(code: string): code is RefreshErrorCode {
  return Object.hasOwn(ADVICE, code);
}
