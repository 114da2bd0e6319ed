import type { TickReport } from './tick-report.ts';

/** What stands in that line. */
export type TickLogLine = Readonly<ReturnType<typeof tickLogLine>>;

/** Writes the one line of a tick. Lambda's JSON log format keeps it an object. */
export function logTick(tokenParameterName: string | undefined, report: TickReport): void {
  const line = tickLogLine(tokenParameterName, report);
  if (report.outcome === 'failed') console.error(line);
  else if (report.warnings.length > 0) console.warn(line);
  else console.info(line);
}

/** The one line of a tick: an explicit list of what is safe to log. What there is nothing to say of is undefined. */
export function tickLogLine(tokenParameterName: string | undefined, report: TickReport) {
  const {
    outcome,
    decision,
    trigger,
    secretVersionId,
    token,
    secondsRemaining,
    endpointLatenciesMs,
    said,
    profileEntry,
    warnings,
  } = report;
  const error = report.outcome === 'failed' ? report.error : undefined;
  return {
    outcome,
    decision,
    trigger,
    code: error?.code,
    message: error?.message,
    cause: error?.cause instanceof Error ? error.cause.message : undefined,
    said,
    profileEntry,
    tokenParameter: tokenParameterName,
    tokenVersion: token?.version,
    expiresAt: token?.expiresAt,
    lifetimeAssumed: token?.lifetimeAssumed,
    secondsRemaining,
    secretVersionId,
    endpointLatenciesMs: endpointLatenciesMs.length > 0 ? endpointLatenciesMs : undefined,
    warnings: warnings.length > 0 ? warnings : undefined,
  };
}
