import { type AttemptRecord, attemptParameterName, decodeAttempt, hasLost } from '../../../lambda/attempt-record.ts';
import { isUnreadable } from '../../../lambda/record.ts';
import { decodeStatus, statusParameterName, type TokenStatus } from '../../../lambda/token-status.ts';
import type { ParameterChange } from '../model/account.ts';
import type { Month } from '../model/month.ts';

export interface Span {
  readonly from: number;
  readonly until: number;
}

/** When the stored token was one that the service accepted, in order of time. */
export function validSpans(month: Month): Span[] {
  const tokens = new Map(month.tokens.map((token) => [token.value, token]));
  const contents = changesOf(month, month.tokenParameterName);
  const spans: { from: number; until: number }[] = [];
  for (const [index, { at, value = '' }] of contents.entries()) {
    const token = tokens.get(value);
    if (token === undefined) continue;
    const from = Math.max(at, token.issuedAt);
    const until = Math.min(contents[index + 1]?.at ?? month.end, token.expiresAt, month.end);
    if (from >= until) continue;
    const last = spans.at(-1);
    if (last !== undefined && last.until >= from) last.until = until;
    else spans.push({ from, until });
  }
  return spans;
}

/** The times without a valid token, once there had been a first one. */
export function gaps(month: Month, spans: readonly Span[]): Span[] {
  return spans.flatMap(({ until }, index) => {
    const next = spans[index + 1]?.from ?? month.end;
    return until < next ? [{ from: until, until: next }] : [];
  });
}

/** What stood in a record from that moment on; undefined for what cannot be read. */
export interface Recorded<Content> {
  readonly at: number;
  readonly content: Content | undefined;
}

/** What the refresher wrote down about its token, and when. */
export function statusHistory(month: Month): readonly Recorded<TokenStatus>[] {
  return changesOf(month, statusParameterName(month.tokenParameterName)).map(({ at, value }) => {
    const status = value === undefined ? {} : decodeStatus(value);
    return { at, content: isUnreadable(status) ? undefined : status };
  });
}

/** The attempts that counted, and from when on: one that has lost leaves the one before it. */
export function attemptHistory(month: Month): readonly Recorded<AttemptRecord>[] {
  let version = 0;
  return changesOf(month, attemptParameterName(month.tokenParameterName)).flatMap(
    ({ at, value }): Recorded<AttemptRecord>[] => {
      version = value === undefined ? 0 : version + 1;
      const record = value === undefined ? {} : decodeAttempt(value);
      if (isUnreadable(record)) return [{ at, content: undefined }];
      return hasLost(record, version) ? [] : [{ at, content: record }];
    },
  );
}

/** What became of a parameter, in order of time. */
export function changesOf({ changes }: Month, parameterName: string): readonly ParameterChange[] {
  return changes.filter(({ name }) => name === parameterName);
}

/** When the status said of the stored token that it had not ended: this project's reader hands out no other. */
export function recordedSpans(month: Month): Span[] {
  const history = statusHistory(month);
  return history.flatMap(({ at, content }, index) => {
    const expiresAt = content?.token === undefined ? at : Date.parse(content.token.expiresAt);
    const until = Math.min(history[index + 1]?.at ?? month.end, expiresAt);
    return at < until ? [{ from: at, until }] : [];
  });
}

export function totalMs(spans: readonly Span[]): number {
  return spans.reduce((sum, { from, until }) => sum + until - from, 0);
}
