import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import cdkJson from '../../../cdk.json' with { type: 'json' };
import { blocks, ROOT } from '../../pages.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

const MINUTES = 60_000;

/** The only block of the page in this language that holds the text. */
function block(language: string, text: string): string {
  const [found = '', ...others] = blocks('docs/deploy.md', language).filter((content) => content.includes(text));
  expect(others).toEqual([]);
  return found;
}

const workflow: { permissions: object; jobs: Record<string, { steps: Record<string, string>[] }> } = parse(
  block('yaml', 'name: deploy'),
);
const described = JSON.parse(block('json', '"stages"'));

/** A project with the cdk.json of the page; the app is this repository's. */
const { folder: project, file } = temporaryFolder();
const app = `"${process.execPath}" "${join(ROOT, 'infra/app/app.ts')}"`;
const context = { ...cdkJson.context, ...described.context };
file('cdk.json', JSON.stringify({ app, notices: false, versionReporting: false, context }));

/** The real `cdk` command, without credentials. */
async function cdk(...args: readonly string[]): Promise<string> {
  const env = { ...process.env, AWS_EC2_METADATA_DISABLED: 'true', CDK_DISABLE_CLI_TELEMETRY: 'true', NO_COLOR: '1' };
  const { stdout, stderr } = await promisify(execFile)(join(ROOT, 'node_modules/.bin/cdk'), args, {
    cwd: project,
    env,
  });
  return stdout + stderr;
}

const steps = Object.values(workflow.jobs).flatMap(({ steps }) => steps);
const commands = steps.flatMap(({ run = '' }) => {
  const [, args = ''] = /^npm run cdk -- (.*)$/.exec(run) ?? [];
  return args === '' ? [] : [args.split(' ')];
});

it('the workflow takes a role of the account of its stage, and asks nobody', () => {
  expect(workflow.permissions).toMatchObject({ 'id-token': 'write' });
  expect(commands.map((args) => args.join(' '))).toEqual([
    'diff --context stage=dev',
    'deploy --all --require-approval never --context stage=dev',
    'deploy --all --require-approval never --context stage=prod',
  ]);
  for (const [stage, { account, region }] of Object.entries<{ account: string; region: string }>(
    described.context.stages,
  )) {
    const role = workflow.jobs[stage]?.steps.find(({ uses }) => uses?.includes('configure-aws-credentials'))?.with;
    expect(role).toEqual({
      'role-to-assume': `arn:aws:iam::${account}:role/deploy-token-refresher`,
      'aws-region': region,
    });
  }
});

it(
  'its commands exist, with these options, and synthesise the two tokens of the page for each stage',
  async () => {
    for (const [command = '', ...args] of commands) {
      const [help, stage] = [await cdk(command, '--help'), args.at(-1)?.replace('stage=', '') ?? ''];
      for (const option of args.filter((arg) => arg.startsWith('--'))) expect(help).toContain(option);
      const output = join(project, stage);
      if (!existsSync(output)) await cdk('synth', '--quiet', '--output', output, '--context', `stage=${stage}`);
    }
    const templates = (stage: string) =>
      readdirSync(join(project, stage)).filter((name) => name.endsWith('.template.json'));
    const stacks = (...names: string[]) => names.map((name) => `TokenRefresher-${name}.template.json`);
    expect(templates('dev').toSorted()).toEqual(stacks('e-invoicing', 'mail', 'tracking'));
    expect(templates('prod').toSorted()).toEqual(stacks('dashboard', 'e-invoicing', 'mail', 'tracking'));

    const kept = join(project, 'dev', 'TokenRefresher-tracking.template.json');
    const difference = (stage: string) =>
      cdk('diff', 'TokenRefresher-tracking', '--app', join(project, stage), '--template', kept);
    expect(await difference('dev')).toMatch(/no differences/i);
    expect(await difference('prod')).toContain('https://tracking.example.com/soap');
  },
  3 * MINUTES,
);
