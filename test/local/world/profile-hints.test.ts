import { expect, it } from 'vitest';
import type { ServiceProfile } from '../../../lambda/services/profile.ts';
import { PROFILES } from '../../../lambda/services/profiles.ts';
import { type RefreshTiming, timingOf } from '../../../lambda/timing.ts';
import { codeHint, lifetimeHint, pathHints } from '../../../local/world/profile-hints.ts';

const HOUR = 3600;

it.each<[string, Partial<RefreshTiming>, number, string[], string[]]>([
  ['an hour against four', {}, 1, ['48 logins a day, not 12', 'for ever', '"1 hour"'], []],
  ['two hours against four', {}, 2, ['24 logins a day, not 12'], ['page']],
  ['three hours against eight', { tokenLifetimeSeconds: 8 * HOUR }, 3, ['16 logins', 'before each renewal'], ['ever.']],
  ['twelve hours against four', {}, 12, ['12 logins a day.', '"12 hours"'], ['not 12', 'page']],
  [
    'half a day of one that is renewed at its end',
    { renewalWindowSeconds: 0 },
    12,
    ['2 logins a day, not 6'],
    ['page'],
  ],
])('says of %s how many logins follow, and whether TokenExpiring would page', (_, given, hours, said, unsaid) => {
  const hint = lifetimeHint(timingOf(given), hours * HOUR);

  for (const words of said) expect(hint).toContain(words);
  for (const words of unsaid) expect(hint).not.toContain(words);
});

it('says nothing of a lifetime that is about the expected one', () => {
  expect([0.95, 1, 1.09].map((share) => lifetimeHint(timingOf({}), share * 4 * HOUR))).toEqual(
    Array(3).fill(undefined),
  );
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

function hintsFor(body: string, header = ''): readonly string[] {
  const xml = `<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/">${header}<e:Body>${body}</e:Body></e:Envelope>`;
  return pathHints(PROFILE, { status: 200, contentType: 'text/xml', body: Buffer.from(xml) });
}

it.each<[string, string, string[]]>([
  ['a name of another case', '<open xmlns="urn:a"><session><ID>x</ID></session></open>', ['; did you mean ID?']],
  [
    'a name in another namespace',
    '<open xmlns="urn:a"><session xmlns="urn:b"/></open>',
    ['; session stands there in a'],
  ],
  [
    'a wrapped answer',
    '<open xmlns="urn:a"><return><session><di>x</di></session></return></open>',
    ['session has no id'],
  ],
])('names what was probably meant by a path that leads nowhere: %s', (_, body, words) => {
  const [token = '', ...others] = hintsFor(body);

  expect(token).toMatch(/^token: session\/id leads nowhere/);
  for (const word of words) expect(token).toContain(word);
  expect(others).toEqual([
    expect.stringMatching(/^code: rc leads nowhere/),
    expect.stringMatching(/^expiresAt: \/Header\/Life\/end leads nowhere, Envelope has no Header/),
  ]);
});

it('says nothing of what a refusal need not have, of another answer, and of what is no SOAP', () => {
  expect(hintsFor('<open xmlns="urn:a"><rc>E1</rc></open>')).toEqual([]);
  expect(hintsFor('<closed xmlns="urn:a"/>')).toEqual([]);
  expect(pathHints(PROFILE, { status: 200, contentType: 'text/html', body: Buffer.from('<p>') })).toEqual([]);
});
