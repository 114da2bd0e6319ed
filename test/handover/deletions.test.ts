import { expect, it } from 'vitest';
import { deletions } from './deletions.ts';

const SOURCE = `import { text } from './text.ts';

/** What userAgent is. */
export interface Props {
  readonly userAgent?: string;
}

class Refusal extends Error {
  readonly userAgent: string | undefined;
}

export function post({ userAgent, proxy }: Props) {
  const headers = {
    accept: text('userAgent'),
    'User-Agent': userAgent,
  };
  send({ proxy, userAgent, headers });
}
`;

it('leaves out each entry and each property that names a setting, and no type, comment, text or declaration', () => {
  expect(deletions(SOURCE, ['userAgent']).map(({ line, left }) => [line, left])).toEqual([
    [15, "'User-Agent': userAgent,"],
    [17, 'send({ proxy, userAgent, headers });'],
    [17, 'userAgent, '],
  ]);
});

it('leaves the rest as it is', () => {
  const [entry, , property] = deletions(SOURCE, ['userAgent']);
  expect(entry?.rest).toBe(SOURCE.replace("    'User-Agent': userAgent,\n", ''));
  expect(property?.rest).toBe(SOURCE.replace('{ proxy, userAgent, headers }', '{ proxy, headers }'));
});
