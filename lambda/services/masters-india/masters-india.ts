import type { SecretField, Service } from '../service.ts';
import { CODES } from './refusal-reason.ts';
import { parseTokenReply } from './token-reply.ts';
import { tokenRequest } from './token-request.ts';

/**
 * Masters India's e-invoicing, and whatever else runs `access_new_token` on NuSOAP. Code and no profile, for its refusals
 * are prose.
 * @param soapAction value of the SOAPAction header; the quotation marks are added
 */
export function mastersIndia(soapAction = ''): Service {
  // Exactly this: NuSOAP drops every parameter under another type, and faults on an added parameter.
  const headers = { 'Content-Type': 'text/xml; charset=utf-8', SOAPAction: `"${soapAction}"`, Accept: 'text/xml' };
  return {
    fields: FIELDS,
    codes: CODES,
    request: ({ username = '', password = '', client_id = '', client_secret = '', grant_type = '' }) => ({
      headers,
      body: tokenRequest({ username, passwd: password, client_id, client_secret, grant_type }),
    }),
    judge: parseTokenReply,
  };
}

const FIELDS: readonly SecretField[] = [
  { name: 'username', doubt: beyondLatin1 },
  { name: 'password', doubt: beyondLatin1 },
  { name: 'client_id', doubt: beyondLatin1 },
  { name: 'client_secret', doubt: beyondLatin1 },
  { name: 'grant_type', fallback: 'password', doubt: beyondLatin1 },
];

/** NuSOAP decodes requests to ISO-8859-1 by default and puts "?" for whatever that cannot hold. */
function beyondLatin1(value: string): string | undefined {
  return /[^\0-\xff]/.test(value)
    ? 'holds characters beyond ISO-8859-1, which the SOAP service may misread'
    : undefined;
}
