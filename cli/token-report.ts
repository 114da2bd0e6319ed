import { stripVTControlCharacters } from 'node:util';
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
  /** From then on the next tick replaces it, by the settings under which it was got; absent in older records. */
  readonly dueAt?: string;
  /** 0 for an expired one. */
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

/** Longer than anything that we write. */
const MAX_CELL = 400;

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
  status: DecodedStatus | 'denied' | undefined,
  expiringBelowSeconds: number,
  now: number,
): TokenReport {
  const inTrouble = (state: string, since: string | undefined, doFirst: string, reason?: string): TokenReport => ({
    token,
    ...life,
    state,
    ...(reason !== undefined && { reason }),
    ...(since !== undefined && { since }),
    doFirst,
    isAiling: true,
  });
  if (status === 'denied') {
    return {
      token,
      state: 'denied',
      doFirst: `Allow ssm:GetParameters on ${statusParameterName(token)}.`,
      isAiling: true,
    };
  }
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
    const { code, at, reason } = attempt.outcome;
    const guidance = Object.entries(ERROR_GUIDE).find(([known]) => known === code)?.[1];
    return inTrouble(code, at, guidance?.doFirst ?? "Look at the refresher's log.", reason);
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

/**
 * How many of all tokens need attention, and these reports side by side, for a terminal: those that need attention first,
 * and of those the one that ends first.
 * @param now milliseconds since the epoch
 */
export function reportTable(reports: readonly TokenReport[], all: number, now: number): string {
  const rows = reports
    .toSorted(byUrgency)
    .map(({ token, version, secondsRemaining, state, reason = '-', since, doFirst }) => [
      token,
      version === undefined ? '-' : String(version),
      secondsRemaining === undefined ? '-' : spanText(secondsRemaining),
      state,
      reason,
      since === undefined ? '-' : `${spanText((now - Date.parse(since)) / 1000)} ago`,
      doFirst === '' ? 'nothing' : doFirst,
    ]);
  const ailing = reports.filter(({ isAiling }) => isAiling).length;
  const count = `${ailing} of ${all} need attention`;
  if (rows.length === 0) return count;
  const table = [
    ['TOKEN', 'VERSION', 'LIVES FOR', 'STATE', 'REASON', 'SINCE', 'WHAT TO DO FIRST'],
    ...rows.map((row) => row.map(cell)),
  ];
  const widths = table[0]?.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0))) ?? [];
  const lines = table.map((row) =>
    row
      .map((text, column) => text.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return [count, ...lines].join('\n');
}

function byUrgency(a: TokenReport, b: TokenReport): number {
  const left = ({ isAiling, secondsRemaining = Number.MAX_SAFE_INTEGER }: TokenReport) =>
    isAiling ? secondsRemaining : 0;
  return Number(b.isAiling) - Number(a.isAiling) || left(a) - left(b);
}

/** Whoever may write a status must not be able to write to the terminal of whoever looks at it, or to draw another row. */
function cell(text: string): string {
  const line = stripVTControlCharacters(text).replaceAll(/[\p{C}\p{Zl}\p{Zp}\s]+/gu, ' ');
  return line.length > MAX_CELL ? `${line.slice(0, MAX_CELL)}…` : line;
}
