import { App, Duration, Stack } from 'aws-cdk-lib';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { TokenRefresher } from '../../infra/token-refresher.ts';
import { PAGE_TOPIC_ARN, TICKET_TOPIC_ARN } from './deployment.ts';
import type { Settings } from './model/scenario.ts';

/** The template of a stack with the one construct in it, as `cdk synth` would write it. */
export function synthesise(settings: Settings): unknown {
  const { tokenLifetimeMinutes, refreshEveryMinutes, checkEveryMinutes, renewalWindowMinutes } = settings;
  const app = new App();
  const stack = new Stack(app, 'Simulated', { env: { account: '111122223333', region: 'eu-central-1' } });
  new TokenRefresher(stack, 'Refresher', {
    endpoint: 'https://soap.example.com/token',
    tokenParameterName: '/simulated/access-token',
    tokenLifetime: minutes(tokenLifetimeMinutes),
    refreshEvery: minutes(refreshEveryMinutes),
    checkEvery: minutes(checkEveryMinutes),
    renewalWindow: minutes(renewalWindowMinutes),
    alarmActions: {
      page: new SnsAction(Topic.fromTopicArn(stack, 'Page', PAGE_TOPIC_ARN)),
      ticket: new SnsAction(Topic.fromTopicArn(stack, 'Ticket', TICKET_TOPIC_ARN)),
    },
  });
  return app.synth().getStackByName(stack.stackName).template;
}

function minutes(count: number | undefined): Duration | undefined {
  return count === undefined ? undefined : Duration.minutes(count);
}
