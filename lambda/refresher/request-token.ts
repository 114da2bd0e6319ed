import { createHash } from 'node:crypto';
import type { Credentials } from './credentials.ts';
import type { Dependencies } from './dependencies.ts';
import { RefreshError, refreshErrorOrThrow } from './refresh-error.ts';
import { retryUntil } from './retry-until.ts';
import { said } from './said.ts';
import { parseTokenReply } from './soap/token-reply.ts';
import { tokenRequest } from './soap/token-request.ts';
import type { TokenResult } from './soap/token-result.ts';

/** A new token, not stored yet. */
export interface IssuedToken {
  readonly accessToken: string;
  /** A hash by which a person can tell two tokens apart. */
  readonly fingerprint: string;
  /** Milliseconds since the epoch; taken before the request was sent. */
  readonly issuedAt: number;
  /** Undefined when the answer said nothing usable. */
  readonly expiresInSeconds: number | undefined;
}

/** What became of asking for a token. */
export interface Login {
  /** The token, or why there is none. */
  readonly result: IssuedToken | RefreshError;
  /** For each request, milliseconds from sending it to its whole answer, or to giving up. */
  readonly endpointLatenciesMs: readonly number[];
  /** What the last answer said instead of giving a token, its secrets taken out; for the log line and nothing else. */
  readonly said: string | undefined;
}

const MAX_TRIES = 3;
const REQUEST_TIMEOUT_MS = 15_000;
/** Less is not worth a login that nobody will wait for. */
const MIN_REQUEST_MS = 500;

/**
 * Asks the service for a token, never past the deadline. Asked again at once is only where the service cannot have judged
 * the credentials: any other login, repeated, could be one wrong password more towards a lock.
 */
export async function requestToken(
  { post, ...time }: Pick<Dependencies, 'post' | 'now' | 'sleep' | 'random'>,
  credentials: Credentials,
  deadline: number,
): Promise<Login> {
  const envelope = tokenRequest(credentials.fields);
  const endpointLatenciesMs: number[] = [];
  let mustWait = false;
  let serviceText: string | undefined;

  async function ask(): Promise<IssuedToken> {
    const issuedAt = time.now();
    const timeoutMs = Math.min(REQUEST_TIMEOUT_MS, deadline - issuedAt);
    if (timeoutMs < MIN_REQUEST_MS) throw unavailable('no time is left in this run to ask for a token', false);
    try {
      serviceText = undefined;
      const reply = await post(envelope, timeoutMs);
      mustWait = reply.retryAfter === true;
      const result = parseTokenReply(reply);
      if (result.kind === 'token') return issued(result, issuedAt);
      serviceText = result.serviceText;
      throw noToken(result);
    } finally {
      endpointLatenciesMs.push(Math.round(time.now() - issuedAt));
    }
  }

  const retries = {
    deadline: deadline - MIN_REQUEST_MS,
    maxTries: MAX_TRIES,
    pauseMs: (tries: number) => 1000 * 3 ** (tries - 1),
    mayHeal: (error: unknown) => error instanceof RefreshError && error.mayHaveBeenJudged === false && !mustWait,
  };
  const result = await retryUntil(retries, time, ask).catch(refreshErrorOrThrow);
  const { grant_type: _, ...secrets } = credentials.fields;
  return { result, endpointLatenciesMs, said: serviceText && said(serviceText, Object.values(secrets)) };
}

function issued(reply: Extract<TokenResult, { kind: 'token' }>, issuedAt: number): IssuedToken {
  return {
    accessToken: reply.accessToken,
    fingerprint: `sha256:${createHash('sha256').update(reply.accessToken).digest('hex')}`,
    issuedAt,
    expiresInSeconds: reply.expiresInSeconds,
  };
}

function noToken(reply: Exclude<TokenResult, { kind: 'token' }>): RefreshError {
  const { why, mayHaveBeenJudged } = reply;
  switch (reply.kind) {
    case 'credentials refused': {
      const { reason, by: refusedBy } = reply;
      const message = `The SOAP service did not accept the credentials: ${why}`;
      return new RefreshError('CREDENTIALS_REFUSED', message, { reason, refusedBy, mayHaveBeenJudged });
    }
    case 'request refused':
      return new RefreshError('REQUEST_REFUSED', `The SOAP service gave no token: ${why}`, { mayHaveBeenJudged });
    case 'unavailable':
      return unavailable(why, mayHaveBeenJudged);
    case 'malformed': {
      const message = `The SOAP service's answer is not a token beyond doubt: ${why}`;
      return new RefreshError('REPLY_MALFORMED', message, { mayHaveBeenJudged });
    }
  }
}

function unavailable(why: string, mayHaveBeenJudged: boolean): RefreshError {
  return new RefreshError('ENDPOINT_UNAVAILABLE', `The SOAP service is not available: ${why}`, { mayHaveBeenJudged });
}
