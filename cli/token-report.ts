import { ERROR_GUIDE } from '../lambda/error-guide.ts';
import { LONGEST_RUN_SECONDS, spanText } from '../lambda/timing.ts';
import { type DecodedStatus, statusParameterName } from '../lambda/token-status.ts';

/** What a person wants to know of one token; nothing in it is secret. */
export interface TokenReport {
  /** The name of the token parameter. */
  readonly token: string;
  /** The SSM version of the stored token. */
  readonly version?: number;
  /** ISO 8601 in UTC. */
  readonly expiresAt?: string;
  /** 0 for an expired one. */
  readonly secondsRemaining?: number;
  /** `fresh`, `asking`, `expiring`, `expired`, `in doubt`, `no token`, `no status`, `unreadable`, or the code of the last failure. */
  readonly state: string;
  /** Since when, ISO 8601 in UTC. */
  readonly since?: string;
  /** Empty where there is nothing to do. */
  readonly doFirst: string;
  readonly isAiling: boolean;
}

const NOT_RUNNING =
  'The refresher does not run: is it deployed, is its schedule enabled, are there lines in its log? Then refresh.';

/**
 * What a status says about its token.
 * @param status undefined where there is no status parameter
 * @param expiringBelowSeconds where less is left of a token, its refresher should have replaced it long ago; 0 if that is not known
 * @param now milliseconds since the epoch
 */
export function reportToken(
  token: string,
  status: DecodedStatus | undefined,
  expiringBelowSeconds: number,
  now: number,
): TokenReport {
  const inTrouble = (state: string, since: string | undefined, doFirst: string): TokenReport => ({
    token,
    ...life,
    state,
    ...(since !== undefined && { since }),
    doFirst,
    isAiling: true,
  });
  const { token: record, attempt } = status?.content ?? {};
  const secondsRemaining =
    record === undefined ? 0 : Math.max(0, Math.floor((Date.parse(record.expiresAt) - now) / 1000));
  const life = record && { version: record.version, expiresAt: record.expiresAt, secondsRemaining };

  if (status === undefined) {
    const doFirst = `There is no ${statusParameterName(token)} here: check name, account and region, and that a refresher is deployed for it.`;
    return inTrouble('no status', undefined, doFirst);
  }
  if (status.fault !== undefined) {
    const remedy = status.isNewer
      ? 'update soap-token-refresher here.'
      : "the refresher's log says what it makes of it.";
    return inTrouble('unreadable', undefined, `${statusParameterName(token)} ${status.fault}: ${remedy}`);
  }
  if (attempt?.outcome !== undefined) {
    const { code, at } = attempt.outcome;
    const guidance = Object.entries(ERROR_GUIDE).find(([known]) => known === code)?.[1];
    return inTrouble(code, at, guidance?.doFirst ?? "Look at the refresher's log.");
  }
  if (attempt !== undefined && Math.abs(now - Date.parse(attempt.at)) >= LONGEST_RUN_SECONDS * 1000) {
    return inTrouble(
      'in doubt',
      attempt.at,
      "That run never told how it ended: look at the refresher's log, then refresh.",
    );
  }
  if (attempt !== undefined) {
    const doFirst = secondsRemaining > 0 ? '' : 'Look again in a minute.';
    return { token, ...life, state: 'asking', since: attempt.at, doFirst, isAiling: secondsRemaining === 0 };
  }
  if (record === undefined) return inTrouble('no token', undefined, NOT_RUNNING);
  if (secondsRemaining === 0) return inTrouble('expired', record.expiresAt, NOT_RUNNING);
  if (secondsRemaining < expiringBelowSeconds) {
    const since = Date.parse(record.expiresAt) - expiringBelowSeconds * 1000;
    return inTrouble('expiring', new Date(since).toISOString(), NOT_RUNNING);
  }
  return { token, ...life, state: 'fresh', since: record.issuedAt, doFirst: '', isAiling: false };
}

/** The reports side by side, for a terminal. @param now milliseconds since the epoch */
export function reportTable(reports: readonly TokenReport[], now: number): string {
  const rows = reports.map(({ token, version, secondsRemaining, state, since, doFirst }) => [
    token,
    version === undefined ? '-' : String(version),
    secondsRemaining === undefined ? '-' : spanText(secondsRemaining),
    state,
    since === undefined ? '-' : `${spanText((now - Date.parse(since)) / 1000)} ago`,
    doFirst === '' ? 'nothing' : doFirst,
  ]);
  const all = [['TOKEN', 'VERSION', 'LIVES FOR', 'STATE', 'SINCE', 'WHAT TO DO FIRST'], ...rows];
  const widths = all[0]?.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0))) ?? [];
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
