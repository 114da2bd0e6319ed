import { expect, it } from 'vitest';
import { EXAMPLE } from '../../../lambda/refresher/adapters/warm-up.ts';
import { parseTokenReply } from '../../../lambda/services/masters-india/token-reply.ts';

it('takes the parser the whole way, to a token', () => {
  expect(parseTokenReply(EXAMPLE)).toEqual({ kind: 'token', accessToken: 'example', expiresInSeconds: 14_400 });
});
