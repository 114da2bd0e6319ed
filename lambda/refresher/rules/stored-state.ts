import type { DecodedStatus } from '../../token-status.ts';

/** What is stored when a tick begins. */
export interface StoredState {
  /** The token parameter; undefined when there is none. */
  readonly token: { readonly version: number; readonly type: string } | undefined;
  /** The status parameter; undefined when there is none. */
  readonly status: StoredStatus | undefined;
  /** The version that a reader last reported as rejected. */
  readonly reportedVersion: number | undefined;
}

/** The status parameter: what its text says, or what is wrong with it. */
export interface StoredStatus extends DecodedStatus {
  /** Its SSM version. */
  readonly version: number;
  /** When it was changed, milliseconds since the epoch. */
  readonly changedAt: number;
}
