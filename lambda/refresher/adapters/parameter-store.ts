import {
  GetParametersCommand,
  type GetParametersCommandOutput,
  type Parameter,
  PutParameterCommand,
  type PutParameterCommandInput,
  type PutParameterCommandOutput,
} from '@aws-sdk/client-ssm';
import {
  type AnnouncedRecord,
  attemptParameterName,
  countingRecord,
  decodeAttempt,
  encodeAttempt,
  hasLost,
} from '../../attempt-record.ts';
import { instant, isUnreadable, type UnreadableRecord, unreadable } from '../../record.ts';
import { RefreshError } from '../../refresh-error.ts';
import { decodeStatus, encodeStatus, rejectedParameterName, statusParameterName } from '../../token-status.ts';
import type { Config } from '../config.ts';
import type { Time, TokenStore } from '../dependencies.ts';
import { errorName, httpStatus, redactedCause } from '../redact-error.ts';
import { type RetryPolicy, retryUntil } from '../retry-until.ts';
import type { RejectionReport, StoredState } from '../rules/stored-state.ts';
import { storeRemedy } from './store-refusal.ts';

/** What is wanted of an SSM client; `SSMClient` fits. It makes one try: the tries are counted here, by the time that is left. */
export interface ParameterStoreClient {
  send(
    command: GetParametersCommand,
    options: { readonly abortSignal: AbortSignal },
  ): Promise<GetParametersCommandOutput>;
  send(
    command: PutParameterCommand,
    options: { readonly abortSignal: AbortSignal },
  ): Promise<PutParameterCommandOutput>;
}

type ParameterText = Pick<PutParameterCommandInput, 'Name' | 'Value' | 'Type' | 'KeyId'>;

const NOT_ASKED = 'The SOAP service was not asked';
const READ_TRIES = 3;

/** The token and its records in SSM Parameter Store. Never decrypts: the refresher has no right to see a stored token. */
export function createTokenStore(
  ssm: ParameterStoreClient,
  { tokenParameterName, tokenKmsKeyId }: Pick<Config, 'tokenParameterName' | 'tokenKmsKeyId'>,
  time: Time,
): TokenStore {
  const statusName = statusParameterName(tokenParameterName);
  const attemptName = attemptParameterName(tokenParameterName);
  const rejectedName = rejectedParameterName(tokenParameterName);

  async function get(Names: string[], abortSignal: AbortSignal): Promise<readonly Parameter[]> {
    const command = new GetParametersCommand({ Names, WithDecryption: false });
    const policy = {
      deadline: Number.POSITIVE_INFINITY,
      maxTries: READ_TRIES,
      pauseMs: (tries: number) => 100 * 2 ** tries,
      mayHeal: (error: unknown) => mayHeal(error) && !abortSignal.aborted,
    };
    const { Parameters = [] } = await tried(policy, () => ssm.send(command, { abortSignal }));
    return Parameters;
  }

  /** @throws the last answer of SSM where there was one: an aborted try says less. */
  async function tried<Output>(policy: RetryPolicy, send: () => Promise<Output>): Promise<Output> {
    let answered: unknown;
    try {
      return await retryUntil(policy, time, async () => {
        try {
          return await send();
        } catch (error) {
          if (httpStatus(error) !== undefined) answered = error;
          throw error;
        }
      });
    } catch (error) {
      throw answered ?? error;
    }
  }

  /**
   * Type, tier and key are always said: left out, the account's defaults or the parameter's past would decide.
   * @returns the version that PutParameter named, and to which try
   */
  async function put(
    parameter: ParameterText,
    deadline: number,
    again: () => Promise<ParameterText | undefined> = async () => parameter,
    tier = tierFor(parameter.Value),
  ): Promise<{ readonly version: number | undefined; readonly tries: number }> {
    let written = parameter;
    let tries = 0;
    let mayHaveArrived = false;
    const pauseMs = (count: number) => Math.min(250 * 2 ** (count - 1), 4000);
    try {
      const { Version } = await tried({ deadline, pauseMs, mayHeal }, async () => {
        const next = mayHaveArrived ? await again() : written;
        if (next === undefined) return { Version: undefined };
        written = next;
        tries += 1;
        const command = new PutParameterCommand({ ...written, Tier: tier, Overwrite: true });
        try {
          return await ssm.send(command, { abortSignal: time.timeout(Math.max(0, deadline - time.now())) });
        } catch (error) {
          mayHaveArrived ||= (httpStatus(error) ?? 500) >= 500;
          throw error;
        }
      });
      return { version: Version, tries };
    } catch (error) {
      // SSM lets no parameter go back to the Standard tier; what was long once may be short now.
      if (tier === 'Standard' && isAdvanced(error)) return await put(written, deadline, again, 'Advanced');
      throw error;
    }
  }

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

  /**
   * @returns undefined where that version cannot be had
   * @throws where it cannot be had for a moment, for a refusal may stand in it
   */
  async function readVersion(version: number, abortSignal: AbortSignal) {
    const [parameter] = await get([`${attemptName}:${version}`], abortSignal).catch((error: unknown) => {
      if (mayHeal(error)) throw error;
      return [];
    });
    return parameter && contentOf(parameter, decodeAttempt);
  }

  /** @returns the version of the announcement; undefined if another run was first */
  async function lock(record: AnnouncedRecord, deadline: number): Promise<number | undefined> {
    const { on, run } = record.attempt;
    const { version, tries } = await put(asString(attemptName, encodeAttempt(record)), deadline);
    if (version === on + 1) return version;
    // The answer to the first write may have been lost.
    const first = tries > 1 ? await readVersion(on + 1, time.timeout(OWN_READ_MS)) : undefined;
    return first !== undefined && !isUnreadable(first) && first.attempt?.run === run ? version : undefined;
  }

  /**
   * Takes the lock once more, over whatever came second meanwhile. The attempt then names another instant, so that a status
   * that arrives late does not end it.
   * @param held whose `on` goes up with each version that is known to have come second
   * @returns whether the lock is held; if not, another run was first, for the status has arrived
   */
  async function lockAgain(held: { record: AnnouncedRecord }, deadline: number): Promise<boolean> {
    for (;;) {
      const { attempt } = held.record;
      const again = { ...held.record, attempt: { ...attempt, at: instant(time.now()) } };
      const { version = 0 } = await put(asString(attemptName, encodeAttempt(again)), deadline);
      if (version <= attempt.on) return false;
      for (let between = attempt.on + 1; between < version; between += 1) {
        const found = (await readVersion(between, time.timeout(OWN_READ_MS))) ?? unreadable('is gone');
        if (isUnreadable(found)) throw new Error(found.fault);
        const { run, outcome } = found.attempt ?? {};
        if (run !== attempt.run && outcome === undefined && !hasLost(found, between)) return false;
      }
      held.record = { ...again, attempt: { ...again.attempt, on: version } };
      if (version === attempt.on + 1) return true;
    }
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
    async writeStatus(status, announced, deadline) {
      const held = { record: announced };
      const text = () => {
        const token = status.token && { ...status.token, attemptAt: held.record.attempt.at };
        return asString(statusName, encodeStatus({ ...status, token }));
      };
      let isLockTried = false;
      const again = async () => {
        if (!isLockTried) {
          const [written] = await get([statusName], time.timeout(OWN_READ_MS));
          if (written?.Value === text().Value) return undefined;
        }
        // From here on, only a status that names the new announcement ends that.
        isLockTried = true;
        const isHeld = await lockAgain(held, Math.min(deadline, time.now() + LOCKING_MS));
        return isHeld ? text() : undefined;
      };
      await orStoreFailed(put(text(), deadline, again), statusName);
    },
    async writeOutcome(record, deadline) {
      await orStoreFailed(put(asString(attemptName, encodeAttempt(record)), deadline), attemptName);
    },
  };
}

function asString(Name: string, Value: string): ParameterText {
  return { Name, Value, Type: 'String' };
}

const OWN_READ_MS = 2_000;
const LOCKING_MS = 2_000;

/** Standard is free, and takes 4,096 bytes. */
function tierFor(value = ''): 'Standard' | 'Advanced' {
  return Buffer.byteLength(value) > 4096 ? 'Advanced' : 'Standard';
}

function isAdvanced(error: unknown): boolean {
  const message = error instanceof Error ? error.message : '';
  return errorName(error) === 'ValidationException' && /\badvanced\b/i.test(message);
}

/** Throttling, the service's own trouble, or no answer at all. */
function mayHeal(error: unknown): boolean {
  const status = httpStatus(error);
  // TooManyUpdates is SSM's throttling of one parameter; the SDK does not count it as such.
  return status === undefined || status >= 500 || status === 429 || /^TooMany|Throttl/.test(errorName(error));
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

/** Another type than the one that the refresher writes: an organisation's rule, or a person, changed it. */
function contentOf<Content extends object>(
  parameter: Parameter | undefined,
  decode: (text: string) => Content | UnreadableRecord,
): Content | UnreadableRecord | Record<string, never> {
  if (parameter === undefined) return {};
  const { Type, Value = '' } = parameter;
  return Type === 'String' ? decode(Value) : unreadable(`is a ${Type}, not the String that the refresher writes`);
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
