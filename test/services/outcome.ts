import type { JudgedToken, NoToken } from '../../lambda/services/judged-answer.ts';

/** What an answer is taken for, in one word. */
export type Outcome = 'token' | 'credentials' | 'request' | 'unavailable' | 'malformed';

const WORDS = {
  CREDENTIALS_REFUSED: 'credentials',
  REQUEST_REFUSED: 'request',
  ENDPOINT_UNAVAILABLE: 'unavailable',
  REPLY_MALFORMED: 'malformed',
} as const satisfies Record<NoToken['code'], Outcome>;

export function outcomeOf(answer: JudgedToken | NoToken): Outcome {
  return 'code' in answer ? WORDS[answer.code] : 'token';
}
