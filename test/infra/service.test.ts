import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Duration } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { afterAll, describe, expect, it } from 'vitest';
import { readSettings } from '../../infra/app/read-settings.ts';
import { TokenRefresherStack } from '../../infra/app/token-refresher-stack.ts';
import { propFaults } from '../../infra/prop-rules.ts';
import type { TokenRefresherProps } from '../../infra/token-refresher-props.ts';
import { ConfigError, readConfig } from '../../lambda/refresher/config.ts';
import { dpd, finanzonline, regon, type ServiceProfile, sabre } from '../../lambda/services/profiles.ts';
import { deployed, environmentOf, LEAST, only } from './synthesis.ts';

const parcels = deployed(() => ({ service: dpd, proxy: 'http://proxy.example.test:3128' }));

describe('a service that a profile describes', () => {
  it.each<[string, ServiceProfile]>([
    ['dpd', dpd],
    ['finanzonline', finanzonline],
    ['regon', regon],
    ['sabre', sabre],
  ])('%s is deployed with nothing but its profile', (_, service) => {
    const config = readConfig(environmentOf(deployed(() => ({ service }))));
    expect(config instanceof ConfigError ? config.faults : config.profile).toEqual({ ...service, timing: undefined });
  });

  it('is handed to the function with its own timing', () => {
    expect(readConfig(environmentOf(parcels))).toMatchObject({
      tokenLifetimeSeconds: 86_400,
      checkEverySeconds: 60,
      renewalWindowSeconds: 0,
      loginsPerDay: 10,
      proxyUrl: 'http://proxy.example.test:3128',
    });
  });

  it('may be used in another way than its profile says', () => {
    const { template } = deployed(() => ({ service: dpd, checkEvery: Duration.minutes(2), loginsPerDay: 6 }));
    expect(readConfig(environmentOf({ template }))).toMatchObject({ checkEverySeconds: 120, loginsPerDay: 6 });
  });

  it('that renews at expiry pages only when there has been no token for three checks, and warns of nothing', () => {
    expect(
      only(parcels.template, 'AWS::CloudWatch::Alarm', { AlarmName: `TokenExpiring${LEAST.tokenParameterName}` }),
    ).toMatchObject({
      Threshold: 1,
      EvaluationPeriods: 3,
      DatapointsToAlarm: 3,
    });
    expect(Annotations.fromStack(parcels.stack).findWarning('*', Match.anyValue())).toEqual([]);
  });

  it('gets a warning for what looks like a secret in plain sight', () => {
    const request = dpd.request.replace('{{password}}', 'hunter2');
    const { stack } = deployed(() => ({ service: { ...dpd, request } }));
    const [warning] = Annotations.fromStack(stack).findWarning('*', Match.anyValue());
    expect(warning?.entry.data).toMatch(/^service\.request: the text of <password> is fixed/);
    expect(warning?.entry.data).not.toContain('hunter2');
  });
});

describe('is refused by name', () => {
  const faultsOf = (props: Partial<TokenRefresherProps>) =>
    propFaults({ ...LEAST, ...props }).map(({ names: [name], value }) => [name, value]);

  it.each<[string, Partial<TokenRefresherProps>, readonly unknown[]]>([
    [
      'renewalWindow beside a renewal at expiry',
      { renewal: 'at expiry', renewalWindow: Duration.hours(1) },
      ['renewalWindow', Duration.hours(1)],
    ],
    ['a ration of one', { service: dpd, loginsPerDay: 1 }, ['loginsPerDay', 1]],
    ['a proxy with a password', { proxy: 'http://erin:secret@proxy.test' }, ['proxy', '(not shown)']],
  ])('%s', (_, props, fault) => {
    expect(faultsOf(props)).toEqual([fault]);
  });

  it('a profile with several faults: all of them at once', () => {
    const service = { ...dpd, token: '//', answer: 'a/b' };
    expect(faultsOf({ service }).map(([name]) => name)).toEqual(
      expect.arrayContaining(['service.token', 'service.answer']),
    );
  });

  it('no profile that leaves room for the other variables', () => {
    expect(faultsOf({ service: { ...dpd, soapAction: `urn:${'x'.repeat(1500)}` } })).toEqual([]);
  });
});

describe('in cdk.json', () => {
  const folder = mkdtempSync(join(tmpdir(), 'profiles-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = (text: string): string => {
    const path = join(folder, 'acme.service.json');
    writeFileSync(path, text);
    return path;
  };
  const settings = (service: string) =>
    readSettings({ tokens: { acme: { endpoint: LEAST.endpoint, alarmActions: 'none', service } } });

  it('a service is named, and the output says what its secret holds', () => {
    const app = settings('finanzonline');
    const [token] = app.tokens;
    if (token === undefined) throw new TypeError('no token');
    const outputs = Template.fromStack(new TokenRefresherStack(new App(), token, app)).findOutputs('CredentialsFile');
    expect(outputs.CredentialsFile?.Value).toBe('{"tid":"...","benid":"...","pin":"...","herstellerid":"..."}');
  });

  it('a key without an existing secret is that of the new one', () => {
    const credentialsKeyArn = 'arn:aws:kms:ap-south-1:123456789012:key/1111';
    const app = readSettings({
      tokens: { acme: { endpoint: LEAST.endpoint, alarmActions: 'none', credentialsKeyArn } },
    });
    const [token] = app.tokens;
    if (token === undefined) throw new TypeError('no token');
    const template = Template.fromStack(new TokenRefresherStack(new App(), token, app));
    expect(only(template, 'AWS::SecretsManager::Secret')).toMatchObject({ KmsKeyId: credentialsKeyArn });
  });

  it('or described in a file', () => {
    expect(settings(file(JSON.stringify(sabre))).tokens[0]?.service).toEqual(sabre);
  });

  it.each([
    ['a typing mistake', () => 'dpdd', 'cannot be read; did you mean dpd?'],
    ['a file that is not there', () => './none.json', 'cannot be read'],
    ['a file that is no JSON', () => file('{'), 'put a JSON object in this file'],
    ['a file with a fault', () => file(JSON.stringify({ ...dpd, tokens: 'x' })), 'token'],
  ])('says in words what is wrong with %s', (_, service, words) => {
    expect(() => settings(service())).toThrow(words);
  });
});
