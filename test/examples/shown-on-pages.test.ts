import { globSync } from 'node:fs';
import { App, Stack } from 'aws-cdk-lib';
import { Policy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Code, type FunctionProps, Runtime } from 'aws-cdk-lib/aws-lambda';
import { describe, expect, it, vi } from 'vitest';
import { InYourStack, inYourFunction } from '../../examples/pages/in-short.ts';
import { ExtensionStack, OwnerStack, ParcelsStack, ReaderStack } from '../../examples/pages/stacks.ts';
import { readSettings } from '../../infra/app/read-settings.ts';
import { decodeAttempt } from '../../lambda/attempt-record.ts';
import { isObject } from '../../lambda/parse-json.ts';
import { checkProfile } from '../../lambda/services/check-profile.ts';
import { decodeStatus } from '../../lambda/token-status.ts';
import { START } from '../../local/start/options.ts';
import { blocks, PAGES, ROOT, read } from '../pages.ts';
import { worlds } from '../refresher/world.ts';

const EXAMPLES = globSync('examples/**/*.ts', { cwd: ROOT }).map(read).map(withPackageNames).map(inOneLine).join(' ');

/** It needs a package that is not installed here, `@aws-sdk/credential-providers`. */
const NOT_COMPILED = /fromTemporaryCredentials/;

const newWorld = worlds();

/** Code as a project of one's own has it: the package by its name. */
function withPackageNames(code: string): string {
  return code
    .replaceAll(/'(?:\.\.\/)+infra\/(?:index|token-refresher|refreshed-token)\.ts'/g, "'soap-token-refresher'")
    .replaceAll(/'(?:\.\.\/)+lambda\/reader\/token-reader\.ts'/g, "'soap-token-refresher/reader'")
    .replaceAll(/'(?:\.\.\/)+lambda\/services\/profiles\.ts'/g, "'soap-token-refresher/services'");
}

/** Where the formatter breaks lines depends on the indentation, which does not count. */
function inOneLine(code: string): string {
  return code.replaceAll(/\s+/g, ' ').replaceAll(', }', ' }').trim();
}

/** A block's statements that belong together. Imports are checked by themselves: an example has more of them. */
function paragraphs(block: string): readonly string[] {
  return block
    .replaceAll(/^import [^;]*;$/gm, '')
    .split(/\n{2,}/)
    .map(inOneLine);
}

describe.each(PAGES)('%s', (page) => {
  it('shows code that is compiled and tested as an example', () => {
    const shown = blocks(page, 'ts').filter((block) => !NOT_COMPILED.test(block));
    expect(shown.flatMap(paragraphs).filter((text) => !EXAMPLES.includes(text))).toEqual([]);
  });

  it('imports only what the package exports', () => {
    const IMPORT = /^import \{ ?([^}]*)\} from 'soap-token-refresher([^']*)';/gm;
    const imported = blocks(page, 'ts').flatMap((block) => [...block.matchAll(IMPORT)]);
    const sources: Readonly<Record<string, string>> = {
      '': read('infra/index.ts'),
      '/reader': read('lambda/reader/token-reader.ts'),
      '/services': read('lambda/services/profiles.ts'),
    };
    const missing = imported.flatMap(([, names = '', entry = '']) =>
      names
        .split(',')
        .map((name) => name.trim().replace(/^type /, ''))
        .filter((name) => name !== '' && !new RegExp(`\\b${name}\\b`).test(sources[entry] ?? '')),
    );
    expect(missing).toEqual([]);
  });

  it('shows JSON that is JSON, and that its reader takes', () => {
    for (const block of blocks(page, 'json')) {
      const json: unknown = JSON.parse(/^\s*"/.test(block) ? `{${block}}` : block);
      if (!isObject(json)) throw new Error('A block of JSON is no object');
      if (isObject(json.context)) expect(Object.keys(readSettings(json.context).tokens)).not.toEqual([]);
      if ('request' in json) expect(checkProfile(json)).toMatchObject({ faults: [], warnings: [] });
      if ('format' in json) {
        const { format: _, ...content } = json;
        expect('token' in json ? decodeStatus(block) : decodeAttempt(block)).toEqual(content);
      }
    }
  });

  it('names npm scripts and options that exist', () => {
    const { scripts } = JSON.parse(read('package.json'));
    const commands = [
      ...read(page).matchAll(/\bnpm (?:run (?:(?:-s|--silent) )?([\w:-]+)|(start|test)\b)(?: -- ([^`\n#]*))?/g),
    ];
    for (const [command, script, direct, options = ''] of commands) {
      expect(scripts, command).toHaveProperty([script ?? direct ?? '']);
      const named = direct === 'start' ? options.matchAll(/--([\w-]+)/g) : [];
      for (const [, option] of named) expect(['help', ...Object.keys(START.options)], command).toContain(option);
    }
  });
});

const PROPS: FunctionProps = {
  code: Code.fromInline('exports.handler = async () => {}'),
  handler: 'index.handler',
  runtime: Runtime.NODEJS_24_X,
};

it('the stacks on the pages take what they are given', () => {
  const isReading = (document: unknown) => JSON.stringify(document).includes('ssm:GetParameter');
  const app = new App();
  const alarmActions = { page: { bind: () => ({ alarmActionArn: 'arn:aws:sns:ap-south-1:123456789012:on-call' }) } };
  const short = new Stack(app, 'Short');
  new InYourStack(short, new Role(short, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') }));
  new ParcelsStack(app, 'Parcels', 'https://soap.example.test/', alarmActions);
  new OwnerStack(app, 'Owner', PROPS);
  new ReaderStack(app, 'Reader', PROPS);
  new ExtensionStack(app, 'Extension', PROPS);
  // Without synthesis, which takes longer and is tested for each construct.
  const grants = app.node.findAll().filter((part) => part instanceof Policy);
  const readers = grants.filter((policy) => isReading(Stack.of(policy).resolve(policy.document)));
  const stacks = new Set(readers.map((policy) => Stack.of(policy).node.id));
  expect([...stacks]).toEqual(['Short', 'Parcels', 'Owner', 'Reader', 'Extension']);
});

it('the functions on the pages read the token', async () => {
  const { tick, parameterName } = await newWorld();
  await tick();
  vi.stubEnv('TOKEN_PARAMETER_NAME', parameterName);
  // They read the environment when they are loaded.
  const { handler } = await import('../../examples/pages/in-your-function.ts');
  expect(await handler({ irn: 'a1' })).toEqual({ invoice: 'a1' });
  expect(await inYourFunction('a2')).toEqual({ invoice: 'a2' });
  const { tokens } = await import('../../examples/pages/with-reports.ts');
  expect(await tokens.get()).toHaveLength(40);
});
