import type { AnnouncedRecord, AttemptRecord } from '../attempt-record.ts';
import type { Envelope } from '../services/service.ts';
import type { SoapReply } from '../soap/soap-reply.ts';
import type { TokenRecord } from '../token-status.ts';
import type { Credentials } from './parse-credentials.ts';
import type { StoredState } from './rules/stored-state.ts';
import type { TickReport } from './tick-report.ts';
import type { TlsCredentials } from './tls-credentials.ts';

/** All that a tick needs from outside. Lambda gives it the real things, tests and the simulation give it others. */
export interface Dependencies extends Time {
  readonly credentials: CredentialsSource;
  readonly store: TokenStore;
  /**
   * Sends one envelope to the SOAP endpoint and reads the whole answer.
   * @throws RefreshError `ENDPOINT_UNAVAILABLE` when there is none within `timeoutMs`.
   */
  readonly post: (envelope: Envelope, timeoutMs: number, tls: TlsCredentials) => Promise<SoapReply>;
  /** Writes the log line and the metrics. */
  readonly report: (report: TickReport) => void;
}

/** Where the credentials are kept. */
export interface CredentialsSource {
  /** @throws RefreshError `CREDENTIALS_UNREADABLE` or `CREDENTIALS_MALFORMED` */
  read(signal: AbortSignal): Promise<Credentials>;
}

/**
 * Where the token and its records are kept. Deadlines are milliseconds since the epoch; writes are tried until then. Every
 * method throws a RefreshError `STORE_FAILED`.
 */
export interface TokenStore {
  /** A parameter that does not exist is not an error. */
  read(signal: AbortSignal): Promise<StoredState>;
  /**
   * Writes the attempt down before the service is asked. That write is the lock between runs.
   * @returns its version; undefined if another run was first
   */
  announce(record: AnnouncedRecord, deadline: number): Promise<number | undefined>;
  /** @returns the token's new version. */
  writeToken(accessToken: string, deadline: number): Promise<number>;
  /**
   * Records the token after `writeToken`, or where the stored token was handed out again; at no other time. Where SSM may
   * have taken it without saying so, another run may ask at once: it is repeated only if the lock can be taken again.
   * @param announced with the version of its announcement as `on`
   */
  writeStatus(token: TokenRecord, announced: AnnouncedRecord, deadline: number): Promise<void>;
  /** The attempt with its outcome. */
  writeOutcome(record: AttemptRecord, deadline: number): Promise<void>;
}

/** Clock, pauses and chance, so that tests can run them as they like. */
export interface Time {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<unknown>;
  /** A signal that aborts after `ms` milliseconds. */
  readonly timeout: (ms: number) => AbortSignal;
  /** From 0 up to 1, for jitter. */
  readonly random: () => number;
}
