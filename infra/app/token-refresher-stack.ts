import { CfnOutput, Stack, Validations } from 'aws-cdk-lib';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { SecurityGroup, Subnet, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { alarmName } from '../alarm-rules.ts';
import { credentialsTemplate } from '../function-settings.ts';
import {
  putCredentialsCommand,
  readTokenCommand,
  refreshNowCommand,
  showStatusCommand,
  testAlarmCommand,
} from '../operator-commands.ts';
import { TokenRefresher } from '../token-refresher.ts';
import type { AlarmActions, TokenRefresherProps } from '../token-refresher-props.ts';
import { dashboardUrl } from './dashboard-stack.ts';
import { mailTopicArn } from './mail-stack.ts';
import { type AlarmTarget, type AppSettings, stackName, type TokenSettings } from './settings.ts';
import { addTags } from './stack-tags.ts';

/** One token of the app: makes objects of what cdk.json names, and prints what a person types afterwards. */
export class TokenRefresherStack extends Stack {
  constructor(scope: Construct, settings: TokenSettings, app: AppSettings) {
    const { name, tags, terminationProtection, encryptionKeyArn, vpc, ...props } = settings;
    const { tokenParameterName } = settings;
    const description = `Keeps the access token ${tokenParameterName} fresh`;
    super(scope, stackName(app.prefix, name), { description, tags, terminationProtection, env: app.env });

    addTags(this, tags);
    const refresher = new TokenRefresher(this, 'Refresher', {
      ...props,
      ...credentials(this, settings),
      encryptionKey: encryptionKeyArn === undefined ? undefined : Key.fromKeyArn(this, 'ExistingKey', encryptionKeyArn),
      alarmActions: alarmActions(this, settings.alarmActions, app.prefix),
      ...(vpc && vpcPlacement(this, vpc)),
    });
    const notified = settings.alarmActions === 'none' || settings.paused === true ? undefined : settings.alarmActions;
    const outputs = {
      PutCredentials: putCredentialsCommand(refresher.credentials.secretArn),
      CredentialsFile: credentialsTemplate(settings.service),
      TokenParameter: tokenParameterName,
      TokenKey: refresher.encryptionKey.keyArn,
      ReadToken: readTokenCommand(tokenParameterName),
      ShowStatus: showStatusCommand(tokenParameterName),
      RefreshNow: refreshNowCommand(refresher.function.functionName),
      ...(app.hasDashboard && { Dashboard: dashboardUrl(app, settings) }),
      // Alarms without a warm-up, so that the test works on the first day too.
      ...(notified && { TestPage: testAlarmCommand(alarmName('CredentialsRefused', tokenParameterName)) }),
      ...(notified?.ticket && { TestTicket: testAlarmCommand(alarmName('TokenRejected', tokenParameterName)) }),
    };
    for (const [id, value] of Object.entries(outputs)) new CfnOutput(this, id, { value });
  }
}

function credentials(scope: Construct, settings: TokenSettings): Partial<TokenRefresherProps> {
  const { credentialsSecretArn: secretCompleteArn, credentialsKeyArn: keyArn } = settings;
  const encryptionKey = keyArn === undefined ? undefined : Key.fromKeyArn(scope, 'CredentialsKey', keyArn);
  if (secretCompleteArn === undefined) return { credentialsEncryptionKey: encryptionKey };
  const attributes = { secretCompleteArn, encryptionKey };
  return { credentials: Secret.fromSecretAttributes(scope, 'ExistingCredentials', attributes) };
}

function alarmActions(scope: Construct, actions: TokenSettings['alarmActions'], prefix: string): AlarmActions | 'none' {
  if (actions === 'none') return 'none';
  const action = (id: string, target: AlarmTarget) => {
    const arn = 'topicArn' in target ? target.topicArn : mailTopicArn(scope, prefix, target.email);
    return new SnsAction(Topic.fromTopicArn(scope, id, arn));
  };
  return { page: action('Page', actions.page), ticket: actions.ticket && action('Ticket', actions.ticket) };
}

/** Named by identifiers: looking them up would need credentials at synth. */
function vpcPlacement(scope: Construct, settings: NonNullable<TokenSettings['vpc']>): Partial<TokenRefresherProps> {
  const { vpcId, subnetIds, securityGroupIds } = settings;
  const subnets = subnetIds.map((id) => Subnet.fromSubnetId(scope, id, id));
  const reason = 'No route is made or read here: the subnet keeps those that it has.';
  for (const one of subnets) Validations.of(one).acknowledge({ id: '@aws-cdk/aws-ec2:noSubnetRouteTableId', reason });
  return {
    // No subnet is chosen by its zone, but CDK wants one named.
    vpc: Vpc.fromVpcAttributes(scope, 'Vpc', { vpcId, availabilityZones: ['any'] }),
    vpcSubnets: { subnets },
    securityGroups: securityGroupIds?.map((id) => SecurityGroup.fromSecurityGroupId(scope, id, id)),
  };
}
