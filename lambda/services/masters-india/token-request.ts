import { escapeXml } from '../../soap/xml-text.ts';

/** Servers bind these by position: another order is answered with a misleading `invalid_client`. */
const ARGUMENT_ORDER = ['username', 'passwd', 'client_id', 'client_secret', 'grant_type'] as const;

/** What the service asks for, in the names of its documentation. */
export type TokenRequestFields = Readonly<Record<(typeof ARGUMENT_ORDER)[number], string>>;

/** The SOAP 1.1 envelope of `access_new_token`. Any text that `isXmlText` accepts reaches the service unchanged. */
export function tokenRequest(fields: TokenRequestFields): string {
  const argumentsXml = ARGUMENT_ORDER.map((name) => `<${name}>${escapeXml(fields[name])}</${name}>`).join('');
  return (
    '<?xml version="1.0" encoding="utf-8"?>' +
    '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:urn="urn:server">' +
    `<soapenv:Body><urn:access_new_token>${argumentsXml}</urn:access_new_token></soapenv:Body>` +
    '</soapenv:Envelope>'
  );
}
