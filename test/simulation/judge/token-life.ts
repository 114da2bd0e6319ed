import { decodeStatus, type TokenStatus } from '../../../lambda/token-status.ts';
import type { Month } from '../model/month.ts';

export interface Span {
  readonly from: number;
  readonly until: number;
}

/** When the stored token was one that the service accepted, in order of time. */
export function validSpans(month: Month, tokenParameterName: string): Span[] {
  const tokens = new Map(month.tokens.map((token) => [token.value, token]));
  const contents = [
    ...month.writes.filter(({ name }) => name === tokenParameterName).map(({ at, value }) => ({ at, value })),
    ...month.deletions.filter(({ name }) => name === tokenParameterName).map(({ at }) => ({ at, value: undefined })),
  ].sort((a, b) => a.at - b.at);
  const spans: { from: number; until: number }[] = [];
  for (const [index, { at, value }] of contents.entries()) {
    const token = value === undefined ? undefined : tokens.get(value);
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

/** What the refresher wrote down about its token, and when. */
export function statusHistory(month: Month, tokenParameterName: string) {
  return month.writes
    .filter(({ name }) => name === `${tokenParameterName}/status`)
    .map(({ at, value }): { at: number; status: TokenStatus | undefined } => ({
      at,
      status: decodeStatus(value).content,
    }));
}

/** When the status said of the stored token that it had not ended: this project's reader hands out no other. */
export function recordedSpans(month: Month, tokenParameterName: string): Span[] {
  const history = statusHistory(month, tokenParameterName);
  return history.flatMap(({ at, status }, index) => {
    const expiresAt = status?.token === undefined ? at : Date.parse(status.token.expiresAt);
    const until = Math.min(history[index + 1]?.at ?? month.end, expiresAt);
    return at < until ? [{ from: at, until }] : [];
  });
}

export function totalMs(spans: readonly Span[]): number {
  return spans.reduce((sum, { from, until }) => sum + until - from, 0);
}
