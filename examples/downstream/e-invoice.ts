import { XMLParser } from 'fast-xml-parser';

/** What the service answers to `eInvoiceGet`: the fields of an invoice, or the word with which it refuses. */
export type EInvoiceAnswer = { readonly invoice: Readonly<Record<string, unknown>> } | { readonly refusal: string };

const parser = new XMLParser({ removeNSPrefix: true, parseTagValue: false });

/** The token is the first child of the operation, not a header: PHP servers bind arguments by position. */
export function eInvoiceGetEnvelope(accessToken: string, userGstin: string, irn: string): string {
  return (
    '<?xml version="1.0" encoding="utf-8"?>' +
    '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>' +
    `<ns1:eInvoiceGet xmlns:ns1="urn:server"><access_token>${escapeXml(accessToken)}</access_token>` +
    `<user_gstin>${escapeXml(userGstin)}</user_gstin><irn>${escapeXml(irn)}</irn></ns1:eInvoiceGet>` +
    '</soapenv:Body></soapenv:Envelope>'
  );
}

/** @throws when the answer is neither an invoice nor a refusal, a fault or a page, say. */
export function readEInvoiceAnswer(xml: string): EInvoiceAnswer {
  const answer = child(child(child(parser.parse(xml), 'Envelope'), 'Body'), 'eInvoiceGetResponse');
  if (typeof answer === 'string') return { refusal: answer };
  if (isRecord(answer)) return { invoice: answer };
  throw new Error('The e-invoice service answered with neither an invoice nor a refusal');
}

/** The one refusal that another token can mend. */
export function isTokenRejected(answer: EInvoiceAnswer): boolean {
  return 'refusal' in answer && answer.refusal === 'invalid_token';
}

function child(parent: unknown, name: string): unknown {
  return isRecord(parent) ? parent[name] : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
