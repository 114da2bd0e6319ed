import { createHash, randomUUID } from 'node:crypto';
import { RefreshError, refreshErrorOrThrow } from '../refresh-error.ts';
import type { JudgedToken, ServiceResult } from '../services/service.ts';
import type { Config } from './config.ts';
import type { Dependencies } from './dependencies.ts';
import type { Credentials } from './parse-credentials.ts';
import { retryUntil } from './retry-until.ts';
import { tokenExpiry } from './rules/token-expiry.ts';
import type { IssuedToken } from './rules/token-record.ts';
import { said } from './said.ts';
import { isTlsField, tlsSecrets } from './tls-credentials.ts';

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
  { service, endpoint, tokenLifetimeSeconds }: Pick<Config, 'service' | 'endpoint' | 'tokenLifetimeSeconds'>,
  { values, tls }: Credentials,
  deadline: number,
): Promise<Login> {
  const endpointLatenciesMs: number[] = [];
  let mustWait = false;
  let serviceText: string | undefined;

  async function ask(): Promise<IssuedToken> {
    const issuedAt = time.now();
    const timeoutMs = Math.min(REQUEST_TIMEOUT_MS, deadline - issuedAt);
    if (timeoutMs < MIN_REQUEST_MS) throw unavailable('no time is left in this run to ask for a token', false);
    try {
      serviceText = undefined;
      const envelope = service.request(values, { now: issuedAt, uuid: randomUUID(), endpoint });
      const reply = await post(envelope, timeoutMs, tls);
      mustWait = reply.retryAfter === true;
      const result = service.judge(reply);
      if (result.kind === 'token') return issued(result, issuedAt, tokenLifetimeSeconds);
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
  // Of PEM, the headings are no secret: `certificate` would be hidden in what the service says of it.
  const secret = service.fields
    .filter(({ name, fallback }) => fallback === undefined && !isTlsField(name))
    .map(({ name }) => values[name] ?? '');
  return {
    result,
    endpointLatenciesMs,
    said: serviceText && said(serviceText, [...secret, ...tlsSecrets(tls)], service.codes),
  };
}

function issued(answer: JudgedToken, issuedAt: number, tokenLifetimeSeconds: number): IssuedToken {
  const expiry = tokenExpiry(answer, issuedAt, tokenLifetimeSeconds);
  if (typeof expiry === 'string') throw notBeyondDoubt(expiry, true);
  const fingerprint = `sha256:${createHash('sha256').update(answer.accessToken).digest('hex')}`;
  return { accessToken: answer.accessToken, fingerprint, issuedAt, ...expiry };
}

function noToken(reply: Exclude<ServiceResult, { kind: 'token' }>): RefreshError {
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
    case 'malformed':
      return notBeyondDoubt(why, mayHaveBeenJudged);
  }
}

function notBeyondDoubt(why: string, mayHaveBeenJudged: boolean): RefreshError {
  const message = `The SOAP service's answer is not a token beyond doubt: ${why}`;
  return new RefreshError('REPLY_MALFORMED', message, { mayHaveBeenJudged });
}

function unavailable(why: string, mayHaveBeenJudged: boolean): RefreshError {
  return new RefreshError('ENDPOINT_UNAVAILABLE', `The SOAP service is not available: ${why}`, { mayHaveBeenJudged });
}
