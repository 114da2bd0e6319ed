import type { Parameter } from '@aws-sdk/client-ssm';
import { attemptParameterName, countingRecord, decodeAttempt, encodeAttempt } from '../../attempt-record.ts';
import { RefreshError } from '../../refresh-error.ts';
import { decodeStatus, encodeStatus, rejectedParameterName, statusParameterName } from '../../token-status.ts';
import type { Config } from '../config.ts';
import type { Time, TokenStore } from '../dependencies.ts';
import { errorName, redactedCause } from '../redact-error.ts';
import type { RejectionReport, StoredState } from '../rules/stored-state.ts';
import { attemptLock } from './attempt-lock.ts';
import { asString, contentOf, type ParameterStoreClient, ssmCalls } from './ssm-calls.ts';
import { storeRemedy } from './store-refusal.ts';

const NOT_ASKED = 'The SOAP service was not asked';

/** The token and its records in SSM Parameter Store. Never decrypts: the refresher has no right to see a stored token. */
export function createTokenStore(
  ssm: ParameterStoreClient,
  { tokenParameterName, tokenKmsKeyId }: Pick<Config, 'tokenParameterName' | 'tokenKmsKeyId'>,
  time: Time,
): TokenStore {
  const statusName = statusParameterName(tokenParameterName);
  const attemptName = attemptParameterName(tokenParameterName);
  const calls = ssmCalls(ssm, time);
  const { get, put } = calls;
  const { lock, lockAgain, readVersion } = attemptLock(attemptName, calls, time);
  const rejectedName = rejectedParameterName(tokenParameterName);

  async function read(abortSignal: AbortSignal): Promise<StoredState> {
    const names = [tokenParameterName, statusName, attemptName, rejectedName];
    const failed = (error: unknown) => {
      throw storeFailed(`SSM did not hand out ${tokenParameterName} and its records`, error, NOT_ASKED);
    };
    const parameters = await get(names, abortSignal).catch(failed);
    const find = (name: string) => parameters.find(({ Name }) => Name === name);
    const [token, status, newest] = [find(tokenParameterName), find(statusName), find(attemptName)];
    const on = newest?.Version ?? 0;
    const counting = await countingRecord(contentOf(newest, decodeAttempt), on, (version) =>
      readVersion(version, abortSignal),
    ).catch(failed);
    return {
      token: token && {
        parameterName: tokenParameterName,
        version: token.Version ?? 0,
        type: token.Type ?? '',
        changedAt: changedAt(token),
      },
      status: { parameterName: statusName, content: contentOf(status, decodeStatus), changedAt: changedAt(status) },
      attempts: { parameterName: attemptName, content: counting, changedAt: changedAt(newest) },
      on,
      report: reportIn(find(rejectedName), rejectedName),
    };
  }

  return {
    read,
    announce: (record, deadline) => orStoreFailed(lock(record, deadline), attemptName, NOT_ASKED),
    async writeToken(Value, deadline) {
      const token = { Name: tokenParameterName, Value, Type: 'SecureString', KeyId: tokenKmsKeyId } as const;
      const { version } = await orStoreFailed(put(token, deadline), tokenParameterName);
      if (version !== undefined) return version;
      throw new RefreshError('STORE_FAILED', `SSM stored ${tokenParameterName} but named no version`);
    },
    async writeStatus(token, announced, deadline) {
      const held = { record: announced };
      const text = () => asString(statusName, encodeStatus({ token: { ...token, attemptAt: held.record.attempt.at } }));
      let isLockTried = false;
      const again = async () => {
        const [written] = isLockTried ? [] : await get([statusName]);
        if (written?.Value === text().Value) return undefined;
        // From here on, only a status that names the new announcement ends that.
        isLockTried = true;
        return (await lockAgain(held, deadline)) ? text() : undefined;
      };
      await orStoreFailed(put(text(), deadline, again), statusName);
    },
    async writeOutcome(record, deadline) {
      await orStoreFailed(put(asString(attemptName, encodeAttempt(record)), deadline), attemptName);
    },
  };
}

/** @param note what to add for a person */
async function orStoreFailed<Output>(writing: Promise<Output>, parameterName: string, note?: string): Promise<Output> {
  return await writing.catch((error: unknown) => {
    throw storeFailed(`SSM did not store ${parameterName}`, error, note);
  });
}

function storeFailed(what: string, error: unknown, note?: string): RefreshError {
  const message = `${what}: ${errorName(error)}${storeRemedy(error)}${note === undefined ? '' : `. ${note}`}`;
  return new RefreshError('STORE_FAILED', message, { cause: redactedCause(error) });
}

function changedAt(parameter: Parameter | undefined): number {
  return parameter?.LastModifiedDate?.getTime() ?? 0;
}

/** Readers write the bare version; hands and other clients put quotation marks or line ends around it. */
function reportIn(parameter: Parameter | undefined, parameterName: string): RejectionReport | undefined {
  if (parameter === undefined) return undefined;
  const { Type, Value = '' } = parameter;
  if (Type === 'SecureString') return { fault: `is a ${Type}: it must be a String`, parameterName };
  const [, version] = /^[\s\p{QMark}]*([1-9]\d{0,14})[\s\p{QMark}]*$/u.exec(Value) ?? [];
  return version === undefined
    ? { fault: 'holds no version of the token', parameterName }
    : { version: Number(version) };
}
