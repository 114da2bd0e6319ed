import { RefreshError, refreshErrorOrThrow } from '../refresh-error.ts';
import type { Attempt, TokenRecord, TokenStatus } from '../token-status.ts';
import { type Config, configurationHash } from './config.ts';
import type { Dependencies } from './dependencies.ts';
import { tellFirstFailure } from './first-failure.ts';
import type { Credentials } from './parse-credentials.ts';
import { requestToken } from './request-token.ts';
import { type Announcement, announce, conclude, type Origin } from './rules/attempt.ts';
import { type Decision, decide, recordOfStored, reportsInRow } from './rules/decision.ts';
import { onHold, refreshInProgress } from './rules/hold.ts';
import { loginsWith } from './rules/login-ration.ts';
import type { StoredState } from './rules/stored-state.ts';
import { type IssuedToken, isStored, recordIssued } from './rules/token-record.ts';
import { readTickInputs, type TickInputs } from './tick-inputs.ts';
import { credentialsAge, reportStored, secondsLeft, type TickReport } from './tick-report.ts';
import { ageWarnings, attemptWarnings, credentialWarnings, lifetimeWarnings, reportWarnings } from './warnings.ts';

/** Reserved at the end of the run for writing the new token and, after it, the outcome. */
const STORING_MS = 10_000;
/** Reserved of that for the outcome. */
const OUTCOME_MS = 5_000;
/** How long the announcement is tried: without it the service is not asked, and the next tick tries again. */
const ANNOUNCING_MS = 5_000;

/**
 * One tick: read, decide, announce, ask, store, conclude.
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
  const stored = storedRead.value;
  const configuration = configurationHash(config);
  if (credentialsRead.status === 'rejected') {
    const error = refreshErrorOrThrow(credentialsRead.reason);
    const untold = await tellFirstFailure(stored, configuration, error, dependencies, deadline);
    const left = reportStored(stored, stored.status?.content?.attempt, undefined, now());
    return { ...left, outcome: 'failed', error, warnings: [...reportWarnings(stored, now()), ...untold] };
  }
  const credentials = credentialsRead.value;
  const origin: Origin = { secretVersionId: credentials.versionId, configuration };
  const tick: Tick = { config, credentials, origin, force, deadline, stored, dependencies };
  const report = await act(tick, decide({ force, stored, origin, now: now() }, config));
  const age = credentialsAge(credentials, config, now());
  const warnings = [...reportWarnings(stored, now()), ...ageWarnings(age, config), ...report.warnings];
  return { ...report, ...age, secretVersionId: credentials.versionId, warnings };
}

/** What a tick that can ask knows from its beginning. */
interface Tick {
  readonly config: Config;
  readonly credentials: Credentials;
  readonly origin: Origin;
  readonly force: boolean;
  readonly deadline: number;
  readonly stored: StoredState;
  readonly dependencies: Dependencies;
}

async function act(tick: Tick, decision: Decision): Promise<TickReport> {
  const attempt = tick.stored.status?.content?.attempt;
  switch (decision.kind) {
    case 'fresh':
      return { ...reportTick(tick, attempt), outcome: 'fresh', token: decision.token };
    case 'in progress':
      return leaveToOtherRun(tick, decision.attempt);
    case 'hold':
      return {
        ...reportTick(tick, attempt),
        outcome: 'failed',
        error: onHold(decision.reason, tick.config.tokenParameterName),
      };
    case 'due':
      return await askForToken(tick, decision.trigger);
  }
}

/** The schedule's own tick has nothing to complain of, as long as there is a token; a person wants to know. */
function leaveToOtherRun(tick: Tick, attempt: Attempt): TickReport {
  const token = recordOfStored(tick.stored);
  // By what was read, since this run's announcement lost: a doubt about the token lasts until the other run has an outcome.
  const report = reportTick(tick, tick.stored.status?.content?.attempt);
  const isAlive = report.secondsRemaining !== undefined && report.secondsRemaining > 0;
  if (token !== undefined && isAlive && !tick.force) return { ...report, outcome: 'fresh', token };
  return { ...report, outcome: 'failed', error: refreshInProgress(attempt) };
}

async function askForToken(tick: Tick, trigger: string): Promise<TickReport> {
  const { config, credentials, origin, force, deadline, stored, dependencies } = tick;
  const { store, now } = dependencies;
  const { token: recorded, attempt: before } = stored.status?.content ?? {};
  const announcement: Announcement = {
    now: now(),
    trigger,
    origin,
    force,
    before,
    token: recordOfStored(stored),
    checkEverySeconds: config.checkEverySeconds,
    refreshEverySeconds: config.refreshEverySeconds,
    tokenLifetimeSeconds: config.tokenLifetimeSeconds,
  };
  const attempt = announce(announcement);
  const logins = loginsWith(attempt, stored.status?.content ?? {}, config.loginsPerDay);
  const announcingDeadline = Math.min(announcement.now + ANNOUNCING_MS, deadline - STORING_MS);
  try {
    const isFirst = await store.announce(
      { token: recorded, attempt, logins },
      stored.status?.version,
      announcingDeadline,
    );
    if (!isFirst) return leaveToOtherRun(tick, attempt);
  } catch (error) {
    return { ...reportTick(tick, before), outcome: 'failed', error: refreshErrorOrThrow(error), trigger };
  }
  const { result, ...login } = await requestToken(dependencies, config, credentials, deadline - STORING_MS);
  const stood = result instanceof RefreshError ? result : await storeToken(tick, result);
  const report =
    stood instanceof RefreshError
      ? await recordFailure(
          tick,
          conclude(attempt, stood, hasWorked(recorded, origin), announcement, now()),
          stood,
          logins,
        )
      : await recordToken(tick, attempt, stood, logins);
  const warnings = [...attemptWarnings(before, announcement.now), ...report.warnings];
  return { ...report, ...login, trigger, warnings };
}

/** A token that is in the store, but not yet in the status. */
interface StoredToken {
  readonly outcome: 'refreshed' | 'unchanged';
  readonly token: TokenRecord;
  readonly warnings: readonly string[];
}

async function storeToken(tick: Tick, issued: IssuedToken): Promise<StoredToken | RefreshError> {
  const { config, credentials, origin, deadline, stored, dependencies } = tick;
  const recorded = stored.status?.content?.token;
  try {
    const record = recordIssued(issued, origin, recorded, dependencies.now());
    const unchanged = isStored(record, recorded, stored.token?.version);
    // The token first, its status second: should the run end between them, the versions differ, and the next tick asks.
    const version = unchanged
      ? recorded.version
      : await dependencies.store.writeToken(issued.accessToken, deadline - OUTCOME_MS);
    const reports = reportsInRow(stored);
    return {
      outcome: unchanged ? 'unchanged' : 'refreshed',
      token: { version, ...record, ...(reports > 0 && { reports }) },
      warnings: [
        ...lifetimeWarnings(issued, recorded, config),
        ...credentialWarnings(credentials, config, dependencies.now()),
      ],
    };
  } catch (error) {
    return refreshErrorOrThrow(error);
  }
}

async function recordToken(
  tick: Tick,
  announced: Attempt,
  stood: StoredToken,
  logins: TokenStatus['logins'],
): Promise<TickReport> {
  const { outcome, token, warnings } = stood;
  const { store, now } = tick.dependencies;
  try {
    await store.writeStatus({ token, logins }, tick.deadline);
  } catch (error) {
    // The announcement stands without an outcome, as if this run had died.
    const inDoubt = { ...reportTick(tick, announced), secondsRemaining: 0 };
    return { ...inDoubt, outcome: 'failed', error: refreshErrorOrThrow(error) };
  }
  return { ...reportTick(tick, undefined), outcome, token, secondsRemaining: secondsLeft(token, now()), warnings };
}

/** What went wrong is recorded beside the token that stands, which nothing has touched. */
async function recordFailure(
  tick: Tick,
  attempt: Attempt,
  error: RefreshError,
  announcedLogins: TokenStatus['logins'],
): Promise<TickReport> {
  const { config, credentials, stored, dependencies, deadline } = tick;
  // A password that the service misreads is a likely cause of a refusal.
  const warnings =
    error.code === 'CREDENTIALS_REFUSED' ? [...credentialWarnings(credentials, config, dependencies.now())] : [];
  // What the service cannot have judged, it cannot have counted.
  const logins = error.isSafeToRepeat ? announcedLogins?.slice(0, -1) : announcedLogins;
  try {
    await dependencies.store.writeStatus({ token: stored.status?.content?.token, attempt, logins }, deadline);
  } catch (writeError) {
    warnings.push(`This failure could not be recorded: ${refreshErrorOrThrow(writeError).message}`);
  }
  return { ...reportTick(tick, attempt), outcome: 'failed', error, warnings };
}

function reportTick({ stored, origin, dependencies }: Tick, attempt: Attempt | undefined) {
  return { ...reportStored(stored, attempt, origin, dependencies.now()), warnings: [] };
}

/** Whether the stored token was got with these very credentials. */
function hasWorked(recorded: TokenRecord | undefined, { secretVersionId }: Origin): boolean {
  return recorded?.secretVersionId === secretVersionId;
}
