import type { Refusal, TokenRecord, TokenStatus } from '../token-status.ts';
import { type Config, configurationHash } from './config.ts';
import type { Credentials } from './credentials.ts';
import { decide } from './decision.ts';
import { type Readings, takeReadings } from './readings.ts';
import { RefreshError } from './refresh-error.ts';
import { requestToken } from './request-token.ts';
import { type StoredToken, writeStatus, writeToken } from './stored-token.ts';
import type { Surroundings } from './surroundings.ts';
import { isStored, recordIssued } from './token-record.ts';
import { credentialWarnings, lifetimeWarnings } from './warnings.ts';

/** What a tick did, for the answer, the log line and the metrics. Nothing in it is secret. */
export interface TickReport {
  readonly outcome: 'refreshed' | 'unchanged' | 'fresh' | 'failed';
  /** Why a token was asked for; left out when none was. */
  readonly because?: string;
  readonly error?: RefreshError;
  readonly secretVersionId?: string;
  /** The token in the store after the tick; left out when there is none whose expiry is known. */
  readonly token?: TokenRecord;
  /** How long that token still lives, 0 for none; left out when the status could not be read. */
  readonly secondsRemaining?: number;
  /** Of the last request, answered or not; left out when none was sent. */
  readonly endpointLatencyMs?: number;
  readonly warnings: readonly string[];
}

/** So much of the run is kept for storing what was minted. */
const STORING_MS = 10_000;
/** And so much is spent on recording a failure at the most. */
const RECORDING_MS = 5_000;

/**
 * One tick: read, decide, ask, store.
 * @param force ask for a new token, whatever the status says
 * @param deadline milliseconds since the epoch by which all of it has ended
 * @param readings taken ahead; left out, the tick takes its own
 * @returns a report of failed ticks too, for there is something to tell either way.
 */
export async function refreshToken(
  config: Config,
  force: boolean,
  surroundings: Surroundings,
  deadline: number,
  readings?: Readings,
): Promise<TickReport> {
  const { now, timeout } = surroundings;
  const askingDeadline = deadline - STORING_MS;
  const [credentialsRead, storedRead] =
    readings ?? (await takeReadings(config, surroundings, timeout(Math.max(0, askingDeadline - now()))));
  // Without the status nothing is decided and nothing written: a refusal may stand in it.
  if (storedRead.status === 'rejected') {
    return { outcome: 'failed', error: refreshErrorOrThrow(storedRead.reason), warnings: [] };
  }
  const tick = { config, force, configuration: configurationHash(config), stored: storedRead.value };
  const { post, latency } = timed(surroundings);
  try {
    if (credentialsRead.status === 'rejected') throw credentialsRead.reason;
    const report = await act(tick, credentialsRead.value, { ...surroundings, post }, askingDeadline, deadline);
    return { ...report, ...latency() };
  } catch (error) {
    const credentials = credentialsRead.status === 'fulfilled' ? credentialsRead.value : undefined;
    const report = await fail(tick, refreshErrorOrThrow(error), credentials, surroundings, deadline);
    return { ...report, ...latency() };
  }
}

interface Tick {
  readonly config: Config;
  readonly force: boolean;
  readonly configuration: string;
  readonly stored: StoredToken;
}

/** The tick as it goes well: what comes out is what stands in the store. */
async function act(
  tick: Tick,
  credentials: Credentials,
  surroundings: Surroundings,
  askingDeadline: number,
  deadline: number,
): Promise<TickReport> {
  const { config, force, configuration, stored } = tick;
  const { now } = surroundings;
  const secretVersionId = credentials.versionId;
  const decision = decide(
    { force, status: stored.status, storedVersion: stored.version, secretVersionId, configuration, now: now() },
    config,
  );
  if (decision.kind === 'refused') throw stillRefused(decision.refusal, secretVersionId);

  if (decision.kind === 'fresh') {
    const { token } = decision;
    // The last failure is over, and the status says so; a steady state costs no write.
    if (stored.status?.failure !== undefined) {
      await writeStatus(surroundings, config.tokenParameterName, { token }, deadline);
    }
    return { outcome: 'fresh', secretVersionId, ...life(token, now()), warnings: [] };
  }

  const issued = await requestToken(surroundings, credentials, askingDeadline);
  const recorded = stored.status?.token;
  const record = recordIssued(issued, { secretVersionId, configuration }, config.tokenLifetimeSeconds, recorded, now());
  const unchanged = isStored(record, recorded, stored.version);
  const { tokenParameterName, tokenKmsKeyId } = config;
  // The token first, its status second: should the run end between them, the versions differ, and the next tick asks.
  const version = unchanged
    ? recorded.version
    : await writeToken(surroundings, tokenParameterName, issued.accessToken, tokenKmsKeyId, deadline);
  const token = { version, ...record };
  await writeStatus(surroundings, tokenParameterName, { token }, deadline);
  return {
    outcome: unchanged ? 'unchanged' : 'refreshed',
    because: decision.because,
    secretVersionId,
    ...life(token, now()),
    warnings: [...lifetimeWarnings(issued, recorded, config.tokenLifetimeSeconds), ...credentialWarnings(credentials)],
  };
}

/** The tick as it goes wrong: what happened is recorded beside the token that stands, which nothing has touched. */
async function fail(
  { config, force, configuration, stored }: Tick,
  error: RefreshError,
  credentials: Credentials | undefined,
  surroundings: Surroundings,
  deadline: number,
): Promise<TickReport> {
  const { now } = surroundings;
  const before = stored.status;
  const at = new Date(now()).toISOString();
  const refusal =
    error.reason !== undefined && credentials !== undefined
      ? countRefusal(before?.refusal, force, {
          reason: error.reason,
          secretVersionId: credentials.versionId,
          configuration,
          at,
        })
      : undefined;
  const status: TokenStatus = {
    ...before,
    ...(refusal && { refusal }),
    failure: { code: error.code, at, consecutive: (before?.failure?.consecutive ?? 0) + 1 },
  };
  const warnings: string[] = [];
  try {
    // A refusal must be remembered, or the next tick would ask again. Any other failure is recorded if that is easy.
    const patience = refusal === undefined ? Math.min(deadline, now() + RECORDING_MS) : deadline;
    await writeStatus(surroundings, config.tokenParameterName, status, patience);
  } catch (writeError) {
    warnings.push(`This failure could not be recorded: ${refreshErrorOrThrow(writeError).message}`);
  }
  const token = before?.token?.version === stored.version ? before?.token : undefined;
  const secretVersionId = credentials && { secretVersionId: credentials.versionId };
  return { outcome: 'failed', error, ...secretVersionId, ...life(token, now()), warnings };
}

/** The first refusal's instant stays, for the one re-check is due from there; a person's asking does not use that up. */
function countRefusal(earlier: Refusal | undefined, force: boolean, refusal: Omit<Refusal, 'count'>): Refusal {
  const isRepeated =
    earlier?.secretVersionId === refusal.secretVersionId && earlier.configuration === refusal.configuration;
  if (!isRepeated) return { ...refusal, count: 1 };
  return { ...refusal, at: earlier.at, count: force ? earlier.count : earlier.count + 1 };
}

function stillRefused({ reason, at }: Refusal, secretVersionId: string): RefreshError {
  return new RefreshError(
    'CREDENTIALS_REFUSED',
    `The SOAP service refused these credentials (secret version ${secretVersionId}) with ${reason} at ${at}. It is not ` +
      'asked again with them: put corrected credentials in the secret, or force a refresh',
  );
}

function life(token: TokenRecord | undefined, now: number): Pick<TickReport, 'token' | 'secondsRemaining'> {
  if (token === undefined) return { secondsRemaining: 0 };
  return { token, secondsRemaining: Math.max(0, Math.floor((Date.parse(token.expiresAt) - now) / 1000)) };
}

/** The same `post`, with a memory of how long it last took. */
function timed({ post, now }: Surroundings) {
  let endpointLatencyMs: number | undefined;
  return {
    post: async (envelope: string, timeoutMs: number) => {
      const sentAt = now();
      try {
        return await post(envelope, timeoutMs);
      } finally {
        endpointLatencyMs = Math.round(now() - sentAt);
      }
    },
    latency: () => (endpointLatencyMs === undefined ? {} : { endpointLatencyMs }),
  };
}

/** Anything else is a mistake in this program, and must not pass for a known failure. */
function refreshErrorOrThrow(error: unknown): RefreshError {
  if (error instanceof RefreshError) return error;
  throw error;
}
