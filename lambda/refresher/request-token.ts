import { createHash, randomUUID } from 'node:crypto';
import { RefreshError, refreshErrorOrThrow } from '../refresh-error.ts';
import type { JudgedToken, NoToken } from '../services/judged-answer.ts';
import type { Config } from './config.ts';
import type { Dependencies } from './dependencies.ts';
import type { Credentials } from './parse-credentials.ts';
import { redactServiceText } from './redact-service-text.ts';
import { retryUntil } from './retry-until.ts';
import { tokenExpiry } from './rules/token-expiry.ts';
import type { IssuedToken } from './rules/token-record.ts';

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
  { values, tls, secrets }: Credentials,
  deadline: number,
): Promise<Login> {
  const endpointLatenciesMs: number[] = [];
  let mustWait = false;
  let serviceText: string | undefined;

  async function ask(): Promise<IssuedToken> {
    const issuedAt = time.now();
    const timeoutMs = Math.min(REQUEST_TIMEOUT_MS, deadline - issuedAt);
    if (timeoutMs < MIN_REQUEST_MS) {
      const why = 'no time is left in this run to ask for a token';
      throw gaveNoToken({ code: 'ENDPOINT_UNAVAILABLE', why, isSafeToRepeat: true });
    }
    try {
      serviceText = undefined;
      const envelope = service.request(values, { now: issuedAt, uuid: randomUUID(), endpoint });
      const reply = await post(envelope, timeoutMs, tls);
      mustWait = reply.retryAfter === true;
      const answer = service.judge(reply);
      if ('accessToken' in answer) return issued(answer, issuedAt, tokenLifetimeSeconds);
      serviceText = answer.serviceText;
      throw gaveNoToken(answer);
    } finally {
      endpointLatenciesMs.push(Math.round(time.now() - issuedAt));
    }
  }

  const retries = {
    deadline: deadline - MIN_REQUEST_MS,
    maxTries: MAX_TRIES,
    pauseMs: (tries: number) => 1000 * 3 ** (tries - 1),
    mayHeal: (error: unknown) => error instanceof RefreshError && error.isSafeToRepeat && !mustWait,
  };
  const result = await retryUntil(retries, time, ask).catch(refreshErrorOrThrow);
  const said = serviceText && redactServiceText(serviceText, secrets, service.codes);
  return { result, endpointLatenciesMs, said };
}

function issued({ accessToken, end }: JudgedToken, issuedAt: number, tokenLifetimeSeconds: number): IssuedToken {
  const expiry = tokenExpiry(end, issuedAt, tokenLifetimeSeconds);
  if (typeof expiry === 'string') throw gaveNoToken({ code: 'REPLY_MALFORMED', why: expiry, isSafeToRepeat: false });
  const fingerprint = `sha256:${createHash('sha256').update(accessToken).digest('hex')}`;
  return { accessToken, fingerprint, issuedAt, ...expiry };
}

const SENTENCE_STARTS: Readonly<Record<NoToken['code'], string>> = {
  CREDENTIALS_REFUSED: 'The SOAP service did not accept the credentials',
  REQUEST_REFUSED: 'The SOAP service gave no token',
  ENDPOINT_UNAVAILABLE: 'The SOAP service is not available',
  REPLY_MALFORMED: "The SOAP service's answer is not a token beyond doubt",
};

function gaveNoToken({ code, why, reason, isSafeToRepeat }: NoToken): RefreshError {
  return new RefreshError(code, `${SENTENCE_STARTS[code]}: ${why}`, { reason, isSafeToRepeat });
}
