import type { ServiceProfile } from './profile.ts';

/**
 * DPD's login service 2.1 (parcels; NL, BE and others): the token for its other SOAP services. It allows ten logins a day,
 * and gives out a new token only after the old one's end.
 * @see docs/services.md for what is known, from where, and what nobody has tried
 */
export const dpd: ServiceProfile = {
  request:
    '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/" xmlns:l="http://dpd.com/common/service/types/LoginService/2.1">' +
    '<e:Body><l:getAuth><delisId>{{username}}</delisId><password>{{password}}</password><messageLanguage>en_EN' +
    '</messageLanguage></l:getAuth></e:Body></e:Envelope>',
  answer: 'getAuthResponse',
  namespaces: ['http://dpd.com/common/service/types/LoginService/2.1'],
  token: 'return/authToken',
  expiresAt: 'return/authTokenExpires',
  codes: { credentials: ['DELICOM_ERR_AUTHENTICATION'] },
  timing: {
    tokenLifetime: '24 hours',
    checkEvery: '1 minute',
    renewal: 'at expiry',
    loginsPerDay: 10,
  },
};
