import { type Stack, Tags } from 'aws-cdk-lib';

/** CloudFormation hands the tags of a stack on to its resources, but not for every type: so each has them itself, too. */
export function addTags(stack: Stack, tags: Readonly<Record<string, string>> = {}): void {
  for (const [key, value] of Object.entries(tags)) Tags.of(stack).add(key, value);
}

/** The tags, key and value, that all of these have in common. */
export function sharedTags(
  all: readonly (Readonly<Record<string, string>> | undefined)[],
): Readonly<Record<string, string>> {
  const [first = {}] = all;
  return Object.fromEntries(Object.entries(first).filter(([key, value]) => all.every((tags) => tags?.[key] === value)));
}
