import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';
import { expect, it } from 'vitest';
import { JSON_SCHEMA } from '../../../infra/app/settings.ts';
import { markdownTable } from '../../markdown-table.ts';
import { replaceBetweenMarkers } from '../../markers.ts';
import { appWith, faultsOf, LEAST_SETTINGS, stacksOf } from './app-with.ts';
import { ALL, VALUES } from './every-setting.ts';

const ROOT = join(import.meta.dirname, '../../..');

interface Described {
  readonly properties: Readonly<Record<string, { readonly description?: string; readonly default?: unknown }>>;
  readonly required: readonly string[];
}

/** What the JSON Schema says of the context: the settings of the app, and among them those of its tokens. */
const { context } = JSON.parse(JSON.stringify(JSON_SCHEMA)).properties;
const { tokens, ...appProperties }: Described['properties'] & { tokens: { additionalProperties: Described } } =
  context.properties;
const { properties, required } = tokens.additionalProperties;

/** The settings of the app, as above. */
const APP_VALUES: Readonly<Record<string, unknown>> = {
  prefix: 'billing',
  dashboard: 'none',
  stages: { prod: { account: '123456789012' } },
  stage: 'prod',
};

/** All that a deployment of one token would do with these settings, or that it is refused. */
function deployment(settings: object, others: object = {}): string {
  const tokens = { billing: settings };
  const faults = faultsOf(tokens, others);
  if (faults.length > 0) return faults.join();
  const stacks = stacksOf(appWith(tokens, others));
  return JSON.stringify(
    stacks.map((stack) => [
      stack.stackName,
      Template.fromStack(stack).toJSON(),
      stack.terminationProtection,
      stack.tags.tagValues(),
    ]),
  );
}

it('every setting has a value here, so that none is forgotten below', () => {
  expect(Object.keys(VALUES)).toEqual(Object.keys(properties));
  expect(Object.keys(APP_VALUES)).toEqual(Object.keys(appProperties));
});

it.each(Object.entries(APP_VALUES))('%s makes a difference to what is deployed', (name, value) => {
  const without = Object.entries(APP_VALUES).filter(([setting]) => setting !== name);
  const others = deployment(LEAST_SETTINGS, { ...Object.fromEntries(without), [name]: value });
  expect(others).not.toBe(deployment(LEAST_SETTINGS, Object.fromEntries(without)));
  expect(others.startsWith('[')).toBe(true);
});

const complete = deployment(ALL);

it.each(Object.entries(VALUES))('%s makes a difference to what is deployed', (name, { with: other, instead }) => {
  const left = Object.entries(ALL).filter(([setting]) => setting !== name && setting !== other);
  const without = deployment({ ...Object.fromEntries(left), ...(instead !== undefined && { [name]: instead }) });
  expect(without).not.toBe(complete);
  // The permission to send credentials unencrypted, and what is refused beside others, make the difference of being refused.
  expect(without.startsWith('[')).toBe(!['allowHttp', 'renewal'].includes(name));
});

it('two deployments of the same settings are the same, or the differences above would mean nothing', () => {
  expect(deployment(ALL)).toBe(complete);
  expect(complete.startsWith('[')).toBe(true);
});

it('the page explains every setting', async () => {
  const table = (settings: Described['properties']) => {
    const rows = Object.entries(settings).map(([name, { description = '', default: standard }]) => {
      expect(description, name).not.toBe('');
      const shown = standard === undefined || standard === '' ? 'none' : `\`${standard}\``;
      return [`\`${name}\``, settings === properties && required.includes(name) ? 'required' : shown, description];
    });
    return markdownTable(['setting', 'default', 'meaning'], rows);
  };
  const page = readFileSync(join(ROOT, 'docs/settings.md'), 'utf8');
  const written = replaceBetweenMarkers(page, 'test: settings', table(properties));
  // With -u, Vitest writes the page, and the schema below.
  await expect(replaceBetweenMarkers(written, 'test: app settings', table(appProperties))).toMatchFileSnapshot(
    join(ROOT, 'docs/settings.md'),
  );
});

it('the schema for editors is the one by which the app reads', async () => {
  await expect(`${JSON.stringify(JSON_SCHEMA, null, 2)}\n`).toMatchFileSnapshot(join(ROOT, 'cdk.schema.json'));
});
