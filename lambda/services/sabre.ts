import type { ServiceProfile } from './profile.ts';

/**
 * Sabre's TokenCreateRQ (airlines, travel): the token that stands in a WS-Security header of its other services. It lives
 * seven days, and failures lock the user.
 * @see docs/services.md for what is known, from where, and what nobody has tried
 */
export const sabre: ServiceProfile = {
  request:
    '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/" xmlns:m="http://www.ebxml.org/namespaces/messageHeader" xmlns:w="http://schemas.xmlsoap.org/ws/2002/12/secext">' +
    '<e:Header><m:MessageHeader m:version="1.0"><m:From><m:PartyId>Client</m:PartyId></m:From><m:To>' +
    '<m:PartyId>SWS</m:PartyId></m:To><m:CPAId>{{organization}}</m:CPAId><m:ConversationId>{{$uuid}}' +
    '</m:ConversationId><m:Service>Session</m:Service><m:Action>TokenCreateRQ</m:Action><m:MessageData>' +
    '<m:MessageId>{{$uuid}}</m:MessageId><m:Timestamp>{{$now}}</m:Timestamp></m:MessageData></m:MessageHeader>' +
    '<w:Security><w:UsernameToken><w:Username>{{username}}</w:Username><w:Password>{{password}}</w:Password>' +
    '<Organization>{{organization}}</Organization><Domain>DEFAULT</Domain></w:UsernameToken></w:Security>' +
    '</e:Header><e:Body><TokenCreateRQ Version="1.0.0" xmlns="http://webservices.sabre.com"/></e:Body>' +
    '</e:Envelope>',
  soapAction: 'TokenCreateRQ',
  answer: 'TokenCreateRS',
  namespaces: ['http://webservices.sabre.com', 'http://schemas.xmlsoap.org/ws/2002/12/secext'],
  token: '/Header/Security/BinarySecurityToken',
  codes: {
    credentials: [
      'USG_AUTHENTICATION_FAILED',
      'USG_AUTHORIZATION_FAILED',
      'USG_PASSWORD_CHANGE_REQUIRED',
      'USG_PASSWORD_NOTFOUND',
      'USG_RESOURCE_BLOCKED',
    ],
    // USG_SECURITY_ICE_ERROR is not listed: the vendor calls it internal, a guide a wrong user. It backs off.
    unavailable: ['USG_SERVICE_IS_BUSY', 'USG_IS_BUSY', 'USG_RESOURCE_UNAVAILABLE'],
  },
  timing: {
    tokenLifetime: '7 days',
    refreshEvery: '1 day',
    checkEvery: '15 minutes',
  },
};
