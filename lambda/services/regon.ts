import type { ServiceProfile } from './profile.ts';

/**
 * The register REGON of Poland's statistical office (GUS), service BIR 1.1: the session that its other operations want in the
 * HTTP header `sid`. A wrong key is answered with an empty session and nothing else.
 * @see docs/services.md for what is known, from where, and what nobody has tried
 */
export const regon: ServiceProfile = {
  request:
    '<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://www.w3.org/2005/08/addressing" xmlns:b="http://CIS/BIR/PUBL/2014/07">' +
    '<e:Header><a:To>{{$endpoint}}</a:To><a:Action>http://CIS/BIR/PUBL/2014/07/IUslugaBIRzewnPubl/Zaloguj</a:Action></e:Header>' +
    '<e:Body><b:Zaloguj><b:pKluczUzytkownika>{{pKluczUzytkownika}}</b:pKluczUzytkownika></b:Zaloguj></e:Body></e:Envelope>',
  answer: 'ZalogujResponse',
  namespaces: ['http://CIS/BIR/PUBL/2014/07'],
  token: 'ZalogujResult',
  codes: { credentials: [''] },
  timing: {
    tokenLifetime: '1 hour',
    refreshEvery: '30 minutes',
    checkEvery: '5 minutes',
  },
};
