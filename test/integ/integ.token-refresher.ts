/**
 * Deploys the construct beside a stand-in of the SOAP service, and looks at what comes of it: a token, a refusal that pages,
 * a report that another token answers. `npm run integ` compares the templates with the snapshot, without an account;
 * `npm run integ:deploy` runs it in yours, for about a quarter of an hour and some cents, and destroys it. It has never
 * run on AWS yet: whoever does so first may have to mend it.
 */
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AwsApiCall, ExpectedResult, type IApiCall, IntegTest, Match } from '@aws-cdk/integ-tests-alpha';
import { App, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Code, FunctionUrlAuthType, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { AwsCustomResource, AwsCustomResourcePolicy, PhysicalResourceId } from 'aws-cdk-lib/custom-resources';
import { TokenRefresher } from '../../infra/token-refresher.ts';
import { attemptParameterName } from '../../lambda/attempt-record.ts';
import { rejectedParameterName, statusParameterName } from '../../lambda/token-status.ts';

const TOKEN = '/token-refresher-integ/access-token';
const PARAMETERS = [TOKEN, statusParameterName(TOKEN), attemptParameterName(TOKEN), rejectedParameterName(TOKEN)];

const app = new App({ analyticsReporting: false, treeMetadata: false });
const stack = new Stack(app, 'TokenRefresherInteg');

const soapService = new LambdaFunction(stack, 'SoapService', {
  runtime: Runtime.NODEJS_24_X,
  handler: 'index.handler',
  code: Code.fromInline(readFileSync(join(import.meta.dirname, 'soap-stand-in.cjs'), 'utf8')),
});
// Open to everybody for as long as the test runs, as the real service is; it knows nothing.
const { url } = soapService.addFunctionUrl({ authType: FunctionUrlAuthType.NONE });

/** The function wrote the parameters, so that no deletion of a stack removes them: this goes last, and does. */
const removal = new AwsCustomResource(stack, 'RemoveParameters', {
  onDelete: {
    service: 'SSM',
    action: 'deleteParameters',
    parameters: { Names: PARAMETERS },
    physicalResourceId: PhysicalResourceId.of(TOKEN),
  },
  policy: AwsCustomResourcePolicy.fromStatements([
    new PolicyStatement({
      actions: ['ssm:DeleteParameters'],
      resources: PARAMETERS.map((name) => stack.formatArn({ service: 'ssm', resource: `parameter${name}` })),
    }),
  ]),
  installLatestAwsSdk: false,
});

const refresher = new TokenRefresher(stack, 'Refresher', {
  endpoint: 'https://soap.example.com/',
  tokenParameterName: TOKEN,
  checkEvery: Duration.minutes(1),
  alarmActions: { page: new SnsAction(new Topic(stack, 'Page')) },
  removalPolicy: RemovalPolicy.DESTROY,
});
// Props are checked at synth, and this address is known only when it is deployed.
refresher.function.addEnvironment('TOKEN_ENDPOINT', url);
refresher.node.addDependency(removal);

const { assertions } = new IntegTest(app, 'Integ', {
  testCases: [stack],
  // The snapshot holds no assets, and none is compared: they change with every line of the function.
  stackUpdateWorkflow: false,
  diffAssets: false,
  cdkCommandOptions: { destroy: { args: { force: true } } },
});

/** Long enough for a few ticks, one each minute. */
const SOON = { totalTimeout: Duration.minutes(8), interval: Duration.seconds(15) };

function putCredentials(password: string): IApiCall {
  return assertions.awsApiCall('SecretsManager', 'putSecretValue', {
    SecretId: refresher.credentials.secretArn,
    SecretString: JSON.stringify({ username: 'integ', password, client_id: 'id', client_secret: 'secret' }),
  });
}

/** Waits until the stored token is this version, and one of the stand-in's. */
function tokenOfVersion(version: number): IApiCall {
  const stored = { Type: 'SecureString', Version: version, Value: Match.stringLikeRegexp('^integ-token-') };
  const read = assertions
    .awsApiCall('SSM', 'getParameter', { Name: TOKEN, WithDecryption: true })
    .expect(ExpectedResult.objectLike({ Parameter: stored }))
    .waitForAssertions(SOON);
  if (!(read instanceof AwsApiCall)) throw new Error('integ-tests-alpha waits with something else');
  read.waiterProvider?.addToRolePolicy({
    Effect: 'Allow',
    Action: ['kms:Decrypt'],
    Resource: [refresher.encryptionKey.keyArn],
  });
  return read;
}

const page = assertions
  .awsApiCall('CloudWatch', 'describeAlarms', { AlarmNames: [refresher.alarms.credentialsRefused.alarmName] })
  .assertAtPath('MetricAlarms.0.StateValue', ExpectedResult.stringLikeRegexp('^ALARM$'))
  .waitForAssertions(SOON);

const refusal = assertions
  .invokeFunction({ functionName: refresher.function.functionName, payload: '{}' })
  .expect(ExpectedResult.objectLike({ Payload: Match.stringLikeRegexp('refused.*invalid_grant') }))
  .waitForAssertions(SOON);

putCredentials('right')
  .next(tokenOfVersion(1))
  .next(putCredentials('wrong'))
  .next(refusal)
  .next(page)
  .next(putCredentials('right'))
  .next(tokenOfVersion(2))
  .next(
    assertions.awsApiCall('SSM', 'putParameter', { Name: rejectedParameterName(TOKEN), Value: '2', Type: 'String' }),
  )
  .next(tokenOfVersion(3));

const { directory } = app.synth();
for (const name of globSync('{manifest,integ,*.assets}.json', { cwd: directory })) {
  const file = join(directory, name);
  writeFileSync(file, JSON.stringify(JSON.parse(readFileSync(file, 'utf8'), readable), undefined, 1));
}

/**
 * integ-runner 2.197.10, the newest, reads cloud assemblies up to schema 53; what 54 and 55 added is not used here. The
 * metadata holds stack traces with the paths of a machine, and a snapshot is the same on all of them.
 */
function readable(key: string, value: unknown): unknown {
  if (key === 'additionalMetadataFile') return undefined;
  return key === 'version' && /^5[45]\./.test(`${value}`) ? '53.0.0' : value;
}
