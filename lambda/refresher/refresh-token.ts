import { randomUUID } from 'node:crypto';
import type { AnnouncedRecord, Attempt } from '../attempt-record.ts';
import { RefreshError } from '../refresh-error.ts';
import { type Config, configurationHash } from './config.ts';
import type { Dependencies } from './dependencies.ts';
import { recordFirstFailure, recordOutcome } from './first-failure.ts';
import type { Credentials } from './parse-credentials.ts';
import { refreshErrorOf } from './redact-error.ts';
import { requestToken } from './request-token.ts';
import { type Announcement, announce, conclude, type Situation } from './rules/attempt.ts';
import { decide } from './rules/decision.ts';
import { refreshInProgress } from './rules/hold.ts';
import { lastAttempt, lastToken, recordOfStored } from './rules/stored-state.ts';
import { type IssuedToken, isStored, recordIssued } from './rules/token-record.ts';
import { readTickInputs, type TickInputs } from './tick-inputs.ts';
import { failed, type KnownTick, type SucceededTick, succeeded, type TickReport } from './tick-report.ts';
import { attemptWarnings, credentialWarnings, lifetimeWarnings } from './warnings.ts';

/** Reserved at the end of the run for writing the new token and, after it, the outcome. */
const STORING_MS = 10_000;
/** Reserved of that for the outcome. */
const OUTCOME_MS = 5_000;
/**
 * How long the announcement is tried: without it the service is not asked, and the next tick tries again. Many tokens that
 * fall due in one second queue here: SSM takes three writes a second of an account.
 */
const ANNOUNCING_MS = 15_000;

/**
 * One tick: read, decide, announce, ask, store, conclude.
 * @param force ask for a new token, whatever the records say
 * @param deadline milliseconds since the epoch by which all of it has ended
 * @param inputs prefetched; left out, the tick reads its own
 * @returns a report of failed ticks too, for each is logged and counted
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
  // Without the records nothing is decided and nothing written: a refusal may stand in them.
  if (storedRead.status === 'rejected') return failed({}, refreshErrorOf(storedRead.reason), now());
  const stored = storedRead.value;
  const attempt = lastAttempt(stored);
  const configuration = configurationHash(config);
  if (credentialsRead.status === 'rejected') {
    const error = refreshErrorOf(credentialsRead.reason);
    const warnings = await recordFirstFailure(stored, configuration, error, dependencies, deadline);
    return failed({ stored, attempt, warnings }, error, now());
  }
  const credentials = credentialsRead.value;
  const basis = { secretVersionId: credentials.versionId, configuration };
  const decision = decide({ force, stored, basis, now: now() }, config);
  const known = { config, credentials, basis, stored, attempt, decision: decision.kind };
  const tick = { ...known, force, deadline, dependencies };
  switch (decision.kind) {
    case 'fresh':
      return succeeded(tick, { outcome: 'fresh', token: decision.token }, now());
    case 'in progress':
      return leaveToOtherRun(tick, decision.attempt);
    case 'hold':
      return failed(tick, decision.error, now());
    case 'due':
      return await askForToken(tick, decision.trigger);
  }
}

/** What a tick that can ask knows from its beginning. */
type Tick = KnownTick &
  Omit<Situation, 'now'> & {
    readonly config: Config;
    readonly credentials: Credentials;
    readonly deadline: number;
    readonly dependencies: Dependencies;
  };

/** The schedule's own tick has nothing to complain of, as long as there is a token; a person wants to know. */
function leaveToOtherRun(tick: Tick, other?: Attempt): TickReport {
  const now = tick.dependencies.now();
  const token = recordOfStored(tick.stored);
  // By what was read: a doubt about the token lasts until the other run has an outcome.
  const known: KnownTick = { ...tick, decision: 'in progress' };
  const report = token && succeeded(known, { outcome: 'fresh', token }, now);
  if (report?.secondsRemaining && !tick.force) return report;
  return failed(known, refreshInProgress(other), now);
}

async function askForToken(tick: Tick, trigger: string): Promise<TickReport> {
  const { config, credentials, basis, force, deadline, stored, dependencies } = tick;
  const { store, now } = dependencies;
  const known: KnownTick = { ...tick, trigger };
  const announcement = { now: now(), run: randomUUID(), trigger, basis, force, stored, policy: config };
  const announced = announce(announcement);
  const announcingUntil = Math.min(announcement.now + ANNOUNCING_MS, deadline - STORING_MS);
  const on = await store.announce(announced, announcingUntil).catch(refreshErrorOf);
  if (on instanceof RefreshError) return failed(known, on, now());
  if (on === undefined) return leaveToOtherRun(tick);
  // From here on, nothing ends without an outcome.
  const login = await requestToken(dependencies, config, credentials, deadline - STORING_MS);
  const held = { ...announced, attempt: { ...announced.attempt, on } };
  const result =
    login.result instanceof RefreshError ? login.result : await storeToken(tick, announcement, held, login.result);
  const warnings = [...attemptWarnings(tick.attempt, announcement.now)];
  if (!(result instanceof RefreshError)) {
    warnings.push(...result.warnings);
    return succeeded({ ...known, login, attempt: undefined, warnings }, result, now());
  }
  // In a parameter of its own, so that nothing touches the token and its status.
  const concluded = conclude(announced, result, announcement, now());
  // A password that the service misreads is a likely cause of a refusal.
  if (result.code === 'CREDENTIALS_REFUSED') warnings.push(...credentialWarnings(credentials, config, now()));
  warnings.push(...(await recordOutcome(store, concluded, deadline)));
  return failed({ ...known, login, attempt: concluded.attempt, warnings }, result, now());
}

/** Once the service has given a token, whatever goes wrong is a token that was not stored. */
async function storeToken(
  { config, credentials, deadline, stored, dependencies }: Tick,
  announcement: Announcement,
  announced: AnnouncedRecord,
  issued: IssuedToken,
): Promise<Pick<SucceededTick, 'outcome' | 'token' | 'warnings'> | RefreshError> {
  const { store, now } = dependencies;
  try {
    const record = recordIssued(issued, announcement, now());
    const kept = recordOfStored(stored);
    const unchanged = isStored(record, kept);
    // The token first, its status second: should the run end between them, the versions differ, and the next tick asks.
    const version = unchanged ? kept.version : await store.writeToken(issued.accessToken, deadline - OUTCOME_MS);
    const token = { version, ...record };
    await store.writeStatus(token, announced, deadline - OUTCOME_MS / 2);
    const warnings = [
      ...lifetimeWarnings(issued, lastToken(stored), config),
      ...credentialWarnings(credentials, config, now()),
    ];
    return { outcome: unchanged ? 'unchanged' : 'refreshed', token, warnings };
  } catch (error) {
    const failure = refreshErrorOf(error);
    if (failure.code !== 'INTERNAL_ERROR') return failure;
    return new RefreshError('STORE_FAILED', `The new token was not stored. ${failure.message}`, {
      cause: failure.cause,
    });
  }
}
