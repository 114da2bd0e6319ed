import { Stack, Tags } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { type AppSettings, stackName } from './settings.ts';

/** CloudFormation hands the tags of a stack on to its resources, but not for every type: so each has them itself, too. */
export function addTags(stack: Stack, tags: Readonly<Record<string, string>> = {}): void {
  for (const [key, value] of Object.entries(tags)) Tags.of(stack).add(key, value);
}

/** A stack for all tokens of the app, with the tags, key and value, that all of them have in common. */
export function sharedStack(scope: Construct, app: AppSettings, name: string, description: string): Stack {
  const [first, ...others] = app.tokens;
  const tags = Object.fromEntries(
    Object.entries(first?.tags ?? {}).filter(([key, value]) => others.every((token) => token.tags?.[key] === value)),
  );
  const stack = new Stack(scope, stackName(app.prefix, name), { description, env: app.env, tags });
  addTags(stack, tags);
  return stack;
}
