import { type AnnouncedRecord, decodeAttempt, encodeAttempt, hasLost } from '../../attempt-record.ts';
import { instant, isUnreadable, unreadable } from '../../record.ts';
import type { Time } from '../dependencies.ts';
import { asString, contentOf, mayHeal, type SsmCalls } from './ssm-calls.ts';

const LOCKING_MS = 2_000;

/** The attempt parameter as the lock between runs: whoever writes the version after the one that was read holds it. */
export function attemptLock(attemptName: string, { get, put }: SsmCalls, time: Pick<Time, 'now'>) {
  /**
   * @returns undefined where that version cannot be had
   * @throws where it cannot be had for a moment, for a refusal may stand in it
   */
  async function readVersion(version: number, abortSignal?: AbortSignal) {
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
    const first = tries > 1 ? await readVersion(on + 1) : undefined;
    return first !== undefined && !isUnreadable(first) && first.attempt?.run === run ? version : undefined;
  }

  /**
   * Takes the lock once more, over whatever came second meanwhile. The attempt then names another instant, so that a status
   * that arrives late does not end it.
   * @param held whose `on` goes up with each version that is known to have come second
   * @returns whether the lock is held; if not, another run was first, for the status has arrived
   */
  async function lockAgain(held: { record: AnnouncedRecord }, deadline: number): Promise<boolean> {
    const lockingUntil = Math.min(deadline, time.now() + LOCKING_MS);
    for (;;) {
      const { attempt } = held.record;
      const again = { ...held.record, attempt: { ...attempt, at: instant(time.now()) } };
      const { version = 0 } = await put(asString(attemptName, encodeAttempt(again)), lockingUntil);
      if (version <= attempt.on) return false;
      for (let between = attempt.on + 1; between < version; between += 1) {
        const found = (await readVersion(between)) ?? unreadable('is gone');
        if (isUnreadable(found)) throw new Error(found.fault);
        const { run, outcome } = found.attempt ?? {};
        if (run !== attempt.run && outcome === undefined && !hasLost(found, between)) return false;
      }
      held.record = { ...again, attempt: { ...again.attempt, on: version } };
      if (version === attempt.on + 1) return true;
    }
  }

  return { readVersion, lock, lockAgain };
}
