import { judge } from '../../services/judge.ts';
import { mastersIndia } from '../../services/masters-india.ts';
import type { SoapReply } from '../../soap/soap-reply.ts';

/** A token as servers really send it. */
export const EXAMPLE: SoapReply = {
  status: 200,
  contentType: 'text/xml; charset=ISO-8859-1',
  body: new TextEncoder().encode(
    '<?xml version="1.0" encoding="ISO-8859-1"?>' +
      '<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/"><SOAP-ENV:Body>' +
      '<ns1:access_new_tokenResponse xmlns:ns1="urn:server"><access_token>example</access_token>' +
      '<expires_in>14400</expires_in><token_type>bearer</token_type><error_description></error_description>' +
      '</ns1:access_new_tokenResponse></SOAP-ENV:Body></SOAP-ENV:Envelope>',
  ),
};

let isWarm = false;

/** Parses an example, once in a process: the first document is the slow one, its parser being compiled on the way. */
export function warmUpParser(): void {
  if (!isWarm) judge(mastersIndia, EXAMPLE);
  isWarm = true;
}
