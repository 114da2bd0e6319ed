/**
 * Plays random worlds of two and three runs of the tick, and counts what must never be: `npm run orders -- WORLDS SEED`,
 * 20,000 worlds from seed 1 on if left out. A world can be played again by its seed.
 */
import { playRandomWorld } from './random-world.ts';

const [worlds = 20_000, firstSeed = 1] = process.argv.slice(2).map(Number);
if (!(Number.isSafeInteger(worlds) && worlds > 0 && Number.isSafeInteger(firstSeed)))
  throw new TypeError('WORLDS and SEED are whole numbers');

const seeds = new Map<string, readonly number[]>();
const sums = { announcements: 0, lost: 0, deaths: 0 };
for (let seed = firstSeed; seed < firstSeed + worlds; seed += 1) {
  const { violations, incidents } = await playRandomWorld(seed);
  for (const [violation, isFound] of Object.entries(violations))
    seeds.set(violation, [...(seeds.get(violation) ?? []), ...(isFound ? [seed] : [])]);
  sums.announcements += incidents.announcements;
  sums.lost += incidents.lost;
  sums.deaths += incidents.deaths;
}
const { announcements, lost, deaths } = sums;
console.log(`${worlds} worlds: ${announcements} announcements, of which ${lost} came second; ${deaths} runs died`);
for (const [violation, found] of seeds) {
  const examples = found.length > 0 ? ` (seeds ${found.slice(0, 5).join(', ')})` : '';
  console.log(`${String(found.length).padStart(6)}  ${violation}${examples}`);
}
process.exitCode = [...seeds.values()].some((found) => found.length > 0) ? 1 : 0;
