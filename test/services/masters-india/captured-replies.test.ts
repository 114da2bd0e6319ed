import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseTokenReply } from '../../../lambda/services/masters-india/token-reply.ts';
import type { TokenResult } from '../../../lambda/services/token-result.ts';
import { soapReplyOf } from './raw-reply.ts';
import { type Expectation, expectations, repliesFolder } from './replies.ts';

describe('what real servers answered', () => {
  // The transport undoes the content coding, so the one reply about that is played over a socket, with all the others.
  const pure = expectations.filter(({ file }) => !file.includes('gzip'));

  it.each(pure.map((row) => [row.file, row.expect] as const))('%s', (file, expected) => {
    const reply = parseTokenReply(soapReplyOf(readFileSync(new URL(file, repliesFolder))));
    expect(reply).toMatchObject(verdictOf(expected));
  });
});

function verdictOf(expected: Expectation): Partial<TokenResult> {
  if (expected.kind === 'token') {
    const { accessToken, expiresIn } = expected;
    return { kind: 'token', accessToken, expiresInSeconds: expiresIn ?? undefined };
  }
  switch (expected.code) {
    case 'CREDENTIALS_REFUSED':
      return { kind: 'credentials refused' };
    case 'REQUEST_REFUSED':
      return { kind: 'request refused' };
    case 'ENDPOINT_UNAVAILABLE':
      return { kind: 'unavailable' };
    case 'REPLY_MALFORMED':
      return { kind: 'malformed' };
  }
}
