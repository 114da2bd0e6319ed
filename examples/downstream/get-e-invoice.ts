/** A downstream Lambda function: gets an e-invoice with the token that the refresher keeps fresh. */
// In a project of your own: from 'soap-token-refresher/reader'
import { createTokenReader, type TokenReader } from '../../lambda/reader/token-reader.ts';
import { type EInvoiceAnswer, eInvoiceGetEnvelope, isTokenRejected, readEInvoiceAnswer } from './e-invoice.ts';

/** The function's environment; the stack beside this file sets it. */
export interface Environment {
  readonly TOKEN_PARAMETER_NAME: string;
  readonly E_INVOICE_ENDPOINT: string;
}

/** The event: which invoice is wanted, and whose. */
export interface EInvoiceRequest {
  /** The tax number (GSTIN) of the seller, 15 characters. */
  readonly userGstin: string;
  /** The invoice reference number, 64 hexadecimal digits. */
  readonly irn: string;
}

/** The function for one environment, with a reader that lives as long as the process does. */
export function createHandler(
  { TOKEN_PARAMETER_NAME, E_INVOICE_ENDPOINT = '' }: Partial<Environment>,
  tokens: TokenReader = createTokenReader({
    parameterName: TOKEN_PARAMETER_NAME,
    reportRejections: true,
    onReportFailed: (error) => console.warn('The rejected token could not be reported', error),
  }),
) {
  return async function handler({ userGstin, irn }: EInvoiceRequest): Promise<Readonly<Record<string, unknown>>> {
    const answer = await tokens.call(
      (token) => post(E_INVOICE_ENDPOINT, eInvoiceGetEnvelope(token, userGstin, irn)),
      isTokenRejected,
    );
    if ('refusal' in answer) throw new Error(`The e-invoice service refused: ${answer.refusal}`);
    return answer.invoice;
  };
}

async function post(endpoint: string, envelope: string): Promise<EInvoiceAnswer> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { 'Content-Type': 'text/xml; charset=utf-8', SOAPAction: '""' },
    body: envelope,
    redirect: 'error',
    signal: AbortSignal.timeout(10_000),
  }).catch((error: Error) => {
    throw new Error(`${endpoint} does not answer`, { cause: error });
  });
  // The service speaks ISO-8859-1, and fetch's text() takes everything for UTF-8.
  return readEInvoiceAnswer(new TextDecoder('iso-8859-1').decode(await response.arrayBuffer()));
}
