/** Nobody misspells a longer name; comparing takes time that grows with it. */
const MAX_NAME = 100;

/**
 * The part of a sentence that asks what was meant, or nothing where no known name is near.
 * @param start how it goes on: " Did you mean --serve?" after a sentence, "; did you mean --serve?" within one
 */
export function didYouMean(name: string, known: Iterable<string>, start: ' ' | '; ' = ' '): string {
  const short = name.slice(0, MAX_NAME).toLowerCase();
  const [nearest] = [...known]
    .map((candidate) => ({ candidate, distance: editDistance(short, candidate.toLowerCase()) }))
    .filter(({ distance }) => distance <= Math.max(2, short.length / 3))
    .sort((a, b) => a.distance - b.distance);
  if (nearest === undefined) return '';
  return `${start === ' ' ? ' Did' : '; did'} you mean ${nearest.candidate}?`;
}

/** Levenshtein: how many letters must be added, removed or replaced. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (const [index, letter] of [...from].entries()) {
    const next = [index + 1];
    for (const [column, other] of [...to].entries()) {
      const [left = 0, above = 0, diagonal = 0] = [next[column], row[column + 1], row[column]];
      next.push(Math.min(left + 1, above + 1, diagonal + (letter === other ? 0 : 1)));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
