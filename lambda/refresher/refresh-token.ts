import type { Refusal, TokenRecord, TokenStatus } from '../token-status.ts';
import { type Config, configurationHash } from './config.ts';
import type { Credentials } from './credentials.ts';
import { decide, isStanding } from './decision.ts';
import type { Dependencies } from './dependencies.ts';
import { type StoredToken, writeStatus, writeToken } from './parameter-store.ts';
import { RefreshError } from './refresh-error.ts';
import { requestToken } from './request-token.ts';
import { readTickInputs, type TickInputs } from './tick-inputs.ts';
import { isStored, recordIssued } from './token-record.ts';
import { credentialWarnings, lifetimeWarnings } from './warnings.ts';

/** What a tick did, for the answer, the log line and the metrics. Nothing in it is secret. */
export type TickReport = (
  | { readonly outcome: 'refreshed' | 'unchanged' | 'fresh'; readonly token: TokenRecord }
  /** `token`, if there is one, is what still stands in the store. */
  | { readonly outcome: 'failed'; readonly error: RefreshError; readonly token?: TokenRecord }
) & {
  /** How long that token still lives, 0 for none; left out when the status could not be read. */
  readonly secondsRemaining?: number;
  readonly warnings: readonly string[];
} & Asked;

interface Asked {
  /** The credentials' version; left out when they could not be read. */
  readonly secretVersionId?: string;
  /** Why a token was asked for; left out when none was. */
  readonly trigger?: string;
  /** Of the last request, answered or not; left out when none was sent. */
  readonly endpointLatencyMs?: number;
}

/** So much of the run is kept for storing what was minted. */
const STORING_MS = 10_000;
/** And so much is spent on recording a failure at the most. */
const RECORDING_MS = 5_000;

/**
 * One tick: read, decide, ask, store.
 * @param force ask for a new token, whatever the status says
 * @param deadline milliseconds since the epoch by which all of it has ended
 * @param inputs taken ahead; left out, the tick takes its own
 * @returns a report of failed ticks too, for there is something to tell either way.
 */
export async function refreshToken(
  config: Config,
  force: boolean,
  dependencies: Dependencies,
  deadline: number,
  inputs?: TickInputs,
): Promise<TickReport> {
  const { now, timeout } = dependencies;
  const askingMs = Math.max(0, deadline - STORING_MS - now());
  const [credentialsRead, storedRead] = inputs ?? (await readTickInputs(config, dependencies, timeout(askingMs)));
  // Without the status nothing is decided and nothing written: a refusal may stand in it.
  if (storedRead.status === 'rejected') {
    return { outcome: 'failed', error: refreshErrorOrThrow(storedRead.reason), warnings: [] };
  }
  const tick: Tick = { config, configuration: configurationHash(config), force, deadline, stored: storedRead.value };
  if (credentialsRead.status === 'rejected') {
    return await recordFailure(tick, dependencies, refreshErrorOrThrow(credentialsRead.reason));
  }

  const credentials = credentialsRead.value;
  const asked: { -readonly [Fact in keyof Asked]: Asked[Fact] } = { secretVersionId: credentials.versionId };
  const post: Dependencies['post'] = async (envelope, timeoutMs) => {
    const sentAt = now();
    try {
      return await dependencies.post(envelope, timeoutMs);
    } finally {
      asked.endpointLatencyMs = Math.round(now() - sentAt);
    }
  };
  try {
    const decision = decideNow(tick, credentials, now());
    if (decision.kind === 'refused') throw stillRefused(decision.refusal);
    if (decision.kind === 'fresh') return { ...(await keepToken(tick, dependencies, decision.token)), ...asked };
    asked.trigger = decision.trigger;
    return { ...(await replaceToken(tick, { ...dependencies, post }, credentials)), ...asked };
  } catch (error) {
    return { ...(await recordFailure(tick, dependencies, refreshErrorOrThrow(error), credentials)), ...asked };
  }
}

/** What a tick knows from its beginning. */
interface Tick {
  readonly config: Config;
  readonly configuration: string;
  readonly force: boolean;
  readonly deadline: number;
  readonly stored: StoredToken;
}

function decideNow({ config, configuration, force, stored }: Tick, { versionId }: Credentials, now: number) {
  const { status, version: storedVersion } = stored;
  return decide({ force, status, storedVersion, secretVersionId: versionId, configuration, now }, config);
}

async function keepToken(
  { config, deadline, stored }: Tick,
  dependencies: Dependencies,
  token: TokenRecord,
): Promise<TickReport> {
  const { failure, ...healthy } = stored.status ?? {};
  // The last failure is over, and the status says so; a steady state costs no write.
  if (failure !== undefined) await writeStatus(dependencies, config.tokenParameterName, healthy, deadline);
  return { outcome: 'fresh', token, secondsRemaining: secondsLeft(token, dependencies.now()), warnings: [] };
}

async function replaceToken(
  { config, configuration, deadline, stored }: Tick,
  dependencies: Dependencies,
  credentials: Credentials,
): Promise<TickReport> {
  const { tokenParameterName, tokenKmsKeyId, tokenLifetimeSeconds } = config;
  const { now } = dependencies;
  const recorded = stored.status?.token;
  const origin = { secretVersionId: credentials.versionId, configuration };

  const issued = await requestToken(dependencies, credentials, deadline - STORING_MS);
  const record = recordIssued(issued, origin, tokenLifetimeSeconds, recorded, now());
  const unchanged = isStored(record, recorded, stored.version);
  // The token first, its status second: should the run end between them, the versions differ, and the next tick asks.
  const version = unchanged
    ? recorded.version
    : await writeToken(dependencies, tokenParameterName, issued.accessToken, tokenKmsKeyId, deadline);
  const token = { version, ...record };
  const refusal = stored.status?.refusal;
  // What was refused under another version or configuration stays refused.
  const status = refusal === undefined || isStanding(refusal, origin) ? { token } : { token, refusal };
  await writeStatus(dependencies, tokenParameterName, status, deadline);
  return {
    outcome: unchanged ? 'unchanged' : 'refreshed',
    token,
    secondsRemaining: secondsLeft(token, now()),
    warnings: [...lifetimeWarnings(issued, recorded, config), ...credentialWarnings(credentials)],
  };
}

/** What went wrong is recorded beside the token that stands, which nothing has touched. */
async function recordFailure(
  { config, configuration, force, deadline, stored }: Tick,
  dependencies: Dependencies,
  error: RefreshError,
  credentials?: Credentials,
): Promise<TickReport> {
  const { now } = dependencies;
  const before = stored.status;
  const at = new Date(now()).toISOString();
  const warnings: string[] = [];
  let status: TokenStatus = {
    ...before,
    failure: { code: error.code, at, consecutive: (before?.failure?.consecutive ?? 0) + 1 },
  };
  let patience = Math.min(deadline, now() + RECORDING_MS);
  if (error.reason !== undefined && credentials !== undefined) {
    const refusal = { reason: error.reason, secretVersionId: credentials.versionId, configuration, at };
    status = { ...status, refusal: countRefusal(before?.refusal, refusal, force) };
    // A refusal must be remembered, or the next tick would ask again. Any other failure is recorded if that is easy.
    patience = deadline;
    // A password that the service misreads is a likely cause.
    warnings.push(...credentialWarnings(credentials));
  }
  try {
    await writeStatus(dependencies, config.tokenParameterName, status, patience);
  } catch (writeError) {
    warnings.push(`This failure could not be recorded: ${refreshErrorOrThrow(writeError).message}`);
  }
  const token = before?.token?.version === stored.version ? before?.token : undefined;
  return { outcome: 'failed', error, token, secondsRemaining: secondsLeft(token, now()), warnings };
}

/** The first refusal's instant stays, for the one re-check is due from there; a person's asking does not use that up. */
function countRefusal(earlier: Refusal | undefined, refusal: Omit<Refusal, 'count'>, force: boolean): Refusal {
  if (earlier === undefined || !isStanding(earlier, refusal)) return { ...refusal, count: 1 };
  return { ...refusal, at: earlier.at, count: force ? earlier.count : earlier.count + 1 };
}

function stillRefused({ reason, at, secretVersionId }: Refusal): RefreshError {
  return new RefreshError(
    'CREDENTIALS_REFUSED',
    `The SOAP service refused these credentials (secret version ${secretVersionId}) with ${reason} at ${at}. It is not ` +
      'asked again with them: put corrected credentials in the secret, or force a refresh',
  );
}

function secondsLeft(token: TokenRecord | undefined, now: number): number {
  return token === undefined ? 0 : Math.max(0, Math.floor((Date.parse(token.expiresAt) - now) / 1000));
}

/** Anything else is a mistake in this program, and must not pass for a known failure. */
function refreshErrorOrThrow(error: unknown): RefreshError {
  if (error instanceof RefreshError) return error;
  throw error;
}
