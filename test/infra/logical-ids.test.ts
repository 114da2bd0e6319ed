import { Template } from 'aws-cdk-lib/assertions';
import { expect, it } from 'vitest';
import { appWith, LEAST_SETTINGS, stackOf } from './app/app-with.ts';
import { deployed } from './synthesis.ts';

/**
 * What deployed stacks already hold. To CloudFormation another logical id is another resource: it would make a new, empty
 * one and let go of the old. For the secret and the key that orphans the credentials and the key of every stored token;
 * alarms, log, role and schedule would collide with their own names or start anew.
 */
const LOGICAL_IDS = {
  RefresherAlarmsCredentialsRefused99BD4728: 'AWS::CloudWatch::Alarm',
  RefresherAlarmsRefreshFailing69703E44: 'AWS::CloudWatch::Alarm',
  RefresherAlarmsTokenExpiring98828B65: 'AWS::CloudWatch::Alarm',
  RefresherAlarmsTokenRejected299AE59B: 'AWS::CloudWatch::Alarm',
  RefresherCredentialsA61E36DB: 'AWS::SecretsManager::Secret',
  RefresherFunction4AAAAD8B: 'AWS::Lambda::Function',
  RefresherFunctionEventInvokeConfig22F433C9: 'AWS::Lambda::EventInvokeConfig',
  RefresherKey735B1D04: 'AWS::KMS::Key',
  RefresherLogFC4F54C9: 'AWS::Logs::LogGroup',
  RefresherReportRuleC599EE06: 'AWS::Events::Rule',
  RefresherRole6EAB35CB: 'AWS::IAM::Role',
  RefresherRoleDefaultPolicy49830532: 'AWS::IAM::Policy',
  RefresherSchedule6ACDB35A: 'AWS::Scheduler::Schedule',
  RefresherScheduleGroupAAB6A98F: 'AWS::Scheduler::ScheduleGroup',
  RefresherScheduleRole364E5410: 'AWS::IAM::Role',
  RefresherScheduleRoleDefaultPolicyFA76FB89: 'AWS::IAM::Policy',
};

function logicalIds(template: Template): Readonly<Record<string, unknown>> {
  const resources: Readonly<Record<string, { readonly Type: unknown }>> = template.toJSON().Resources;
  return Object.fromEntries(Object.entries(resources).map(([id, { Type }]) => [id, Type]));
}

it.each([
  ['the construct', deployed().stack],
  ['the app', stackOf(appWith({ example: LEAST_SETTINGS }), 'TokenRefresher-example')],
])('no construct id of %s was renamed, which would orphan the secret and the key of deployed stacks', (_, stack) => {
  expect(logicalIds(Template.fromStack(stack))).toMatchObject(LOGICAL_IDS);
});

it('what holds something stays when the stack is deleted: the secret and the key', () => {
  const kept = Object.entries(deployed().template.toJSON().Resources)
    .map(([id, resource]) => [id, /"DeletionPolicy":"(Retain\w*)"/.exec(JSON.stringify(resource))?.[1]])
    .filter(([, policy]) => policy !== undefined);
  expect(Object.fromEntries(kept)).toEqual({
    RefresherCredentialsA61E36DB: 'RetainExceptOnCreate',
    RefresherKey735B1D04: 'RetainExceptOnCreate',
  });
});
