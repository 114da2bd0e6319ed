import { stripVTControlCharacters } from 'node:util';
import { type Attempt, attemptParameterName, isInProgress, openAttempt } from '../lambda/attempt-record.ts';
import { ERROR_GUIDE } from '../lambda/error-guide.ts';
import { instant, isUnreadable } from '../lambda/record.ts';
import { LONGEST_RUN_SECONDS, spanText } from '../lambda/timing.ts';
import { statusParameterName } from '../lambda/token-status.ts';
import type { Found, TokenRecords } from './read-records.ts';

/** What a person wants to know of one token; nothing in it is secret. */
export interface TokenReport {
  /** The name of the token parameter. */
  readonly token: string;
  /** The SSM version of the stored token. */
  readonly version?: number;
  /** ISO 8601 in UTC. */
  readonly expiresAt?: string;
  /** From then on the next tick replaces it, by the settings under which it was got; absent in older records. */
  readonly dueAt?: string;
  /** 0 for an expired one, and where there is none. */
  readonly secondsRemaining?: number;
  /**
   * `fresh`, `asking`, `overdue`, `expiring`, `expired`, `in doubt`, `no token`, `no status`, `unreadable`, `denied`, or the code
   * of the last failure.
   */
  readonly state: string;
  /** Why the service refused: the code or sentence that its profile lists. */
  readonly reason?: string;
  /** Since when, ISO 8601 in UTC. */
  readonly since?: string;
  /** Empty where there is nothing to do. */
  readonly doFirst: string;
  readonly isAiling: boolean;
}

const NOT_RUNNING =
  'The refresher does not run: is it deployed, is its schedule enabled, are there lines in its log? Then refresh.';

const DIED = "How that run ended was never recorded: look at the refresher's log, then refresh.";

const TOO_SHORT =
  'It is not due yet, and TokenExpiring pages all the same: set tokenLifetime to what the service gives, and deploy.';

/** Checks are hardly ever further apart. */
const HOUR_MS = 3_600_000;

/** What the records of a token say, but for its life. */
type TokenState = Pick<TokenReport, 'state' | 'reason' | 'since' | 'doFirst' | 'isAiling'>;

/**
 * What the records of a token say.
 * @param now milliseconds since the epoch
 */
export function reportToken(records: TokenRecords, now: number): TokenReport {
  const { token, status, attempt } = records;
  if (status === 'denied') {
    return { token, ...ailing('denied', undefined, `Allow ssm:GetParameters on ${statusParameterName(token)}.`) };
  }
  const unreadable =
    unreadableState(statusParameterName(token), status) ?? unreadableState(attemptParameterName(token), attempt);
  if (unreadable !== undefined) return { token, ...unreadable };
  const stored = readable(status)?.token;
  const secondsRemaining = stored ? Math.max(0, Math.floor((Date.parse(stored.expiresAt) - now) / 1000)) : 0;
  const open = openAttempt(readable(attempt) ?? {}, stored);
  return {
    token,
    version: stored?.version,
    expiresAt: stored?.expiresAt,
    dueAt: stored?.dueAt,
    secondsRemaining,
    ...(open ? attemptState(open, secondsRemaining, now) : storedState(records, secondsRemaining, now)),
  };
}

function readable<Content extends object>(found: Found<Content>): Content | undefined {
  return found === undefined || found === 'denied' || isUnreadable(found) ? undefined : found;
}

function unreadableState(name: string, found: Found<object>): TokenState | undefined {
  if (found === undefined || found === 'denied' || !isUnreadable(found)) return undefined;
  const remedy = found.isNewer ? 'update soap-token-refresher here.' : "the refresher's log says what it makes of it.";
  return ailing('unreadable', undefined, `${name} ${found.fault}: ${remedy}`);
}

function ailing(state: string, since: string | undefined, doFirst: string, reason?: string): TokenState {
  return { state, reason, since, doFirst, isAiling: true };
}

/** An attempt that has not ended with the stored token. */
function attemptState(attempt: Attempt, secondsRemaining: number, now: number): TokenState {
  if (attempt.outcome !== undefined) {
    const { code, at, reason } = attempt.outcome;
    const guidance = Object.entries(ERROR_GUIDE).find(([known]) => known === code)?.[1];
    return ailing(code, at, guidance?.doFirst ?? "Look at the refresher's log.", reason);
  }
  if (!isInProgress(attempt, now)) return ailing('in doubt', attempt.at, DIED);
  const isAlive = secondsRemaining > 0;
  return { state: 'asking', since: attempt.at, doFirst: isAlive ? '' : 'Look again in a minute.', isAiling: !isAlive };
}

/** No attempt says more than the status. */
function storedState({ token, status, attempt }: TokenRecords, secondsRemaining: number, now: number): TokenState {
  const hint =
    attempt === 'denied' ? ` To see what failed, allow ssm:GetParameters on ${attemptParameterName(token)}.` : '';
  const doFirst = `${NOT_RUNNING}${hint}`;
  if (status === undefined) {
    const missing = `There is no ${statusParameterName(token)} here: check name, account and region, and that a refresher is deployed for it.`;
    return ailing('no status', undefined, `${missing}${hint}`);
  }
  const stored = readable(status)?.token;
  if (stored === undefined) return ailing('no token', undefined, doFirst);
  if (secondsRemaining === 0) return ailing('expired', stored.expiresAt, doFirst);
  const { dueAt, expiresAt, pageBelowSeconds = 0 } = stored;
  const ended = readable(attempt)?.attempt;
  if (dueAt !== undefined && now > Date.parse(dueAt) + overdueAfterMs(pageBelowSeconds, ended)) {
    return ailing('overdue', dueAt, doFirst);
  }
  if (secondsRemaining < pageBelowSeconds) {
    return ailing('expiring', instant(Date.parse(expiresAt) - pageBelowSeconds * 1000), TOO_SHORT);
  }
  return { state: 'fresh', since: stored.issuedAt, doFirst: '', isAiling: false };
}

/**
 * The check after a token's due time replaces it. How far apart the checks are is not recorded, but what follows from it: a
 * first attempt may be repeated half a check after it, a later one later, and TokenExpiring pages two checks before the end at
 * the latest.
 */
function overdueAfterMs(pageBelowSeconds: number, ended: Attempt | undefined): number {
  const isKnown = ended !== undefined && ended.askAgainAt !== 'never';
  const checkMs = isKnown ? 2 * (Date.parse(ended.askAgainAt) - Date.parse(ended.at)) : HOUR_MS;
  return Math.min(checkMs, (pageBelowSeconds / 2) * 1000) + LONGEST_RUN_SECONDS * 1000;
}

const COLUMNS = ['TOKEN', 'VERSION', 'LIVES FOR', 'STATE', 'REASON', 'SINCE', 'WHAT TO DO FIRST'];

/**
 * How many of all tokens need attention, and these reports side by side, for a terminal: those that need attention first,
 * and of those the one that ends first.
 * @param now milliseconds since the epoch
 */
export function reportTable(reports: readonly TokenReport[], all: number, now: number): string {
  const sorted = reports.toSorted(byUrgency);
  const rows = sorted.map(({ version, secondsRemaining, since, ...report }) => [
    report.token,
    version === undefined ? '-' : String(version),
    version === undefined ? '-' : spanText(secondsRemaining ?? 0),
    report.state,
    report.reason ?? '-',
    since === undefined ? '-' : `${spanText((now - Date.parse(since)) / 1000)} ago`,
    report.doFirst || 'nothing',
  ]);
  const count = `${reports.filter(({ isAiling }) => isAiling).length} of ${all} need attention`;
  if (rows.length === 0) return count;
  const table = [COLUMNS, ...rows.map((row) => row.map(cell))];
  const widths = COLUMNS.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  const padded = table.map((row) => row.map((text, column) => text.padEnd(widths[column] ?? 0)));
  return [count, ...padded.map((row) => row.join('  ').trimEnd())].join('\n');
}

function byUrgency(a: TokenReport, b: TokenReport): number {
  const left = ({ isAiling, secondsRemaining = Number.MAX_SAFE_INTEGER }: TokenReport) =>
    isAiling ? secondsRemaining : 0;
  return Number(b.isAiling) - Number(a.isAiling) || left(a) - left(b);
}

/** Longer than anything that we write. */
const MAX_CELL = 400;

/** Whoever may write a status must not be able to write to the terminal of whoever looks at it, or to draw another row. */
function cell(text: string): string {
  const line = stripVTControlCharacters(text).replaceAll(/[\p{C}\p{Zl}\p{Zp}\s]+/gu, ' ');
  return line.length > MAX_CELL ? `${line.slice(0, MAX_CELL)}…` : line;
}
