import { fileURLToPath } from 'node:url';
import { Duration, Stack } from 'aws-cdk-lib';
import { Runtime } from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import type { Construct } from 'constructs';
// In a project of your own: from 'soap-token-refresher'
import { RefreshedToken } from '../../infra/refreshed-token.ts';
import type { Environment } from './get-e-invoice.ts';

/** What the stack has to know of the rest of the world. */
export interface InvoicingStackProps {
  /** The `tokenParameterName` of the refresher, which lives in another stack of this account and region. */
  readonly tokenParameterName: string;
  /** URL of the e-invoice service. */
  readonly endpoint: string;
}

/** A downstream stack: one function that may read one token, and report that the service rejects it. */
export class InvoicingStack extends Stack {
  constructor(scope: Construct, id: string, { tokenParameterName, endpoint }: InvoicingStackProps) {
    super(scope, id);
    const token = RefreshedToken.fromParameterName(this, 'Token', tokenParameterName);
    const environment = {
      TOKEN_PARAMETER_NAME: token.parameterName,
      E_INVOICE_ENDPOINT: endpoint,
    } satisfies Environment;
    const getEInvoice = new NodejsFunction(this, 'GetEInvoice', {
      entry: fileURLToPath(new URL('handler.ts', import.meta.url)),
      runtime: Runtime.NODEJS_24_X,
      memorySize: 256,
      timeout: Duration.seconds(30),
      environment: { ...environment },
    });
    token.grantRead(getEInvoice);
    token.grantReport(getEInvoice);
  }
}
