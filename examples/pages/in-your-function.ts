/** What README.md and docs/reading.md show of a function that reads the token. The tests compare it with them, and run it. */
import { createTokenReader } from '../../lambda/reader/token-reader.ts';
import { getEInvoice } from './invoice-client.ts';

const tokens = createTokenReader({ parameterName: process.env.TOKEN_PARAMETER_NAME }); // one, outside the handler

export async function handler({ irn }: { irn: string }) {
  return await tokens.call(
    (token) => getEInvoice(token, irn), // sends one request
    (answer) => answer.refusal === 'invalid_token', // whether the service rejected the token
  );
}
