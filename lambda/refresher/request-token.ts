import { randomUUID } from 'node:crypto';
import { RefreshError } from '../refresh-error.ts';
import type { JudgedToken, NoToken } from '../services/judged-answer.ts';
import type { Config } from './config.ts';
import type { Dependencies } from './dependencies.ts';
import type { Credentials } from './parse-credentials.ts';
import { profileEntry } from './profile-entry.ts';
import { refreshErrorOf } from './redact-error.ts';
import { inOneLine, redactServiceText } from './redact-service-text.ts';
import { retryUntil } from './retry-until.ts';
import { tokenExpiry } from './rules/token-expiry.ts';
import { fingerprintOf, type IssuedToken } from './rules/token-record.ts';
import type { LoginReport } from './tick-report.ts';

const MAX_TRIES = 3;
const REQUEST_TIMEOUT_MS = 15_000;
/** Less is not worth a login that nobody will wait for. */
const MIN_REQUEST_MS = 500;

/**
 * Asks the service for a token, never past the deadline. Asked again at once is only where the service cannot have judged
 * the credentials: any other login, repeated, could be one wrong password more towards a lock. Never throws.
 */
export async function requestToken(
  { post, ...time }: Pick<Dependencies, 'post' | 'now' | 'sleep' | 'random'>,
  { service, endpoint, tokenLifetimeSeconds }: Pick<Config, 'service' | 'endpoint' | 'tokenLifetimeSeconds'>,
  { values, tls, secrets }: Credentials,
  deadline: number,
): Promise<LoginReport & { readonly result: IssuedToken | RefreshError }> {
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
    let isSent = false;
    try {
      serviceText = undefined;
      const envelope = service.request(values, { now: issuedAt, uuid: randomUUID(), endpoint });
      isSent = true;
      const reply = await post(envelope, timeoutMs, tls);
      mustWait = reply.retryAfter === true;
      const answer = service.judge(reply);
      if ('accessToken' in answer) return issued(answer, issuedAt, tokenLifetimeSeconds);
      serviceText = answer.serviceText;
      throw gaveNoToken(answer);
    } catch (error) {
      throw refreshErrorOf(error, !isSent);
    } finally {
      endpointLatenciesMs.push(Math.round(time.now() - issuedAt));
    }
  }

  const retries = {
    deadline: deadline - MIN_REQUEST_MS,
    maxTries: MAX_TRIES,
    pauseMs: (tries: number) => 1000 * 3 ** (tries - 1),
    // The service is not there at all, or the way to it. An error of ours does not heal by itself.
    mayHeal: (error: unknown) =>
      !mustWait && error instanceof RefreshError && error.code === 'ENDPOINT_UNAVAILABLE' && error.isSafeToRepeat,
  };
  const result = await retryUntil(retries, time, ask).catch(refreshErrorOf);
  return { result, endpointLatenciesMs, ...logged(result, serviceText, secrets, service.codes) };
}

/** What may be logged of the service's text. It must not cost the token's record. */
function logged(
  result: IssuedToken | RefreshError,
  serviceText: string | undefined,
  secrets: readonly string[],
  codes: readonly string[],
): Pick<LoginReport, 'said' | 'profileEntry'> {
  try {
    const redacted = redactServiceText(serviceText ?? '', secrets, codes);
    const isUnlisted = result instanceof RefreshError && isUnlistedRefusal(result);
    return { said: inOneLine(redacted), profileEntry: isUnlisted ? profileEntry(redacted) : undefined };
  } catch {
    return { said: undefined, profileEntry: undefined };
  }
}

/** It may be a refusal, in words that no list holds. */
function isUnlistedRefusal({ code, reason }: RefreshError): boolean {
  return reason === undefined && (code === 'REQUEST_REFUSED' || code === 'REPLY_MALFORMED');
}

function issued({ accessToken, end }: JudgedToken, issuedAt: number, tokenLifetimeSeconds: number): IssuedToken {
  const expiry = tokenExpiry(end, issuedAt, tokenLifetimeSeconds);
  if (typeof expiry === 'string') throw gaveNoToken({ code: 'REPLY_MALFORMED', why: expiry, isSafeToRepeat: false });
  return { accessToken, fingerprint: fingerprintOf(accessToken), issuedAt, ...expiry };
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
