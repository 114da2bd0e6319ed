import type { RefusalReason } from './refusal-reason.ts';

/** What an answer means. `why` is fit for a log: it never holds anything that the service sent. */
export type TokenResult =
  | { readonly kind: 'token'; readonly accessToken: string; readonly expiresInSeconds: number | undefined }
  | (NoToken & {
      /** Whether the service may have judged the credentials. Only where it cannot is the login repeated at once. */
      readonly mayHaveBeenJudged: boolean;
    });

export type NoToken = (
  | { readonly kind: 'credentials refused'; readonly by: RefusalReason['by']; readonly reason: string }
  | { readonly kind: 'request refused' | 'unavailable' | 'malformed' }
) & {
  readonly why: string;
  /** The service's own fault text or error description, raw: it may hold secrets. */
  readonly serviceText?: string;
};

export function unavailable(why: string): NoToken {
  return { kind: 'unavailable', why };
}

export function malformed(why: string): NoToken {
  return { kind: 'malformed', why };
}

/** The service gave a reason; undefined stands for one that nobody has foreseen. */
export function refused(reason: RefusalReason | undefined): NoToken {
  switch (reason?.meaning) {
    case 'credentials':
      return {
        kind: 'credentials refused',
        by: reason.by,
        reason: reason.reason,
        why: `the service refused: ${reason.reason}`,
      };
    case 'unavailable':
      return unavailable(`the service answered ${reason.reason}`);
    default:
      return {
        kind: 'request refused',
        why: `the service refused: ${reason?.reason ?? 'a reason that this version does not know'}`,
      };
  }
}
