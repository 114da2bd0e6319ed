import type { ServiceResult } from '../../lambda/services/service.ts';

/** What an answer is taken for, in one word. */
export type Outcome = 'token' | 'credentials' | 'request' | 'unavailable' | 'malformed';

export function outcomeOf({ kind }: ServiceResult): Outcome {
  switch (kind) {
    case 'credentials refused':
      return 'credentials';
    case 'request refused':
      return 'request';
    default:
      return kind;
  }
}
