import type { ServiceProfile } from './profile.ts';

/**
 * FinanzOnline (the Austrian ministry of finance): the session of its web services. It locks the user after failures. The
 * lifetime is not documented, an hour is a guess.
 * @see docs/services.md for what is known, from where, and what nobody has tried
 */
export const finanzonline: ServiceProfile = {
  request:
    '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/" xmlns:s="https://finanzonline.bmf.gv.at/fon/ws/session">' +
    '<e:Body><s:loginRequest><s:tid>{{tid}}</s:tid><s:benid>{{benid}}</s:benid><s:pin>{{pin}}</s:pin>' +
    '<s:herstellerid>{{herstellerid}}</s:herstellerid></s:loginRequest></e:Body></e:Envelope>',
  soapAction: 'login',
  answer: 'loginResponse',
  namespaces: ['https://finanzonline.bmf.gv.at/fon/ws/session'],
  token: 'id',
  code: 'rc',
  success: '0',
  codes: {
    unavailable: ['-2', '-3'],
    credentials: ['-4', '-5', '-6', '-7', '-8'],
  },
  timing: {
    tokenLifetime: '1 hour',
    refreshEvery: '30 minutes',
    checkEvery: '5 minutes',
  },
};
