import { closest } from '../lambda/services/closest.ts';

/** Longer than any name there is; comparing takes time that grows with it. */
const MAX_NAME = 40;

/** ` Did you mean --serve?`, or nothing where no known name is near. */
export function didYouMean(name: string, known: readonly string[]): string {
  const near = closest(name.slice(0, MAX_NAME), known);
  return near === undefined ? '' : ` Did you mean ${near}?`;
}
