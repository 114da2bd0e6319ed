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
  const error = report.outcome === 'failed' ? report.error : undefined;
  return {
    outcome: report.outcome,
    decision: report.decision,
    trigger: report.trigger,
    code: error?.code,
    message: error?.message,
    cause: error?.cause instanceof Error ? error.cause.message : undefined,
    said: report.said,
    profileEntry: report.profileEntry,
    tokenParameter: tokenParameterName,
    tokenVersion: report.token?.version,
    expiresAt: report.token?.expiresAt,
    lifetimeAssumed: report.token?.lifetimeAssumed,
    secondsRemaining: report.secondsRemaining,
    secretVersionId: report.secretVersionId,
    endpointLatenciesMs: report.endpointLatenciesMs.length > 0 ? report.endpointLatenciesMs : undefined,
    warnings: report.warnings.length > 0 ? report.warnings : undefined,
  };
}
