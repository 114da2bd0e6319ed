import { type AttemptRecord, isInProgress, openAttempt } from '../../../lambda/attempt-record.ts';
import { isObject } from '../../../lambda/parse-json.ts';
import { forceHeardFrom } from '../../../lambda/refresher/rules/attempt.ts';
import type { TokenStatus } from '../../../lambda/token-status.ts';
import type { SimulatedFault } from '../model/faults.ts';
import type { InvocationRecord } from '../model/lambda-service.ts';
import type { Month } from '../model/month.ts';
import { HOUR_MS, MINUTE_MS } from '../model/scenario.ts';
import { type Assessment, isFiring } from './assessment.ts';
import { attemptHistory, changesOf, type Recorded, statusHistory } from './token-life.ts';

export function judge(month: Month, assessment: Assessment) {
  const repeats = refusedRepeats(month);
  const pages = pagesBeforeGaps(month, assessment);
  return {
    /** What must never happen, and did. Empty in a good month. */
    violations: [
      ...worseTokens(month),
      ...repeats.violations,
      ...pages.violations,
      ...assessment.falsePages.map((at) => `paged at ${clockTime(month, at)} while nothing was wrong`),
      ...slowRecoveries(month, assessment),
    ],
    /** Refused logins that were repeated because the refusal was cut short, could not be recorded, or was deleted. */
    excusedRepeats: repeats.excused,
    /** Gaps of which the refresher could not know, since its record promised more: what was wrong when each began. */
    unforeseeableGaps: pages.unforeseeable,
  };
}

/** An expired or worse token never replaces a valid one. */
function worseTokens(month: Month): string[] {
  const issued = new Map(month.tokens.map((token) => [token.value, token]));
  const lifetimesVary = month.faults.some(changesLifetime);
  const changes = changesOf(month, month.tokenParameterName);
  return changes.flatMap(({ at, value = '', isOwn }, index) => {
    if (!isOwn) return [];
    const token = issued.get(value);
    const before = issued.get(changes[index - 1]?.value ?? '');
    const wasValid = before !== undefined && at < before.expiresAt;
    if (token === undefined) return [`stored at ${clockTime(month, at)} what the service never issued`];
    if (wasValid && token.expiresAt <= at) return [`replaced a valid token by a dead one at ${clockTime(month, at)}`];
    if (wasValid && token.expiresAt < before.expiresAt && !lifetimesVary) {
      return [`replaced a token by one that ends earlier at ${clockTime(month, at)}`];
    }
    return [];
  });
}

/**
 * Refused credentials are sent again as the table of answers allows, or because a person wants it. What the
 * refresher never learned of (the reply was lost) or could not record is no repeat.
 */
function refusedRepeats(month: Month) {
  const violations: string[] = [];
  let excused = 0;
  const attempts = attemptHistory(month);
  for (const [index, { at: putAt, password, versionId }] of month.secrets.entries()) {
    const replacedAt = month.secrets[index + 1]?.at ?? month.end;
    // A tick that read the secret just before it was replaced may still send the old one.
    const logins = month.logins.filter(
      (login) => login.password === password && login.at >= putAt && login.at < replacedAt + MINUTE_MS,
    );
    let hasWorked = false;
    let refusals: number[] = [];
    for (const { at, outcome, isReplyLost } of logins) {
      if (outcome === 'granted') {
        hasWorked = true;
        refusals = [];
      }
      if (outcome !== 'refused' || isReplyLost) continue;
      const earlier = refusals.at(-1);
      refusals.push(at);
      if (earlier === undefined || isForced(month, at) || mayRepeat(month, refusals, hasWorked)) continue;
      const isRemembered =
        attempts.some(
          ({ at: recordedAt, content: { attempt } = {} }) =>
            recordedAt >= earlier && recordedAt < at && attempt?.secretVersionId === versionId && attempt.refusals > 0,
        ) && !month.faults.some(({ from, kind }) => from >= earlier && from <= at && kind.startsWith('attempt-'));
      if (isRemembered) violations.push(`sent refused credentials again at ${clockTime(month, at)}`);
      else excused++;
    }
  }
  return { violations, excused };
}

/** The table of answers: a version that never worked never; others once more, after an hour. */
function mayRepeat({ everyMs }: Month, refusals: readonly number[], hasWorked: boolean): boolean {
  const [before = 0, at = 0] = refusals.slice(-2);
  // Counted from the announcement, some seconds before the login; half a turn earlier, for schedules jitter.
  return hasWorked && refusals.length === 2 && at - before >= HOUR_MS - everyMs / 2 - MINUTE_MS;
}

/** Whether a person asked for the login. */
function isForced({ invocations }: Month, at: number): boolean {
  return invocations.some((run) => isForce(run.event) && run.startedAt <= at && at <= run.endedAt);
}

function isForce(event: unknown): boolean {
  return isObject(event) && event.force === true;
}

/** A page comes before the first reader without a valid token whenever the refresher's own view could tell. */
function pagesBeforeGaps(month: Month, { gaps, alarms }: Assessment) {
  const violations: string[] = [];
  const unforeseeable: string[] = [];
  const statuses = statusHistory(month);
  const maxSkewMs = Math.max(0, ...month.faults.map(({ skewMs = 0 }) => Math.abs(skewMs)));
  for (const { from } of gaps) {
    const known = statuses.findLast(({ at }) => at <= from)?.content?.token;
    const wasForeseeable = known !== undefined && Date.parse(known.expiresAt) <= from + maxSkewMs + 1000;
    if (!wasForeseeable) unforeseeable.push(faultAt(month, from));
    else if (!alarms.some((alarm) => alarm.pages && isFiring(alarm, from))) {
      violations.push(`nobody had been paged when the token ended at ${clockTime(month, from)}`);
    }
  }
  return { violations, unforeseeable };
}

/** What began last of all that was wrong then. A token that was overstated or lost may outlive the trouble itself. */
function faultAt({ faults, everyMs }: Month, at: number): string {
  return faults.findLast(({ from, until }) => from <= at && at <= until + 8 * everyMs)?.kind ?? 'nothing';
}

/** After the fault ends, health returns with the first tick that may ask. */
function slowRecoveries(month: Month, { valid }: Assessment): string[] {
  const [statuses, attempts] = [statusHistory(month), attemptHistory(month)];
  return month.faults.flatMap((fault) => {
    const { until, kind } = fault;
    const isUnknown = kind === 'tokens-revoked' && !month.scenario.isReported;
    if (isUnknown || changesLifetime(fault)) return [];
    const tick = month.invocations.find((run) => run.startedAt >= until && !mustWait(month, statuses, attempts, run));
    if (tick === undefined || month.faults.some((other) => other.from <= tick.endedAt && until < other.until))
      return [];
    const unseen = month.faults.some((other) => isUnseen(other) && other.from <= tick.endedAt);
    const holds = unseen || valid.some((span) => span.from <= tick.endedAt && tick.endedAt < span.until);
    if (tick.outcome === 'succeeded' && holds) return [];
    return [`the first tick after "${kind}", at ${clockTime(month, tick.startedAt)}, did not bring health back`];
  });
}

/** Whether another run was asking, or what holds a tick back had not ended. What waits for a person, "never", is no excuse. */
function mustWait(
  { secrets }: Month,
  statuses: readonly Recorded<TokenStatus>[],
  attempts: readonly Recorded<AttemptRecord>[],
  { event, startedAt }: InvocationRecord,
): boolean {
  const status = statuses.findLast(({ at }) => at <= startedAt);
  const tried = attempts.findLast(({ at }) => at <= startedAt);
  const attempt = tried?.content && openAttempt(tried.content, status?.content?.token);
  if (isInProgress(attempt, startedAt)) return true;
  const version = secrets.findLast(({ at }) => at <= startedAt)?.versionId;
  const standing = attempt?.secretVersionId === version ? attempt : undefined;
  // A person who forces too soon after a refusal waits for some minutes.
  if (isForce(event)) return standing !== undefined && forceHeardFrom(standing, startedAt) !== undefined;
  // A record that somebody made unreadable holds back for an hour, for a refusal may have stood there.
  const isUnreadable = (record: Recorded<object> | undefined) =>
    record !== undefined && record.content === undefined && startedAt < record.at + HOUR_MS;
  if (isUnreadable(status) || isUnreadable(tried)) return true;
  if (standing === undefined || standing.askAgainAt === 'never') return false;
  return Date.parse(standing.at) <= startedAt && startedAt < Date.parse(standing.askAgainAt);
}

function changesLifetime({ kind }: SimulatedFault): boolean {
  return kind === 'lifetime-cut' || kind === 'lifetime-overstated';
}

/** Faults that end tokens, of which the refresher does not learn. */
function isUnseen({ kind }: SimulatedFault): boolean {
  return kind === 'tokens-revoked' || kind === 'lifetime-overstated';
}

function clockTime(month: Month, at: number): string {
  return `day ${Math.floor((at - month.start) / (24 * HOUR_MS)) + 1}, ${new Date(at).toISOString().slice(11, 19)}`;
}
