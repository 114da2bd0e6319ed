import { expect, it } from 'vitest';
import { mutate } from './mutations.ts';

const SOURCE = `export { type A, b } from './b.ts';
/** Not 1 < 2. */
export function f(list: readonly { readonly at: 1 }[], now: number) {
  if (!list.some(({ at }) => at < now)) return { first: list[0], now } satisfies object;
  g([now], 'now');
}`;

function changes(settings?: readonly string[]) {
  return mutate(SOURCE, 'f.ts', settings).mutants.map(({ line, change }) => `${line}: ${change}`);
}

it('changes conditions, operators, numbers, methods, properties and calls, and nothing that does not run', () => {
  expect(changes()).toEqual([
    '4: !list.some(({ at }) => at < now) → true',
    '4: !list.some(({ at }) => at < now) → false',
    '4: !list.some(({ at }) => at < now) → list.some(({ at }) => at < now)',
    '4: some → every',
    '4: at < now → (at) <= (now)',
    '4: at < now → (at) >= (now)',
    '4: 0 → 1',
    '4: first: list[0] → (left out)',
    '4: now → (left out)',
    "5: g([now], 'now'); → (left out)",
  ]);
});

it('leaves out the statements, properties, arguments and elements that name a setting, and no declaration or text', () => {
  expect(changes(['now'])).toEqual([
    '4: now → (left out)',
    '4: if (!list.some(({ at }) => at < now)) return { first: list[0], now } satisfies object; → (left out)',
    '5: now → (left out)',
    '5: [now] → (left out)',
    "5: g([now], 'now'); → (left out)",
  ]);
});
