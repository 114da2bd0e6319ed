import { describe, expect, it } from 'vitest';
import { fieldWarnings, parseCredentials } from '../../lambda/refresher/parse-credentials.ts';
import { mastersIndia } from '../../lambda/services/masters-india.ts';
import { serviceOf } from '../../lambda/services/service.ts';

const WHOLE = { username: 'u', password: 'p&<w', client_id: 'i', client_secret: 's' };
const { fields } = serviceOf(mastersIndia);

const parse = (text: string | undefined) => parseCredentials(text, fields);

describe('the secret', () => {
  it('is read behind a byte order mark, and may hold more than is asked for', () => {
    const text = `\ufeff${JSON.stringify({ ...WHOLE, note: 'rotated by hand', gstin: 1 })}`;
    expect(parse(text)).toEqual({ values: WHOLE, tls: {}, secrets: Object.values(WHOLE) });
  });

  it('is sent as it is, white space and all', () => {
    expect(parse(JSON.stringify({ ...WHOLE, password: 'p&<w\n' }))).toMatchObject({ values: { password: 'p&<w\n' } });
  });

  const but = (fields: object) => JSON.stringify({ ...WHOLE, ...fields });
  const MISSING = Object.keys(WHOLE).map((name) => `"${name}" is missing`);
  it.each<[string, string | undefined, readonly string[]]>([
    ['SecretBinary', undefined, ['store it as SecretString']],
    ['JSON inside a JSON text', JSON.stringify(but({})), ['take off the quotes']],
    ['that, indented', JSON.stringify(`\n${JSON.stringify(WHOLE, null, 2)}`), ['take off the quotes']],
    ['no JSON', 'CANARY{"password":"CANARY"', ['not a JSON object']],
    ['a JSON text', '"CANARY"', ['not a JSON object']],
    ['a JSON list', '["CANARY"]', ['not a JSON object']],
    ['empty JSON', '{}', MISSING],
    ['a number for a password', but({ password: 123456 }), ['"password" is not a text']],
    ['an empty user name', but({ username: '' }), ['"username" is not a text']],
    ['null', but({ client_id: null, password: 5 }), ['"password" is not a text', '"client_id" is not a text']],
    ['a template with three dots', but({ password: '...' }), ['"password" is still the placeholder']],
    ['a template with an ellipsis', but({ client_id: '…' }), ['"client_id" is still the placeholder']],
    ['a control character', but({ password: 'CANARY\u0001' }), ['"password" holds a character that XML']],
    ['half a surrogate pair', but({ password: '\ud83d' }), ['"password" holds a character that XML']],
  ])('that is %s is refused with what to do', (_, text, remedies) => {
    const parsed = parse(text);
    expect(parsed).toEqual({ faults: remedies.map((remedy) => expect.stringContaining(remedy)) });
    expect(JSON.stringify(parsed)).not.toContain('CANARY');
  });
});

describe('a warning', () => {
  it.each([
    ['a newline', 'password', 'x\n', '"password"'],
    ['a space', 'client_secret', ' x', '"client_secret"'],
    ['a no-break space', 'username', 'x\u00a0', '"username"'],
    ['a zero-width space', 'client_id', '\u200bx', '"client_id"'],
  ])('names the field that ends in %s', (_, field, value, name) => {
    expect(fieldWarnings({ ...WHOLE, [field]: value }, fields)).toContainEqual(
      expect.stringContaining(`${name} in the secret begins or ends`),
    );
  });

  it('is not given for what is seen', () => {
    expect(fieldWarnings({ ...WHOLE, password: 'pass word', username: 'é' }, fields)).toEqual([]);
  });

  it('is given for what NuSOAP cannot read', () => {
    expect(fieldWarnings({ ...WHOLE, username: 'é漢' }, fields)).toEqual([
      '"username" in the secret holds characters beyond ISO-8859-1, which the SOAP service may misread',
    ]);
  });
});
