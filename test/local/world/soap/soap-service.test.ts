import { describe, expect, it } from 'vitest';
import { SoapService, type SoapServiceSettings } from '../../../../local/world/soap/soap-service.ts';
import type { Issuing } from '../../../../local/world/soap/token-issuer.ts';
import { soap11 } from '../../../services/answers.ts';

const CREDENTIALS = { username: 'erin', password: 'a&b<ü', client_id: 'client', client_secret: 'client-secret' };
const RIGHT = ['erin', 'a&amp;b&lt;&#252;', 'client', 'client-secret', 'password'];
const UTF_8 = { 'content-type': 'text/xml; charset=utf-8' };
const MINUTE = 60;
const HOUR = 3600;

function envelope(operation: string, values: readonly string[], encoding = 'utf-8'): string {
  const children = values.map((value) => `<a>${value}</a>`).join('');
  const body = `<u:${operation} xmlns:u="urn:server">${children}</u:${operation}>`;
  return `<?xml version="1.0" encoding="${encoding}"?>${soap11(body)}`;
}

const LOGIN = envelope('access_new_token', RIGHT);
const WRONG = envelope('access_new_token', RIGHT.with(1, 'wrong'));

function service(settings: Partial<SoapServiceSettings> = {}) {
  const soap = new SoapService({ credentials: CREDENTIALS, ...settings });
  const at = (seconds: number) => new Date(seconds * 1000);
  return {
    soap,
    at,
    /** What the service answers to a login at that second. */
    logIn: (seconds: number, body = LOGIN, headers: Readonly<Record<string, string>> = UTF_8) => {
      const answer = soap.answer({ body, headers }, at(seconds));
      return {
        ...answer,
        token: /<access_token>(.*)<\/access_token>/.exec(answer.body)?.[1] ?? '',
        expiresIn: Number(/<expires_in>(.*)<\/expires_in>/.exec(answer.body)?.[1]),
        refusal: /<ns1:access_tokenResponse xmlns:ns1="urn:server">([^<]*)</.exec(answer.body)?.[1],
      };
    },
    /** The same for a workload's own request with that token. */
    getInvoice: (seconds: number, ...values: readonly string[]) =>
      soap.answer({ body: envelope('eInvoiceGet', values) }, at(seconds)).body,
  };
}

describe('access_new_token', () => {
  it.each([
    ['invalid_grant', 'the password is wrong', RIGHT.with(1, 'wrong')],
    ['invalid_grant', 'the user name is wrong', RIGHT.with(0, 'wrong')],
    ['invalid_client', 'the client id is wrong', RIGHT.with(2, 'wrong')],
    ['invalid_client', 'the client secret is wrong', RIGHT.with(3, 'wrong')],
    ['invalid_client', 'the order is wrong', ['erin', 'client', 'client-secret', 'a&amp;b&lt;&#252;', 'password']],
    ['unsupported_grant_type', 'the grant type is another', RIGHT.with(4, 'code')],
    ['invalid_request', 'an argument is missing', RIGHT.slice(0, -1)],
    ['invalid_request', 'its content type makes NuSOAP drop all', RIGHT, { 'content-type': 'text/xml' }],
  ])('says %s, at HTTP 200 and under another name, when %s', (refusal, _, values, headers = UTF_8) => {
    const { soap, logIn } = service();

    const answer = logIn(0, envelope('access_new_token', values), headers);

    expect(answer).toMatchObject({ status: 200, refusal, login: 'refused' });
    expect(soap.issuedTokens).toEqual([]);
  });

  it.each([
    ['an action in the content type', LOGIN, { 'content-type': 'text/xml; charset=utf-8; action="x"' }],
    ['another SOAPAction', LOGIN, { ...UTF_8, soapaction: '"x"' }],
    ['an XML declaration with another charset', envelope('access_new_token', RIGHT, 'ISO-8859-1')],
    ['an unknown operation', envelope('nothing', [])],
    ['another service', LOGIN.replace('urn:server', 'urn:other')],
    ['another version of SOAP', LOGIN.replace('http://schemas.xmlsoap.org/soap/envelope/', 'urn:soap')],
    ['half an envelope', LOGIN.slice(0, -5)],
    ['JSON', '{}'],
  ])('answers %s with a Client fault', (_, body, headers = UTF_8) => {
    const { status, body: answer } = service().logIn(0, body, headers);

    expect([status, answer]).toEqual([500, expect.stringContaining('SOAP-ENV:Client</faultcode>')]);
  });

  it.each(['"urn:x"', '""'])('takes the SOAPAction %s where it is set to urn:x', (soapaction) => {
    const { logIn } = service({ soapAction: 'urn:x' });

    expect(logIn(0, LOGIN, { ...UTF_8, soapaction })).toMatchObject({ login: 'granted' });
  });
});

describe('a token', () => {
  const INVOICE = ['09AAAPG7885R002', 'an-irn'];

  it('is accepted by eInvoiceGet until it expires, and not a moment longer', () => {
    const { logIn, getInvoice } = service({ tokenLifetimeSeconds: 60 });
    const { token } = logIn(0);

    expect(getInvoice(59.999, token, ...INVOICE)).toContain('<Irn>an-irn</Irn>');
    expect(getInvoice(60, token, ...INVOICE)).toContain('>invalid_token<');
    expect(getInvoice(0, token, '09AAAPG7885R002')).toContain('>invalid_request<');
    expect(getInvoice(0, 'b29cee2156282be62f51b24fe8b3f07f01c9bff1', ...INVOICE)).toContain('>invalid_token<');
  });

  it('is neither accepted nor handed out again once the service has forgotten all of them', () => {
    const { soap, at, logIn, getInvoice } = service({ issuing: 'same-until-late' });
    const tokens = [logIn(0).token, logIn(4 * HOUR - MINUTE).token];
    soap.revokeAll(at(4 * HOUR - MINUTE));

    for (const token of tokens) {
      expect(getInvoice(4 * HOUR - MINUTE, token, ...INVOICE)).toContain('>invalid_token<');
    }
    expect(tokens).not.toContain(logIn(4 * HOUR - MINUTE).token);
    expect(soap.issuedTokens.map(({ revoked }) => revoked)).toEqual([true, true, false]);
  });
});

it.each<[Issuing, afterAnHour: number, ends: number[], isSame: boolean, isSameLate: boolean]>([
  ['new', 4, [4, 5], false, false],
  ['new-revoking-old', 4, [1, 5], false, false],
  ['same-until-late', 3, [4], true, false],
  ['same-claiming-whole-lifetime', 4, [4], true, false],
  ['same-to-the-end', 4, [4], true, true],
  ['sliding', 4, [5], true, true],
])('issuing "%s": after an hour %i h are promised, tokens end after %j h; the same one: %s, late: %s', (...row) => {
  const [issuing, afterAnHour, ends, isSame, isSameLate] = row;
  const again = (seconds: number) => {
    const { soap, logIn } = service({ issuing });
    const { token } = logIn(0);
    const second = logIn(seconds);
    const lived = soap.issuedTokens.map(({ expiresAt }) => expiresAt.getTime() / 1000 / HOUR);
    return { isSame: second.token === token, hours: second.expiresIn / HOUR, ends: lived };
  };

  expect(again(HOUR)).toEqual({ isSame, hours: afterAnHour, ends });
  expect(again(4 * HOUR - 10 * MINUTE - 1).isSame).toBe(isSame);
  expect(again(4 * HOUR - 10 * MINUTE).isSame).toBe(isSameLate);
  expect(again(4 * HOUR).isSame).toBe(false);
});

it('after refusals in a row the account is locked, for the right password too, and opens again', () => {
  const { logIn } = service({ lockOut: { afterRefusals: 2, seconds: 1800 } });
  // A login that works starts the count anew.
  const logins = [WRONG, LOGIN, WRONG, LOGIN, WRONG, WRONG].map((body, second) => logIn(second, body).login);

  expect(logins).toEqual(['refused', 'granted', 'refused', 'granted', 'refused', 'refused']);
  expect(logIn(5 + 1799)).toMatchObject({ login: 'refused', refusal: 'access_denied' });
  expect(logIn(5 + 1800, WRONG)).toMatchObject({ refusal: 'invalid_grant' });
  expect(logIn(5 + 1801)).toMatchObject({ login: 'granted' });
});

it('an account that is locked by hand refuses the right password until it is opened', () => {
  const { soap, logIn } = service();
  soap.isAccountLocked = true;
  expect(logIn(0)).toMatchObject({ login: 'refused', refusal: 'access_denied' });

  soap.isAccountLocked = false;
  expect(logIn(1)).toMatchObject({ login: 'granted' });
});
