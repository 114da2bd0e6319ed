import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkProfile, serviceVariable } from '../../../lambda/services/check-profile.ts';
import { judge } from '../../../lambda/services/judge.ts';
import { mastersIndia } from '../../../lambda/services/masters-india.ts';
import { withDescendants } from '../../../lambda/soap/strict-xml.ts';
import { referenceParse } from '../../soap/reference-xml.ts';
import { soap11 as envelope, fault11 as fault, type Outcome, outcomeOf, reply } from '../answers.ts';

function success(fields: string): string {
  return envelope(`<n:access_new_tokenResponse xmlns:n="urn:server">${fields}</n:access_new_tokenResponse>`);
}

function refusal(content: string): string {
  return envelope(`<n:access_tokenResponse xmlns:n="urn:server">${content}</n:access_tokenResponse>`);
}

function outcome(...answer: Parameters<typeof reply>): Outcome {
  return outcomeOf(judge(mastersIndia, reply(...answer)));
}

const TOKEN = '<access_token>abc</access_token>';
const LIFE = '<expires_in>14400</expires_in>';

it('has no fault, and room for three sentences of a user', () => {
  expect(checkProfile(mastersIndia)).toMatchObject({ faults: [], warnings: [] });
  const { credentials = [], ...codes } = mastersIndia.codes;
  const sentences = ['a', 'b', 'c'].map((letter) => `${letter} sentence of sixty characters`.padEnd(60, '.'));
  const longer = { ...mastersIndia, codes: { ...codes, credentials: [...credentials, ...sentences] } };
  expect(checkProfile(longer).faults).toEqual([]);
  expect(Buffer.byteLength(JSON.stringify(serviceVariable(longer)))).toBeLessThan(2600);
});

it('asks for access_new_token with its arguments in the order in which servers bind them', () => {
  const operation = referenceParse(mastersIndia.request).children[0]?.children[0];
  expect(operation).toMatchObject({ namespace: 'urn:server', name: 'access_new_token' });
  expect(operation?.children.map(({ namespace, name, text }) => [namespace, name, text])).toEqual([
    ['', 'username', '{{username}}'],
    ['', 'passwd', '{{password}}'],
    ['', 'client_id', '{{client_id}}'],
    ['', 'client_secret', '{{client_secret}}'],
    ['', 'grant_type', 'password'],
  ]);
});

describe('a token', () => {
  const TEXTS = ['0123456789', '1e10', '0x1F', 'true', 'null', '-0', '1_000', 'a+b/c==', '.', '{}'];
  it.each(TEXTS)('is text: %s stays what it is', (token) => {
    const answer = judge(mastersIndia, reply(success(`<access_token>${token}</access_token>${LIFE}`)));
    expect(answer).toEqual({ accessToken: token, end: { in: 14_400 } });
  });

  it.each([
    ['in the answer for a refusal', refusal(TOKEN + LIFE)],
    ['beside an error_description', success(`${TOKEN}${LIFE}<error_description>x</error_description>`)],
    ['in an answer of no namespace', envelope(`<access_new_tokenResponse>${TOKEN}</access_new_tokenResponse>`)],
    ['out of escaped XML', success('<return>&lt;access_token&gt;abc&lt;/access_token&gt;</return>')],
  ])('is not taken %s', (_, text) => {
    expect(outcome(text)).toBe('malformed');
  });
});

describe('a refusal', () => {
  it.each<[string, Outcome]>([
    ['invalid_grant', 'credentials'],
    ['invalid_client', 'credentials'],
    ['The user credentials were incorrect', 'credentials'],
    ['invalid_request', 'request'],
    ['server_error', 'unavailable'],
  ])('%s is %s, wherever the service says it and with whatever status', (code, expected) => {
    const places = [
      refusal(code),
      refusal(`\n   ${code}\n  `),
      refusal(`<return>${code}</return>`),
      refusal(`<error>${code}</error><error_description>because</error_description>`),
      refusal(`<status>0</status><message>${code}</message>`),
      refusal(code).replace(' xmlns:n="urn:server"', '').replaceAll('n:access', 'access'),
      success(`<access_token/><expires_in/><token_type/><error_description>${code}</error_description>`),
      success(`<access_token>${code}</access_token>`),
      success(`<error>${code}</error>`),
      success(code),
      fault('s:Client', code),
      fault('s:Server', 'refused', `<x:error xmlns:x="urn:x">${code}</x:error>`),
    ];
    for (const place of places) {
      for (const status of [200, 206, 400, 401, 403, 500])
        expect([place, outcome(place, { status })]).toEqual([place, expected]);
    }
  });

  it.each([
    ...['Accès refusé', 'Wrong password', 'Too many requests'],
    "Access denied for user 'x'@'localhost' (using password: YES)",
  ])('in words that nobody listed is no certain one: %s', (words) => {
    expect(outcome(success(`<access_token/><error_description>${words}</error_description>`))).toBe('request');
    expect(outcome(refusal(words))).toBe('request');
    expect(outcome(fault('s:Server', words), { status: 500 })).toBe('unavailable');
  });
});

describe('the charset', () => {
  const text = success(`${TOKEN}${LIFE}<x>é</x>`);
  const declared = (encoding: string) => `<?xml version="1.0" encoding="${encoding}"?>${text}`;

  it.each<[string, string | undefined, Buffer]>([
    ['the header’s', 'text/xml; charset=ISO-8859-1', Buffer.from(text, 'latin1')],
    ['the header’s, in quotes', 'text/xml; charset="iso-8859-1"; x=y', Buffer.from(text, 'latin1')],
    ['the header’s, against the declaration', 'text/xml;charset=UTF-8', Buffer.from(declared('ISO-8859-1'))],
    ['the declaration’s', 'text/xml', Buffer.from(declared('ISO-8859-1'), 'latin1')],
    ['the declaration’s, without any header', undefined, Buffer.from(declared('windows-1252'), 'latin1')],
    ['UTF-8 where nothing is said', 'text/xml', Buffer.from(text)],
    ['the byte order mark’s', 'text/xml; charset=ISO-8859-1', Buffer.from(`\ufeff${text}`)],
    ['UTF-16 by its byte order mark', 'text/xml', Buffer.from(`\ufeff${text}`, 'utf16le')],
    ['UTF-8 under another spelling', 'text/xml; charset=utf8mb4', Buffer.from(text)],
    ['UTF-8 under .NET’s label', 'text/xml; charset=utf-16', Buffer.from(text)],
    ['UTF-16 without a label', 'text/xml', Buffer.from(text, 'utf16le')],
    ['before a comma', 'text/xml; charset=ISO-8859-1, text/xml', Buffer.from(text, 'latin1')],
    ['of no importance where all is ASCII', 'text/xml; charset=klingon', Buffer.from(success(TOKEN + LIFE))],
  ])('is %s', (_, contentType, body) => {
    expect(outcomeOf(judge(mastersIndia, { status: 200, contentType, body }))).toBe('token');
  });

  it.each<[string, string, Buffer]>([
    ['bytes that are not text in it', 'text/xml; charset=utf-8', Buffer.from(text, 'latin1')],
    ['a charset that nobody knows', 'text/xml; charset=klingon', Buffer.from(text)],
    ['a charset in which ASCII means something else', 'text/xml; charset=UTF-7', Buffer.from(success(TOKEN + LIFE))],
  ])('gives no token from %s, but a refusal', (_, contentType, body) => {
    expect(outcomeOf(judge(mastersIndia, { status: 200, contentType, body }))).toBe('malformed');
    const refused = Buffer.from(refusal('<error>invalid_grant</error><x>é</x>'), 'latin1');
    expect(outcome(refused, { contentType })).toBe('credentials');
  });
});

describe('any answer at all', () => {
  it('that was damaged gives a token only if a conforming parser finds that very token, once', () => {
    const whole = `<?xml version="1.0" encoding="utf-8"?>${success(`${TOKEN}${LIFE}<token_type>bearer</token_type><error_description/>`)}`;
    const at = fc.integer({ min: 0, max: whole.length });
    const inserted = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 3 }),
      fc.constantFrom(
        ...[TOKEN, '<!--', '-->', '<![CDATA[', ']]>', '<a/>', '&amp;', '<access_token>', '</s:Body>', 'xmlns="urn:x"'],
      ),
    );
    const damage = fc.array(fc.tuple(at, fc.integer({ min: 0, max: 30 }), inserted), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(damage, (cuts) => {
        const cut = (xml: string, [from, length, piece]: (typeof cuts)[number]) =>
          xml.slice(0, from) + piece + xml.slice(from + length);
        const text = cuts.reduce(cut, whole);
        const answer = judge(mastersIndia, reply(text));
        if ('code' in answer) return;
        const elements = withDescendants(referenceParse(text.toWellFormed()));
        const tokens = elements.filter((element) => element.name === 'access_token');
        expect(tokens.map((token) => token.text)).toEqual([answer.accessToken]);
      }),
      { numRuns: 500 },
    );
  });

  it('shows nothing of itself in its result', () => {
    const secret = 'S3cr3tS3cr3t';
    const documents = [
      success(`<access_token>${secret} x</access_token>`),
      refusal(secret),
      fault(`s:${secret}`, secret),
    ];
    for (const place of [...documents, secret, `<${secret}/>`, `<a>&${secret};</a>`]) {
      // The one field that is the service's own text, for whoever takes the secrets out of it.
      expect(JSON.stringify({ ...judge(mastersIndia, reply(place)), serviceText: undefined })).not.toContain(secret);
    }
  });
});
