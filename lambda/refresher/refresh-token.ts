import type { Refusal, TokenRecord, TokenStatus } from '../token-status.ts';
import { type Config, configurationHash } from './config.ts';
import type { Credentials } from './credentials.ts';
import { decide, isStanding } from './decision.ts';
import type { Dependencies, StoredState } from './dependencies.ts';
import { RefreshError, refreshErrorOrThrow } from './refresh-error.ts';
import { type IssuedToken, requestToken } from './request-token.ts';
import { readTickInputs, type TickInputs } from './tick-inputs.ts';
import { secondsLeft, type TickReport } from './tick-report.ts';
import { isStored, recordIssued } from './token-record.ts';
import { credentialWarnings, lifetimeWarnings } from './warnings.ts';

/** Reserved at the end of the run for writing the new token. */
const STORING_MS = 10_000;
/** How long the record of a failure is tried at most; that of a refusal until the run's deadline. */
const RECORDING_MS = 5_000;

/**
 * One tick: read, decide, ask, store.
 * @param force ask for a new token, whatever the status says
 * @param deadline milliseconds since the epoch by which all of it has ended
 * @param inputs prefetched; left out, the tick reads its own
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
  const readingMs = Math.max(0, deadline - STORING_MS - now());
  const [credentialsRead, storedRead] = inputs ?? (await readTickInputs(dependencies, timeout(readingMs)));
  // Without the status nothing is decided and nothing written: a refusal may stand in it.
  if (storedRead.status === 'rejected') {
    return { outcome: 'failed', error: refreshErrorOrThrow(storedRead.reason), warnings: [] };
  }
  const tick: Tick = {
    config,
    configuration: configurationHash(config),
    force,
    deadline,
    stored: storedRead.value,
    dependencies,
  };
  if (credentialsRead.status === 'rejected') {
    return await recordFailure(tick, refreshErrorOrThrow(credentialsRead.reason));
  }
  const credentials = credentialsRead.value;
  const { tokenVersion, status } = tick.stored;
  const secretVersionId = credentials.versionId;
  const { configuration } = tick;
  const decision = decide(
    { force, status, storedVersion: tokenVersion, secretVersionId, configuration, now: now() },
    config,
  );
  switch (decision.kind) {
    case 'refused':
      return { ...(await recordFailure(tick, stillRefused(decision.refusal), credentials)), secretVersionId };
    case 'fresh':
      return { ...(await keepToken(tick, decision.token)), secretVersionId };
    case 'due': {
      const { trigger } = decision;
      const { result, endpointLatencyMs, said } = await requestToken(dependencies, credentials, deadline - STORING_MS);
      const report =
        result instanceof RefreshError
          ? await recordFailure(tick, result, credentials)
          : await storeToken(tick, credentials, result);
      return { ...report, secretVersionId, trigger, endpointLatencyMs, said };
    }
  }
}

/** What a tick knows from its beginning. */
interface Tick {
  readonly config: Config;
  readonly configuration: string;
  readonly force: boolean;
  readonly deadline: number;
  readonly stored: StoredState;
  readonly dependencies: Dependencies;
}

async function keepToken(tick: Tick, token: TokenRecord): Promise<TickReport> {
  const { deadline, stored, dependencies } = tick;
  const { failure, ...healthy } = stored.status ?? {};
  try {
    // The last failure is over, and the status says so; a steady state costs no write.
    if (failure !== undefined) await dependencies.store.writeStatus(healthy, deadline);
  } catch (error) {
    return await recordFailure(tick, refreshErrorOrThrow(error));
  }
  return { outcome: 'fresh', token, secondsRemaining: secondsLeft(token, dependencies.now()), warnings: [] };
}

async function storeToken(tick: Tick, credentials: Credentials, issued: IssuedToken): Promise<TickReport> {
  const { config, configuration, deadline, stored, dependencies } = tick;
  const { store, now } = dependencies;
  const recorded = stored.status?.token;
  const origin = { secretVersionId: credentials.versionId, configuration };
  try {
    const record = recordIssued(issued, origin, config.tokenLifetimeSeconds, recorded, now());
    const unchanged = isStored(record, recorded, stored.tokenVersion);
    // The token first, its status second: should the run end between them, the versions differ, and the next tick asks.
    const version = unchanged ? recorded.version : await store.writeToken(issued.accessToken, deadline);
    const token = { version, ...record };
    const refusal = stored.status?.refusal;
    // What was refused under another version or configuration stays refused.
    const status = refusal === undefined || isStanding(refusal, origin) ? { token } : { token, refusal };
    await store.writeStatus(status, deadline);
    return {
      outcome: unchanged ? 'unchanged' : 'refreshed',
      token,
      secondsRemaining: secondsLeft(token, now()),
      warnings: [...lifetimeWarnings(issued, recorded, config), ...credentialWarnings(credentials)],
    };
  } catch (error) {
    return await recordFailure(tick, refreshErrorOrThrow(error), credentials);
  }
}

/** What went wrong is recorded beside the token that stands, which nothing has touched. */
async function recordFailure(
  { configuration, force, deadline, stored, dependencies: { store, now } }: Tick,
  error: RefreshError,
  credentials?: Credentials,
): Promise<TickReport> {
  const before = stored.status;
  const at = new Date(now()).toISOString();
  const warnings: string[] = [];
  let status: TokenStatus = {
    ...before,
    failure: { code: error.code, at, consecutive: (before?.failure?.consecutive ?? 0) + 1 },
  };
  let recordingDeadline = Math.min(deadline, now() + RECORDING_MS);
  if (error.reason !== undefined && credentials !== undefined) {
    const refusal = { reason: error.reason, secretVersionId: credentials.versionId, configuration, at };
    status = { ...status, refusal: countRefusal(before?.refusal, refusal, force) };
    // A refusal must be remembered, or the next tick would ask again. Any other failure is recorded if that is easy.
    recordingDeadline = deadline;
    // A password that the service misreads is a likely cause.
    warnings.push(...credentialWarnings(credentials));
  }
  try {
    await store.writeStatus(status, recordingDeadline);
  } catch (writeError) {
    warnings.push(`This failure could not be recorded: ${refreshErrorOrThrow(writeError).message}`);
  }
  const token = before?.token?.version === stored.tokenVersion ? before?.token : undefined;
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
