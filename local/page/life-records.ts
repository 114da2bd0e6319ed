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
import type { VirtualWorld } from '../world/virtual-world.ts';
import type { AttemptView, Life } from './snapshot.ts';

/** The tokens that were stored at some time since then, in order of time: what the status has said so far. */
export function livesSince(since: number, world: VirtualWorld, config: Config): readonly Life[] {
  const records = storedTokens(world, config);
  return records.flatMap(({ token, storedAt }, index) => {
    const replacedAt = records[index + 1]?.storedAt;
    if (replacedAt !== undefined && replacedAt < since) return [];
    const expiresAt = Date.parse(token.expiresAt);
    const endedAt = endedByService(token, world, config) ?? expiresAt;
    const deadAt = endedAt < expiresAt ? endedAt : undefined;
    return [{ version: token.version, storedAt, dueAt: dueTime(token, config), expiresAt, deadAt, replacedAt }];
  });
}

/** The last attempt to get a token, if none has been stored since. */
export function attemptOf(world: VirtualWorld, config: Config): AttemptView | undefined {
  const attempt = countingAttempt(world, config);
  const { askAgainAt, outcome } = openAttempt({ attempt }, storedTokens(world, config).at(-1)?.token) ?? {};
  if (askAgainAt === undefined) return undefined;
  return { code: outcome?.code, askAgainAt: askAgainAt === 'never' ? askAgainAt : Date.parse(askAgainAt) };
}

/** A token that is handed out again is one. */
function storedTokens({ aws }: VirtualWorld, { tokenParameterName }: Config) {
  const records: { token: TokenRecord; readonly storedAt: number }[] = [];
  for (const { value, lastModified } of aws.services.parameters.history(statusParameterName(tokenParameterName))) {
    const status = decodeStatus(value);
    if (isUnreadable(status) || status.token === undefined) continue;
    const { token } = status;
    const last = records.at(-1);
    if (last?.token.version === token.version && last.token.issuedAt === token.issuedAt) last.token = token;
    else records.push({ token, storedAt: lastModified.getTime() });
  }
  return records;
}

/** One that has lost counts for nothing: the one before it still stands. */
function countingAttempt({ aws }: VirtualWorld, { tokenParameterName }: Config): Attempt | undefined {
  const written = aws.services.parameters.history(attemptParameterName(tokenParameterName));
  for (const { value, version } of written.toReversed()) {
    const record = decodeAttempt(value);
    if (!isUnreadable(record) && !hasLost(record, version)) return record.attempt;
  }
  return undefined;
}

/** When the service ended it early. */
function endedByService({ version }: TokenRecord, { aws, vendor }: VirtualWorld, config: Config): number | undefined {
  const versions = aws.services.parameters.history(config.tokenParameterName);
  const stored = versions.find((one) => one.version === version)?.value;
  const issued = vendor.service.issuedTokens.findLast(({ token }) => token === stored);
  return issued?.revoked ? issued.expiresAt.getTime() : undefined;
}
