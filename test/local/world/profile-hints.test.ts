import { expect, it } from 'vitest';
import { PROFILES, type ServiceProfile } from '../../../lambda/services/profiles.ts';
import { type RefreshTiming, timingOf } from '../../../lambda/timing.ts';
import { codeHint, lifetimeHint, pathHints } from '../../../local/world/profile-hints.ts';
import { reply, soap11 } from '../../services/answers.ts';

const HOUR = 3600;

const EIGHT_HOURS = { tokenLifetimeSeconds: 8 * HOUR };
const AT_EXPIRY = { renewalWindowSeconds: 0 };

it.each<[string, Partial<RefreshTiming>, hours: number, said: RegExp, unsaid: RegExp]>([
  ['an hour against four', {}, 1, /48 logins a day, not 12.*for ever.*"1 hour"/, /each renewal/],
  ['two hours against four', {}, 2, /24 logins a day, not 12/, /page/],
  ['three hours against eight', EIGHT_HOURS, 3, /16 logins.*before each renewal/, /ever\./],
  ['twelve hours against four', {}, 12, /12 logins a day\..*"12 hours"/, /not 12|page/],
  ['half a day of one that is renewed at its end', AT_EXPIRY, 12, /2 logins a day, not 6/, /page/],
])('says of %s how many logins follow, and whether TokenExpiring would page', (_, given, hours, said, unsaid) => {
  const hint = lifetimeHint(timingOf(given), hours * HOUR);

  expect(hint).toMatch(said);
  expect(hint).not.toMatch(unsaid);
});

it('says nothing of a lifetime that is about the expected one', () => {
  const hints = [0.95, 1, 1.09].map((share) => lifetimeHint(timingOf({}), share * 4 * HOUR));

  expect(hints).toEqual(Array(3).fill(undefined));
});

it('asks for no place of codes where there is one, or nothing to look for', () => {
  const hints = [...PROFILES].map(([name, profile]) => [name, codeHint(profile) !== undefined] as const);

  expect(Object.fromEntries(hints)).toMatchObject({ mastersIndia: false, finanzonline: false, dpd: true });
});

const PROFILE: ServiceProfile = {
  request: '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"/>',
  answer: 'open',
  namespaces: ['urn:a'],
  token: 'session/id',
  expiresAt: '/Header/Life/end',
  code: 'rc',
  codes: { credentials: ['E1'] },
};

function hintsFor(content: string, answer = 'open'): readonly string[] {
  return pathHints(PROFILE, reply(soap11(`<${answer} xmlns="urn:a">${content}</${answer}>`)));
}

it.each([
  ['a name of another case', '<session><ID>x</ID></session>', /; did you mean ID\?/],
  ['a name in another namespace', '<session xmlns="urn:b"/>', /; session stands there in a/],
  ['a wrapped answer', '<return><session><di>x</di></session></return>', /session has no id/],
])('names what was probably meant by a path that leads nowhere: %s', (_, content, meant) => {
  const [token = '', ...others] = hintsFor(content);

  expect(token).toMatch(/^token: session\/id leads nowhere/);
  expect(token).toMatch(meant);
  expect(others).toEqual([
    expect.stringMatching(/^code: rc leads nowhere/),
    expect.stringMatching(/^expiresAt: \/Header\/Life\/end leads nowhere, Envelope has no Header/),
  ]);
});

it('says nothing of what a refusal need not have, of another answer, and of what is no SOAP', () => {
  expect(hintsFor('<rc>E1</rc>')).toEqual([]);
  expect(hintsFor('', 'closed')).toEqual([]);
  expect(pathHints(PROFILE, reply('<p>', { contentType: 'text/html' }))).toEqual([]);
});
