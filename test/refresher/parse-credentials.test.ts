import { describe, expect, it } from 'vitest';
import { fieldWarnings, parseCredentials } from '../../lambda/refresher/parse-credentials.ts';

const WHOLE = { username: 'u', password: 'p&<w', client_id: 'i', client_secret: 's' };
const FIELDS = { username: 'u', passwd: 'p&<w', client_id: 'i', client_secret: 's', grant_type: 'password' };

describe('the secret', () => {
  it('is read behind a byte order mark', () => {
    expect(parseCredentials(`\ufeff${JSON.stringify(WHOLE)}`)).toEqual(FIELDS);
  });

  it('is sent as it is, white space and all', () => {
    expect(parseCredentials(JSON.stringify({ ...WHOLE, password: 'p&<w\n' }))).toEqual({ ...FIELDS, passwd: 'p&<w\n' });
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
    const parsed = parseCredentials(text);
    expect(parsed).toEqual({ faults: [expect.stringContaining(remedy)] });
    expect(JSON.stringify(parsed)).not.toContain('CANARY');
  });
});

describe('a warning', () => {
  it.each([
    ['a newline', 'passwd', 'x\n', '"password"'],
    ['a space', 'client_secret', ' x', '"client_secret"'],
    ['a no-break space', 'username', 'x\u00a0', '"username"'],
    ['a zero-width space', 'client_id', '\u200bx', '"client_id"'],
  ])('names the field that ends in %s', (_, field, value, name) => {
    expect(fieldWarnings({ ...FIELDS, [field]: value })).toEqual([expect.stringContaining(name)]);
  });

  it('is not given for what is seen', () => {
    expect(fieldWarnings({ ...FIELDS, passwd: 'pass word', username: 'é漢' })).toEqual([]);
  });
});
