import { expect, it } from 'vitest';
import { Random } from '../../local/world/time/random.ts';
import { VirtualClock } from '../../local/world/time/virtual-clock.ts';
import { awsError, CHECK_EVERY_MS, type Passage, SmallWorld } from './proofs/small-world.ts';

it.each([1, 2, 3, 4])(
  'of 25 tokens that fall due in one second, none is minted that SSM cannot store, and all are refreshed within two ticks (%i)',
  async (seed) => {
    const random = new Random(seed);
    const clock = new VirtualClock(0);
    const worlds = Array.from({ length: 25 }, () => new SmallWorld({ clock, random: () => random.next() }));
    let taken: readonly number[] = [];
    /** Three writes a second of the whole account are taken, as SSM does, and all others throttled. */
    const passage: Passage = async (effect, act) => {
      await clock.sleep(random.between(5, 60));
      if (['announce', 'token', 'status', 'outcome'].includes(effect)) {
        taken = taken.filter((at) => at > clock.now() - 1000);
        if (taken.length === 3) throw awsError('ThrottlingException', 400);
        taken = [...taken, clock.now()];
      }
      return await act();
    };
    // First there is no token; then a new version of the secret makes all due at once.
    for (const round of [1, 2]) {
      for (const turn of [1, 2]) {
        for (const world of worlds) {
          if (round === 2 && turn === 1) world.putSecret();
          clock.at(clock.now() + random.between(0, 1000), () => void world.run(passage, {}, (ms) => clock.timeout(ms)));
        }
        await clock.advance(CHECK_EVERY_MS);
      }
      expect(worlds.map(({ logins }) => logins.length)).toEqual(worlds.map(() => round));
      expect(worlds.map(({ status }) => status?.token?.version)).toEqual(worlds.map(() => round));
    }
  },
);
