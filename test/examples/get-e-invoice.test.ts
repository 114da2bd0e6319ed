import { expect, it } from 'vitest';
import { eInvoiceGetEnvelope, readEInvoiceAnswer } from '../../examples/downstream/e-invoice.ts';
import { createHandler } from '../../examples/downstream/get-e-invoice.ts';
import { worlds } from '../refresher/world.ts';

const newWorld = worlds();

const REQUEST = { userGstin: '05AAAPG7885R002', irn: 'a'.repeat(64) };

async function downstream(options: Parameters<typeof newWorld>[0] = {}) {
  const world = await newWorld(options);
  const { soap, parameterName } = world;
  const handler = createHandler({ TOKEN_PARAMETER_NAME: parameterName, E_INVOICE_ENDPOINT: soap.url });
  const tokensSent = () => soap.calls.flatMap(({ body }) => /<access_token[^>]*>([^<]*)</.exec(body)?.[1] ?? []);
  return { ...world, handler, tokensSent };
}

it('gets an e-invoice with the token that the refresher stored', async () => {
  const { tick, handler, storedToken, tokensSent } = await downstream();
  await tick();
  expect(await handler(REQUEST)).toMatchObject({ Irn: REQUEST.irn, Status: 'ACT' });
  expect(tokensSent()).toEqual([storedToken()]);
});

it('goes on across a refresh that ends the old token', async () => {
  const { tick, handler, soap, tokensSent } = await downstream({ issuing: 'new-revoking-old' });
  await tick();
  await handler(REQUEST);
  await tick({ force: true });
  expect(await handler(REQUEST)).toMatchObject({ Status: 'ACT' });
  const [first, second] = soap.issuedTokens.map(({ token }) => token);
  expect(tokensSent()).toEqual([first, first, second]);
});

it('tells the refresher when the service ended the token, and goes on with the next one', async () => {
  const { tick, handler, soap, aws, parameterName } = await downstream({ issuing: 'new-revoking-old' });
  await tick();
  await handler(REQUEST);
  soap.service.revokeAll(new Date());
  await expect(handler(REQUEST)).rejects.toThrow('invalid_token');
  expect(aws.parameters.history(`${parameterName}/rejected`).at(-1)?.value).toBe('1');
  // A real refresher answers as soon as the token is a minute old.
  await tick({ force: true });
  expect(await handler(REQUEST)).toMatchObject({ Status: 'ACT' });
});

it('tells of a refusal that another token cannot mend', async () => {
  const { tick, handler, tokensSent } = await downstream();
  await tick();
  await expect(handler({ ...REQUEST, irn: '' })).rejects.toThrow('invalid_request');
  expect(tokensSent()).toHaveLength(1);
});

it('sends the token as the first child of the operation, whatever is in it', () => {
  expect(eInvoiceGetEnvelope('a&b<c', '05AAAPG7885R002', 'irn')).toContain(
    '<ns1:eInvoiceGet xmlns:ns1="urn:server"><access_token>a&amp;b&lt;c</access_token><user_gstin>',
  );
});

it('takes nothing but an invoice or a refusal for an answer', () => {
  expect(() => readEInvoiceAnswer('<html>Service unavailable</html>')).toThrow('neither an invoice nor a refusal');
});
