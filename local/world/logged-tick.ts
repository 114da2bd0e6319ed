/** What a tick did, as its log line says it. */
export interface LoggedTick {
  readonly outcome: 'refreshed' | 'unchanged' | 'fresh' | 'failed';
  /** `due`, `fresh`, `in progress` or `hold`; undefined where the tick could not decide. */
  readonly decision: string | undefined;
  readonly code: string | undefined;
  readonly message: string | undefined;
  readonly cause: string | undefined;
  /** Why a token was asked for. */
  readonly trigger: string | undefined;
  readonly secretVersionId: string | undefined;
  readonly tokenVersion: number | undefined;
  readonly expiresAt: string | undefined;
  readonly secondsRemaining: number | undefined;
  /** Of the last request that was sent. */
  readonly endpointLatencyMs: number | undefined;
  /** What the service said instead of giving a token, its secrets taken out. */
  readonly said: string | undefined;
  /** What to add to the profile, if that is a refusal of the credentials. */
  readonly profileEntry: string | undefined;
  readonly warnings: readonly string[];
  /** All of it, as the function writes it. */
  readonly line: LogLine;
}

/** The one line of a tick, as `tickLogLine` makes it. */
export type LogLine = Readonly<Record<string, unknown>>;

/** Gives the fields of a tick's log line their types. */
export function readLogLine(line: LogLine): LoggedTick {
  const text = (name: string) => (typeof line[name] === 'string' ? line[name] : undefined);
  const number = (name: string) => (typeof line[name] === 'number' ? line[name] : undefined);
  const outcome = text('outcome');
  return {
    outcome: outcome === 'refreshed' || outcome === 'unchanged' || outcome === 'fresh' ? outcome : 'failed',
    decision: text('decision'),
    code: text('code'),
    message: text('message'),
    cause: text('cause'),
    trigger: text('trigger'),
    secretVersionId: text('secretVersionId'),
    tokenVersion: number('tokenVersion'),
    expiresAt: text('expiresAt'),
    secondsRemaining: number('secondsRemaining'),
    endpointLatencyMs: Array.isArray(line.endpointLatenciesMs) ? Number(line.endpointLatenciesMs.at(-1)) : undefined,
    said: text('said'),
    profileEntry: text('profileEntry'),
    warnings: Array.isArray(line.warnings) ? line.warnings.map(String) : [],
    line,
  };
}
