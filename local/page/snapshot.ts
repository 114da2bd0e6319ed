/**
 * What the page shows. Instants are milliseconds since the epoch, in the world's own time. Nothing in it is secret: a
 * token is named by its version, never by its text.
 */
export interface Snapshot {
  readonly now: number;
  /** 1 is real time, 0 stands still. */
  readonly pace: number;
  /** Those that can be chosen. */
  readonly paces: readonly Pace[];
  readonly settings: {
    readonly lifetimeSeconds: number;
    readonly checkEverySeconds: number;
    readonly pageBelowSeconds: number;
  };
  /** In order of time; the last one is stored now. */
  readonly lives: readonly Life[];
  /** The last attempt to get a token, if none has been stored since. */
  readonly attempt: AttemptView | undefined;
  readonly nextTickAt: number;
  readonly lastTick: TickView | undefined;
  /** What somebody has done that is wrong at the moment. */
  readonly faults: readonly Button[];
  /** Every request for a token that was sent; `recent` are those that the page shows. */
  readonly logins: { readonly total: number; readonly recent: readonly SentLogin[] };
  readonly alarms: readonly AlarmView[];
  /** Why no alarm is evaluated. */
  readonly alarmsOff: string | undefined;
  readonly alarmChanges: readonly AlarmChange[];
  readonly readers: readonly ReaderView[];
  /** What somebody did on the page. */
  readonly acts: readonly Act[];
  readonly verdict: Verdict;
}

/** One stored token, from being stored to being replaced. */
export interface Life {
  readonly version: number;
  readonly storedAt: number;
  readonly dueAt: number;
  /** As recorded. */
  readonly expiresAt: number;
  /** When the service ended it, where that was earlier. */
  readonly deadAt: number | undefined;
  readonly replacedAt: number | undefined;
}

export interface AttemptView {
  /** Undefined while it is under way, or when its run died. */
  readonly code: string | undefined;
  /** When the service is asked again. */
  readonly askAgainAt: number | 'never';
}

/** `held`: the service was not asked, on purpose. */
type TickKind = 'refreshed' | 'unchanged' | 'left alone' | 'held' | 'failed';

export interface TickView {
  /** Counts up from 1. */
  readonly id: number;
  readonly at: number;
  readonly kind: TickKind;
  /** One sentence. */
  readonly summary: string;
  readonly code: string | undefined;
  /** The log line, as the function writes it. */
  readonly line: Readonly<Record<string, unknown>>;
}

export interface SentLogin {
  readonly at: number;
  readonly outcome: 'granted' | 'refused' | 'no token';
}

export interface AlarmView {
  readonly name: string;
  readonly pages: boolean;
  readonly rule: string;
  readonly state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';
  readonly since: number;
  /** How long an alarm waits after a first deployment before it looks. */
  readonly isWarmingUp: boolean;
}

export interface AlarmChange extends Pick<AlarmView, 'name' | 'state'> {
  readonly at: number;
}

export interface ReaderView {
  readonly name: string;
  /** Whether it reports a token that the service rejects. */
  readonly reports: boolean;
  /** Undefined before its first call. */
  readonly state: 'served' | 'rejected' | 'no token' | 'no answer' | undefined;
  /** One sentence. */
  readonly detail: string;
  readonly at: number | undefined;
  readonly calls: number;
  /** Calls that did not get what they asked for. */
  readonly failed: number;
}

/** Something that was done by hand. */
export interface Act {
  readonly at: number;
  readonly label: string;
}

/** How the token is, in a sentence that a person understands. */
export interface Verdict {
  readonly kind: 'well' | 'warning' | 'danger';
  /** The same without the minutes that pass: what changes it is news. */
  readonly state: 'no token' | 'ended early' | 'expired' | 'paged' | 'failing' | 'well';
  readonly title: string;
  readonly detail: string;
}

/** What somebody can do on the page. */
export type Button =
  | 'service-down'
  | 'service-nonsense'
  | 'token-ended'
  | 'password-refused'
  | 'password-right'
  | 'store-no-writes'
  | 'refresh-now'
  | 'all-well';

/** How many times as fast as real time; 0 stands still. */
export const PACES = [0, 1, 10, 60, 600] as const;
export type Pace = (typeof PACES)[number];
