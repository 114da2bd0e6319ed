import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import cdkJson from '../../../cdk.json' with { type: 'json' };
import { readSettings, SettingsError } from '../../../infra/app/read-settings.ts';
import { addStacks } from '../../../infra/app/stacks.ts';
import { LEAST } from '../synthesis.ts';

/** The least that a token of cdk.json needs. */
export const LEAST_SETTINGS = { endpoint: LEAST.endpoint, alarmActions: 'none' };

/** The app as `cdk` runs it, with these tokens and others of its settings. @throws SettingsError */
export function appWith(tokens: unknown, others: object = {}): App {
  const app = new App({ context: { ...cdkJson.context, ...others, tokens } });
  addStacks(app);
  return app;
}

export function stacksOf(app: App): readonly Stack[] {
  return app.node.children.filter(Stack.isStack);
}

export function stackOf(app: App, id: string): Stack {
  const stack = app.node.findChild(id);
  if (!Stack.isStack(stack)) throw new Error(`${id} is no stack`);
  return stack;
}

/** The lines of the one error with which these settings are refused; none where they are taken. */
export function faultsOf(tokens: unknown, others: object = {}): readonly string[] {
  try {
    readSettings({ ...others, tokens });
  } catch (error) {
    if (error instanceof SettingsError) return error.message.split('\n');
    throw error;
  }
  return [];
}

export function warningsOf(stack: Stack): readonly string[] {
  return Annotations.fromStack(stack)
    .findWarning('*', Match.anyValue())
    .map(({ entry }) => String(entry.data));
}
