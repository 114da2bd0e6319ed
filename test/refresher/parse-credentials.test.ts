import { describe, expect, it } from 'vitest';
import { fieldWarnings, parseCredentials } from '../../lambda/refresher/parse-credentials.ts';
import { mastersIndia } from '../../lambda/services/masters-india.ts';
import { serviceOf } from '../../lambda/services/service.ts';

const WHOLE = { username: 'u', password: 'p&<w', client_id: 'i', client_secret: 's' };
const { fields } = serviceOf(mastersIndia);

const parse = (text: string | undefined) => parseCredentials(text, fields);

describe('the secret', () => {
  it('is read behind a byte order mark', () => {
    expect(parse(`\ufeff${JSON.stringify(WHOLE)}`)).toEqual({ values: WHOLE, tls: {}, secrets: Object.values(WHOLE) });
  });

  it('is sent as it is, white space and all', () => {
    expect(parse(JSON.stringify({ ...WHOLE, password: 'p&<w\n' }))).toMatchObject({ values: { password: 'p&<w\n' } });
  });

  it.each<[string, string | undefined, string]>([
    ['SecretBinary', undefined, 'store it as SecretString'],
    ['JSON inside a JSON text', JSON.stringify(JSON.stringify(WHOLE)), 'take off the quotes'],
    ['indented JSON inside a JSON text', JSON.stringify(`\n${JSON.stringify(WHOLE, null, 2)}`), 'take off the quotes'],
    ['a JSON text', '"CANARY"', 'not a JSON object'],
    [
      'a template with three dots',
      JSON.stringify({ ...WHOLE, password: '...' }),
      '"password" is still the placeholder',
    ],
    [
      'a template with an ellipsis',
      JSON.stringify({ ...WHOLE, client_id: '…' }),
      '"client_id" is still the placeholder',
    ],
  ])('that is %s is refused with what to do', (_, text, remedy) => {
    const parsed = parse(text);
    expect(parsed).toEqual({ faults: [expect.stringContaining(remedy)] });
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
