/** What went wrong, for alarms and tests. `error-guide.ts` explains each code, and so does docs/operations.md, "Errors". */
export type RefreshErrorCode = (typeof CODES)[number];

const CODES = [
  'CONFIG_INVALID',
  'CREDENTIALS_UNREADABLE',
  'CREDENTIALS_MALFORMED',
  'ENDPOINT_UNAVAILABLE',
  'CREDENTIALS_REFUSED',
  'REQUEST_REFUSED',
  'REPLY_MALFORMED',
  'STORE_FAILED',
  'REFRESH_IN_PROGRESS',
  'INTERNAL_ERROR',
] as const;

/**
 * The one error of the refresher. `code` is for alarms and tests, `message` for the person on call.
 * Neither they nor `cause` ever hold a password, a secret, a token, or any part of a request or a reply.
 */
export class RefreshError extends Error {
  override readonly name = 'RefreshError';
  readonly code: RefreshErrorCode;
  /** The code or sentence of the profile by which the service said so; undefined where it said nothing that is listed. */
  readonly reason: string | undefined;
  /** Whether the service was asked and cannot have judged the credentials, as where nothing was sent; by default not. */
  readonly isSafeToRepeat: boolean;

  constructor(
    code: RefreshErrorCode,
    message: string,
    options: ErrorOptions & Partial<Pick<RefreshError, 'reason' | 'isSafeToRepeat'>> = {},
  ) {
    super(message, options);
    this.code = code;
    this.reason = options.reason;
    this.isSafeToRepeat = options.isSafeToRepeat ?? false;
  }
}

/** The code that a status names; undefined for one that this version does not know. */
export function refreshErrorCode(code: string | undefined): RefreshErrorCode | undefined {
  return CODES.find((known) => known === code);
}

/** A refusal's reason in a sentence: the empty one is an empty token, and nothing else in the answer. */
export function reasonInWords(reason: string): string {
  return reason === '' ? 'an empty token' : reason;
}
