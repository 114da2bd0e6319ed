/** Stands for your own client of the invoice service: `invalid` is the token that the service rejects. */
export async function getEInvoice(token: string, irn: string): Promise<{ invoice?: string; refusal?: string }> {
  return token === 'invalid' ? { refusal: 'invalid_token' } : { invoice: irn };
}
