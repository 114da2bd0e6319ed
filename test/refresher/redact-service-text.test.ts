import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inOneLine, redactServiceText } from '../../lambda/refresher/redact-service-text.ts';
import { judge } from '../../lambda/services/judge.ts';
import { mastersIndia } from '../../lambda/services/masters-india.ts';
import { fault11, reply } from '../services/answers.ts';

const CODES = Object.values(mastersIndia.codes).flat();
const said = (text: string, secrets: readonly string[]) => inOneLine(redactServiceText(text, secrets, CODES));

// An accent can be a character of its own, and tells no letter.
const fold = (text: string) =>
  text
    .normalize('NFD')
    .replace(/[\s\p{C}\p{Z}\p{M}]+/gu, '')
    .toLowerCase();

/** No four characters of the secret, side by side, are in the text. */
function shownSecret(text: string, secret: string): string | undefined {
  const sought = fold(secret);
  for (let at = 0; at + 4 <= sought.length; at += 1) {
    const run = sought.slice(at, at + 4);
    if (fold(text).includes(run)) return run;
  }
  return undefined;
}

const xml = (text: string) => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
const lines = (text: string) =>
  [...text].map((character, index) => (index % 3 === 2 ? `${character}\r\n  ` : character)).join('');

const NAMES = Object.entries({ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", eacute: 'é', szlig: 'ß', Uuml: 'Ü' });
const html = (text: string) =>
  NAMES.reduce((escaped, [name, character]) => escaped.replaceAll(character, `&${name};`), text);

const ECHOES: readonly (readonly [string, (secret: string) => string])[] = [
  ['as it is', (secret) => secret],
  ['truncated in front', (secret) => secret.slice(2)],
  ['truncated behind', (secret) => secret.slice(0, -2)],
  ['in capitals', (secret) => secret.toUpperCase()],
  ['in small letters', (secret) => secret.toLowerCase()],
  ['percent-encoded', encodeURIComponent],
  ['percent-encoded in small letters', (secret) => encodeURIComponent(secret).toLowerCase()],
  ['XML-escaped', xml],
  ['JSON-escaped', (secret) => JSON.stringify(secret)],
  ['split over lines', lines],
  ['with accents as characters of their own', (secret) => secret.normalize('NFD')],
  ['with accents and letters as one', (secret) => secret.normalize('NFC')],
  ['as UTF-8 read as Latin-1', (secret) => Buffer.from(secret).toString('latin1')],
  ['as UTF-8 read as windows-1252', (secret) => new TextDecoder('windows-1252').decode(Buffer.from(secret))],
  ['as Latin-1 read as UTF-8', (secret) => Buffer.from(secret, 'latin1').toString()],
  ['with the names of HTML', html],
];

// No word of a refusal: those stay, whatever the secret.
const secret = fc
  .array(fc.constantFrom(...'qzxkjvQZXKJV0123456789&<>"\'/+%=!$#:;éßÜ漢😀', 'o\u0308'), { minLength: 4, maxLength: 40 })
  .map((characters) => characters.join(''));
const around = fc.constantFrom('', ' ', '"', "'", '(', '. ', ':', ' for ', 'Invalid user ', '\n');

describe('what the service said', () => {
  it.each(ECHOES)('tells nothing of a secret that it echoes %s', (_, echo) => {
    fc.assert(
      fc.property(fc.array(secret, { minLength: 1, maxLength: 4 }), around, around, (secrets, before, after) => {
        const text = secrets.map((value) => `${before}${echo(value)}${after}`).join(' and ');
        const told = said(text, secrets) ?? '';
        for (const sought of secrets.flatMap((value) => [value, echo(value)]))
          expect(shownSecret(told, sought), told).toBeUndefined();
      }),
      { numRuns: 50 },
    );
  });

  const code = (character: string) => character.charCodeAt(0).toString(16).padStart(4, '0');
  it.each<[string, string | RegExp, (character: string) => string]>([
    ['each character as a reference in XML', /[\s\S]/g, (character) => `&#x${code(character)};`],
    ['each as a decimal one', /[\s\S]/g, (character) => `&#${character.charCodeAt(0)};`],
    ['each as an escape in JSON', /[\s\S]/g, (character) => `\\u${code(character)}`],
    ['its signs only, as PHP does with JSON', /[^a-z0-9]/gi, (character) => `\\u${code(character).toUpperCase()}`],
    ['its signs only, with references filled up with zeros', /[^a-z0-9]/gi, (character) => `&#x${code(character)};`],
    ['its signs only, escaped twice', /[^a-z0-9]/gi, (character) => `%25${code(character).slice(2)}`],
  ])('tells nothing of a secret escaped by number: %s', (_, which, spell) => {
    const [text, password] = ['Bad value X here', 'P&ss"w<rd/7=x'];
    expect(
      said(
        text.replace('X', () => password.replace(which, spell)),
        [password],
      ),
    ).toBe('Bad value ••• here');
  });

  it('tells nothing of a secret in Base64, wherever it stands within', () => {
    const bytes = fc.constantFrom('', 'a', 'ab', 'abc', 'user:');
    fc.assert(
      fc.property(secret, bytes, bytes, around, (value, before, after, sign) => {
        const encoded = Buffer.from(before + value + after).toString('base64');
        const told = said(`Basic${sign}${encoded}`, [value]) ?? '';
        const start = Math.ceil((before.length * 8) / 6);
        const end = Math.floor(((before.length + Buffer.byteLength(value)) * 8) / 6);
        expect(shownSecret(told, encoded.slice(start, end))).toBeUndefined();
      }),
      { numRuns: 50 },
    );
  });

  it.each([
    'ea00ac25580c3b2f581cceceafaf9185fd26e6a5',
    'eyJhbGciOiJIUzI1NiJ9.e30.Zm9vYmFy',
    'abcdefghijklmnop1',
    'x'.repeat(32),
  ])('tells no token, such as %s', (token) => {
    expect(said(`token ${token} given`, [])).toBe('token ••• given');
  });

  it.each([
    ['Invalid username or password', 'Invalid username or password'],
    ['invalid_client: client_user is unknown', 'invalid_client: ••• is unknown'],
    ['No client_userX, no USER', 'No •••X, no •••'],
    ['Nobody is client user here', 'Nobody is ••• here'],
    ['com.acme.AuthenticationException: denied', 'com.acme.AuthenticationException: denied'],
    ['two\r\n\u0007lines\u2028', 'two lines'],
  ])('keeps what the profile lists, though the user is "client_user": %s', (text, told) => {
    expect(said(text, ['client_user', 'client user'])).toBe(told);
  });

  it.each<[string, string, string, string]>([
    ['in a form', 'my cat is on the mat', 'password=my+cat+is+on+the+mat given', 'password=••• given'],
    ['by bytes in hexadecimal', 'пароль', String.raw`value '\xD0\xBF\xD0\xB0...' for column`, 'value ••• for column'],
    ['by bytes in octal', 'пароль', String.raw`bad "\320\277\320\260"`, 'bad •••'],
    ['by code points', 'пароль', String.raw`bad "\u{43f}\u{430}\u{440}"`, 'bad •••'],
    ['as hexadecimal digits', 'hunter2', 'bad 0x68756e74657232', 'bad •••'],
    ['as a dump of characters', 'hunter2', '[0] => h [1] => u [2] => n [3] => t [4] => e', '[•••'],
    ['in references without their semicolons', 'пароль', 'bad &#1087&#1072&#1088&#1086', 'bad •••'],
    ['with single signs between', 'hunter2', 'bad h-u-n-t-e-r-2 or h.u/n:t', 'bad ••• or •••'],
    ['as UTF-16 in Base64', 'hunter2', `bad ${Buffer.from('hunter2', 'utf16le').toString('base64')}`, 'bad •••'],
    ['as a word of three digits', '739', 'PIN 739 is wrong, 7390 is not', 'PIN ••• is wrong, 7390 is not'],
    ['as a word of any refusal', 'secret', 'The password secret is wrong', 'The password ••• is wrong'],
    ['as three characters with a sign', '12#', 'PIN 12# is wrong, 112# is not', 'PIN ••• is wrong, 112# is not'],
    ['as three letters with a blank', 'ab c', 'PIN ab c is wrong, crab c is not', 'PIN ••• is wrong, crab c is not'],
    ['as a short word whose accents stand apart', 'ä1', 'The PIN a\u03081 is wrong', 'The PIN ••• is wrong'],
    ['of one sign', '-', 'The sign - is wrong, x-- is not', 'The sign ••• is wrong, x-- is not'],
    ['with single signs between its own', 'p@s$1', 'bad p.@.s.$.1 x', 'bad ••• x'],
    ['of figures with single signs between', '😀🐧🎉🙃', 'bad 😀-🐧-🎉-🙃 x', 'bad ••• x'],
    ['as bytes of C', 'S3cr', 'bad 0x53, 0x33, 0x63, 0x72', 'bad •••'],
    ['as octal numbers', 'S3cr', 'bad 0123 063 0143 0162', 'bad •••'],
    ['as Unicode writes code points', 'S3cr', 'bad U+0053 U+0033 U+0063 U+0072', 'bad •••'],
    ['in calls', 'S3cr', 'bad chr(83).chr(51).chr(99).chr(114)', 'bad •••'],
    ['as a list of bytes', 'S3cr', 'bad [83, 51, 99, 114]', 'bad •••'],
    ['as old scripts escape it', 'S3cr', 'bad %u0053%u0033%u0063', 'bad •••'],
    ['in Greek capitals', 'οδος', 'bad ΟΔΟΣ', 'bad •••'],
    ['in letters of mathematics', 'pass1', 'bad 𝐩𝐚𝐬𝐬1', 'bad •••'],
    ['joined by signs', 'invalid-password-client', 'Refused: invalid-password-client', 'Refused: •••'],
  ])('shows nothing of a secret %s', (_, secretValue, text, shown) => {
    expect(said(text, [secretValue])).toBe(shown);
  });

  it("shows numbers, addresses and sentences that are nobody's secret, and nothing where nothing was said", () => {
    const text = 'Login failed for user, error 3 of 5 at 10.0.0.1 on port 80, code 0x80040E14';
    expect(said(text, ['hunter2'])).toBe(text);
    expect(said(' \n ', ['secret'])).toBeUndefined();
  });

  it('is not compared with each place of a certificate of 60 KB, which would cost a thousand times as much', () => {
    const pem = Buffer.from(Array.from({ length: 45_000 }, (_, at) => (at * 7919) % 256)).toString('base64');
    const answer = reply(fault11('s:Client', 'Something else is wrong with it. '.repeat(1900)));
    const cost = (secrets: readonly string[]) => {
      const started = process.cpuUsage();
      const judged = judge(mastersIndia, answer);
      const text = 'code' in judged ? (judged.serviceText ?? '') : '';
      redactServiceText(text, ['user', 'passw0rd', 'client', 'secret', ...secrets], CODES);
      const { user, system } = process.cpuUsage(started);
      return user + system;
    };
    // The least of some, taken in turns: what else runs on this machine can only add to one of them.
    const rounds = Array.from({ length: 9 }, () => [cost([pem]), cost([])] as const);
    const least = (costs: readonly number[]) => Math.min(...costs);
    expect(least(rounds.map(([long]) => long)) / least(rounds.map(([, short]) => short))).toBeLessThan(4);
  });

  it('is cut after what is hidden is hidden, at 200 characters', () => {
    const told = said(`${'an '.repeat(64)}S3cr3t-Pass ${'bb '.repeat(200)}`, ['S3cr3t-Pass']) ?? '';
    expect([[...told].length, told.includes('•••'), shownSecret(told, 'S3cr3t-Pass')]).toEqual([200, true, undefined]);
    expect(said('😀'.repeat(300), [])).toBe('😀'.repeat(200));
  });

  it('keeps the codes of the service, though a secret may hold parts of them', () => {
    const code = 'USG_AUTHENTICATION_FAILED10012X';
    const redacted = (codes: readonly string[]) => redactServiceText(`refused: ${code}`, ['demo-organization'], codes);
    expect(redacted([code])).toContain(code);
    expect(redacted([])).not.toContain(code);
  });
});
