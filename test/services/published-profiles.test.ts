import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { judge } from '../../lambda/services/judge.ts';
import { dpd, finanzonline, regon, sabre } from '../../lambda/services/profiles.ts';
import { type Outcome, outcomeOf } from './answers.ts';

const profiles = { dpd, finanzonline, regon, sabre };

/** One answer of a service, what it is to be taken for, and where it is from. */
interface PublishedAnswer {
  readonly file: string;
  readonly status: number;
  readonly contentType: string;
  readonly expect: Outcome;
  readonly token?: string;
  /** ISO instant. */
  readonly expires?: string;
  readonly code?: string;
  readonly mark: string;
  readonly source: string;
}

describe.each(Object.entries(profiles))('the answers of %s', (name, profile) => {
  const folder = new URL(`${name}/`, import.meta.url);
  const answers: readonly PublishedAnswer[] = JSON.parse(readFileSync(new URL('answers.json', folder), 'utf8'));

  it.each(answers.map((answer) => [answer.file, answer] as const))('%s', (file, answer) => {
    const body = readFileSync(new URL(file, folder));
    const result = judge(profile, { status: answer.status, contentType: answer.contentType, body });

    expect(outcomeOf(result)).toBe(answer.expect);
    if ('accessToken' in result) {
      const end = answer.expires === undefined ? { unknown: expect.any(String) } : { at: Date.parse(answer.expires) };
      expect(result).toEqual({ accessToken: answer.token, end });
    }
    if (answer.expect === 'credentials') expect(result).toMatchObject({ reason: answer.code, isSafeToRepeat: false });
  });
});
