import type { ServiceProfile } from '../../lambda/services/profile.ts';
import { profileDialect } from '../world/soap/profile-dialect.ts';
import { answerStructure } from './answer-structure.ts';

/** What the answer of a service looks like that hands out a token. */
export interface ExpectedAnswer {
  readonly mediaType: string;
  /** As `AnswerStructure` has them. */
  readonly lines: readonly string[];
  /** The first lines, down to the answer's name: where another service's answer differs. */
  readonly decisiveLines: number;
}

/** As far as a profile says it. */
export function expectedAnswer(profile: ServiceProfile): ExpectedAnswer {
  const { namespaces, answer } = profile;
  // Which of several stands where, a profile does not say.
  const first = namespaces === undefined ? ['any namespace'] : namespaces.slice(0, 1);
  const shown = (namespaces ?? []).length > 1 ? ["one of the profile's namespaces"] : first;
  const { body, contentType } = profileDialect({ ...profile, namespaces: shown }).success('x', new Date(0), 1);
  const { lines } = answerStructure(Buffer.from(body), contentType, (name) => name, profile);
  return {
    mediaType: contentType.replace(/;.*/, ''),
    // How long the texts are is the service's own affair.
    lines: lines.map((line) => line.replace(/(?: \(|, )\d+ chars?\)$/, (end) => (end.startsWith(',') ? ')' : ''))),
    decisiveLines: lines.findIndex((line) => line.trim().replace(/ \(.*/, '') === answer) + 1,
  };
}
