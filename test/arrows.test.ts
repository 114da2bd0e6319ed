import { expect, it } from 'vitest';
import { circles, importsOfProduct, upwardArrows } from './arrows.ts';

it('no import of the product points up, and none goes in a circle, types included', () => {
  const imports = importsOfProduct();

  expect(imports.size).toBeGreaterThan(150);
  expect(circles(imports)).toEqual([]);
  expect(upwardArrows(imports)).toEqual([]);
});

it('a circle and an arrow up are found', () => {
  const bent = new Map([
    ['lambda/soap/a.ts', ['lambda/services/b.ts']],
    ['lambda/services/b.ts', ['lambda/soap/a.ts']],
  ]);

  expect(circles(bent)).toEqual(['lambda/soap/a.ts -> lambda/services/b.ts -> lambda/soap/a.ts']);
  expect(upwardArrows(bent)).toEqual(['lambda/soap/a.ts -> lambda/services/b.ts']);
});
