import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';

const ROOT = join(import.meta.dirname, '..');

function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** The commands of a workflow, in their order. */
function commands(workflow: string): readonly string[] {
  const jobs: { readonly steps: readonly { readonly run?: string }[] }[] = Object.values(
    parse(read(`.github/workflows/${workflow}.yml`)).jobs,
  );
  return jobs.flatMap(({ steps }) => steps.flatMap(({ run }) => run ?? []));
}

it('CI does what anybody can do: it calls .ci/run and nothing else', () => {
  expect(commands('ci')).toEqual(['.ci/run']);
});

it('a release is checked before it is published, with its parts and where it was built', () => {
  const order = ['package.json', 'CHANGELOG.md', '.ci/run', 'npm sbom', 'npm publish --provenance', 'gh release'];
  expect(commands('release')).toEqual(order.map((part) => expect.stringContaining(part)));
  expect(parse(read('.github/workflows/release.yml')).permissions).toMatchObject({ 'id-token': 'write' });
});

it('updates keep what is bundled apart, so that nobody forgets the release, and tell every package its group', () => {
  const { updates } = parse(read('.github/dependabot.yml'));
  const { bundled, cdk, tools } = updates[0].groups;
  expect(tools['exclude-patterns']).toEqual([...bundled.patterns, ...cdk.patterns]);
  const { dependencies, devDependencies } = JSON.parse(read('package.json'));
  for (const pattern of [...bundled.patterns, ...cdk.patterns]) {
    const prefix = String(pattern).replace('*', '');
    expect(Object.keys({ ...dependencies, ...devDependencies }).some((name) => name.startsWith(prefix))).toBe(true);
  }
});

it('the change log has a place for what comes next', () => {
  expect(read('CHANGELOG.md')).toMatch(/^## Unreleased$/m);
});
