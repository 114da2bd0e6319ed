import { expect, it } from 'vitest';
import { EXAMPLE } from '../../../lambda/refresher/adapters/warm-up.ts';
import { judge } from '../../../lambda/services/judge.ts';
import { mastersIndia } from '../../../lambda/services/masters-india.ts';

it('takes the parser the whole way, to a token', () => {
  expect(judge(mastersIndia, EXAMPLE)).toEqual({ accessToken: 'example', end: { in: 14_400 } });
});
