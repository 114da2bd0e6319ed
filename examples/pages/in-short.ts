/** What README.md shows: reading the token in a few lines. The tests compare it with the page, and run it. */
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { RefreshedToken } from '../../infra/index.ts';
import { createTokenReader } from '../../lambda/reader/token-reader.ts';
import { getEInvoice } from './invoice-client.ts';

export class InYourStack extends Construct {
  constructor(scope: Construct, invoicing: IGrantable) {
    super(scope, 'InYourStack');
    // in your stack; from 'soap-token-refresher'
    RefreshedToken.fromParameterName(this, 'Token', '/masters-india-staging/access-token').grantRead(invoicing);
  }
}

export async function inYourFunction(irn: string): Promise<unknown> {
  // in your function; from 'soap-token-refresher/reader'
  const tokens = createTokenReader({ parameterName: process.env.TOKEN_PARAMETER_NAME });
  const invoice = await tokens.call(
    (token) => getEInvoice(token, irn), // one request; if the service rejects the token, one more with the new token
    (answer) => answer.refusal === 'invalid_token', // did the service reject the token?
  );
  return invoice;
}
