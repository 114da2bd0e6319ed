import { expect, it } from 'vitest';
import { parseTokenReply } from '../../lambda/refresher/soap/token-reply.ts';
import { EXAMPLE } from '../../lambda/refresher/warm-up.ts';

it('takes the parser the whole way, to a token', () => {
  expect(parseTokenReply(EXAMPLE)).toEqual({ kind: 'token', accessToken: 'example', expiresInSeconds: 14_400 });
});
