import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { ROOT, read } from './pages.ts';
import { temporaryFolder } from './temporary-folder.ts';

const WORKFLOWS = ['ci', 'release'] as const;

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}
interface Job {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly needs?: string;
  readonly environment?: string;
  readonly steps: readonly Step[];
}

/** A workflow as it stands. */
function source(workflow: (typeof WORKFLOWS)[number]): string {
  return read(`.github/workflows/${workflow}.yml`);
}

function jobs(workflow: (typeof WORKFLOWS)[number]): Readonly<Record<string, Job>> {
  return parse(source(workflow)).jobs;
}

/** The commands of a job, in their order. */
function commands(job: Job | undefined): readonly string[] {
  return job?.steps.flatMap(({ run }) => run ?? []) ?? [];
}

/** The actions of a job, without the commit. */
function actions(job: Job | undefined): readonly string[] {
  return job?.steps.flatMap(({ uses }) => uses?.replace(/@.*/, '') ?? []) ?? [];
}

it('CI does what anybody can do: it calls .ci/run and nothing else', () => {
  expect(Object.values(jobs('ci')).flatMap(commands)).toEqual(['.ci/run']);
});

it('a release is checked before it is built, and built before it is published', () => {
  const { build, publish, release } = jobs('release');
  const order = ['package.json', 'CHANGELOG.md', '.ci/check-repository.js', '.ci/run', 'npm pack', 'zip', 'npm sbom'];
  expect(commands(build)).toEqual(order.map((part) => expect.stringContaining(part)));
  expect([build?.needs, publish?.needs, release?.needs]).toEqual([undefined, 'build', 'publish']);
  expect(commands(release)).toEqual([
    expect.stringMatching(/^gh release .* refresher\.zip refresher\.zip\.sha256 sbom/),
  ]);
});

it('what may ask for an identity installs nothing and runs nothing: it publishes the tarball that it was handed', () => {
  const all = Object.entries(jobs('release'));
  expect(all.filter(([, { permissions }]) => permissions?.['id-token']).map(([name]) => name)).toEqual(['publish']);
  const { publish } = jobs('release');
  expect(publish?.environment).toBe('npm');
  expect(actions(publish)).toEqual(['actions/download-artifact', 'actions/setup-node']);
  const tarball = `"./soap-token-refresher-\${GITHUB_REF_NAME#v}.tgz"`;
  expect(commands(publish)).toEqual([`npm publish ${tarball} --provenance --access public --ignore-scripts`]);
});

it.each([
  ['ci', { check: { contents: 'read' } }],
  ['release', { build: { contents: 'read' }, publish: { 'id-token': 'write' }, release: { contents: 'write' } }],
] as const)('%s gives each job the rights that it needs, and none to what it does not name', (workflow, rights) => {
  expect(parse(source(workflow)).permissions).toEqual({});
  const given = Object.entries(jobs(workflow)).map(([name, { permissions }]) => [name, permissions]);
  expect(Object.fromEntries(given)).toEqual(rights);
});

it('every action is named by its commit, the same in all workflows, with the version beside it, and keeps no credentials', () => {
  const uses = new Set(WORKFLOWS.flatMap((workflow) => source(workflow).match(/uses: .*/g) ?? []));
  const pinned = [...uses].map((line) => /^uses: ([\w-]+\/[\w-]+)@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.exec(line)?.[1]);
  expect(pinned).toContain('actions/checkout');
  expect(pinned).not.toContain(undefined);
  expect(new Set(pinned).size).toBe(uses.size);
  const steps = WORKFLOWS.flatMap((workflow) => Object.values(jobs(workflow)).flatMap((job) => job.steps));
  const checkouts = steps.filter((step) => step.uses?.startsWith('actions/checkout@'));
  expect(checkouts.map((step) => step.with?.['persist-credentials'])).toEqual([false, false]);
});

const { folder, file } = temporaryFolder();

it.each([
  [undefined, 1],
  [{ type: 'git', url: 'git+https://github.com/somebody/else.git' }, 1],
  [{ type: 'git', url: 'git+https://github.com/team/tokens.git' }, 0],
])('a release from %o, which provenance is checked against, ends with %i', (repository, status) => {
  file('package.json', JSON.stringify({ license: 'Apache-2.0', repository }));
  const env = { ...process.env, GITHUB_REPOSITORY: 'team/tokens' };
  const ended = spawnSync(process.execPath, [join(ROOT, '.ci/check-repository.js')], { cwd: folder, env });
  const where =
    'Put this beside "license": "repository": { "type": "git", "url": "git+https://github.com/team/tokens.git" }';
  expect([ended.status, ended.stderr.toString().includes(where)]).toEqual([status, status === 1]);
});

it('updates keep what is bundled apart, so that nobody forgets the release, and every package has its group', () => {
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
