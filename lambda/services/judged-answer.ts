import type { RefreshErrorCode } from '../refresh-error.ts';
import type { TokenEnd } from './token-end.ts';

/** A token beyond doubt. */
export interface JudgedToken {
  readonly accessToken: string;
  readonly end: TokenEnd;
}

/** Why an answer holds no token. */
export interface NoToken {
  readonly code: Extract<
    RefreshErrorCode,
    'ENDPOINT_UNAVAILABLE' | 'CREDENTIALS_REFUSED' | 'REQUEST_REFUSED' | 'REPLY_MALFORMED'
  >;
  /** Fit for a log: it never holds anything that the service sent. */
  readonly why: string;
  /** The code or sentence by which the service said so: from the profile, never from the answer. */
  readonly reason?: string;
  /** The service's own words, raw: they may hold secrets. */
  readonly serviceText?: string;
  /**
   * Whether the service cannot have judged the credentials. Only then is the login repeated at once: any other could be
   * one wrong password more towards a lock.
   */
  readonly isSafeToRepeat: boolean;
}
