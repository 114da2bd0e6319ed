import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { withTexts } from '../markers.ts';
import { contract } from './contract-texts.ts';

const PAGE = readFileSync(join(import.meta.dirname, '../../docs/contract.md'), 'utf8');

it('docs/contract.md is what npm run contract writes from the template, and leaves no kind of resource out', () => {
  const { texts, types } = contract();
  expect(PAGE).toBe(withTexts(PAGE, 'contract', texts));
  // Roles and their policies stand as trust and statements.
  const left = [...types].filter((type) => !PAGE.includes(`${type}:`));
  expect(left.toSorted()).toEqual(['AWS::IAM::Policy', 'AWS::IAM::Role']);
});
