import {
  type Attempt,
  attemptParameterName,
  decodeAttempt,
  hasLost,
  openAttempt,
} from '../../lambda/attempt-record.ts';
import { isUnreadable } from '../../lambda/record.ts';
import type { Config } from '../../lambda/refresher/config.ts';
import { dueTime } from '../../lambda/refresher/rules/decision.ts';
import { decodeStatus, statusParameterName, type TokenRecord } from '../../lambda/token-status.ts';
import type { ServiceToken } from '../world/soap/token-issuer.ts';
import type { VirtualWorld } from '../world/virtual-world.ts';
import type { AttemptView, Life } from './snapshot.ts';

/** What the two records have said so far. */
export interface LifeRecords {
  /** The last attempt to get a token, if none has been stored since. */
  attempt(): AttemptView | undefined;
  /** The tokens that were stored at some time since then, in order of time. */
  lives(since: number): readonly Life[];
}

/** A token as it was recorded, and what the service itself knows of it. */
interface RecordedLife {
  token: TokenRecord;
  readonly storedAt: number;
  readonly issued: ServiceToken | undefined;
}

/** Reads each record as it is written. */
export function recordLives({ clock, aws, vendor }: VirtualWorld, config: Config): LifeRecords {
  const { parameters } = aws.services;
  const statusName = statusParameterName(config.tokenParameterName);
  const attemptName = attemptParameterName(config.tokenParameterName);
  const records: RecordedLife[] = [];
  let attempt: Attempt | undefined;

  parameters.subscribe((name) => {
    if (name === statusName) noteStatus();
    if (name === attemptName) noteAttempt();
  });

  /** One that has lost counts for nothing: the one before it still stands. */
  function noteAttempt(): void {
    const { value = '', version = 0 } = parameters.parameter(attemptName) ?? {};
    const record = decodeAttempt(value);
    if (!isUnreadable(record) && !hasLost(record, version)) attempt = record.attempt;
  }

  function noteStatus(): void {
    const status = decodeStatus(parameters.parameter(statusName)?.value ?? '');
    if (isUnreadable(status) || status.token === undefined) return;
    const { token } = status;
    const last = records.at(-1);
    if (last !== undefined && last.token.version === token.version && last.token.issuedAt === token.issuedAt) {
      last.token = token;
      return;
    }
    const stored = parameters.parameter(config.tokenParameterName)?.value;
    const issued = vendor.service.issuedTokens.findLast((one) => one.token === stored);
    records.push({ token, storedAt: clock.now(), issued });
  }

  return {
    attempt: () => {
      const open = openAttempt({ attempt }, records.at(-1)?.token);
      const { askAgainAt, outcome } = open ?? {};
      if (askAgainAt === undefined) return undefined;
      return { code: outcome?.code, askAgainAt: askAgainAt === 'never' ? askAgainAt : Date.parse(askAgainAt) };
    },
    lives: (since) =>
      records.flatMap(({ token, storedAt, issued }, index) => {
        const replacedAt = records[index + 1]?.storedAt;
        if (replacedAt !== undefined && replacedAt < since) return [];
        const expiresAt = Date.parse(token.expiresAt);
        const endedAt = issued?.revoked ? issued.expiresAt.getTime() : expiresAt;
        const deadAt = endedAt < expiresAt ? endedAt : undefined;
        return [{ version: token.version, storedAt, dueAt: dueTime(token, config), expiresAt, deadAt, replacedAt }];
      }),
  };
}
