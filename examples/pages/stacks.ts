/** What the pages show of stacks. The tests compare it with them, and synthesise it. */
import { Duration, Stack } from 'aws-cdk-lib';
import type { IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { ArnPrincipal } from 'aws-cdk-lib/aws-iam';
import {
  type FunctionProps,
  Function as LambdaFunction,
  ParamsAndSecretsLayerVersion,
  ParamsAndSecretsVersions,
} from 'aws-cdk-lib/aws-lambda';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { RefreshedToken, TokenRefresher } from '../../infra/index.ts';
import { dpd } from '../../lambda/services/profiles.ts';

/** A refresher in a stack of one's own, with a reader beside it and one in another account. */
export class OwnerStack extends Stack {
  constructor(scope: Construct, id: string, props: FunctionProps) {
    super(scope, id);
    const [onCall, tickets] = [new Topic(this, 'OnCall'), new Topic(this, 'Tickets')];
    const invoicing = new LambdaFunction(this, 'Invoicing', props);

    const refresher = new TokenRefresher(this, 'Token', {
      endpoint: 'https://soap.example.com/api.php',
      tokenParameterName: '/my-service/access-token',
      alarmActions: { page: new SnsAction(onCall), ticket: new SnsAction(tickets) },
    });
    refresher.token.grantRead(invoicing);

    refresher.token.readerRole(this, 'InvoicingReader', {
      assumedBy: new ArnPrincipal('arn:aws:iam::210987654321:role/invoicing'),
    });
  }
}

/** A refresher of another service. */
export class ParcelsStack extends Stack {
  constructor(scope: Construct, id: string, endpoint: string, alarmActions: { readonly page: IAlarmAction }) {
    super(scope, id);

    new TokenRefresher(this, 'Parcels', {
      service: dpd,
      endpoint,
      tokenParameterName: '/dpd/access-token',
      alarmActions,
    });
  }
}

/** A function that reads the token of another stack, and reports that the service rejects it. */
export class ReaderStack extends Stack {
  constructor(scope: Construct, id: string, props: FunctionProps) {
    super(scope, id);
    const invoicing = new LambdaFunction(this, 'Invoicing', props);

    const token = RefreshedToken.fromParameterName(this, 'Token', '/masters-india-staging/access-token');
    token.grantRead(invoicing); // a Lambda function, a role: anything that can be granted to
    invoicing.addEnvironment('TOKEN_PARAMETER_NAME', token.parameterName);

    token.grantReport(invoicing); // in the stack, besides grantRead
  }
}

/** A function that reads the token through the extension. */
export class ExtensionStack extends Stack {
  constructor(scope: Construct, id: string, props: FunctionProps) {
    super(scope, id);
    const token = RefreshedToken.fromParameterName(this, 'Token', '/masters-india-staging/access-token');

    const invoicing = new LambdaFunction(this, 'Invoicing', {
      ...props, // code, handler, runtime
      paramsAndSecrets: ParamsAndSecretsLayerVersion.fromVersion(ParamsAndSecretsVersions.V1_0_103, {
        parameterStoreTtl: Duration.minutes(5),
      }),
    });
    token.grantRead(invoicing);
  }
}
