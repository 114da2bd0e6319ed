import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { dpd, finanzonline, regon, type ServiceProfile, sabre } from '../../../../lambda/services/profiles.ts';
import { serviceOf } from '../../../../lambda/services/service.ts';
import { SoapService } from '../../../../local/world/soap/soap-service.ts';

const NOW = new Date('2026-01-31T12:00:00.000Z');
const SOAP_12: ServiceProfile = {
  request:
    '<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://www.w3.org/2005/08/addressing"><e:Header>' +
    '<a:MessageID>{{$uuid}}</a:MessageID><a:To>{{$endpoint}}</a:To></e:Header><e:Body><logIn xmlns="urn:acme"><at>{{$now}}</at></logIn></e:Body></e:Envelope>',
  headers: { Authorization: 'Basic {{$basic}}', 'X-Key': '{{api_key}}' },
  answer: 'loggedIn',
  namespaces: ['urn:acme'],
  token: '/Header/Security/Token',
  expiresIn: 'life/seconds',
  code: 'status/code',
  success: '0',
  codes: { credentials: ['E_LOGIN', '-7'] },
};
const { expiresAt: _, ...endless } = dpd;
const PROFILES = {
  dpd,
  finanzonline,
  regon,
  sabre,
  'SOAP 1.2 with a token in the Header, addressing and HTTP Basic': SOAP_12,
  'names beyond ASCII': { ...endless, answer: 'Größe', token: 'Schlüssel/hasło' },
  'an empty token for a refusal': { ...endless, codes: { credentials: [''] } },
};

describe.each(Object.entries<ServiceProfile>(PROFILES))('a service played from its profile alone: %s', (_, profile) => {
  const service = serviceOf(profile);
  // What needs no escaping, where it goes into a header.
  const ending = profile.headers === undefined ? ' <&>' : '';
  const values = Object.fromEntries(service.fields.map(({ name }) => [name, `my ${name}${ending}`]));
  const circumstances = { now: NOW.getTime(), uuid: randomUUID(), endpoint: 'https://soap.example.test/' };

  function ask(sent: Readonly<Record<string, string>>) {
    const played = new SoapService({ credentials: values, profile, tokenLifetimeSeconds: 3600 });
    const { headers, body } = service.request(sent, circumstances);
    const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
    const { login, ...answer } = played.answer({ body, headers: lower }, NOW);
    const result = service.judge({ ...answer, body: Buffer.from(answer.body, 'latin1') });
    return { login, result, token: played.issuedTokens[0]?.token };
  }

  it('gives a token for the right credentials', () => {
    const { result, token } = ask(values);
    const end = profile.expiresIn !== undefined ? { in: 3600 } : { at: NOW.getTime() + 3_600_000 };
    const isSaid = profile.expiresIn !== undefined || profile.expiresAt !== undefined;
    expect(result).toEqual({ accessToken: token, end: isSaid ? end : { unknown: expect.any(String) } });
  });

  it.each(service.fields.map(({ name }) => name))('refuses a wrong %s by the first code of the profile', (name) => {
    const { login, result } = ask({ ...values, [name]: 'wrong' });
    expect(login).toBe('refused');
    expect(result).toMatchObject({ code: 'CREDENTIALS_REFUSED', reason: profile.codes.credentials?.[0] });
  });
});
