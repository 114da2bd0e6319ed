import type { Month } from '../model/month.ts';
import { HOUR_MS, MINUTE_MS, type Trouble } from '../model/scenario.ts';
import type { Assessment } from './assessment.ts';
import { isFiring } from './assessment.ts';
import { statusHistory } from './token-life.ts';

export interface InvariantReport {
  /** What must never happen, and did. Empty in a good month. */
  readonly violations: readonly string[];
  /** Refused logins that were repeated because the refusal was cut short, could not be recorded, or was deleted. */
  readonly excusedRepeats: number;
  /** Gaps of which the refresher could not know, since its record promised more: what was wrong when each began. */
  readonly unforeseeableGaps: readonly string[];
}

export function judge(month: Month, tokenParameterName: string, assessment: Assessment): InvariantReport {
  const repeats = refusedRepeats(month, tokenParameterName);
  const pages = pagesBeforeGaps(month, tokenParameterName, assessment);
  return {
    violations: [
      ...worseTokens(month, tokenParameterName),
      ...repeats.violations,
      ...pages.violations,
      ...assessment.falsePages.map((at) => `paged at ${clockTime(month, at)} while nothing was wrong`),
      ...slowRecoveries(month, assessment),
    ],
    excusedRepeats: repeats.excused,
    unforeseeableGaps: pages.unforeseeable,
  };
}

/** An expired or worse token never replaces a valid one. */
function worseTokens(month: Month, tokenParameterName: string): string[] {
  const issued = new Map(month.tokens.map((token) => [token.value, token]));
  const lifetimesVary = month.faults.some(({ what }) => changesLifetime(what));
  const writes = month.writes.filter(({ name }) => name === tokenParameterName);
  return writes.flatMap(({ at, value, isOwn }, index) => {
    if (!isOwn) return [];
    const token = issued.get(value);
    const before = issued.get(writes[index - 1]?.value ?? '');
    const wasValid = before !== undefined && at < before.expiresAt;
    if (token === undefined) return [`stored at ${clockTime(month, at)} what the service never issued`];
    if (wasValid && token.expiresAt <= at) return [`replaced a valid token by a dead one at ${clockTime(month, at)}`];
    if (wasValid && token.expiresAt < before.expiresAt && !lifetimesVary) {
      return [`replaced a token by one that ends earlier at ${clockTime(month, at)}`];
    }
    return [];
  });
}

/** No refused credential version is sent again without force, save the one re-check. */
function refusedRepeats(month: Month, tokenParameterName: string) {
  const violations: string[] = [];
  let excused = 0;
  const statuses = statusHistory(month, tokenParameterName);
  for (const [index, { at: putAt, password, versionId }] of month.secrets.entries()) {
    const replacedAt = month.secrets[index + 1]?.at ?? month.end;
    // A tick that read the secret just before it was replaced may still send the old one.
    const logins = month.logins.filter(
      (login) => login.password === password && login.at >= putAt && login.at < replacedAt + MINUTE_MS,
    );
    let hasWorked = false;
    let refusals: number[] = [];
    for (const { at, outcome } of logins) {
      if (outcome === 'granted') {
        hasWorked = true;
        refusals = [];
      }
      if (outcome !== 'refused') continue;
      const earlier = refusals.at(-1);
      refusals.push(at);
      if (earlier === undefined) continue;
      const isRecheck = hasWorked && refusals.length === 2 && at - earlier >= HOUR_MS;
      if (isRecheck) continue;
      const isRemembered =
        statuses.some(
          ({ at: recordedAt, status }) =>
            recordedAt >= earlier &&
            recordedAt < at &&
            status?.attempt?.secretVersionId === versionId &&
            status.attempt.refusals > 0,
        ) && !month.faults.some(({ from, what }) => from >= earlier && from <= at && what.kind.startsWith('status-'));
      if (isRemembered) violations.push(`sent refused credentials again at ${clockTime(month, at)}`);
      else excused++;
    }
  }
  return { violations, excused };
}

/** A page comes before the first reader without a valid token whenever the refresher's own view could tell. */
function pagesBeforeGaps(month: Month, tokenParameterName: string, { gaps, alarms }: Assessment) {
  const violations: string[] = [];
  const unforeseeable: string[] = [];
  const statuses = statusHistory(month, tokenParameterName);
  const skewMs = Math.max(
    0,
    ...month.faults.map(({ what }) => (what.kind === 'clock-skew' ? Math.abs(what.skewMs) : 0)),
  );
  for (const { from } of gaps) {
    const known = statuses.findLast(({ at }) => at <= from)?.status?.token;
    const wasForeseeable = known !== undefined && Date.parse(known.expiresAt) <= from + skewMs + 1000;
    if (!wasForeseeable) unforeseeable.push(troubleAt(month, from));
    else if (!alarms.some((alarm) => alarm.pages && isFiring(alarm, from))) {
      violations.push(`nobody had been paged when the token ended at ${clockTime(month, from)}`);
    }
  }
  return { violations, unforeseeable };
}

/** What began last of all that was wrong then. A token that was overstated or lost may outlive the trouble itself. */
function troubleAt({ faults, everyMs }: Month, at: number): string {
  const what = faults.findLast(({ from, until }) => from <= at && at <= until + 8 * everyMs)?.what;
  if (what?.kind === 'vendor') return what.disturbance;
  return what?.kind === 'store' ? what.fault : (what?.kind ?? 'nothing');
}

/** After the fault ends, health returns within one tick. */
function slowRecoveries(month: Month, { valid }: Assessment): string[] {
  return month.faults.flatMap(({ until, what }) => {
    if (what.kind === 'tokens-revoked' || changesLifetime(what)) return [];
    const tick = month.invocations.find(({ startedAt }) => startedAt >= until);
    if (tick === undefined || month.faults.some((other) => other.from <= tick.endedAt && tick.startedAt < other.until))
      return [];
    const unseen = month.faults.some((other) => isUnseen(other.what) && other.from <= tick.endedAt);
    const holds = unseen || valid.some((span) => span.from <= tick.endedAt && tick.endedAt < span.until);
    if (tick.outcome === 'succeeded' && holds) return [];
    return [`the first tick after "${what.kind}", at ${clockTime(month, tick.startedAt)}, did not bring health back`];
  });
}

function changesLifetime(what: Trouble): boolean {
  return what.kind === 'lifetime-cut' || (what.kind === 'vendor' && what.disturbance === 'lifetime-overstated');
}

/** Trouble that ends tokens without the refresher being told. */
function isUnseen(what: Trouble): boolean {
  return what.kind === 'tokens-revoked' || (what.kind === 'vendor' && what.disturbance === 'lifetime-overstated');
}

function clockTime(month: Month, at: number): string {
  return `day ${Math.floor((at - month.start) / (24 * HOUR_MS)) + 1}, ${new Date(at).toISOString().slice(11, 19)}`;
}
