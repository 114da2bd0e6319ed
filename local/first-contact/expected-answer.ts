import { mastersIndia } from '../../lambda/services/masters-india.ts';
import type { ServiceProfile } from '../../lambda/services/profile.ts';
import { serviceOf } from '../../lambda/services/service.ts';
import { profileDialect } from '../world/soap/profile-dialect.ts';
import { createSoapService } from '../world/soap/soap-service.ts';
import { answerStructure } from './answer-structure.ts';

/** What the answer of a service looks like that hands out a token. */
export interface ExpectedAnswer {
  readonly mediaType: string;
  /** As `AnswerStructure` has them. */
  readonly lines: readonly string[];
  /** The first lines, down to the answer's name: where another service's answer differs. */
  readonly decisiveLines: number;
}

/** @param profile undefined for Masters India's */
export function expectedAnswer(profile: ServiceProfile | undefined): ExpectedAnswer {
  return profile === undefined ? documentedAnswer() : profileAnswer(profile);
}

/** The answer of the local service, which is the documented one. */
function documentedAnswer(): ExpectedAnswer {
  const credentials = { username: 'u', password: 'p', client_id: 'c', client_secret: 's' };
  const { body } = serviceOf(mastersIndia).request(credentials, { now: 0, uuid: '', endpoint: '' });
  const service = createSoapService({ credentials });
  const { body: xml, contentType } = service.answer({ body, contentType: 'text/xml; charset=utf-8' }, new Date(0));
  const { lines } = answerStructure(Buffer.from(xml, 'latin1'), contentType, (name) => name);
  return { mediaType: 'text/xml', lines, decisiveLines: 3 };
}

function profileAnswer(profile: ServiceProfile): ExpectedAnswer {
  const { namespaces, answer } = profile;
  // Which of several stands where, a profile does not say.
  const first = namespaces === undefined ? ['any namespace'] : namespaces.slice(0, 1);
  const shown = (namespaces ?? []).length > 1 ? ["one of the profile's namespaces"] : first;
  const { body, contentType } = profileDialect({ ...profile, namespaces: shown }).success('x', new Date(0), 1);
  const { lines } = answerStructure(Buffer.from(body), contentType, (name) => name);
  return {
    mediaType: contentType.replace(/;.*/, ''),
    // How long the texts are is the service's own affair.
    lines: lines.map((line) => line.replace(/(?: \(|, )\d+ chars?\)$/, (end) => (end.startsWith(',') ? ')' : ''))),
    decisiveLines: lines.findIndex((line) => line.trim().replace(/ \(.*/, '') === answer) + 1,
  };
}
