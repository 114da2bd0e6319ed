import type { OAuthErrorCode, RefusalReason } from './refusal-reason.ts';

/** What an answer means. `why` is fit for a log: it never holds anything that the service sent. */
export type TokenResult =
  | { readonly kind: 'token'; readonly accessToken: string; readonly expiresInSeconds: number | undefined }
  | { readonly kind: 'credentials refused'; readonly reason: OAuthErrorCode; readonly why: string }
  | { readonly kind: 'request refused' | 'unavailable' | 'malformed'; readonly why: string };

export function unavailable(why: string): TokenResult {
  return { kind: 'unavailable', why };
}

export function malformed(why: string): TokenResult {
  return { kind: 'malformed', why };
}

/** The service gave a reason; undefined stands for one that nobody has foreseen. */
export function refused(reason: RefusalReason | undefined): TokenResult {
  switch (reason?.meaning) {
    case 'credentials':
      return { kind: 'credentials refused', reason: reason.code, why: `the service refused: ${reason.code}` };
    case 'unavailable':
      return unavailable(`the service answered ${reason.code}`);
    default:
      return {
        kind: 'request refused',
        why: `the service refused: ${reason?.code ?? 'a reason that this version does not know'}`,
      };
  }
}
