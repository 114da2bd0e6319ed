import type { ServiceProfile } from './profile.ts';

/**
 * Masters India's e-invoicing, and whatever else runs `access_new_token` on NuSOAP. The default.
 * @see docs/services.md for what is known, from where, and what nobody has tried
 */
export const mastersIndia: ServiceProfile = {
  // Servers bind these by position: another order is answered with a misleading `invalid_client`.
  request:
    '<?xml version="1.0" encoding="utf-8"?>' +
    '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:urn="urn:server">' +
    '<soapenv:Body><urn:access_new_token><username>{{username}}</username><passwd>{{password}}</passwd>' +
    '<client_id>{{client_id}}</client_id><client_secret>{{client_secret}}</client_secret>' +
    '<grant_type>password</grant_type></urn:access_new_token></soapenv:Body></soapenv:Envelope>',
  answer: 'access_new_tokenResponse',
  refusal: 'access_tokenResponse',
  // NuSOAP decodes requests to it by default, and puts "?" for whatever it cannot hold.
  charset: 'ISO-8859-1',
  namespaces: ['urn:server'],
  token: 'access_token',
  expiresIn: 'expires_in',
  code: 'error_description',
  success: '',
  codes: {
    // OAuth 2.0 (RFC 6749, sections 4.1.2.1 and 5.2), then the fixed sentences of the two usual OAuth servers of PHP.
    credentials: [
      'invalid_grant',
      'invalid_client',
      'unauthorized_client',
      'access_denied',
      'invalid_credentials',
      'Invalid username and password combination',
      'Unable to retrieve user information',
      'The client credentials are invalid',
      'Client credentials were not found in the headers or body',
      'Client credentials are required',
      'This client is invalid or must authenticate using a client secret',
      'The grant type is unauthorized for this client_id',
      'The user credentials were incorrect',
      'Client authentication failed',
      'The resource owner or authorization server denied the request',
      'The authenticated client is not authorized to use this authorization grant type',
      'The provided authorization grant (e.g., authorization code, resource owner credentials) or refresh token is invalid',
      'Invalid username or password',
      'Invalid user name or password',
      'Incorrect username or password',
      'User account is locked',
    ],
    request: [
      'invalid_request',
      'unsupported_grant_type',
      'invalid_scope',
      'Missing parameters: "username" and "password" required',
      'The grant type was not specified in the request',
      'Grant type "password" not supported',
      'This application requires you specify a scope parameter',
      'The authorization grant type is not supported by the authorization server',
      'The request is missing a required parameter, includes an invalid parameter value',
      'The requested scope is invalid, unknown, or malformed',
    ],
    unavailable: [
      'server_error',
      'temporarily_unavailable',
      'The authorization server encountered an unexpected condition which prevented it from fulfilling the request',
    ],
  },
  timing: { tokenLifetime: '4 hours' },
};
