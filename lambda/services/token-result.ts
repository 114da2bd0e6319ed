import { reasonInWords } from '../refresh-error.ts';

type Token = { readonly kind: 'token'; readonly accessToken: string; readonly expiresInSeconds: number | undefined };

/** What a document means. */
export type Judgement = Token | NoToken;

/** What an answer means. `why` is fit for a log: it never holds anything that the service sent. */
export type TokenResult =
  | Token
  | (NoToken & {
      /** Whether the service may have judged the credentials. Only where it cannot is the login repeated at once. */
      readonly mayHaveBeenJudged: boolean;
    });

/** Why there is no token. */
export type NoToken = (
  | { readonly kind: 'credentials refused'; readonly by: RefusalReason['by']; readonly reason: string }
  | { readonly kind: 'request refused' | 'unavailable' | 'malformed' }
) & {
  readonly why: string;
  /** The service's own fault text or error description, raw: it may hold secrets. */
  readonly serviceText?: string;
};

/** It heals by itself. */
export function unavailable(why: string): NoToken {
  return { kind: 'unavailable', why };
}

/** It is not what it should be, so nothing in it is believed. */
export function malformed(why: string): NoToken {
  return { kind: 'malformed', why };
}

/** Why the service gave no token. `reason` comes from the service's own table, never from the answer. */
export interface RefusalReason {
  /** `credentials` does not heal by asking again, `request` is for a developer, `unavailable` heals by itself. */
  readonly meaning: 'credentials' | 'request' | 'unavailable';
  readonly reason: string;
  readonly by: 'code' | 'sentence';
}

/** The service gave a reason; undefined stands for one that nobody has foreseen. */
export function refused(stated: RefusalReason | undefined): NoToken {
  const { meaning, reason, by } = stated ?? { meaning: 'request', reason: 'a reason that this version does not know' };
  const told = reasonInWords(reason);
  if (meaning === 'unavailable') return unavailable(`the service answered ${told}`);
  const why = `the service refused: ${told}`;
  return meaning === 'credentials'
    ? { kind: 'credentials refused', by, reason, why }
    : { kind: 'request refused', why };
}
