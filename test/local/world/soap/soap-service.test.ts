import { describe, expect, it } from 'vitest';
import { SoapService, type SoapServiceSettings } from '../../../../local/world/soap/soap-service.ts';
import type { Issuing } from '../../../../local/world/soap/token-issuer.ts';

const CREDENTIALS = { username: 'erin', password: 'right', client_id: 'client', client_secret: 'client-secret' };
const MINUTE = 60;
const HOUR = 3600;

function service(settings: Partial<SoapServiceSettings> = {}) {
  const soap = new SoapService({ credentials: CREDENTIALS, ...settings });
  const at = (seconds: number) => new Date(seconds * 1000);
  return {
    soap,
    at,
    /** What the service answers to a login at that second. */
    logIn: (seconds: number, password = 'right') => {
      const given = ['erin', password, 'client', 'client-secret', 'password'].map((value) => `<a>${value}</a>`);
      const body =
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:u="urn:server">' +
        `<s:Body><u:access_new_token>${given.join('')}</u:access_new_token></s:Body></s:Envelope>`;
      const answer = soap.answer({ body }, at(seconds));
      return {
        login: answer.login,
        token: /<access_token>(.*)<\/access_token>/.exec(answer.body)?.[1],
        expiresIn: Number(/<expires_in>(.*)<\/expires_in>/.exec(answer.body)?.[1]),
        refusal: /access_tokenResponse[^>]*>([^<]*)</.exec(answer.body)?.[1],
      };
    },
  };
}

describe('asked again after an hour', () => {
  it.each<[Issuing, boolean, number]>([
    ['new', false, 4 * HOUR],
    ['new-revoking-old', false, 4 * HOUR],
    ['same-until-late', true, 3 * HOUR],
    ['same-claiming-whole-lifetime', true, 4 * HOUR],
    ['same-to-the-end', true, 4 * HOUR],
    ['sliding', true, 4 * HOUR],
  ])('a service that issues "%s" gives the same token: %s, for %i s', (issuing, isSame, expiresIn) => {
    const { logIn } = service({ issuing });
    const [first, second] = [logIn(0), logIn(HOUR)];

    expect(second.token === first.token).toBe(isSame);
    expect(second.expiresIn).toBe(expiresIn);
  });

  it('only a service that revokes ends the old token, at the moment of the new one', () => {
    const ends = (issuing: Issuing) => {
      const { soap, logIn } = service({ issuing });
      logIn(0);
      logIn(HOUR);
      return soap.issuedTokens[0]?.expiresAt.getTime();
    };

    expect([ends('new'), ends('new-revoking-old')]).toEqual([4 * HOUR * 1000, HOUR * 1000]);
  });
});

it.each<[Issuing, boolean]>([
  ['same-until-late', false],
  ['same-claiming-whole-lifetime', false],
  ['same-to-the-end', true],
  ['sliding', true],
])('nine minutes before its end, a service that issues "%s" still gives the same token: %s', (issuing, isSame) => {
  const { logIn } = service({ issuing });
  const first = logIn(0);

  expect(logIn(4 * HOUR - 9 * MINUTE).token === first.token).toBe(isSame);
});

it('a sliding token lives on for a whole lifetime after each login', () => {
  const { soap, logIn, at } = service({ issuing: 'sliding' });
  logIn(0);
  logIn(HOUR);

  expect(soap.issuedTokens.map(({ expiresAt }) => expiresAt)).toEqual([at(5 * HOUR)]);
});

it('after a number of refusals the account is locked, for the right password too, and opens again', () => {
  const { logIn } = service({ lockOut: { afterRefusals: 2, seconds: 1800 } });

  expect(logIn(0, 'wrong')).toMatchObject({ login: 'refused', refusal: 'invalid_grant' });
  expect(logIn(MINUTE, 'wrong')).toMatchObject({ refusal: 'invalid_grant' });
  expect(logIn(2 * MINUTE)).toMatchObject({ login: 'refused', refusal: 'access_denied' });
  expect(logIn(MINUTE + 1799)).toMatchObject({ refusal: 'access_denied' });
  expect(logIn(MINUTE + 1800)).toMatchObject({ login: 'granted' });
});

it('a login that works starts the count of refusals again', () => {
  const { logIn } = service({ lockOut: { afterRefusals: 2, seconds: 1800 } });
  logIn(0, 'wrong');
  logIn(1);
  logIn(2, 'wrong');

  expect(logIn(3)).toMatchObject({ login: 'granted' });
});

it('an account that is locked by hand refuses the right password until it is opened', () => {
  const { soap, logIn } = service();
  soap.isAccountLocked = true;
  expect(logIn(0)).toMatchObject({ login: 'refused', refusal: 'access_denied' });

  soap.isAccountLocked = false;
  expect(logIn(1)).toMatchObject({ login: 'granted' });
});

it('a service that overstates the lifetime promises the whole and ends the token earlier', () => {
  const { soap, logIn, at } = service();
  soap.livedShare = 0.25;

  expect(logIn(0).expiresIn).toBe(4 * HOUR);
  expect(soap.issuedTokens[0]?.expiresAt).toEqual(at(HOUR));
});

it('a service that forgets its tokens ends all of them at once', () => {
  const { soap, logIn, at } = service();
  logIn(0);
  logIn(HOUR);
  soap.revokeAll(at(2 * HOUR));

  expect(soap.issuedTokens.map(({ expiresAt }) => expiresAt)).toEqual([at(2 * HOUR), at(2 * HOUR)]);
});
