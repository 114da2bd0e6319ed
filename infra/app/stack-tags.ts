import { type Stack, Tags } from 'aws-cdk-lib';
import type { TokenSettings } from './settings.ts';

/** CloudFormation hands the tags of a stack on to its resources, but not for every type: so each has them itself, too. */
export function addTags(stack: Stack, tags: Readonly<Record<string, string>> = {}): void {
  for (const [key, value] of Object.entries(tags)) Tags.of(stack).add(key, value);
}

/** The tags, key and value, that all tokens have in common. */
export function sharedTags(tokens: readonly TokenSettings[]): Readonly<Record<string, string>> {
  const [first] = tokens;
  return Object.fromEntries(
    Object.entries(first?.tags ?? {}).filter(([key, value]) => tokens.every(({ tags }) => tags?.[key] === value)),
  );
}
